"""Why listening links two items: their common listeners, and the groups of most of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.local.groups import group_name
from tigertail.signals.phrases import format_count, within
from tigertail.sparse import CSR

LIKE_TASTE: Final = "no listener in common, but listeners with similar taste"
_NAMED: Final = 2  # groups at most


def common_by_group(
    plays: CSR, listeners: NDArray[np.int32], starts: NDArray[np.int64], items: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Count how many of some listeners play each item, group by group.

    Parameters
    ----------
    plays
        Listeners by items, listeners numbered group by group.
    listeners
        Listeners to count, ascending; int32.
    starts
        First listener of each group and of those of none, and the number of listeners; int64, (groups + 2,).
    items
        Item codes; int32, (items,).

    Returns
    -------
    NDArray[np.int64]
        Int64, (groups + 1, items).
    """
    theirs = plays.select_rows(listeners)
    distinct, place = np.unique(items, return_inverse=True)
    column = np.full(plays.shape[1], -1, np.int64)
    column[distinct] = np.arange(len(distinct))
    found = column[theirs.indices]
    group = np.searchsorted(starts, listeners, side="right") - 1
    cell = np.repeat(group, theirs.row_sizes) * len(distinct) + found
    groups = len(starts) - 1
    counts = np.bincount(cell[found >= 0], minlength=groups * len(distinct))
    return np.asarray(counts.reshape(groups, len(distinct))[:, place], np.int64)


def format_common_listeners(counts: Sequence[int], keys: Sequence[str]) -> str:
    """Return how many listeners two items share, and the one or two groups that most of them are in.

    Parameters
    ----------
    counts
        Common listeners of each group, those of none last.
    keys
        The groups.

    Examples
    --------
    >>> format_common_listeners([3, 8, 1], ["DE", "PL"])
    '12 listeners in common, most in Poland'
    >>> format_common_listeners([5, 5, 2], ["DE", "PL"])
    '12 listeners in common, most in Germany and Poland'
    >>> format_common_listeners([1, 1, 9], ["DE", "PL"])
    '11 listeners in common'
    """
    total = sum(counts)
    if not total:
        return ""
    words = f"{format_count(total, 'listener')} in common"
    largest = sorted((-count, code) for code, count in enumerate(counts[: len(keys)]) if count)
    named, held = [], 0
    for count, code in largest[:_NAMED]:
        named.append(within(group_name(keys[code])))
        held -= count
        if 2 * held > total:
            return f"{words}, {_share(held, total, len(named))}in {' and '.join(named)}"
    return words


def _share(held: int, total: int, groups: int) -> str:
    if held < total:
        return "most "
    if groups > 1 or total == 1:
        return ""
    return "both " if total == 2 else "all "

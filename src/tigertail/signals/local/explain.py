"""Why listening links two items: their common listeners, and the groups of most of them."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prefer_numpy
from tigertail.signals.local.groups import group_name
from tigertail.signals.phrases import format_count, within
from tigertail.sparse import CSR

LIKE_TASTE: Final = "no listener in common, but listeners with similar taste"
_NAMED: Final = 2  # groups at most


def common_by_group(
    by_item: CSR, starts: NDArray[np.int64], query: int, items: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Count the listeners that each item has in common with another, group by group.

    Parameters
    ----------
    by_item
        Listeners of each item, ascending; listeners are numbered group by group.
    starts
        First listener of each group and of those of none, and the number of listeners; int64, (groups + 2,).
    query
        The other item.
    items
        Item codes; int32, (items,).

    Returns
    -------
    NDArray[np.int64]
        Int64, (items, groups + 1).
    """
    counts = np.zeros((len(items), len(starts) - 1), np.int64)
    if not prefer_numpy(1):
        _count_common(by_item.indptr, by_item.indices, starts, query, items, counts)
        return counts
    theirs = by_item.select_rows(items)
    own = by_item.row(query)[0]
    common = np.flatnonzero(np.isin(theirs.indices, own))
    group = starts.searchsorted(theirs.indices[common], "right") - 1
    np.add.at(counts, (theirs.indptr.searchsorted(common, "right") - 1, group), 1)
    return counts


@njit(cache=True)
def _count_common(offsets, listeners, starts, query, items, counts):
    own = listeners[offsets[query] : offsets[query + 1]]
    for place in range(len(items)):
        theirs = listeners[offsets[items[place]] : offsets[items[place] + 1]]
        few, many = (own, theirs) if len(own) < len(theirs) else (theirs, own)
        group = 0
        first = 0
        for listener in few:
            # Steps that double find the next of the many, so that a star costs little beside a rarity.
            step = 1
            while first + step < len(many) and many[first + step] < listener:
                first += step
                step *= 2
            last = min(first + step, len(many))
            while first < last:
                middle = (first + last) // 2
                if many[middle] < listener:
                    first = middle + 1
                else:
                    last = middle
            if first == len(many):
                break
            if many[first] == listener:
                while listener >= starts[group + 1]:
                    group += 1
                counts[place, group] += 1


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
    if 2 * counts[-1] >= total:  # of no group
        return words
    largest = sorted([(-count, code) for code, count in enumerate(counts[: len(keys)]) if count])
    named, held = [], 0
    for count, code in largest[:_NAMED]:
        named.append(_within_group(keys[code]))
        held -= count
        if 2 * held > total:
            return f"{words}, {_share(held, total, len(named))}in {' and '.join(named)}"
    return words


@lru_cache(1024)
def _within_group(key: str) -> str:
    return within(group_name(key))


def _share(held: int, total: int, groups: int) -> str:
    if held < total:
        return "most "
    if groups > 1 or total == 1:
        return ""
    return "both " if total == 2 else "all "

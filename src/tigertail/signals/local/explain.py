"""Why listening links two items: their common listeners, and the groups of most of them."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, one_query_in_numpy
from tigertail.signals.local.groups import group_name
from tigertail.signals.local.kernels import PlayGraph
from tigertail.signals.phrases import format_count, within

LIKE_TASTE: Final = "no listener in common, but listeners with similar taste"
_NAMED: Final = 2  # groups at most


def common_by_group(graph: PlayGraph, groups: int, query: int, items: NDArray[np.int32]) -> NDArray[np.int64]:
    """Count the listeners that each item has in common with another, group by group.

    Parameters
    ----------
    graph
        Who plays what.
    groups
        How many groups there are, with that of the listeners of none, which is last.
    query
        The other item.
    items
        Item codes; int32, (items,).

    Returns
    -------
    NDArray[np.int64]
        Counts, those of listeners of no group last; int64, (items, groups).
    """
    counts = np.zeros((len(items), groups), np.int64)
    if not one_query_in_numpy(1):
        _count_common(graph, query, items, counts)
        return counts
    own = graph.listeners_of(query)
    for place, item in enumerate(items.tolist()):
        common = np.intersect1d(own, graph.listeners_of(item), assume_unique=True)
        counts[place] = np.bincount(graph.group[common], minlength=groups)
    return counts


@njit(cache=True)
def _count_common(graph, query, items, counts):
    listeners, offsets = graph.item_listeners, graph.item_offsets
    own = listeners[offsets[query] : offsets[query + 1]]
    for place in range(len(items)):
        theirs = listeners[offsets[items[place]] : offsets[items[place] + 1]]
        few, many = (own, theirs) if len(own) < len(theirs) else (theirs, own)
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
                counts[place, graph.group[listener]] += 1


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
    largest = sorted(range(len(keys)), key=lambda code: (-counts[code], code))
    named, held = [], 0
    for code in largest[:_NAMED]:
        named.append(_within_group(keys[code]))
        held += counts[code]
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

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
from tigertail.signals.evidence import NO_EVIDENCE, Evidence, Fact, Name
from tigertail.signals.listening.groups import MIN_LISTENERS_THERE, group_name
from tigertail.signals.listening.kernels import PlayGraph

NO_COMMON_LISTENER: Final = Evidence.of("no_common_listener")


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


def shared_listeners(counts: NDArray[np.int64], keys: Sequence[str]) -> list[Evidence]:
    """Return how many listeners items share with another, and the one or two groups that most of them are in.

    A group with fewer than :data:`~tigertail.signals.listening.groups.MIN_LISTENERS_THERE` of them is not named.

    Parameters
    ----------
    counts
        Common listeners of each item and group, those of no group last; int64, (items, groups + 1).
    keys
        The groups.

    Returns
    -------
    list[Evidence]
        Of each item; none where it shares no listener.

    Examples
    --------
    >>> counts = np.array([[3, 8, 1], [5, 5, 2], [4, 4, 0], [0, 0, 0]])
    >>> for evidence in shared_listeners(counts, ["DE", "PL"]):
    ...     print(evidence.words)
    12 listeners in common, most in Poland
    12 listeners in common, most in Germany and Poland
    8 listeners in common
    <BLANKLINE>
    """
    total = counts.sum(axis=1).tolist()
    if not keys:
        return [_shared_listeners(n, 0) for n in total]
    of_groups = np.where(counts[:, :-1] < MIN_LISTENERS_THERE, 0, counts[:, :-1])
    rows = np.arange(len(counts))
    first = of_groups.argmax(axis=1)
    most = of_groups[rows, first]
    rest = of_groups.copy()
    rest[rows, first] = -1
    second = rest.argmax(axis=1)
    both = most + rest[rows, second]
    return [
        _shared_listeners(n, in_first, keys[one])
        if 2 * in_first > n
        else _shared_listeners(n, in_both, keys[one], keys[other])
        if 2 * in_both > n
        else _shared_listeners(n, 0)
        for n, one, in_first, other, in_both in zip(
            total, first.tolist(), most.tolist(), second.tolist(), both.tolist(), strict=True
        )
    ]


@lru_cache(4096)
def _shared_listeners(n: int, there: int, *groups: str) -> Evidence:
    """Return that there are ``n``, of whom ``there`` are in some groups."""
    if not n:
        return NO_EVIDENCE
    common = Fact("common_listeners", n)
    if not groups:
        return Evidence((common,))
    names = tuple(Name(key, group_name(key)) for key in groups)
    return Evidence((common, Fact("most_in", None, names) if there < n else Fact("all_in", n, names)))

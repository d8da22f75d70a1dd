"""What the factors expect of the pairs of many queries and some items of each.

To read the vectors that items have in groups, which lie anywhere in memory, takes longer than all products. So queries
share what is read: the pairs of one item lie side by side, and its vector in a group is read once for all of them. One
group comes after the other, since what the queries ask a group with fits in a cache.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prange
from tigertail.signals.dot_products import dot_in_any_order, read_vector_ahead
from tigertail.signals.listening.kernels import Codes, Floats, GroupVectors, Offsets
from tigertail.threads import rows_of_thread

SHARING: Final = 128  # queries that share what is read, at least
_AHEAD: Final = 8  # vectors that are asked for before they are needed, of items and of groups


class _Pairs(NamedTuple):
    """The pairs of some queries, item by item.

    Parameters
    ----------
    items
        Those there are, ascending; int32.
    offsets
        Where the pairs of each of these begin, and where the last end; int64, (len(items) + 1,).
    rows
        Place of the query of each pair among the queries; int32.
    places
        Place of each pair among those of all queries; int64.
    """

    items: Codes
    offsets: Offsets
    rows: Codes
    places: NDArray[np.int64]


class _OwnVectors(NamedTuple):
    """The vectors that some items have in groups, group by group.

    Parameters
    ----------
    offsets
        Where those of each group begin, and where the last end; int64, (groups + 1,).
    items
        Place of the item of each among those of :class:`_Pairs`; int32.
    rows
        Where each is in ``GroupVectors.own``; int64.
    """

    offsets: Offsets
    items: Codes
    rows: NDArray[np.int64]


def expected_at(
    asking: Floats,
    own: Floats,
    active: NDArray[np.bool_],
    vectors: GroupVectors,
    starts: Offsets,
    items: Codes,
    place_of: Codes,
    products: Floats,
    scores: Floats,
) -> None:
    """Add what the factors expect to the scores of some items of each query.

    Parameters
    ----------
    asking, own
        As :func:`tigertail.signals.listening.kernels.vectors_to_ask` returns them.
    active
        False only where ``own`` is 0; bool, (queries, groups).
    vectors
        The vectors of all items.
    starts, items
        As in :func:`tigertail.signals.listening.kernels.common_listeners_at`; of one query no item comes twice, since
        there is room for one pair of each query and item.
    place_of, products
        Place of each item among those whose expectation is known, -1 for others, and what it is; int32, (all items,),
        and float32, (queries, those).
    scores
        Float32, (len(items),); changed in place.
    """
    sharing = rows_of_thread(len(asking), SHARING)
    _expected_at(asking, own, active, vectors, starts, items, place_of, products, sharing, scores)


@njit(parallel=True, cache=True)
def _expected_at(asking, own, active, vectors, starts, items, place_of, products, sharing, scores):
    for chunk in prange((len(asking) + sharing - 1) // sharing):
        # Numba's own index has another type, for which all that is called would be compiled again.
        first = np.int64(chunk) * sharing
        last = min(first + sharing, len(asking))
        some = slice(first, last)
        _add_known(starts[first : last + 1], items, place_of, products[some], scores)
        pairs = _by_item(starts[first : last + 1], items, place_of)
        _expect_together(asking[some], own[some], active[some], vectors, pairs, scores)


@njit(cache=True)
def _add_known(starts, items, place_of, products, scores):
    for row in range(len(products)):
        for place in range(starts[row], starts[row + 1]):
            if place_of[items[place]] >= 0:
                scores[place] += products[row, place_of[items[place]]]


@njit(cache=True)
def _by_item(starts, items, place_of):
    """Return the pairs of some queries whose expectation is not known."""
    to = np.zeros(len(place_of), np.int64)
    for place in range(starts[0], starts[-1]):
        to[items[place]] += place_of[items[place]] < 0
    distinct = np.flatnonzero(to).astype(np.int32)
    offsets = np.zeros(len(distinct) + 1, np.int64)
    for one in range(len(distinct)):
        offsets[one + 1] = offsets[one] + to[distinct[one]]
        to[distinct[one]] = offsets[one]
    rows, places = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.int64)
    for row in range(len(starts) - 1):
        for place in range(starts[row], starts[row + 1]):
            item = items[place]
            if place_of[item] < 0:
                rows[to[item]], places[to[item]] = row, place
                to[item] += 1
    return _Pairs(distinct, offsets, rows, places)


@njit(cache=True)
def _by_group(items, vectors, groups):
    """Return the vectors that some items have in groups."""
    offsets = np.zeros(groups + 1, np.int64)
    for item in items:
        for entry in range(vectors.offsets[item], vectors.offsets[item + 1]):
            offsets[vectors.groups[entry] + 1] += 1
    offsets = np.cumsum(offsets)
    theirs, rows = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.int64)
    to = offsets.copy()
    for place in range(len(items)):
        for entry in range(vectors.offsets[items[place]], vectors.offsets[items[place] + 1]):
            group = vectors.groups[entry]
            theirs[to[group]], rows[to[group]] = place, vectors.rows[entry]
            to[group] += 1
    return _OwnVectors(offsets, theirs, rows)


@njit(cache=True)
def _expect_together(asking, own, active, vectors, pairs, scores):
    """Add what the factors expect of some pairs: by the world's vectors, then by how those of groups differ."""
    sums = np.empty(len(pairs.rows), np.float32)
    _expect_of_world(asking, vectors.world, pairs, scores, sums)
    theirs = _by_group(pairs.items, vectors, own.shape[1])
    packed, slot = np.empty(asking.shape, np.float32), np.empty(len(asking), np.int32)
    for group in range(own.shape[1]):
        _pack(own, active, group, packed, slot)
        of_group = slice(theirs.offsets[group], theirs.offsets[group + 1])
        _expect_of_group(packed, slot, vectors, theirs.items[of_group], theirs.rows[of_group], pairs, sums)
    for pair in range(len(sums)):
        scores[pairs.places[pair]] = sums[pair]


@njit(cache=True)
def _expect_of_world(asking, world, pairs, scores, sums):
    flat = world.reshape(-1)
    for one in range(len(pairs.items)):
        if one + _AHEAD < len(pairs.items):
            read_vector_ahead(flat, pairs.items[one + _AHEAD], world.shape[1])
        vector = world[pairs.items[one]]
        for pair in range(pairs.offsets[one], pairs.offsets[one + 1]):
            sums[pair] = scores[pairs.places[pair]] + dot_in_any_order(asking[pairs.rows[pair]], vector)


@njit(cache=True)
def _pack(own, active, group, packed, slot):
    """Write what some queries ask a group with side by side, and where that of each is; -1 for none."""
    size = 0
    for row in range(len(own)):
        slot[row] = -1
        if active[row, group]:
            packed[size] = own[row, group]
            slot[row] = size
            size += 1


@njit(cache=True)
def _expect_of_group(packed, slot, vectors, items, rows, pairs, sums):
    width = vectors.world.shape[1]
    flat_world, flat_own = vectors.world.reshape(-1), vectors.own.reshape(-1)
    asked, difference = np.empty(len(slot) + 1, np.int64), np.empty(width, np.float32)
    for one in range(len(items)):
        if one + _AHEAD < len(items):
            read_vector_ahead(flat_own, rows[one + _AHEAD], width)
            read_vector_ahead(flat_world, pairs.items[items[one + _AHEAD]], width)
        size = 0
        for pair in range(pairs.offsets[items[one]], pairs.offsets[items[one] + 1]):
            # Written, and counted if the query asks the group: a branch would often be foreseen wrongly.
            asked[size] = pair
            size += slot[pairs.rows[pair]] >= 0
        if size == 0:
            continue
        local, world = vectors.own[rows[one]], vectors.world[pairs.items[items[one]]]
        for j in range(width):
            difference[j] = local[j] - world[j]
        for pair in asked[:size]:
            sums[pair] += dot_in_any_order(packed[slot[pairs.rows[pair]]], difference)

"""Compiled kernels of the local models: what the listeners of an item have in common, and what factors expect."""

# The kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, one_query_in_numpy, prange
from tigertail.ranking.shortlist import shortlist, wanted
from tigertail.signals.dot_products import dot_in_any_order, read_vector_ahead
from tigertail.sparse import CSR
from tigertail.threads import threads_for

_NOTHING: Final = np.float32(-np.inf)
CHUNK: Final = 64  # queries of a thread that share counts of all items
FEW: Final = 8192  # items with common listeners, at most, of which the factors are asked too
_AHEAD: Final = 16  # items whose vectors are asked for before they are needed

Floats = NDArray[np.float32]
Codes = NDArray[np.int32]
Offsets = NDArray[np.int64]


class PlayGraph(NamedTuple):
    """The plays as a bipartite graph, from items to listeners and back; no kernel writes to it.

    Listeners of no group are one more group here, the last of ``groups``. Its vectors are the world's: where a shape
    names the world, it is the last of ``groups + 1``.

    Parameters
    ----------
    item_offsets
        Where the listeners of each item begin, and where the last end; int64, (items + 1,).
    item_listeners
        Listeners of the items, ascending for each; int32.
    listener_offsets
        Where the items of each listener begin, and where the last end; int64, (listeners + 1,).
    listener_items
        Items of the listeners; int32.
    group
        Group of each listener, ascending; int32, (listeners,).
    weight
        What a listener counts by how much they play, n_u^-a in :mod:`tigertail.signals.listening.signal`; above 0;
        float32, (listeners,).
    catalogue
        Which source's catalogue each listener has; int32, (listeners,).
    """

    item_offsets: Offsets
    item_listeners: Codes
    listener_offsets: Offsets
    listener_items: Codes
    group: Codes
    weight: Floats
    catalogue: Codes

    @classmethod
    def of(cls, plays: CSR, starts: Offsets, weight: Floats, catalogue: Codes) -> Self:
        """Make it of the items of each listener and of the first listener of each group."""
        by_item = plays.transpose()
        group = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
        return cls(
            *map(_read_only, (by_item.indptr, by_item.indices, plays.indptr, plays.indices)),
            *map(_read_only, (group, weight, catalogue)),
        )

    def listeners_of(self, item: int) -> Codes:
        """Return the listeners of an item, ascending."""
        return self.item_listeners[self.item_offsets[item] : self.item_offsets[item + 1]]


class GroupVectors(NamedTuple):
    """The vectors that items have in the world and in groups; no kernel writes to them.

    Parameters
    ----------
    world
        The world's; float32, (items, factors).
    offsets
        Where the entries of each item begin, and where the last end; int64, (items + 1,).
    groups
        Groups in which an item has a vector of its own, ascending for each item; int32.
    rows
        The rows of these vectors; int64.
    own
        Vectors of items in groups; float32, (rows, factors).
    totals
        The sum of all items' vectors in each group, and in the world; float64, (groups + 1, factors).
    """

    world: Floats
    offsets: Offsets
    groups: Codes
    rows: NDArray[np.int64]
    own: Floats
    totals: NDArray[np.float64]

    @classmethod
    def of(cls, world: Floats, starts: Offsets, items: Codes, own: Floats) -> Self:
        """Make them of what each group has: where its rows begin, the items, ascending, and their vectors."""
        rows = np.argsort(items, kind="stable")
        groups = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
        offsets = np.concatenate([[0], np.cumsum(np.bincount(items, minlength=len(world)))]).astype(np.int64)
        total = _sum(world)
        totals = [
            total + (_sum(own[first:last]) - _sum(world[items[first:last]]))
            for first, last in pairwise(starts)
        ]
        return cls(*map(_read_only, (world, offsets, groups[rows], rows, own, np.array([*totals, total]))))


def _sum(vectors: Floats) -> NDArray[np.float64]:
    return np.asarray(vectors.sum(axis=0, dtype=np.float64))


def _read_only(array: Any) -> Any:
    """Return a view that may not be written to, so that kernels are compiled for one type alone."""
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view


def common_listeners(
    queries: Codes, graph: PlayGraph, weights: Floats, catalogues: int
) -> tuple[Floats, Floats, Floats]:
    """Sum the weights of the common listeners of each query and every item.

    The weight of a listener is their own times that of their group.

    Parameters
    ----------
    queries
        Items asked about; int32, (queries,).
    graph
        Who plays what.
    weights
        Weight of each group's listeners for each query; float32, (queries, groups).
    catalogues
        How many sources' catalogues there are.

    Returns
    -------
    common
        Weighted common listeners; float32, (queries, items).
    met
        Pairs of listener and other item met in each group, by the listener's own weight alone; float32,
        (queries, groups).
    of_catalogue
        Weighted listeners of the query in each source's catalogue; float32, (queries, catalogues).
    """
    common = np.zeros((len(queries), len(graph.item_offsets) - 1), np.float32)
    met = np.zeros(weights.shape, np.float32)
    of_catalogue = np.zeros((len(queries), catalogues), np.float32)
    if one_query_in_numpy(len(queries)):
        _numpy_common(queries, graph, weights, common, met, of_catalogue)
        return common, met, of_catalogue
    listeners = int((graph.item_offsets[queries + 1] - graph.item_offsets[queries]).sum())
    with threads_for(listeners * (len(graph.listener_items) // max(1, len(graph.group)))):
        _common(queries, graph, weights, common, met, of_catalogue)
    return common, met, of_catalogue


def pairs_met(queries: Codes, graph: PlayGraph, groups: int) -> Floats:
    """Return the pairs of listener and other item met in each group, as :func:`common_listeners` does."""
    met = np.zeros((len(queries), groups), np.float32)
    _pairs_met(queries, graph, met)
    return met


def most_common(
    queries: Codes,
    graph: PlayGraph,
    weights: Floats,
    asking: Floats,
    vectors: Floats,
    gain: Floats,
    n: int,
    band: NDArray[np.uint8],
) -> Codes:
    """Find items with common listeners that have most of these and of what the factors expect, or of the latter alone.

    Where more than :data:`FEW` items have common listeners, these alone count.

    Parameters
    ----------
    queries, graph, weights
        As in :func:`common_listeners`; here all weights must be above 0.
    asking
        What multiplies the vectors of the answers; float32, (queries, factors).
    vectors
        The world's vectors of all items; float32, (items, factors).
    gain
        What the sum is multiplied by, for each item; float32, (items,).
    n
        How many by the sum, and as many by what is expected alone, under the popularity exponent that these have
        already (:func:`tigertail.ranking.shortlist.wanted`).
    band
        Band of popularity of each item; uint8, (items,).

    Returns
    -------
    NDArray[np.int32]
        Items, in no order, some of them twice, -1 where there are no more; (queries, at most).
    """
    counts = wanted(n)
    codes = np.full((len(queries), 2 * counts.sum()), -1, np.int32)
    _most_common(queries, graph, weights, asking, vectors, gain, band, counts, codes)
    return codes


def common_listeners_at(
    queries: Codes, graph: PlayGraph, weights: Floats, catalogues: int, starts: Offsets, items: Codes
) -> tuple[Floats, Floats, Floats]:
    """Do what :func:`common_listeners` does, for some items of each query.

    Parameters
    ----------
    queries, graph, weights, catalogues
        As in :func:`common_listeners`.
    starts
        Where the items of each query begin, and where the last end; int64, (queries + 1,).
    items
        Items of the queries, one after the other; int32.

    Returns
    -------
    common
        Weighted common listeners of each of these; float32.
    met, of_catalogue
        As :func:`common_listeners` returns them.
    """
    common = np.zeros(len(items), np.float32)
    met = np.zeros(weights.shape, np.float32)
    of_catalogue = np.zeros((len(queries), catalogues), np.float32)
    _common_at(queries, graph, weights, starts, items, common, met, of_catalogue)
    return common, met, of_catalogue


def vectors_to_ask(queries: Codes, mass: Floats, vectors: GroupVectors) -> tuple[Floats, Floats]:
    """Return what the factors are asked with.

    Parameters
    ----------
    queries
        Item codes; int32, (queries,).
    mass
        What the factors of each group, and of the world, count for each query: pairs met there, times the prior;
        float32, (queries, groups + 1).
    vectors
        The vectors of all items.

    Returns
    -------
    asking
        What multiplies the world's vectors of the answers; float32, (queries, factors).
    own
        What multiplies the difference of a group's vectors to these; float32, (queries, groups, factors).
    """
    asking = np.zeros((len(queries), vectors.world.shape[1]), np.float32)
    own = np.zeros((len(queries), mass.shape[1] - 1, asking.shape[1]), np.float32)
    if one_query_in_numpy(len(queries)):
        _numpy_ask(int(queries[0]), mass[0], vectors, asking[0], own[0])
        return asking, own
    with threads_for(own.size):
        _ask(queries, mass, vectors, asking, own)
    return asking, own


def world_vectors_to_ask(queries: Codes, mass: Floats, vectors: GroupVectors) -> Floats:
    """Return the first of what :func:`vectors_to_ask` does, without room for the other."""
    asking = np.zeros((len(queries), vectors.world.shape[1]), np.float32)
    _ask_world(queries, mass, vectors, asking)
    return asking


@njit(parallel=True, cache=True)
def divide_at(scores, divisor, gain, known, queries, starts, items):
    """Turn the scores of some items of each query into affinities: 0 to the query, none without a listener."""
    for row in prange(len(queries)):
        for place in range(starts[row], starts[row + 1]):
            item = items[place]
            if not (known[item] and known[queries[row]]):
                scores[place] = _NOTHING
            elif item == queries[row]:
                scores[place] = 0
            else:
                scores[place] = scores[place] / divisor[row] * gain[item]


def add_products(scores: Floats, rows: NDArray[np.int64], items: Codes, products: Floats) -> None:
    """Add ``products[i, j]`` to ``scores[rows[i], items[j]]``, in place; neither rows nor items may repeat."""
    if one_query_in_numpy(len(rows)):
        scores[rows[0], items] += products[0]
        return
    with threads_for(products.size):
        _add_products(scores, rows, items, products)


def _numpy_common(
    queries: Codes, graph: PlayGraph, weights: Floats, common: Floats, met: Floats, of_catalogue: Floats
) -> None:
    """Do what :func:`_common` does, in the same order of sums."""
    for row, query in enumerate(queries):
        listeners = graph.listeners_of(query)
        group, own = graph.group[listeners], graph.weight[listeners]
        weight = weights[row, group] * own
        first, last = graph.listener_offsets[listeners], graph.listener_offsets[listeners + 1]
        np.add.at(met[row], group, own * (last - first - 1).astype(np.float32))
        np.add.at(of_catalogue[row], graph.catalogue[listeners], weight)
        sizes = last - first
        entry = np.arange(sizes.sum()) + np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
        np.add.at(common[row], graph.listener_items[entry], np.repeat(weight, sizes))
        common[row, query] = 0


@njit(cache=True)
def _walk(query, graph, weights, common, met, of_catalogue):
    """Add the weights of the listeners of an item to what they play; return the steps that this takes."""
    steps = 0
    for entry in range(graph.item_offsets[query], graph.item_offsets[query + 1]):
        listener = graph.item_listeners[entry]
        group, own = graph.group[listener], graph.weight[listener]
        weight = weights[group] * own
        begin, end = graph.listener_offsets[listener], graph.listener_offsets[listener + 1]
        met[group] += own * np.float32(end - begin - 1)
        of_catalogue[graph.catalogue[listener]] += weight
        for place in range(begin, end):
            common[graph.listener_items[place]] += weight
        steps += end - begin
    common[query] = 0
    return steps


@njit(cache=True)
def _clear(query, graph, common):
    for entry in range(graph.item_offsets[query], graph.item_offsets[query + 1]):
        listener = graph.item_listeners[entry]
        for place in range(graph.listener_offsets[listener], graph.listener_offsets[listener + 1]):
            common[graph.listener_items[place]] = 0


@njit(parallel=True, cache=True)
def _common(queries, graph, weights, common, met, of_catalogue):
    for one in prange(len(queries)):
        # Numba's own index has another type, for which all that is called would be compiled again.
        row = np.int64(one)
        _walk(queries[row], graph, weights[row], common[row], met[row], of_catalogue[row])


@njit(parallel=True, cache=True)
def _add_products(scores, rows, items, products):
    for i in prange(len(rows)):
        row = rows[i]
        for j in range(len(items)):
            scores[row, items[j]] += products[i, j]


@njit(cache=True)
def _meet(query, graph, met):
    for entry in range(graph.item_offsets[query], graph.item_offsets[query + 1]):
        listener = graph.item_listeners[entry]
        others = graph.listener_offsets[listener + 1] - graph.listener_offsets[listener] - 1
        met[graph.group[listener]] += graph.weight[listener] * np.float32(others)


@njit(parallel=True, cache=True)
def _pairs_met(queries, graph, met):
    for one in prange(len(queries)):
        row = np.int64(one)
        _meet(queries[row], graph, met[row])


@njit(cache=True)
def _add_common(query, graph, weights, common, touched):
    """Add the weights of the listeners of an item to what they play; return how many items are touched."""
    count = 0
    for entry in range(graph.item_offsets[query], graph.item_offsets[query + 1]):
        listener = graph.item_listeners[entry]
        weight = weights[graph.group[listener]] * graph.weight[listener]
        for place in range(graph.listener_offsets[listener], graph.listener_offsets[listener + 1]):
            item = graph.listener_items[place]
            touched[count] = item
            count += common[item] == 0
            common[item] += weight
    return count


@njit(parallel=True, cache=True)
def _most_common(queries, graph, weights, asking, vectors, gain, band, counts, codes):
    by_sum, flat = counts.sum(), vectors.reshape(-1)
    for chunk in prange((len(queries) + CHUNK - 1) // CHUNK):
        common = np.zeros(len(gain), np.float32)
        touched = np.empty(len(gain) + 1, np.int32)  # one is written before it is known to be new
        for row in range(CHUNK * chunk, min(CHUNK * (chunk + 1), len(queries))):
            count = _add_common(queries[row], graph, weights[row], common, touched)
            there, scores, expected = (
                touched[:count],
                np.empty(count, np.float32),
                np.zeros(count, np.float32),
            )
            for place in range(count):
                item = there[place]
                if count <= FEW:
                    if place + _AHEAD < count:
                        read_vector_ahead(flat, there[place + _AHEAD], vectors.shape[1])
                    expected[place] = dot_in_any_order(asking[row], vectors[item]) * gain[item]
                scores[place] = common[item] * gain[item] + expected[place]
                common[item] = 0
            shortlist(scores, there, queries[row], band, counts, codes[row, :by_sum])
            if count <= FEW:
                shortlist(expected, there, queries[row], band, counts, codes[row, by_sum:])


@njit(parallel=True, cache=True)
def _common_at(queries, graph, weights, starts, items, at_items, met, of_catalogue):
    for chunk in prange((len(queries) + CHUNK - 1) // CHUNK):
        common = np.zeros(len(graph.item_offsets) - 1, np.float32)
        for row in range(CHUNK * chunk, min(CHUNK * (chunk + 1), len(queries))):
            query = queries[row]
            steps = _walk(query, graph, weights[row], common, met[row], of_catalogue[row])
            for entry in range(starts[row], starts[row + 1]):
                at_items[entry] = common[items[entry]]
            if steps < len(common):
                _clear(query, graph, common)
            else:
                common[:] = 0


@njit(cache=True)
def _point(vector, total, mass, asking):
    """Write a vector, divided by the sum of its products with all others, times a mass; 0 without a sum above 0."""
    with_all, with_itself = 0.0, 0.0
    for j in range(len(vector)):
        with_all += np.float64(vector[j]) * total[j]
        with_itself += np.float64(vector[j]) * np.float64(vector[j])
    others = with_all - with_itself
    for j in range(len(vector)):
        asking[j] = mass * np.float32(vector[j] * (1 / others)) if others > 0 else np.float32(0)


@njit(cache=True)
def _ask_one(query, mass, vectors, asking, own):
    """Do what :func:`vectors_to_ask` does for one query."""
    groups = len(own)
    entry, last = vectors.offsets[query], vectors.offsets[query + 1]
    _point(vectors.world[query], vectors.totals[groups], mass[groups], asking)
    for group in range(groups):
        while entry < last and vectors.groups[entry] < group:
            entry += 1
        if mass[group] == 0:
            continue
        if entry < last and vectors.groups[entry] == group:
            _point(vectors.own[vectors.rows[entry]], vectors.totals[group], mass[group], own[group])
        else:
            _point(vectors.world[query], vectors.totals[group], mass[group], own[group])
        asking += own[group]


@njit(parallel=True, cache=True)
def _ask(queries, mass, vectors, asking, own):
    for one in prange(len(queries)):
        row = np.int64(one)
        _ask_one(queries[row], mass[row], vectors, asking[row], own[row])


@njit(parallel=True, cache=True)
def _ask_world(queries, mass, vectors, asking):
    for chunk in prange((len(queries) + CHUNK - 1) // CHUNK):
        own = np.empty((mass.shape[1] - 1, asking.shape[1]), np.float32)
        for row in range(CHUNK * chunk, min(CHUNK * (chunk + 1), len(queries))):
            _ask_one(queries[row], mass[row], vectors, asking[row], own)


def _numpy_ask(query: int, mass: Floats, vectors: GroupVectors, asking: Floats, own: Floats) -> None:
    """Do what :func:`_ask_one` does, in the same order of sums."""
    there = np.broadcast_to(vectors.world[query], (len(mass), len(asking))).copy()
    entries = slice(vectors.offsets[query], vectors.offsets[query + 1])
    there[vectors.groups[entries]] = vectors.own[vectors.rows[entries]]
    exact = there.astype(np.float64)
    others = _sum_in_order(exact * vectors.totals) - _sum_in_order(exact * exact)
    scale = np.where(others > 0, 1 / np.where(others > 0, others, 1), 0)
    pointed = mass[:, None] * (there * scale[:, None]).astype(np.float32)
    own[:] = pointed[:-1]
    asking[:] = np.add.accumulate(np.vstack([pointed[-1:], own]))[-1]


def _sum_in_order(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of each row, added one by one as a kernel does."""
    return np.add.accumulate(values, axis=1)[:, -1]


@njit(cache=True)
def _expect_one(asking, own, active, vectors, items, scores):
    for place in range(len(items)):
        item = items[place]
        world = vectors.world[item]
        expected = dot_in_any_order(asking, world)
        for entry in range(vectors.offsets[item], vectors.offsets[item + 1]):
            group = vectors.groups[entry]
            if active[group]:
                expected += _dot_of_difference(own[group], vectors.own[vectors.rows[entry]], world)
        scores[place] += expected


@njit(fastmath=True, cache=True)
def _dot_of_difference(own, local, world):
    """Return the dot product of a group's vector and how its vector of an item differs from the world's."""
    total = np.float32(0)
    for j in range(len(own)):
        total += own[j] * (local[j] - world[j])
    return total


@njit(cache=True)
def expected_after(query, graph, vectors, items):
    """Return what the factors expect of some items after one; float32, (items,).

    The prior is taken as 1, and nothing is divided or multiplied by an item's gain as an affinity is: only the signs
    compare.
    """
    met = np.zeros(len(vectors.totals), np.float32)
    _meet(query, graph, met)
    asking = np.empty(vectors.world.shape[1], np.float32)
    own = np.zeros((len(met) - 1, len(asking)), np.float32)
    _ask_one(query, met, vectors, asking, own)
    expected = np.zeros(len(items), np.float32)
    _expect_one(asking, own, met[:-1] > 0, vectors, items, expected)
    return expected

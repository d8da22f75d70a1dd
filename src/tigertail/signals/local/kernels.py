"""Compiled kernels of the local models: counting what the listeners of an item have in common."""

# The kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prange, prefer_numpy
from tigertail.retrieval.topk import best_of_bands
from tigertail.signals.products import EIGHT, products_of_one
from tigertail.sparse import CSR
from tigertail.threads import threads_for

CHUNK: Final = 16  # queries of a thread that share what counts are written to
FEW: Final = 8192  # items with common listeners


class LocalRows(NamedTuple):
    """The rows of the groups' own vectors that each item has.

    Parameters
    ----------
    offsets
        Where the entries of each item begin, and where the last end; int64, (items + 1,).
    groups
        Group of each entry, ascending for an item; int32.
    rows
        Its row; int64.
    """

    offsets: NDArray[np.int64]
    groups: NDArray[np.int32]
    rows: NDArray[np.int64]


def common_listeners(
    queries: NDArray[np.int32],
    by_item: CSR,
    plays: CSR,
    starts: NDArray[np.int64],
    weights: NDArray[np.float32],
    listener_weights: NDArray[np.float32],
    catalogue: NDArray[np.int32],
    catalogues: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Sum the weights of the common listeners of each query and every item.

    The weight of a listener is their own times that of their group.

    Parameters
    ----------
    queries
        Items asked about; int32, (queries,).
    by_item
        Listeners of each item, ascending; listeners are numbered group by group.
    plays
        Items of each listener.
    starts
        First listener of each group, and the number of listeners; int64, (groups + 1,).
    weights
        Weight of each group's listeners for each query; float32, (queries, groups).
    listener_weights
        Weight of each listener; float32, (listeners,).
    catalogue
        Catalogue of each listener; int32, (listeners,).
    catalogues
        How many there are.

    Returns
    -------
    common
        Weighted common listeners; float32, (queries, items).
    met
        Pairs of listener and other item met in each group, by the listener's own weight alone; float32,
        (queries, groups).
    of_catalogue
        Weighted listeners of the query in each catalogue; float32, (queries, catalogues).
    """
    listeners = int((by_item.indptr[queries + 1] - by_item.indptr[queries]).sum())
    work = listeners * (plays.nnz // max(1, plays.shape[0]))
    if prefer_numpy(len(queries)):
        return _numpy_common(
            queries, by_item, plays, starts, weights, listener_weights, catalogue, catalogues
        )
    with threads_for(work):
        return _common(  # type: ignore[no-any-return]
            queries,
            by_item.indptr,
            by_item.indices,
            plays.indptr,
            plays.indices,
            starts,
            weights,
            listener_weights,
            catalogue,
            catalogues,
            plays.shape[1],
        )


def pairs_met(
    queries: NDArray[np.int32],
    by_item: CSR,
    plays: CSR,
    starts: NDArray[np.int64],
    listener_weights: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the pairs of listener and other item met in each group, as :func:`common_listeners` does."""
    met = np.zeros((len(queries), len(starts) - 1), np.float32)
    _pairs_met(queries, by_item.indptr, by_item.indices, plays.indptr, starts, listener_weights, met)
    return met


def most_common(
    queries: NDArray[np.int32],
    by_item: CSR,
    plays: CSR,
    starts: NDArray[np.int64],
    weights: NDArray[np.float32],
    listener_weights: NDArray[np.float32],
    asking: NDArray[np.float32],
    vectors: NDArray[np.float32],
    gain: NDArray[np.float32],
    n: int,
    band: NDArray[np.uint8],
) -> NDArray[np.int32]:
    """Find the items of each band with the largest sum of weighted common listeners and of what the factors expect.

    Where more than :data:`FEW` items have common listeners, those alone count.

    Parameters
    ----------
    queries, by_item, plays, starts, weights, listener_weights
        As in :func:`common_listeners`.
    asking
        What multiplies the vectors of the answers; float32, (queries, factors).
    vectors
        Float32, (items, factors).
    gain
        What the sum is multiplied by, for each item; float32, (items,).
    n
        How many of each band.
    band
        Band of each item; uint8, (items,).

    Returns
    -------
    NDArray[np.int32]
        Items, in no order, -1 where there are no more; (queries, bands, n).
    """
    found = np.full((len(queries), int(band.max(initial=0)) + 1, n), -1, np.int32)
    _most_common(
        queries,
        by_item.indptr,
        by_item.indices,
        plays.indptr,
        plays.indices,
        starts,
        weights,
        listener_weights,
        asking,
        np.asarray(vectors),
        gain,
        band,
        found,
    )
    return found


def common_listeners_at(
    queries: NDArray[np.int32],
    by_item: CSR,
    plays: CSR,
    starts: NDArray[np.int64],
    weights: NDArray[np.float32],
    listener_weights: NDArray[np.float32],
    catalogue: NDArray[np.int32],
    catalogues: int,
    item_starts: NDArray[np.int64],
    items: NDArray[np.int32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Do what :func:`common_listeners` does, for some items of each query.

    Parameters
    ----------
    item_starts
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
    met = np.zeros((len(queries), len(starts) - 1), np.float32)
    of_catalogue = np.zeros((len(queries), catalogues), np.float32)
    _common_at(
        queries,
        by_item.indptr,
        by_item.indices,
        plays.indptr,
        plays.indices,
        starts,
        weights,
        listener_weights,
        catalogue,
        item_starts,
        items,
        plays.shape[1],
        common,
        met,
        of_catalogue,
    )
    return common, met, of_catalogue


def expected_at(
    asking: NDArray[np.float32],
    own: NDArray[np.float32],
    active: NDArray[np.bool_],
    vectors: NDArray[np.float32],
    local: LocalRows,
    local_vectors: NDArray[np.float32],
    item_starts: NDArray[np.int64],
    items: NDArray[np.int32],
    scores: NDArray[np.float32],
) -> None:
    """Add what the factors expect to the scores of some items.

    Parameters
    ----------
    asking
        What multiplies the world's vectors; float32, (queries, factors).
    own
        What multiplies the difference of each group's vectors to these; float32, (queries, groups, factors).
    active
        Whether that is anything but 0; bool, (queries, groups).
    vectors
        The world's; float32, (items, factors).
    local
        Which rows of ``local_vectors`` each item has.
    local_vectors
        Vectors of items in groups; float32, (rows, factors).
    item_starts, items
        As in :func:`common_listeners_at`.
    scores
        Float32, (len(items),); changed in place.
    """
    _expected_at(asking, own, active, vectors, *local, local_vectors, item_starts, items, scores)


def add_products(
    scores: NDArray[np.float32],
    rows: NDArray[np.int64],
    items: NDArray[np.int32],
    products: NDArray[np.float32],
) -> None:
    """Add ``products[i, j]`` to ``scores[rows[i], items[j]]``, in place; neither rows nor items may repeat."""
    if prefer_numpy(len(rows)):
        scores[rows[0], items] += products[0]
        return
    with threads_for(products.size):
        _add_products(scores, rows, items, products)


def _numpy_common(
    queries: NDArray[np.int32],
    by_item: CSR,
    plays: CSR,
    starts: NDArray[np.int64],
    weights: NDArray[np.float32],
    listener_weights: NDArray[np.float32],
    catalogue: NDArray[np.int32],
    catalogues: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Do what :func:`_common` does, in the same order of sums."""
    common = np.zeros((len(queries), plays.shape[1]), np.float32)
    met = np.zeros((len(queries), len(starts) - 1), np.float32)
    of_catalogue = np.zeros((len(queries), catalogues), np.float32)
    for row, query in enumerate(queries):
        listeners, _ = by_item.row(int(query))
        group = np.searchsorted(starts, listeners, "right") - 1
        theirs = plays.select_rows(listeners)
        own = listener_weights[listeners]
        np.add.at(met[row], group, own * (theirs.row_sizes - 1).astype(np.float32))
        np.add.at(common[row], theirs.indices, np.repeat(weights[row, group] * own, theirs.row_sizes))
        np.add.at(of_catalogue[row], catalogue[listeners], weights[row, group] * own)
        common[row, query] = 0
    return common, met, of_catalogue


@njit(parallel=True, cache=True)
def _common(
    queries,
    item_offsets,
    item_listeners,
    listener_offsets,
    listener_items,
    starts,
    weights,
    listener_weights,
    catalogue,
    catalogues,
    items,
):
    groups = len(starts) - 1
    common = np.zeros((len(queries), items), np.float32)
    met = np.zeros((len(queries), groups), np.float32)
    of_catalogue = np.zeros((len(queries), catalogues), np.float32)
    for row in prange(len(queries)):
        query = queries[row]
        group = 0
        for e in range(item_offsets[query], item_offsets[query + 1]):
            listener = item_listeners[e]
            while listener >= starts[group + 1]:
                group += 1
            own = listener_weights[listener]
            weight = weights[row, group] * own
            begin, end = listener_offsets[listener], listener_offsets[listener + 1]
            met[row, group] += own * np.float32(end - begin - 1)
            of_catalogue[row, catalogue[listener]] += weight
            for f in range(begin, end):
                common[row, listener_items[f]] += weight
        common[row, query] = 0
    return common, met, of_catalogue


@njit(parallel=True, cache=True)
def _add_products(scores, rows, items, products):
    for i in prange(len(rows)):
        row = rows[i]
        for j in range(len(items)):
            scores[row, items[j]] += products[i, j]


@njit(parallel=True, cache=True)
def _pairs_met(queries, item_offsets, item_listeners, listener_offsets, starts, listener_weights, met):
    for row in prange(len(queries)):
        group = 0
        for e in range(item_offsets[queries[row]], item_offsets[queries[row] + 1]):
            listener = item_listeners[e]
            while listener >= starts[group + 1]:
                group += 1
            others = listener_offsets[listener + 1] - listener_offsets[listener] - 1
            met[row, group] += listener_weights[listener] * np.float32(others)


@njit(cache=True)
def _add_common(
    listeners, listener_offsets, listener_items, starts, weights, listener_weights, common, touched
):
    """Add the weights of some listeners to what they play; return how many items are touched."""
    count = 0
    group = 0
    for listener in listeners:
        while listener >= starts[group + 1]:
            group += 1
        weight = weights[group] * listener_weights[listener]
        for place in range(listener_offsets[listener], listener_offsets[listener + 1]):
            item = listener_items[place]
            if common[item] == 0:
                touched[count] = item
                count += 1
            common[item] += weight
    return count


@njit(parallel=True, cache=True)
def _most_common(
    queries,
    item_offsets,
    item_listeners,
    listener_offsets,
    listener_items,
    starts,
    weights,
    listener_weights,
    asking,
    vectors,
    gain,
    band,
    found,
):
    for chunk in prange((len(queries) + CHUNK - 1) // CHUNK):
        common = np.zeros(len(band), np.float32)
        touched = np.empty(len(band), np.int32)
        expected = np.empty(FEW, np.float32)
        for row in range(CHUNK * chunk, min(CHUNK * (chunk + 1), len(queries))):
            query = queries[row]
            listeners = item_listeners[item_offsets[query] : item_offsets[query + 1]]
            count = _add_common(
                listeners,
                listener_offsets,
                listener_items,
                starts,
                weights[row],
                listener_weights,
                common,
                touched,
            )
            there = touched[:count]
            if count <= FEW:
                products_of_one(asking[row], vectors, there, expected[:count])
                for place in range(count):
                    common[there[place]] += expected[place]
            for item in there:
                common[item] *= gain[item]
            best_of_bands(common, there, query, band, found[row])
            for item in there:
                common[item] = 0


@njit(parallel=True, cache=True)
def _common_at(
    queries,
    item_offsets,
    item_listeners,
    listener_offsets,
    listener_items,
    starts,
    weights,
    listener_weights,
    catalogue,
    item_starts,
    items,
    width,
    at_items,
    met,
    of_catalogue,
):
    for chunk in prange((len(queries) + CHUNK - 1) // CHUNK):
        common = np.zeros(width, np.float32)
        for row in range(CHUNK * chunk, min(CHUNK * (chunk + 1), len(queries))):
            query = queries[row]
            group = 0
            for e in range(item_offsets[query], item_offsets[query + 1]):
                listener = item_listeners[e]
                while listener >= starts[group + 1]:
                    group += 1
                own = listener_weights[listener]
                weight = weights[row, group] * own
                begin, end = listener_offsets[listener], listener_offsets[listener + 1]
                met[row, group] += own * np.float32(end - begin - 1)
                of_catalogue[row, catalogue[listener]] += weight
                for f in range(begin, end):
                    common[listener_items[f]] += weight
            common[query] = 0
            for entry in range(item_starts[row], item_starts[row + 1]):
                at_items[entry] = common[items[entry]]
            for e in range(item_offsets[query], item_offsets[query + 1]):
                listener = item_listeners[e]
                for f in range(listener_offsets[listener], listener_offsets[listener + 1]):
                    common[listener_items[f]] = 0


@njit(parallel=True, cache=True)
def _expected_at(
    asking, own, active, vectors, offsets, groups, rows, local_vectors, item_starts, items, scores
):
    for one in prange(len(asking)):
        row = np.int64(one)
        begin, end = item_starts[row], item_starts[row + 1]
        theirs = items[begin:end]
        entries, starts = _entries_of_groups(theirs, offsets, groups, active[row])
        for group in range(len(starts) - 1):
            first, last = starts[group], starts[group + 1]
            if first < last:
                _add_differences(
                    own[row, group],
                    vectors,
                    local_vectors,
                    rows,
                    theirs,
                    entries[first:last],
                    scores[begin:end],
                )
        expected = np.empty(end - begin, np.float32)
        products_of_one(asking[row], vectors, theirs, expected)
        for place in range(end - begin):
            scores[begin + place] += expected[place]


@njit(cache=True)
def _entries_of_groups(items, offsets, groups, active):
    """Return for each active group which of the items have a vector there: their places, and those of the entries."""
    starts = np.zeros(len(active) + 1, np.int64)
    for item in items:
        for entry in range(offsets[item], offsets[item + 1]):
            starts[groups[entry] + 1] += active[groups[entry]]
    for group in range(len(active)):
        starts[group + 1] += starts[group]
    filled = starts.copy()
    entries = np.empty((starts[-1], 2), np.int64)
    for place in range(len(items)):
        for entry in range(offsets[items[place]], offsets[items[place] + 1]):
            group = groups[entry]
            if active[group]:
                entries[filled[group], 0] = place
                entries[filled[group], 1] = entry
                filled[group] += 1
    return entries, starts


@njit(cache=True)
def _add_differences(own, vectors, local_vectors, rows, items, entries, scores):
    """Add the products of one group's vector with how its vectors of some items differ from the world's."""
    width = len(own)
    differences = np.empty((EIGHT, width), np.float32)
    places = np.arange(EIGHT).astype(np.int32)
    products = np.empty(EIGHT, np.float32)
    for start in range(0, len(entries), EIGHT):
        count = min(EIGHT, len(entries) - start)
        for i in range(count):
            local, world = local_vectors[rows[entries[start + i, 1]]], vectors[items[entries[start + i, 0]]]
            for j in range(width):
                differences[i, j] = local[j] - world[j]
        products_of_one(own, differences, places[:count], products[:count])
        for i in range(count):
            scores[entries[start + i, 0]] += products[i]


@njit(cache=True)
def expected_after(
    query,
    items,
    item_offsets,
    item_listeners,
    listener_offsets,
    listener_weights,
    starts,
    vectors,
    local_starts,
    local_items,
    local_vectors,
    totals,
):
    """Return what the factors of the query's groups expect of some items, as affinities do, up to a factor."""
    expected = np.zeros(len(items), np.float64)
    own, other = np.empty(vectors.shape[1], np.float64), np.empty(vectors.shape[1], np.float64)
    masses = np.zeros(len(starts) - 1, np.float64)
    group = 0
    for e in range(item_offsets[query], item_offsets[query + 1]):
        listener = item_listeners[e]
        while listener >= starts[group + 1]:
            group += 1
        others = listener_offsets[listener + 1] - listener_offsets[listener] - 1
        masses[group] += listener_weights[listener] * others
    for group in range(len(masses)):
        if masses[group] == 0:
            continue
        _read_vector(group, query, vectors, local_starts, local_items, local_vectors, own)
        total = 0.0
        for j in range(len(own)):
            total += own[j] * (totals[group, j] - own[j])
        if total <= 0:
            continue
        for place in range(len(items)):
            _read_vector(group, items[place], vectors, local_starts, local_items, local_vectors, other)
            product = 0.0
            for j in range(len(own)):
                product += own[j] * other[j]
            expected[place] += masses[group] / total * product
    return expected


@njit(cache=True)
def _read_vector(group, item, vectors, local_starts, local_items, local_vectors, vector):
    """Write the vector of an item in a group to ``vector``: its own there, else the world's."""
    vector[:] = vectors[item]
    if group < len(local_starts) - 1:
        first, last = local_starts[group], local_starts[group + 1]
        row = first + np.searchsorted(local_items[first:last], item)
        if row < last and local_items[row] == item:
            vector[:] = local_vectors[row]

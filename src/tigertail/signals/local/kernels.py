"""Compiled kernels of the local models: counting what the listeners of an item have in common."""

# The kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prange, prefer_numpy
from tigertail.sparse import CSR
from tigertail.threads import threads_for


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

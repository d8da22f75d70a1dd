"""Compiled kernels of the local models: counting what the listeners of an item have in common."""

# The kernels are compiled from their bodies, so annotations would say nothing here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
from numba import njit, prange


@njit(parallel=True, cache=True)
def common_listeners(
    queries, item_offsets, item_listeners, listener_offsets, listener_items, starts, weights, items
):
    """Count the common listeners of each query and every item, each listener weighed by their group.

    Parameters
    ----------
    queries
        Items asked about; int32, (queries,).
    item_offsets, item_listeners
        Listeners of each item, rising; listeners are numbered group by group.
    listener_offsets, listener_items
        Items of each listener.
    starts
        First listener of each group, and the number of listeners; int64, (groups + 1,).
    weights
        Weight of each group's listeners for each query; float32, (queries, groups).
    items
        How many items there are.

    Returns
    -------
    common
        Weighted common listeners; float32, (queries, items).
    met
        Pairs of listener and other item met in each group, not weighted; float32, (queries, groups).
    """
    groups = len(starts) - 1
    common = np.zeros((len(queries), items), np.float32)
    met = np.zeros((len(queries), groups), np.float32)
    for row in prange(len(queries)):
        query = queries[row]
        group = 0
        for e in range(item_offsets[query], item_offsets[query + 1]):
            listener = item_listeners[e]
            while listener >= starts[group + 1]:
                group += 1
            weight = weights[row, group]
            begin, end = listener_offsets[listener], listener_offsets[listener + 1]
            met[row, group] += end - begin - 1
            for f in range(begin, end):
                common[row, listener_items[f]] += weight
        common[row, query] = 0
    return common, met


@njit(parallel=True, cache=True)
def add_products(scores, rows, items, products):
    """Add ``products[i, j]`` to ``scores[rows[i], items[j]]``, in place; no row may repeat."""
    for i in prange(len(rows)):
        row = rows[i]
        for j in range(len(items)):
            scores[row, items[j]] += products[i, j]

"""Dot products that are the same to the bit wherever they are computed.

A BLAS picks its kernels by the shapes it is given: one query alone and the same query among others get sums
taken in different orders, and so do two equal items at different places of a long list. Rounding would
then break ties. Here each sum is taken in one order, whatever stands beside it.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, one_query_in_numpy, prange
from tigertail.ranking.topk import keep_best, sort_best_first
from tigertail.threads import threads_for

# The kernels below are written out for STEP, ROWS and EIGHT: do not change these alone.
WIDTH: Final = 256
"""Items in a block: so many that its sums take most of the time, so few that it fits the cache."""
STEP: Final = 4  # factors taken at a time
ROWS: Final = 4  # queries taken at a time
_GATHERED: Final = 128  # items beyond the best that gather before the best are selected
_SHARING: Final = 64  # queries of a thread that share what is read of the items
EIGHT: Final = 8  # items taken at a time where they lie apart
_TOGETHER: Final = 2  # blocks that NumPy takes at a time, whose products fit the second-level cache


def blocks(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lay vectors out for :func:`dots`: in blocks of 256 items, the items of a block side by side.

    Parameters
    ----------
    vectors
        Float32, (items, factors).

    Returns
    -------
    NDArray[np.float32]
        Float32, (blocks, factors, 256); both lengths are filled up with zeros.
    """
    items, factors = vectors.shape
    laid_out = np.zeros((-(-items // WIDTH), -(-factors // STEP) * STEP, WIDTH), np.float32)
    whole = items // WIDTH
    if whole:
        sets = vectors[: whole * WIDTH].reshape(whole, WIDTH, factors)
        laid_out[:whole, :factors] = sets.transpose(0, 2, 1)
    if whole < len(laid_out):
        laid_out[whole, :factors, : items - whole * WIDTH] = vectors[whole * WIDTH :].T
    return laid_out


def dots(queries: NDArray[np.float32], laid_out: NDArray[np.float32], items: int) -> NDArray[np.float32]:
    """Return the dot product of every query with every item.

    Parameters
    ----------
    queries
        Float32, (queries, factors).
    laid_out
        What :func:`blocks` made of the items' vectors.
    items
        How many items there are.

    Returns
    -------
    NDArray[np.float32]
        Float32, (queries, items).
    """
    padded = at_length(queries, laid_out.shape[1])
    scores = np.empty((len(queries), items), np.float32)
    if one_query_in_numpy(len(queries)):
        _numpy_dots(padded, laid_out, scores)
    else:
        with threads_for(len(queries) * laid_out.size):
            _dots(padded, laid_out, scores)
    return scores


def largest_dots(
    queries: NDArray[np.float32],
    laid_out: NDArray[np.float32],
    k: int,
    allowed: NDArray[np.bool_],
    exclude: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the items with the largest products, which are the same to the bit as those of :func:`dots`.

    Only a block of products is held at a time.

    Parameters
    ----------
    queries, laid_out
        As in :func:`dots`.
    k
        How many items of each query.
    allowed
        Which items may be found; bool, (items,).
    exclude
        An item of each query to leave out; int32, (queries,).

    Returns
    -------
    items
        The largest product first, ties by the smaller code; int32, (queries, k); -1 where there are no more.
    products
        Float32, (queries, k); ``-inf`` where there are no more.
    """
    padded = at_length(queries, laid_out.shape[1])
    mask = np.zeros(len(laid_out) * WIDTH, np.bool_)
    mask[: len(allowed)] = allowed
    items = np.full((len(queries), k), -1, np.int32)
    best = np.full((len(queries), k), -np.inf, np.float32)
    if k:
        with threads_for(len(queries) * laid_out.size):
            _largest_dots(padded, laid_out, mask, np.asarray(exclude, np.int32), items, best)
    return items, best


def at_length(queries: NDArray[np.float32], factors: int) -> NDArray[np.float32]:
    """Fill vectors up with zeros, to the length that the items' are laid out in; float32, (queries, factors)."""
    padded = np.zeros((len(queries), factors), np.float32)
    padded[:, : queries.shape[1]] = queries
    return padded


def dots_at(
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32],
    starts: NDArray[np.int64],
    items: NDArray[np.int32],
) -> NDArray[np.float32]:
    """Return the dot product of every query with some items, the same to the bit as :func:`dots`.

    Parameters
    ----------
    queries
        Float32, (queries, factors).
    vectors
        Of all items; float32, (items, factors).
    starts
        Where the items of each query begin, and where the last end; int64, (queries + 1,).
    items
        Items of the queries, one after the other; int32.
    """
    products = np.empty(len(items), np.float32)
    with threads_for(len(items) * vectors.shape[1]):
        _dots_at(np.ascontiguousarray(queries, np.float32), np.asarray(vectors), starts, items, products)
    return products


def _numpy_dots(
    queries: NDArray[np.float32], laid_out: NDArray[np.float32], scores: NDArray[np.float32]
) -> None:
    """Do what :func:`_dots` does, in the same order of sums."""
    for first in range(0, len(laid_out), _TOGETHER):
        factors = laid_out[first : first + _TOGETHER]
        begin = first * WIDTH
        end = min(begin + len(factors) * WIDTH, scores.shape[1])
        for row, query in enumerate(queries):
            parts = (factors * query[:, None]).reshape(len(factors), -1, STEP, WIDTH)
            steps = (parts[:, :, 0] + parts[:, :, 1]) + (parts[:, :, 2] + parts[:, :, 3])
            # Along an axis that is not the last, NumPy adds one by one.
            sums = np.add.reduce(steps, axis=1, initial=np.float32(0))
            scores[row, begin:end] = sums.ravel()[: end - begin]


@njit(cache=True)
def add_block(queries, row, count, factors, sums):
    """Write the products of up to four queries, from one on, with the items of a block."""
    if count == ROWS:
        _add_four(queries[row : row + ROWS], factors, sums)
    else:
        for r in range(count):
            _add_one(queries[row + r], factors, sums[r])


@njit(cache=True)
def _add_four(queries, factors, sums):
    # Without fastmath the compiler may not reorder a sum; side by side, the items still fill its vectors. Four queries
    # share what is read of the items, two at a time, whose numbers fit the registers.
    sums[:] = 0
    q0, q1, q2, q3 = queries[0], queries[1], queries[2], queries[3]
    s0, s1, s2, s3 = sums[0], sums[1], sums[2], sums[3]
    for j in range(0, queries.shape[1], STEP):
        a0, b0, c0, d0 = q0[j], q0[j + 1], q0[j + 2], q0[j + 3]
        a1, b1, c1, d1 = q1[j], q1[j + 1], q1[j + 2], q1[j + 3]
        for i in range(WIDTH):
            w, x, y, z = factors[j, i], factors[j + 1, i], factors[j + 2, i], factors[j + 3, i]
            s0[i] += (a0 * w + b0 * x) + (c0 * y + d0 * z)
            s1[i] += (a1 * w + b1 * x) + (c1 * y + d1 * z)
        a0, b0, c0, d0 = q2[j], q2[j + 1], q2[j + 2], q2[j + 3]
        a1, b1, c1, d1 = q3[j], q3[j + 1], q3[j + 2], q3[j + 3]
        for i in range(WIDTH):
            w, x, y, z = factors[j, i], factors[j + 1, i], factors[j + 2, i], factors[j + 3, i]
            s2[i] += (a0 * w + b0 * x) + (c0 * y + d0 * z)
            s3[i] += (a1 * w + b1 * x) + (c1 * y + d1 * z)


@njit(cache=True)
def _add_one(query, factors, sums):
    sums[:] = 0
    for j in range(0, len(query), STEP):
        a, b, c, d = query[j], query[j + 1], query[j + 2], query[j + 3]
        for i in range(WIDTH):
            sums[i] += (a * factors[j, i] + b * factors[j + 1, i]) + (
                c * factors[j + 2, i] + d * factors[j + 3, i]
            )


@njit(parallel=True, cache=True)
def _dots(queries, laid_out, scores):
    for one in prange(len(laid_out)):
        # Numba's own index has another type, for which all that is called would be compiled again.
        block = np.int64(one)
        begin = block * WIDTH
        end = min(begin + WIDTH, scores.shape[1])
        sums = np.empty((ROWS, WIDTH), np.float32)
        for row in range(0, len(queries), ROWS):
            count = min(ROWS, len(queries) - row)
            add_block(queries, row, count, laid_out[block], sums)
            for r in range(count):
                scores[row + r, begin:end] = sums[r, : end - begin]


@njit(cache=True)
def _gather_block(products, begin, allowed, left_out, k, floor, scores, codes, size):
    """Add the products of a block that exceed a floor to those gathered; return their number, and the new floor."""
    above = 0
    for i in range(WIDTH):  # a loop without branches, that sorts out nearly every block
        above += products[i] > floor
    if above == 0:
        return size, floor
    for i in range(WIDTH):
        item = begin + i
        if products[i] > floor and allowed[item] and item != left_out:
            scores[size], codes[size] = products[i], item
            size += 1
            if size == len(scores):
                keep_best(scores, codes, size, k)
                size, floor = k, scores[k - 1]
    return size, floor


@njit(cache=True)
def _find_largest(first, queries, laid_out, allowed, exclude, items, best):
    """Find the items with the largest products of a few queries."""
    last, k = min(first + _SHARING, len(items)), items.shape[1]
    sums = np.empty((ROWS, WIDTH), np.float32)
    scores, codes = (
        np.empty((_SHARING, k + _GATHERED), np.float32),
        np.empty((_SHARING, k + _GATHERED), np.int32),
    )
    sizes, floors = np.zeros(_SHARING, np.int64), np.full(_SHARING, np.float32(-np.inf))
    for block in range(len(laid_out)):
        for row in range(first, last, ROWS):
            count = min(ROWS, last - row)
            add_block(queries, row, count, laid_out[block], sums)
            for query in range(row, row + count):
                one = query - first
                sizes[one], floors[one] = _gather_block(
                    *(sums[query - row], block * WIDTH, allowed, exclude[query], k, floors[one]),
                    *(scores[one], codes[one], sizes[one]),
                )
    for query in range(first, last):
        one = query - first
        if sizes[one] > k:
            keep_best(scores[one], codes[one], sizes[one], k)
        size = min(sizes[one], k)
        sort_best_first(scores[one], codes[one], size)
        items[query, :size], best[query, :size] = codes[one, :size], scores[one, :size]


@njit(parallel=True, cache=True)
def _largest_dots(queries, laid_out, allowed, exclude, items, best):
    for one in prange((len(items) + _SHARING - 1) // _SHARING):
        # Numba's own index has another type, for which all that is called would be compiled again.
        _find_largest(np.int64(one) * _SHARING, queries, laid_out, allowed, exclude, items, best)


@njit(cache=True)
def dot(query, vector):
    """Return the dot product of two vectors, summed as :func:`dots` does."""
    total = np.float32(0)
    width = len(query)
    whole = width - width % STEP
    for j in range(0, whole, STEP):
        total += (query[j] * vector[j] + query[j + 1] * vector[j + 1]) + (
            query[j + 2] * vector[j + 2] + query[j + 3] * vector[j + 3]
        )
    if whole < width:
        x = query[whole] * vector[whole]
        y = query[whole + 1] * vector[whole + 1] if whole + 1 < width else np.float32(0)
        z = query[whole + 2] * vector[whole + 2] if whole + 2 < width else np.float32(0)
        total += (x + y) + z
    return total


@njit(fastmath=True, cache=True)
def dot_in_any_order(a, b):
    """Return the dot product of two vectors up to rounding, summed as is fastest."""
    total = np.float32(0)
    for j in range(len(a)):
        total += a[j] * b[j]
    return total


@njit(parallel=True, cache=True)
def _dots_at(queries, vectors, starts, items, products):
    for row in prange(len(queries)):
        begin, end = starts[row], starts[row + 1]
        dots_of_one(queries[row], vectors, items[begin:end], products[begin:end])


@njit(cache=True)
def dots_of_one(query, vectors, items, products):
    """Write the dot products of one query with some items; eight sums at a time do not wait for each other."""
    width = len(query)
    whole = len(items) - len(items) % EIGHT if width % STEP == 0 else 0
    zero = np.float32(0)
    for i in range(0, whole, EIGHT):
        v0, v1, v2, v3 = (
            vectors[items[i]],
            vectors[items[i + 1]],
            vectors[items[i + 2]],
            vectors[items[i + 3]],
        )
        v4, v5 = vectors[items[i + 4]], vectors[items[i + 5]]
        v6, v7 = vectors[items[i + 6]], vectors[items[i + 7]]
        s0, s1, s2, s3, s4, s5, s6, s7 = zero, zero, zero, zero, zero, zero, zero, zero
        for j in range(0, width, STEP):
            a, b, c, d = query[j], query[j + 1], query[j + 2], query[j + 3]
            s0 += (a * v0[j] + b * v0[j + 1]) + (c * v0[j + 2] + d * v0[j + 3])
            s1 += (a * v1[j] + b * v1[j + 1]) + (c * v1[j + 2] + d * v1[j + 3])
            s2 += (a * v2[j] + b * v2[j + 1]) + (c * v2[j + 2] + d * v2[j + 3])
            s3 += (a * v3[j] + b * v3[j + 1]) + (c * v3[j + 2] + d * v3[j + 3])
            s4 += (a * v4[j] + b * v4[j + 1]) + (c * v4[j + 2] + d * v4[j + 3])
            s5 += (a * v5[j] + b * v5[j + 1]) + (c * v5[j + 2] + d * v5[j + 3])
            s6 += (a * v6[j] + b * v6[j + 1]) + (c * v6[j + 2] + d * v6[j + 3])
            s7 += (a * v7[j] + b * v7[j + 1]) + (c * v7[j + 2] + d * v7[j + 3])
        products[i], products[i + 1], products[i + 2], products[i + 3] = s0, s1, s2, s3
        products[i + 4], products[i + 5], products[i + 6], products[i + 7] = s4, s5, s6, s7
    for i in range(whole, len(items)):
        products[i] = dot(query, vectors[items[i]])

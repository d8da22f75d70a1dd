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

from tigertail.instructions import prefetch
from tigertail.kernels import njit, one_query_in_numpy, prange
from tigertail.ranking.topk import keep_best, sort_best_first
from tigertail.signals.directions import lengths
from tigertail.threads import limited, threads_for

# The kernels below are written out for STEP, ROWS and EIGHT: do not change these alone.
WIDTH: Final = 256
"""Items in a block: so many that its sums take most of the time, so few that it fits the cache."""
STEP: Final = 4  # factors taken at a time
ROWS: Final = 4  # queries taken at a time
_GATHERED: Final = 128  # items beyond the best that gather before the best are selected
_SPARE: Final = 16  # items beyond the best whose products are compared to the bit
_SHARING: Final = 128  # queries of a thread that share what is read of the items
_SCREENED: Final = 512  # items at a time, whose products with these queries fit the second-level cache
_STRIP: Final = 64  # products that are sorted out together
_LINE: Final = 16  # float32 numbers in a cache line
_FEW: Final = 8  # queries from which on a BLAS is worth waking
_ROUNDING: Final = 1.01 * 2.0**-24
"""Bound of the rounding error of a sum, for each term: half a unit in the last place, and some for higher powers."""
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
    vectors: NDArray[np.float32],
    k: int,
    allowed: NDArray[np.bool_],
    exclude: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the items with the largest products, which are the same to the bit as those of :func:`dots`.

    A BLAS finds some more items than are asked for, whose products are then summed in our order. Where those that it
    left out could be among the best, since its rounding is another, all products of the query are summed in our order.
    Only some of the products are held at a time.

    Parameters
    ----------
    queries
        Float32, (queries, factors).
    vectors
        Of all items; float32, (items, factors).
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
    queries, vectors = np.ascontiguousarray(queries), np.ascontiguousarray(vectors)
    left_out = np.asarray(exclude, np.int32)
    items = np.full((len(queries), k), -1, np.int32)
    best = np.full((len(queries), k), -np.inf, np.float32)
    certain = np.zeros(len(queries), np.bool_)
    if k and len(queries) >= _FEW:
        # Two sums of the same products differ by what both round, at most: Higham, "Accuracy and Stability of
        # Numerical Algorithms", equation 3.5, with the Cauchy-Schwarz inequality.
        longest = lengths(vectors).max(initial=0)
        slack = 2 * _ROUNDING * vectors.shape[1] * longest * lengths(queries)
        with limited(None):
            _screen(queries, vectors, allowed, left_out, slack.astype(np.float32), items, best, certain)
    if k and not certain.all():
        with threads_for((~certain).sum() * vectors.size):
            _sum_all(queries, vectors, allowed, left_out, certain, items, best)
    return items, best


def at_length(queries: NDArray[np.float32], factors: int) -> NDArray[np.float32]:
    """Fill vectors up with zeros, to the length that the items' are laid out in; float32, (queries, factors)."""
    padded = np.zeros((len(queries), factors), np.float32)
    padded[:, : queries.shape[1]] = queries
    return padded


def dots_at(
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32],
    known: NDArray[np.bool_],
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
    known
        Items that have a vector; the product with another is ``-inf``; bool, (items,).
    starts
        Where the items of each query begin, and where the last end; int64, (queries + 1,).
    items
        Items of the queries, one after the other; int32.
    """
    products = np.full(len(items), -np.inf, np.float32)
    with threads_for(len(items) * vectors.shape[1]):
        _dots_at(
            np.ascontiguousarray(queries, np.float32), np.asarray(vectors), known, starts, items, products
        )
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
def _gather(products, begin, allowed, left_out, k, floor, scores, codes, size):
    """Add the products that exceed a floor to those gathered; return their number, and the new floor."""
    for start in range(0, len(products), _STRIP):
        end = min(start + _STRIP, len(products))
        above = 0
        for i in range(start, end):  # a loop without branches, that sorts out nearly every strip
            above += products[i] > floor
        if above == 0:
            continue
        for i in range(start, end):
            item = begin + i
            if products[i] > floor and allowed[item] and item != left_out:
                scores[size], codes[size] = products[i], item
                size += 1
                if size == len(scores):
                    keep_best(scores, codes, size, k)
                    size, floor = k, scores[k - 1]
    return size, floor


@njit(cache=True)
def _put_best(scores, codes, size, items, best):
    """Write the best of the first ``size`` entries, best first."""
    if size > len(items):
        keep_best(scores, codes, size, len(items))
        size = len(items)
    sort_best_first(scores, codes, size)
    items[:size], best[:size] = codes[:size], scores[:size]


@njit(cache=True)
def _screen_some(first, queries, vectors, allowed, exclude, slack, items, best, certain):
    """Find the items with the largest products of a few queries, and whether these are certainly they."""
    last, k = min(first + _SHARING, len(items)), items.shape[1]
    wanted = k + _SPARE
    scores = np.empty((_SHARING, wanted + _GATHERED), np.float32)
    codes = np.empty(scores.shape, np.int32)
    sizes, floors = np.zeros(_SHARING, np.int64), np.full(_SHARING, np.float32(-np.inf))
    for begin in range(0, len(vectors), _SCREENED):
        products = np.dot(queries[first:last], vectors[begin : begin + _SCREENED].T)
        for one in range(last - first):
            sizes[one], floors[one] = _gather(
                *(products[one], begin, allowed, exclude[first + one], wanted, floors[one]),
                *(scores[one], codes[one], sizes[one]),
            )
    for row in range(first, last):
        own, found, size = scores[row - first], codes[row - first], sizes[row - first]
        if size > wanted:
            keep_best(own, found, size, wanted)
            size = wanted
        # What was left out has no larger product than what was kept; where too few were found, nothing was left out.
        bound = own[:size].min() if size == wanted else np.float32(-np.inf)
        dots_of_one(queries[row], vectors, found[:size], own[:size])
        _put_best(own, found, size, items[row], best[row])
        certain[row] = size < wanted or bound + slack[row] < best[row, k - 1]


@njit(parallel=True, cache=True)
def _screen(queries, vectors, allowed, exclude, slack, items, best, certain):
    for one in prange((len(items) + _SHARING - 1) // _SHARING):
        # Numba's own index has another type, for which all that is called would be compiled again.
        first = np.int64(one) * _SHARING
        _screen_some(first, queries, vectors, allowed, exclude, slack, items, best, certain)


@njit(cache=True)
def _sum_all_of_one(query, vectors, allowed, left_out, items, best):
    scores = np.empty(len(items) + _GATHERED, np.float32)
    codes = np.empty(len(scores), np.int32)
    size, floor = 0, np.float32(-np.inf)
    products = np.empty(_SCREENED, np.float32)
    for begin in range(0, len(vectors), _SCREENED):
        some = np.arange(begin, min(begin + _SCREENED, len(vectors)))
        dots_of_one(query, vectors, some, products)
        size, floor = _gather(
            products[: len(some)], begin, allowed, left_out, len(items), floor, scores, codes, size
        )
    _put_best(scores, codes, size, items, best)


@njit(parallel=True, cache=True)
def _sum_all(queries, vectors, allowed, exclude, certain, items, best):
    for one in prange(len(items)):
        row = np.int64(one)
        if not certain[row]:
            items[row], best[row] = -1, -np.inf
            _sum_all_of_one(queries[row], vectors, allowed, exclude[row], items[row], best[row])


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


@njit(cache=True)
def read_vector_ahead(flat, row, width):
    """Ask for one of some vectors, which lie one after the other in ``flat``, before it is needed."""
    for number in range(row * width, (row + 1) * width, _LINE):
        prefetch(flat, np.uint64(number))


@njit(parallel=True, cache=True)
def _dots_at(queries, vectors, known, starts, items, products):
    for row in prange(len(queries)):
        begin, end = starts[row], starts[row + 1]
        there, places = np.empty(end - begin, np.int32), np.empty(end - begin, np.int64)
        size = 0
        for place in range(begin, end):
            there[size], places[size] = items[place], place
            size += known[items[place]]
        theirs = np.empty(size, np.float32)
        dots_of_one(queries[row], vectors, there[:size], theirs)
        for one in range(size):
            products[places[one]] = theirs[one]


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

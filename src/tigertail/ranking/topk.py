"""Exact top-k: the higher affinity first, ties by the smaller code."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, one_query_in_numpy, prange
from tigertail.threads import threads_for

SAMPLED: Final = 8  # one item in so many suggests a floor
_BINS: Final = 256  # of scores, by which the largest are told from the others


def top_k(
    scores: NDArray[np.float32], k: int, exclude: NDArray[np.int32] | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the k best columns of every row.

    Parameters
    ----------
    scores
        Affinities, none of them NaN; float32, (rows, columns). ``-inf`` marks a column that is not to be listed.
    k
        How many columns to return.
    exclude
        A column of each row to leave out, such as the query itself; int32, (rows,).

    Returns
    -------
    columns
        Best first, ties by the smaller column; int32, (rows, min(k, columns)); -1 where a row has no more.
    scores
        Their scores; float32, of the same shape; ``-inf`` where a row has no more.

    Examples
    --------
    >>> columns, _ = top_k(np.array([[1, 3, 2, 3]], np.float32), 3)
    >>> columns
    array([[1, 3, 2]], dtype=int32)
    """
    scores = np.ascontiguousarray(scores, np.float32)
    left_out = np.full(len(scores), -1, np.int32) if exclude is None else np.asarray(exclude, np.int32)
    k = min(k, scores.shape[1])
    if one_query_in_numpy(len(scores)):
        return _numpy_top_k(scores, k, left_out)
    with threads_for(scores.size):
        return _top_k(scores, k, left_out)  # type: ignore[no-any-return]


def _numpy_top_k(
    scores: NDArray[np.float32], k: int, exclude: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Do what :func:`_top_k` does."""
    codes = np.full((len(scores), k), -1, np.int32)
    best = np.full((len(scores), k), -np.inf, np.float32)
    for row in range(len(scores) if k else 0):
        listed = scores[row] > -np.inf
        if exclude[row] >= 0:
            listed[exclude[row]] = False
        columns = np.flatnonzero(listed)
        values = scores[row, columns]
        if len(columns) > k:
            fair = values >= np.partition(values, -k)[-k]
            columns, values = columns[fair], values[fair]
        order = np.argsort(-values, kind="stable")[:k]  # columns are ascending
        codes[row, : len(order)] = columns[order]
        best[row, : len(order)] = values[order]
    return codes, best


@njit(inline="always")
def worse(score_a, code_a, score_b, code_b):
    """Return whether a ranks after b."""
    return score_a < score_b or (score_a == score_b and code_a > code_b)


@njit(cache=True)
def sift_down(scores, codes, start, size):
    """Restore the heap, whose root is the worst entry, below ``start``."""
    root = start
    while True:
        child = 2 * root + 1
        if child >= size:
            return
        if child + 1 < size and worse(scores[child + 1], codes[child + 1], scores[child], codes[child]):
            child += 1
        if not worse(scores[child], codes[child], scores[root], codes[root]):
            return
        scores[root], scores[child] = scores[child], scores[root]
        codes[root], codes[child] = codes[child], codes[root]
        root = child


@njit(cache=True)
def offer(scores, codes, size, score, code):
    """Offer an entry to a heap of the best so far; return the heap's new size."""
    capacity = len(scores)
    if size < capacity:
        scores[size] = score
        codes[size] = code
        size += 1
        if size == capacity:
            for start in range(capacity // 2 - 1, -1, -1):
                sift_down(scores, codes, start, capacity)
    elif worse(scores[0], codes[0], score, code):
        scores[0] = score
        codes[0] = code
        sift_down(scores, codes, 0, capacity)
    return size


@njit(cache=True)
def sort_best_first(scores, codes, size):
    """Sort the first ``size`` entries, best first, in place."""
    if size < len(scores):
        for start in range(size // 2 - 1, -1, -1):
            sift_down(scores, codes, start, size)
    for last in range(size - 1, 0, -1):
        scores[0], scores[last] = scores[last], scores[0]
        codes[0], codes[last] = codes[last], codes[0]
        sift_down(scores, codes, 0, last)


@njit(cache=True)
def keep_best(scores, codes, size, k):
    """Move the k best of the first ``size`` entries, more than k, to the front: the worst of them last, else unordered.

    C. A. R. Hoare, "Algorithm 65: Find", Communications of the ACM 4 (1961). To let some entries gather and then to
    select costs less than to keep a heap in order.
    """
    low, high = 0, size - 1
    while low < high:
        score, code = scores[(low + high) // 2], codes[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while worse(score, code, scores[left], codes[left]):
                left += 1
            while worse(scores[right], codes[right], score, code):
                right -= 1
            if left <= right:
                scores[left], scores[right] = scores[right], scores[left]
                codes[left], codes[right] = codes[right], codes[left]
                left += 1
                right -= 1
        if k - 1 <= right:
            high = right
        elif k - 1 >= left:
            low = left
        else:
            return


@njit(cache=True)
def put_largest(scores, codes, found):
    """Write the codes of the largest scores, in no order: as many as ``found`` has room for.

    Parameters
    ----------
    scores
        Above 0; float32, (some,).
    codes
        Int32, (some,).
    found
        Int32, (from 1 to some,).
    """
    # Scores in a bin above that at the edge are among the largest: those at the edge alone are compared.
    n = len(found)
    if n == len(scores):
        found[:] = codes
        return
    bits = scores.view(np.int32)  # of numbers above 0, in the same order
    lowest, highest = bits[0], bits[0]
    for bit in bits:
        lowest, highest = min(lowest, bit), max(highest, bit)
    shift = 0
    while (highest - lowest) >> shift >= _BINS:
        shift += 1
    counts = np.zeros(_BINS, np.int32)
    for bit in bits:
        counts[(bit - lowest) >> shift] += 1
    at_edge, above = _BINS - 1, 0
    while above + counts[at_edge] < n:
        above += counts[at_edge]
        at_edge -= 1
    edge = np.empty(counts[at_edge] + 1, np.float32)  # one is written before it is known to be there
    edge_codes = np.empty(len(edge), np.int32)
    written, size = 0, 0
    for place in range(len(scores)):
        one = (bits[place] - lowest) >> shift
        found[written] = codes[place]  # or the next that is above
        written += one > at_edge
        edge[size], edge_codes[size] = scores[place], codes[place]
        size += one == at_edge
    if size > n - above:
        keep_best(edge, edge_codes, size, n - above)
    found[above:] = edge_codes[: n - above]


@njit(cache=True)
def best_of_runs(scores, left_out, runs, band, codes):
    """Write the items of each band with the largest scores, above 0, to its row of ``codes``.

    Parameters
    ----------
    scores
        Of each item; float32, (items,).
    left_out
        One item that is not written.
    runs, band
        As in :class:`tigertail.mixing.pool.Bands`.
    codes
        Int32, (bands, n). Rows are in no order; those of bands with fewer than n end with -1.
    """
    bands, n = codes.shape
    best = np.empty((bands, n), np.float32)
    rank = rank_in_sample(n, SAMPLED)
    for one in range(bands):
        floor, filled = _floor_of_sample(scores, runs, band, one, best[one, :rank], codes[one, :rank]), 0
        if floor > 0:
            filled = _offer_run(scores, left_out, runs, band, one, floor, best[one], codes[one])
        if filled < n:  # the sample promised more than there is
            codes[one] = -1
            _offer_run(scores, left_out, runs, band, one, np.float32(0), best[one], codes[one])


@njit(cache=True)
def rank_in_sample(n, one_in):
    """Return a rank in a sample of scores, 1 of ``one_in``: more than n of all mostly exceed the score of that rank.

    Half as many again as the sample has of n, and 4 more.
    """
    return n // one_in * 3 // 2 + 4


@njit(cache=True)
def _floor_of_sample(scores, runs, band, one, best, codes):
    """Return a score that more items of a band exceed than are wanted, but hardly more; 0 where few are there."""
    filled, floor = 0, np.float32(0)
    for run in range(len(runs) - 1):
        if band[runs[run]] == one:
            for item in range(runs[run], runs[run + 1], SAMPLED):
                if scores[item] > floor:
                    filled = offer(best, codes, filled, scores[item], item)
                    if filled == len(best):
                        floor = best[0]
    return floor


@njit(cache=True)
def _offer_run(scores, left_out, runs, band, one, floor, best, codes):
    """Offer the items of a band to a heap of the best; return how many it has."""
    filled = 0
    for run in range(len(runs) - 1):
        if band[runs[run]] == one:
            for item in range(runs[run], runs[run + 1]):
                if scores[item] > floor and item != left_out:
                    filled = offer(best, codes, filled, scores[item], item)
                    if filled == len(best):
                        floor = best[0]
    return filled


@njit(parallel=True, cache=True)
def _top_k(scores, k, exclude):
    rows = scores.shape[0]
    best = np.full((rows, k), -np.inf, np.float32)
    codes = np.full((rows, k), -1, np.int32)
    if k == 0:
        return codes, best
    for row in prange(rows):
        size = 0
        for column in range(scores.shape[1]):
            score = scores[row, column]
            # The first test alone sorts out nearly every column of a long row.
            if (size == k and score <= best[row, 0]) or score == -np.inf or column == exclude[row]:
                continue
            size = offer(best[row], codes[row], size, score, column)
        sort_best_first(best[row], codes[row], size)
    return codes, best

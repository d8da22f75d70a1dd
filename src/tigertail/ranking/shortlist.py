"""The items that are among the best under some popularity exponent.

Items are in bands of popularity, each with twice as many listeners as the one before, so that under an exponent e, on
top of that which a score has already, it counts 2^(-e band) times as much.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit
from tigertail.ranking.topk import keep_best, offer, rank_in_sample

EXPONENTS: Final = (-1, 0, 1)
ONE_IN: Final = (2, 1, 2)
"""Under an exponent one in so many are wanted: fewer answers are found under another than a score's own. A quarter in
the place of a half loses too many (tests/mixing/test_pool.py)."""
_SAMPLED: Final = 16  # one score in so many suggests a floor
SHARES: Final = np.array([2.0 ** (-exponent * np.arange(64)) for exponent in EXPONENTS], np.float32)
"""What a score counts under each exponent, by band; float32, (exponents, bands)."""


def wanted(n: int) -> NDArray[np.int64]:
    """Return how many are wanted under each exponent, where n are under a score's own.

    Examples
    --------
    >>> wanted(160).tolist()
    [80, 160, 80]
    """
    return np.array([-(-n // one_in) for one_in in ONE_IN], np.int64)


@njit(cache=True)
def write_best(scores, shares, items, counts, found):
    """Write the items with the largest scores, above 0, under each exponent.

    Parameters
    ----------
    scores
        Of some items; float32, (some,).
    shares
        What a score counts under each exponent; float32, (exponents, some).
    items
        Their codes; int32, (some,).
    counts
        How many under each exponent, as :func:`wanted` returns them.
    found
        Int32, (sum of counts,); must hold -1.
    """
    best, codes = np.empty(len(items) + 1, np.float32), np.empty(len(items) + 1, np.int32)
    begin = 0
    for exponent in range(len(counts)):
        n, counted = counts[exponent], shares[exponent]
        floor = _floor_of_sample(scores, counted, n, best, codes)
        size = _gather(scores, counted, items, floor, best, codes)
        if size < n and floor > 0:  # the sample promised more than there is
            size = _gather(scores, counted, items, np.float32(0), best, codes)
        if size > n:
            keep_best(best, codes, size, n)
            size = n
        found[begin : begin + size] = codes[:size]
        begin += n


@njit(cache=True)
def _floor_of_sample(scores, counted, n, best, codes):
    """Return a score that more items exceed than are wanted, but not many more; 0 where there are few."""
    rank = rank_in_sample(n, _SAMPLED)
    if len(scores) < 2 * rank * _SAMPLED:
        return np.float32(0)
    filled, floor = 0, np.float32(0)
    for i in range(0, len(scores), _SAMPLED):
        score = scores[i] * counted[i]
        if score > floor:
            filled = offer(best[:rank], codes[:rank], filled, score, i)
            floor = best[0] if filled == rank else floor
    return floor


@njit(cache=True)
def _gather(scores, counted, items, floor, best, codes):
    """Write the scores above a floor, and their items; return how many there are."""
    size = 0
    # Each is written, and counted if it is above: a branch would often be foreseen wrongly.
    for i in range(len(items)):
        score = scores[i] * counted[i]
        best[size], codes[size] = score, items[i]
        size += score > floor
    return size


@njit(cache=True)
def shortlist(scores, items, left_out, band, counts, found):
    """Write the items with the largest scores, above 0, under each exponent.

    Parameters
    ----------
    scores
        Of the items to look at; float32, (len(items),).
    items
        Those to look at; int32.
    left_out
        One that is not written.
    band
        Band of popularity of every item; uint8.
    counts
        How many under each exponent, as :func:`wanted` returns them.
    found
        Int32, (sum of counts,); must hold -1.
    """
    shares = np.empty((len(counts), len(items)), np.float32)
    for i in range(len(items)):
        counted = np.float32(items[i] != left_out)
        for exponent in range(len(counts)):
            shares[exponent, i] = SHARES[exponent, band[items[i]]] * counted
    write_best(scores, shares, items, counts, found)

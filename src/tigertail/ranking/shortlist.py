"""The items that are among the best under some popularity exponent.

Items are in bands of popularity, each with twice as many listeners as the one before, so that under an exponent e, on
top of that which a score has already, it counts 2^(-e band) times as much. ``mixing/pool.py`` numbers them: band b has
the items with 2^b - 1 listeners or more that are in no higher one.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit
from tigertail.ranking.topk import put_largest, rank_in_sample

EXPONENTS: Final = (-1, 0, 1)
ONE_IN: Final = (2, 1, 2)
"""Under an exponent one in so many are wanted: fewer answers are found under another than a score's own. A quarter in
the place of a half loses too many (tests/mixing/test_pool.py)."""
BANDS: Final = 64  # more than the binary logarithm of any number of listeners, an int64
NO_BAND: Final = np.uint8(BANDS)
"""The band of a place whose item is not to be written."""
SHARES: Final = np.array(
    [[*(2.0 ** (-exponent * band) for band in range(BANDS)), 0.0] for exponent in EXPONENTS], np.float32
)
"""What a score counts under each exponent, by band; float32, (exponents, bands + 1)."""
_SAMPLED: Final = 32  # one score in so many suggests a floor; what is found does not depend on it
_ZERO: Final = np.float32(0)
_NEVER: Final = np.float32(np.inf)


def wanted(n: int) -> NDArray[np.int64]:
    """Return how many are wanted under each exponent, where n are under a score's own.

    Examples
    --------
    >>> wanted(160).tolist()
    [80, 160, 80]
    """
    return np.array([-(-n // one_in) for one_in in ONE_IN], np.int64)


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
        Int32, (sum of counts,); must hold -1. Each exponent has room for its count, one after the other. Its items are
        in no order; of equal scores the smaller codes are there. An item may be there under several exponents.
    """
    bands = np.empty(len(items), np.uint8)
    for place in range(len(items)):
        bands[place] = band[items[place]] if items[place] != left_out else NO_BAND
    write_best(scores, bands, items, counts, found)


@njit(cache=True)
def write_best(scores, bands, items, counts, found):
    """Write the items with the largest scores, above 0, under each exponent.

    Parameters
    ----------
    scores
        Of some items; float32, (some,).
    bands
        Their bands of popularity; uint8, (some,).
    items
        Their codes; int32, (some,).
    counts
        How many under each exponent, as :func:`wanted` returns them.
    found
        Int32, (sum of counts,); must hold -1. Each exponent has room for its count, one after the other. Its items are
        in no order; of equal scores the smaller codes are there. An item may be there under several exponents.
    """
    best, codes = np.empty(len(items) + 1, np.float32), np.empty(len(items) + 1, np.int32)
    floors = np.empty(len(counts), np.float32)
    for exponent in range(len(counts)):
        shares, n = SHARES[exponent], counts[exponent]
        floors[exponent] = _floor_of_sample(scores, bands, shares, n, best, codes)
    there = np.empty(len(items) + 1, np.int32)
    size_of_there = _above_a_floor(scores, bands, floors, there)
    begin = 0
    for exponent in range(len(counts)):
        n, shares = counts[exponent], SHARES[exponent]
        size = 0
        for one in range(size_of_there):
            place = there[one]
            score = scores[place] * shares[bands[place]]
            best[size], codes[size] = score, items[place]
            size += score > floors[exponent]
        if size < n and floors[exponent] > 0:  # the sample promised more than there is
            size = 0
            for place in range(len(items)):
                score = scores[place] * shares[bands[place]]
                best[size], codes[size] = score, items[place]
                size += score > 0
        put_largest(best[:size], codes[:size], found[begin : begin + min(n, size)])
        begin += n


@njit(cache=True)
def _floor_of_sample(scores, bands, shares, n, best, places):
    """Return a score that more items exceed than are wanted, but not many more; 0 where there are few."""
    rank = rank_in_sample(n, _SAMPLED)
    if len(scores) < 2 * rank * _SAMPLED:
        return _ZERO
    size = 0
    for place in range(0, len(scores), _SAMPLED):
        score = scores[place] * shares[bands[place]]
        best[size], places[size] = score, size
        size += score > 0
    if size < rank:
        return _ZERO
    largest = np.empty(rank, np.int32)
    put_largest(best[:size], places[:size], largest)
    floor = _NEVER
    for place in largest:
        floor = min(floor, best[place])
    return floor


@njit(cache=True)
def _above_a_floor(scores, bands, floors, there):
    """Write the places whose score is above the floor under some exponent; return how many there are."""
    lowest = np.full(BANDS + 1, _NEVER)
    for band in range(BANDS):
        for exponent in range(len(floors)):
            lowest[band] = min(lowest[band], floors[exponent] / SHARES[exponent, band])
    size = 0
    # Each is written, and counted if it is above: a branch would often be foreseen wrongly.
    for place in range(len(scores)):
        there[size] = place
        size += scores[place] > lowest[bands[place]]
    return size

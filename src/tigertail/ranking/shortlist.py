"""The items that are among the best under some popularity exponent, found while their scores pass by.

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
from tigertail.ranking.topk import keep_best

EXPONENTS: Final = (-1, 0, 1)
ONE_IN: Final = (2, 1, 2)
"""Under an exponent one in so many are wanted: fewer answers are found under another than a score's own. A quarter in
the place of a half loses too many (tests/mixing/test_pool.py)."""
GATHERED: Final = 256  # entries beyond the best that gather before the best are selected
_BLOCK: Final = 256  # entries looked at together
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
def gather(scores, shares, items, n, best, codes, size, floor):
    """Add some items to those that gather under an exponent; where there is no more room, leave the n best of them.

    Parameters
    ----------
    scores, shares, items
        Of some items; what counts is a score times a share.
    n
        How many are wanted.
    best, codes
        Those that gathered, ``size`` of them, and room for n + :data:`GATHERED`.
    size, floor
        What this returned before; 0 and 0 at first.
    """
    above = 0
    for i in range(len(items)):  # a loop without branches, that sorts out most blocks
        above += scores[i] * shares[i] > floor
    if above == 0:
        return size, floor
    for i in range(len(items)):
        score = scores[i] * shares[i]
        if score > floor:
            best[size], codes[size] = score, items[i]
            size += 1
            if size == n + GATHERED:
                keep_best(best, codes, size, n)
                size, floor = n, best[n - 1]
    return size, floor


@njit(cache=True)
def write_best(best, codes, size, n, found):
    """Write the n best of those that gathered, or as many as there are; ``found`` is int32, (n,), all -1."""
    if size > n:
        keep_best(best, codes, size, n)
        size = n
    found[:size] = codes[:size]


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
    room = counts.max() + GATHERED
    best, codes = np.empty(room, np.float32), np.empty(room, np.int32)
    theirs, shares = np.empty(len(items), np.uint8), np.empty(len(items), np.float32)
    for place in range(len(items)):
        theirs[place] = band[items[place]]
    begin = 0
    for exponent in range(len(counts)):
        for place in range(len(items)):
            shares[place] = SHARES[exponent, theirs[place]] if items[place] != left_out else np.float32(0)
        n, size, floor = counts[exponent], 0, np.float32(0)
        for start in range(0, len(items), _BLOCK):
            some = slice(start, start + _BLOCK)
            size, floor = gather(scores[some], shares[some], items[some], n, best, codes, size, floor)
        write_best(best, codes, size, n, found[begin : begin + n])
        begin += n

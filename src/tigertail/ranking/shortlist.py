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
def gather(scores, shares, items, counts, best, codes, sizes, floors):
    """Add some items to those that gather under each exponent; where there is no more room, leave the best of them.

    Parameters
    ----------
    scores
        Of some items; float32, (some,).
    shares
        What a score counts under each exponent; float32, (exponents, some).
    items
        Their codes; int32, (some,).
    counts
        How many are wanted under each exponent, as :func:`wanted` returns them.
    best, codes
        Those that gathered, with room for :data:`GATHERED` more than are wanted; float32 and int32, (exponents, room).
    sizes, floors
        How many gathered under each exponent, and what a score has to exceed; 0 at first; int64 and float32,
        (exponents,).
    """
    for exponent in range(len(counts)):
        n, size, floor = counts[exponent], sizes[exponent], floors[exponent]
        above = 0
        for i in range(len(items)):  # a loop without branches, that sorts out most blocks
            above += scores[i] * shares[exponent, i] > floor
        if above == 0:
            continue
        for i in range(len(items)):
            score = scores[i] * shares[exponent, i]
            if score > floor:
                best[exponent, size], codes[exponent, size] = score, items[i]
                size += 1
                if size == n + GATHERED:
                    keep_best(best[exponent], codes[exponent], size, n)
                    size, floor = n, best[exponent, n - 1]
        sizes[exponent], floors[exponent] = size, floor


@njit(cache=True)
def write_best(best, codes, sizes, counts, found):
    """Write so many of those that gathered under each exponent, the best; ``found`` is int32, all -1."""
    begin = 0
    for exponent in range(len(counts)):
        size, n = sizes[exponent], counts[exponent]
        if size > n:
            keep_best(best[exponent], codes[exponent], size, n)
            size = n
        found[begin : begin + size] = codes[exponent, :size]
        begin += n


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
    best, codes = np.empty((len(counts), room), np.float32), np.empty((len(counts), room), np.int32)
    sizes, floors = np.zeros(len(counts), np.int64), np.zeros(len(counts), np.float32)
    shares = np.empty((len(counts), _BLOCK), np.float32)
    for start in range(0, len(items), _BLOCK):
        some = slice(start, min(start + _BLOCK, len(items)))
        theirs = items[some]
        for i in range(len(theirs)):
            counted = np.float32(theirs[i] != left_out)
            for exponent in range(len(counts)):
                shares[exponent, i] = SHARES[exponent, band[theirs[i]]] * counted
        gather(scores[some], shares, theirs, counts, best, codes, sizes, floors)
    write_best(best, codes, sizes, counts, found)

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


def shares_of_bands(band: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what a score counts under each exponent.

    Parameters
    ----------
    band
        Band of each item; uint8, (items,).

    Returns
    -------
    NDArray[np.float32]
        Float32, (exponents, items).
    """
    every = np.arange(int(band.max(initial=0)) + 1)
    shares = np.array([2.0 ** (-exponent * every.astype(np.float64)) for exponent in EXPONENTS], np.float32)
    return shares.take(band, axis=1)


def wanted(n: int) -> NDArray[np.int64]:
    """Return how many are wanted under each exponent, where n are under a score's own.

    Examples
    --------
    >>> wanted(160).tolist()
    [80, 160, 80]
    """
    return np.array([-(-n // one_in) for one_in in ONE_IN], np.int64)


@njit(inline="always")
def gather(scores, codes, sizes, floors, exponent, score, code, n):
    """Add an entry to those that gather under an exponent; where there is no more room, leave the n best of them."""
    size = sizes[exponent]
    scores[exponent, size], codes[exponent, size] = score, code
    size += 1
    if size == n + GATHERED:
        keep_best(scores[exponent], codes[exponent], size, n)
        size = n
        floors[exponent] = scores[exponent, n - 1]
    sizes[exponent] = size


@njit(cache=True)
def write_best(scores, codes, sizes, counts, best):
    """Write so many of those that gathered under each exponent, the best; ``best`` is int32, all -1."""
    begin = 0
    for exponent in range(len(sizes)):
        size, n = sizes[exponent], counts[exponent]
        if size > n:
            keep_best(scores[exponent], codes[exponent], size, n)
            size = n
        best[begin : begin + size] = codes[exponent, :size]
        begin += n


@njit(cache=True)
def shortlist(scores, items, left_out, shares, counts, best):
    """Write the items with the largest scores, above 0, under each exponent.

    Parameters
    ----------
    scores
        Of all items; float32, (items,).
    items
        Those to look at; int32.
    left_out
        One that is not written.
    shares
        What :func:`shares_of_bands` returns.
    counts
        How many under each exponent, as :func:`wanted` returns them.
    best
        Int32, (sum of counts,); must hold -1.
    """
    room = counts.max() + GATHERED
    gathered, codes = np.empty((len(shares), room), np.float32), np.empty((len(shares), room), np.int32)
    sizes, floors = np.zeros(len(shares), np.int64), np.zeros(len(shares), np.float32)
    for item in items:
        if item != left_out:
            for exponent in range(len(shares)):
                score = scores[item] * shares[exponent, item]
                if score > floors[exponent]:
                    gather(gathered, codes, sizes, floors, exponent, score, item, counts[exponent])
    write_best(gathered, codes, sizes, counts, best)

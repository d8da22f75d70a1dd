"""Popularity strata of items: head, mid, tail and cold.

The strata are shares of *interactions*, one for each pair of listener and item, not shares of items: a few stars
make the head, thousands of artists the tail.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail import columns as c


class Stratum(IntEnum):
    """A class of items by popularity, from the most popular down."""

    HEAD = 0
    MID = 1
    TAIL = 2
    COLD = 3

    @property
    def label(self) -> str:
        """The name to print."""
        return c.STRATA[self]


HEAD: Final = Stratum.HEAD
MID: Final = Stratum.MID
TAIL: Final = Stratum.TAIL
COLD: Final = Stratum.COLD

HEAD_PERCENT: Final = 50  # of all interactions, held by the head
MID_PERCENT: Final = 30  # held by the mid; what is left is the tail's


def strata(listeners_per_item: NDArray[np.int64]) -> NDArray[np.int8]:
    """Assign every item to a stratum.

    Items are taken from the most popular down. An item belongs to the head while those before it, and the others of as
    many listeners, hold less than ``HEAD_PERCENT`` of the interactions, to the mid while they hold less than both
    percentages together, to the tail after that, and is cold without any listener. So items of as many listeners are in
    one stratum, whatever their order.

    Parameters
    ----------
    listeners_per_item
        Number of listeners of each item, shape (items,).

    Returns
    -------
    NDArray[np.int8]
        A :class:`Stratum` for each item, in the same order.

    Examples
    --------
    Ten interactions: the star holds half of them, the next item 20 %, the three after it 10 % each.

    >>> [Stratum(code).label for code in strata(np.array([1, 5, 2, 1, 0, 1]))]
    ['tail', 'head', 'mid', 'tail', 'cold', 'tail']
    """
    sizes, row = np.unique(listeners_per_item, return_inverse=True)
    held = sizes * np.bincount(row, minlength=len(sizes))
    # By size: what all items that are larger hold, and all of this size but one.
    held_before = held[::-1].cumsum()[::-1] - sizes
    total = held.sum()
    by_size = np.full(len(sizes), TAIL, dtype=np.int8)
    by_size[100 * held_before < (HEAD_PERCENT + MID_PERCENT) * total] = MID
    by_size[100 * held_before < HEAD_PERCENT * total] = HEAD
    by_size[sizes == 0] = COLD
    return by_size[row]

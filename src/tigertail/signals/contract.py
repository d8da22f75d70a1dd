"""The contract of a signal."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.generic]]


@runtime_checkable
class Signal(Protocol):
    """Anything that yields an affinity from an item to every other.

    An affinity aff(A -> B) says how good a recommendation B is for listeners who like A. It is directed:
    aff(A -> B) need not equal aff(B -> A). It is a finite number, or ``-inf`` where the signal cannot speak
    about the pair; affinities of one query compare with each other, not with those of another signal.
    """

    @property
    def known(self) -> NDArray[np.bool_]:
        """Items the signal can speak about, as query and as answer; bool, (items,)."""

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinity from each query to every item.

        Parameters
        ----------
        queries
            Item codes; int32, (queries,).

        Returns
        -------
        NDArray[np.float32]
            Float32, (queries, items).
        """

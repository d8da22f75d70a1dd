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


@runtime_checkable
class Explainable(Signal, Protocol):
    """A signal that can say, in words for a person, why it links two items."""

    def tell(self, query: int, items: NDArray[np.int32]) -> list[str]:
        """Return a short phrase for each item: what links the query to it.

        Parameters
        ----------
        query
            Code of the item asked about.
        items
            Codes of answers; int32, (items,).

        Returns
        -------
        list[str]
            One an item, such as "12 listeners in common, most in Poland"; "" where there is nothing to tell.
        """


@runtime_checkable
class GroupAware(Signal, Protocol):
    """A signal that can be asked from where a listener stands."""

    def localised(self, place: str, strength: float | None = None) -> Signal:
        """Return the signal as listeners of a place would have it.

        Parameters
        ----------
        place
            A country (ISO 3166-1 alpha-2) or a region (UN M49).
        strength
            Strength of the lens, 0 to 1; None means the signal's own.
        """

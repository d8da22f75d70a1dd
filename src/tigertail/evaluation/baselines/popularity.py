"""Popularity: the same list for every query, ordered by listener count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tigertail.evaluation.recommender import Recommender
from tigertail.splitting.hold_out import Split


class WorldPopularity(Recommender):
    """aff(A -> B) = listeners of B."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return "popularity"

    def fit(self, split: Split) -> Popularity:
        """Count the training listeners of every item."""
        return Popularity(split.popularity)


@dataclass(frozen=True, eq=False)
class Popularity:
    """Affinity by number of listeners, whatever the query.

    Parameters
    ----------
    listeners
        Number of listeners of each item; int64, (items,).
    """

    listeners: NDArray[np.int64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Items with a listener."""
        return self.listeners > 0

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the number of listeners of every item, for each query."""
        scores = np.where(self.known, self.listeners, -np.inf).astype(np.float32)
        return np.broadcast_to(scores, (len(queries), len(scores)))

"""Random order: how accurate a list is that knows nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from tigertail.evaluation.recommender import Recommender
from tigertail.splitting.hold_out import Split


class RandomRanking(Recommender):
    """aff(A -> B) is drawn uniformly from [0, 1) where A and B have a listener; seed and query settle the draws.

    A query without a listener has no answer.
    """

    seed: int = Field(0, ge=0)
    """Seed of the generators."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return "random"

    def fit(self, split: Split) -> RandomAffinity:
        """Find the items with a listener."""
        return RandomAffinity(split.popularity > 0, self.seed)


@dataclass(frozen=True, eq=False)
class RandomAffinity:
    """Random affinities, the same for every call with the same query.

    Parameters
    ----------
    known
        Items that may be listed, and queries that have an answer; bool, (items,).
    seed
        Seed of the draws.
    """

    known: NDArray[np.bool_]
    seed: int

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinity from each query to every item; float32, (queries, items)."""
        scores = np.full((len(queries), len(self.known)), -np.inf, np.float32)
        for row, query in enumerate(queries):
            if self.known[query]:
                drawn = np.random.default_rng([self.seed, int(query)]).random(len(self.known), np.float32)
                scores[row] = np.where(self.known, drawn, -np.inf)
        return scores

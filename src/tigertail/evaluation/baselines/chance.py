"""A random order: the floor that every system must clear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tigertail.evaluation.baselines.contract import Baseline
from tigertail.splitting.hold_out import Split


class RandomRanking(Baseline):
    """aff(A -> B) is drawn anew for each query, uniform in [0, 1), among the items with a listener."""

    seed: int = 0
    """Seed of the draws."""

    @property
    def label(self) -> str:
        """What the system is called."""
        return "random"

    def fit(self, trial: Split) -> RandomAffinity:
        """Learn which items have a listener."""
        return RandomAffinity(trial.popularity > 0, self.seed)


@dataclass(frozen=True, eq=False)
class RandomAffinity:
    """Affinities drawn at random, the same whenever a query is asked.

    Parameters
    ----------
    known
        Items that may be listed; bool, (items,).
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

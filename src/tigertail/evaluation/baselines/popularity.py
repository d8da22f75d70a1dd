"""Popularity: the same stars after every query."""

from __future__ import annotations

from tigertail.evaluation.baselines.contract import Baseline
from tigertail.signals.popularity import Popularity
from tigertail.splitting.hold_out import Split


class WorldPopularity(Baseline):
    """aff(A -> B) = listeners of B."""

    @property
    def label(self) -> str:
        """What the system is called."""
        return "popularity"

    def fit(self, trial: Split) -> Popularity:
        """Count the training listeners of every item."""
        return Popularity(trial.popularity)

"""Implicit ALS: the base model alone, and with ``nu = 0`` plain ALS."""

from __future__ import annotations

from pydantic import Field

from tigertail.evaluation.recommender import Recommender
from tigertail.factorization import fit_als
from tigertail.factorization.confidence import ConfidenceConfig, confidence
from tigertail.model.config import BaseConfig
from tigertail.model.registry import observable_pairs
from tigertail.signals.factors import FactorAffinity
from tigertail.splitting.hold_out import Split


class ALS(BaseConfig, Recommender):
    """The factors of :func:`tigertail.factorization.fit_als` and the affinity between them.

    With exposure, the unobserved pairs of the objective are those of a listener and an item that the listener could
    hear, as in the base model of :func:`tigertail.fit`. On inner held-out listeners of lastfm-union
    (docs/evaluation.md) this makes the base model's frontier larger and that of plain ALS, with its tuned settings,
    smaller; so it is off unless asked for.
    """

    confidence: ConfidenceConfig = ConfidenceConfig()
    """Weights of play counts."""
    seed: int = Field(0, ge=0)
    """Seed of the initial vectors."""
    exposure: bool = False
    """Whether a pair that could not be observed is left out of the objective."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return "ALS cosine" if self.beta == 1 else f"ALS, beta {self.beta:g}"

    def fit(self, split: Split) -> FactorAffinity:
        """Factorise the training plays."""
        plays, listeners = split.interactions.plays, split.popularity
        weights = confidence(plays, self.confidence)
        observable = observable_pairs(split.train_exposure, listeners) if self.exposure else None
        settings = self.solver(weights, observable)
        factors = fit_als(weights, settings, seed=self.seed, observable=observable)
        return FactorAffinity(factors.items, self.beta)

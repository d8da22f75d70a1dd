"""Implicit ALS: the base model alone, and with ``nu = 0`` plain ALS."""

from __future__ import annotations

from tigertail.evaluation.baselines.baseline import Baseline
from tigertail.factorization.confidence import ConfidenceConfig
from tigertail.model.config import BaseConfig, ModelConfig
from tigertail.model.registry import FitContext
from tigertail.signals.factors import FactorAffinity
from tigertail.splitting.hold_out import Split


class ALS(BaseConfig, Baseline):
    """The factors of :func:`tigertail.factorization.fit_als` and the affinity between them."""

    confidence: ConfidenceConfig = ConfidenceConfig()
    """Weights of play counts."""
    seed: int = 0
    """Seed of the initial vectors."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return "ALS cosine" if self.beta == 1 else f"ALS, beta {self.beta:g}"

    def fit(self, split: Split) -> FactorAffinity:
        """Factorise the training plays."""
        config = ModelConfig(seed=self.seed, confidence=self.confidence, base=self)
        factors = FitContext(split.train, split.interactions, config).factors
        return FactorAffinity(factors.items, self.beta)

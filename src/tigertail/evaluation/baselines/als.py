"""Implicit ALS alone: our base model, and with ``nu = 0`` plain ALS."""

from __future__ import annotations

from tigertail.evaluation.baselines.contract import Baseline
from tigertail.factorization.confidence import ConfidenceConfig
from tigertail.model.config import BaseConfig, ModelConfig
from tigertail.model.registry import FitContext
from tigertail.signals.factors import FactorAffinity
from tigertail.splitting.hold_out import Split


class ALS(BaseConfig, Baseline):
    """The factors of :func:`tigertail.factorization.fit_als` and the affinity between them."""

    confidence: ConfidenceConfig = ConfidenceConfig()
    """How play counts weigh."""
    seed: int = 0
    """Seed of the initial vectors."""

    @property
    def label(self) -> str:
        """What the system is called."""
        return "ALS cosine" if self.beta == 1 else f"ALS, beta {self.beta:g}"

    def fit(self, trial: Split) -> FactorAffinity:
        """Factorise the training plays."""
        config = ModelConfig(seed=self.seed, confidence=self.confidence, base=self)
        factors = FitContext(trial.train, trial.interactions, config).factors
        return FactorAffinity(factors.items, self.beta)

"""Our own combination of local models as a system of the report, with or without the lens."""

from __future__ import annotations

from tigertail.evaluation.baselines import Baseline
from tigertail.evaluation.protocol import Trial
from tigertail.factorization.confidence import ConfidenceConfig
from tigertail.model.config import BaseConfig, ModelConfig
from tigertail.model.fit import fit_base, fit_local
from tigertail.signals.local import Listening, LocalConfig


class LocalModels(LocalConfig, Baseline):
    """The signal of :func:`tigertail.signals.local.fit_listening`, on the base model's factors."""

    base: BaseConfig = BaseConfig()
    """The base model."""
    confidence: ConfidenceConfig = ConfidenceConfig()
    """How play counts weigh."""
    seed: int = 0
    """Seed of everything random."""

    @property
    def label(self) -> str:
        """What the system is called."""
        return "listening, one world" if self.groups == "none" else f"listening, by {self.groups}"

    def fit(self, trial: Trial) -> Listening:
        """Fit the factors, the groups and their item vectors."""
        local = LocalConfig(**{name: getattr(self, name) for name in LocalConfig.model_fields})
        config = ModelConfig(seed=self.seed, confidence=self.confidence, base=self.base, local=local)
        factors = fit_base(trial.interactions, config)
        return fit_local(trial.train, trial.interactions, factors, config)

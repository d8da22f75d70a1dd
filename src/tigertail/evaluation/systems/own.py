"""Tigertail's own signals as systems of the report: each signal alone, the local models, and the mixture."""

from __future__ import annotations

from pydantic import Field, field_validator

from tigertail.evaluation.recommender import Recommender
from tigertail.factorization.confidence import ConfidenceConfig
from tigertail.model.config import BaseConfig, ModelConfig
from tigertail.model.fit_mixture import fit_mixture
from tigertail.model.registry import LISTENING, MIXTURE, SIGNALS, FitContext, fit_signals
from tigertail.signals.contract import Signal
from tigertail.signals.listening import ListeningConfig
from tigertail.splitting.hold_out import Split


class OwnSignal(Recommender):
    """One signal of a model, fitted as :func:`tigertail.fit` fits it.

    But listening alone has the ``listening.exposure`` of the settings, or 0: there is no mixture to learn it with. And
    back-off is fitted to a dataset of artists alone too, where it gives the lists of the factors.
    """

    signal: str
    """Name of the signal."""
    model: ModelConfig = ModelConfig()
    """Settings of the whole model."""

    @field_validator("signal")
    @classmethod
    def _exists(cls, name: str) -> str:
        if name not in (*SIGNALS, MIXTURE):
            raise ValueError(f"no signal '{name}'; it is one of {', '.join((*SIGNALS, MIXTURE))}")
        return name

    @property
    def label(self) -> str:
        """Name of the system."""
        return self.signal

    def fit(self, split: Split) -> Signal:
        """Fit the signal to the training part of a split; without a mixture, the listening signal is returned.

        Raises
        ------
        ConfigError
            If the mixture is to have a signal that the dataset has no data for.
        DataError
            If the dataset has no data for the signal.
        """
        context = FitContext(split.train, split.interactions, self.model)
        if self.signal != MIXTURE:
            return SIGNALS[self.signal].fit(context)
        signals = fit_signals(context)
        return fit_mixture(context, signals) or signals[LISTENING]

    @property
    def has_listening(self) -> bool:
        """Whether it is listening, or a mixture with it."""
        mixed = self.model.mixture.signals
        return self.signal == LISTENING or (self.signal == MIXTURE and (not mixed or LISTENING in mixed))

    @property
    def placed(self) -> bool:
        """Whether it has groups that are places, so that it has a lens."""
        return self.has_listening and self.model.listening.placed


class ListeningSignal(ListeningConfig, Recommender):
    """The signal of :func:`tigertail.signals.listening.fit_listening`, on the base model's factors."""

    base: BaseConfig = BaseConfig()
    """The base model."""
    confidence: ConfidenceConfig = ConfidenceConfig()
    """How play counts weigh."""
    seed: int = Field(0, ge=0)
    """Seed of everything random."""

    @property
    def label(self) -> str:
        """Name of the system."""
        if self.placed:
            return f"listening, by {self.groups}"
        return "listening, learned groups" if self.groups == "learned" else "listening, one world"

    def fit(self, split: Split) -> Signal:
        """Fit the factors, the groups and their item vectors."""
        listening = ListeningConfig(**{name: getattr(self, name) for name in ListeningConfig.model_fields})
        config = ModelConfig(seed=self.seed, confidence=self.confidence, base=self.base, listening=listening)
        return OwnSignal(signal=LISTENING, model=config).fit(split)

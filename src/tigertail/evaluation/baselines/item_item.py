"""Item-item cosine: the co-listening signal alone, by default with popularity exponent 1."""

from __future__ import annotations

from tigertail.evaluation.baselines.baseline import Baseline
from tigertail.factorization.confidence import ConfidenceConfig, confidence
from tigertail.signals.co_listening import CoListening, CoListeningConfig, fit_co_listening
from tigertail.splitting.hold_out import Split


class ItemItem(CoListeningConfig, Baseline):
    """The affinity of :func:`tigertail.signals.co_listening.fit_co_listening`."""

    confidence: ConfidenceConfig = ConfidenceConfig()
    """Weights of play counts."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return "item-item cosine" if self.beta == 1 else f"item-item, beta {self.beta:g}"

    def fit(self, split: Split) -> CoListening:
        """Compare the listeners of every two items."""
        return fit_co_listening(confidence(split.interactions.plays, self.confidence), self)

"""Item-item cosine: the co-listening signal alone, by default with popularity exponent 1."""

from __future__ import annotations

import numpy as np

from tigertail.evaluation.recommender import Recommender
from tigertail.factorization.confidence import ConfidenceConfig, confidence
from tigertail.signals.co_listening import CoListening, CoListeningConfig, fit_co_listening
from tigertail.splitting.hold_out import Split


class ItemItem(CoListeningConfig, Recommender):
    """The affinity of :func:`tigertail.signals.co_listening.fit_co_listening`.

    With exposure, the squared length of an item is that which it would have if all could hear it. Lengths over the
    listeners who could hear both items gained nothing on inner held-out listeners of lastfm-union (docs/evaluation.md).
    """

    confidence: ConfidenceConfig = ConfidenceConfig()
    """Weights of play counts."""
    exposure: bool = True
    """Whether lengths are those that items would have if all could hear them."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return "item-item cosine" if self.beta == 1 else f"item-item, beta {self.beta:g}"

    def fit(self, split: Split) -> CoListening:
        """Compare the listeners of every two items."""
        weights = confidence(split.interactions.plays, self.confidence)
        if not self.exposure:
            return fit_co_listening(weights, self)
        exposed_share = np.maximum(split.train_exposure.exposed, 1) / max(weights.shape[0], 1)
        return fit_co_listening(weights, self, exposed_share=exposed_share)

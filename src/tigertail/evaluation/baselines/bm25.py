"""BM25 item-item neighbours, as the library `implicit` computes them."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tigertail.evaluation.recommender import Recommender
from tigertail.signals.co_listening import CoListening, strongest_products
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split


class BM25(Recommender):
    """Dot products of BM25-weighted items.

    With r_ui the plays, items as documents and listeners as their words,

        aff(A -> B) = sum_u w_uA w_uB
        w_ui = r_ui (k1 + 1) / (r_ui + k1 (1 - b + b r_i / mean r)) * ln(items / (1 + n_u))

    where r_i are all plays of item i and n_u is the number of items of listener u. The saturation is that of
    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (FnTIR 2009, section
    3.4); the logarithm, its use for neighbours and the defaults of k1 and b are those of ``BM25Recommender`` in
    `implicit` 0.7.
    """

    neighbours: int = Field(200, ge=1)
    """Number of neighbours of each item."""
    k1: float = Field(1.2, gt=0)
    """Plays at which the weight is half saturated, in an item with as many plays as the mean item."""
    b: float = Field(0.75, ge=0, le=1)
    """How much items with many plays are discounted."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return "BM25 item-item"

    def fit(self, split: Split) -> CoListening:
        """Weight the training plays and multiply every two items."""
        weights = self.weigh(split.interactions.plays)
        return CoListening(strongest_products(weights.transpose(), weights, self.neighbours))

    def weigh(self, plays: CSR) -> CSR:
        """Return the weights w of a matrix of plays, listeners by items."""
        r = plays.data.astype(np.float64)
        totals = np.bincount(plays.indices, r, plays.shape[1])
        length = 1 - self.b + self.b * totals / max(totals.mean(), 1e-9)
        rarity = np.log(max(plays.shape[1], 1)) - np.log1p(plays.row_sizes)
        weight = r * (self.k1 + 1) / (r + self.k1 * length[plays.indices]) * rarity[plays.entry_rows()]
        return plays.with_data(weight.astype(np.float32))

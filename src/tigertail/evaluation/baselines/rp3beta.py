"""RP3beta: a random walk of three steps, with a popularity exponent."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tigertail.evaluation.recommender import Recommender
from tigertail.signals.co_listening import CoListening, strongest_products
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split


class RP3Beta(Recommender):
    """A walk from an item to a listener of it and on to an item of that listener.

    With n_i the listeners of item i and n_u the items of listener u,

        aff(A -> B) = sum_u (1 / n_A)^alpha (1 / n_u)^alpha / n_B^beta,   u over the listeners of both

    The walk with exponent alpha is P3alpha (Cooper et al., "Random Walks in Recommender Systems: Exact
    Computation and Simulations", WWW 2014 companion), the division by n_B^beta is RP3beta (Paudel et al.,
    "Updatable, Accurate, Diverse, and Scalable Recommendations for Interactive Applications", TiiS 2017).
    There the walk starts from a listener; here the query is an item, so the first step is left out. Play counts
    are binary.

    With exposure, n_B^beta is that of the listeners that B would have if all could hear it
    (:attr:`~tigertail.splitting.hold_out.Split.adjusted_listeners`). The first step is the same either way: dividing by
    the listeners of A who could hear B, in place of n_A, gave a smaller frontier on inner held-out listeners.
    """

    neighbours: int = Field(200, ge=1)
    """Number of neighbours of each item."""
    alpha: float = Field(1.0, ge=0)
    """Exponent of the transition probabilities."""
    beta: float = Field(0.3, ge=0)
    """Popularity exponent: 0 leaves popular items as they are, more lowers them."""
    exposure: bool = True
    """Whether popularity is counted among those who could hear the item."""

    @property
    def label(self) -> str:
        """Name of the system."""
        return f"RP3beta, beta {self.beta:g}"

    def fit(self, split: Split) -> CoListening:
        """Walk over the training plays."""
        plays = split.interactions.plays
        to_items = _transitions(plays, self.alpha)
        to_listeners = _transitions(plays.transpose(), self.alpha)
        listeners = split.adjusted_listeners if self.exposure else split.popularity
        popularity = np.maximum(listeners, 1).astype(np.float64)
        gains = (popularity**-self.beta).astype(np.float32)
        return CoListening(strongest_products(to_listeners, to_items, self.neighbours, gains=gains))


def _transitions(matrix: CSR, alpha: float) -> CSR:
    """Return the probability of each step from a row, to the power of alpha."""
    sizes = np.maximum(matrix.row_sizes, 1).astype(np.float64)
    return matrix.with_data((sizes**-alpha).astype(np.float32)[matrix.entry_rows()])

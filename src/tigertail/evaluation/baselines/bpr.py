"""Bayesian personalised ranking, as the library `implicit` fits it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from tigertail.errors import ConfigError
from tigertail.evaluation.recommender import Recommender
from tigertail.signals.factors import FactorAffinity
from tigertail.splitting.hold_out import Split


class BPR(Recommender):
    """Factors that rank the items a listener plays above the others.

        maximise  sum ln sigmoid(x_u . y_i - x_u . y_j) - reg/2 (|x_u|^2 + |y_i|^2 + |y_j|^2),
        listener u plays i and not j

    (Rendle et al., "BPR: Bayesian Personalized Ranking from Implicit Feedback", UAI 2009, equation 4), by
    stochastic gradient ascent on one thread, so that a seed gives the same bits. In the paper j is drawn
    uniformly. `implicit` draws it in proportion to its listeners, which takes popularity out of what is learned;
    whether the listener's source offers it makes no difference. The affinity is that of
    :class:`tigertail.signals.factors.FactorAffinity`: with beta = 1 the cosine, with beta = 0 the scalar
    product but for the query's length. As in `implicit`, an item's bias is the last entry of its vector.

    Raises
    ------
    ConfigError
        If `implicit` is not installed.
    """

    factors: int = Field(64, ge=1, le=4096)
    """Length of the vectors without the bias, which is appended."""
    iterations: int = Field(50, ge=1)
    """Passes, each of as many draws of a play and an item j as there are plays."""
    learning_rate: float = Field(0.02, gt=0)
    """Length of a step."""
    reg: float = Field(0.01, ge=0)
    """Regularisation."""
    beta: float = Field(0.5, ge=0, le=2)
    """Popularity exponent of the affinity: 1 is the cosine, less raises popular items."""
    seed: int = Field(0, ge=0)
    """Seed of the initial vectors and the draws."""

    @model_validator(mode="after")
    def _check_installed(self) -> Self:
        if find_spec("implicit") is None:
            raise ConfigError(
                "BPR needs the library implicit, which is not installed",
                remedy="pip install implicit, or leave BPR out",
            )
        return self

    @property
    def label(self) -> str:
        """Name of the system."""
        return "BPR cosine" if self.beta == 1 else f"BPR, beta {self.beta:g}"

    def fit(self, split: Split) -> FactorAffinity:
        """Fit `implicit` to the training plays.

        Returns
        -------
        FactorAffinity
            Vectors of shape (items, factors + 1). That of an item without a play is 0, so that it is not known.

        Raises
        ------
        ConfigError
            If the steps do not converge.
        """
        import scipy.sparse as sp
        from implicit.cpu.bpr import BayesianPersonalizedRanking
        from implicit.recommender_base import ModelFitError

        plays = split.interactions.plays
        ones = np.ones(plays.nnz, np.float32)
        # `implicit` reads offsets of 32 bits alone
        matrix = sp.csr_matrix((ones, plays.indices, plays.indptr.astype(np.int32)), shape=plays.shape)
        model = BayesianPersonalizedRanking(
            factors=self.factors,
            learning_rate=self.learning_rate,
            regularization=self.reg,
            iterations=self.iterations,
            num_threads=1,
            random_state=self.seed,
        )
        try:
            model.fit(matrix, show_progress=False)
        except ModelFitError as error:
            raise ConfigError(
                f"BPR does not converge with learning_rate {self.learning_rate:g} and reg {self.reg:g}",
                remedy="make one of them smaller",
            ) from error
        return FactorAffinity(np.array(model.item_factors, np.float32), self.beta)

"""What is compared: a system is a name and a way to learn a signal from a trial's training data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tigertail.evaluation.protocol import Trial
from tigertail.factorization import ALSConfig, fit_als
from tigertail.factorization.confidence import confidence
from tigertail.model.config import ModelConfig
from tigertail.model.fit import fit_factors, fit_listening_neighbours
from tigertail.signals.contract import Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.popularity import Popularity

PLAIN_ALS = ALSConfig(factors=64, iterations=15, nu=0.0, alpha0=0.1, reg=1.0)
"""Plain ALS, without frequency-scaled regularisation, tuned as carefully as ours (benchmarks/tune.py)."""


@dataclass(frozen=True)
class System:
    """One row of the report.

    Parameters
    ----------
    name
        What it is called there.
    fit
        Learns from a trial's training data alone and returns a signal over its item codes.
    """

    name: str
    fit: Callable[[Trial], Signal]


def default_systems(config: ModelConfig | None = None) -> list[System]:
    """Return the baselines and our base model, with the popularity exponents 1 (cosine) and the model's own."""
    config = config or ModelConfig()
    cosine = config.model_copy(update={"beta": 1.0})

    def plain(trial: Trial) -> Signal:
        weights = confidence(trial.interactions.plays, config.confidence)
        return FactorAffinity(fit_als(weights, PLAIN_ALS, seed=config.seed).items, beta=1.0)

    return [
        System("popularity", lambda trial: Popularity(trial.popularity)),
        System("item-item cosine", lambda trial: fit_listening_neighbours(trial.interactions, config)),
        System("ALS cosine", plain),
        System("base, cosine", lambda trial: fit_factors(trial.interactions, cosine)),
        System(f"base, beta {config.beta:g}", lambda trial: fit_factors(trial.interactions, config)),
    ]

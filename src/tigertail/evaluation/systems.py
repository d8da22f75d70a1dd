"""What is compared: a system is a name and a way to learn a signal from a trial's training data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tigertail.evaluation.protocol import Trial
from tigertail.model.config import BaseConfig, ModelConfig
from tigertail.model.fit import fit_factors, fit_listening_neighbours
from tigertail.signals.contract import Signal
from tigertail.signals.popularity import Popularity

PLAIN_ALS = BaseConfig(factors=64, iterations=15, unobserved=0.02, reg=0.1, nu=0.0, beta=1.0)
"""Plain ALS, without frequency-scaled regularisation, tuned as carefully as ours (docs/evaluation.md)."""


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
    cosine = config.model_copy(update={"base": config.base.model_copy(update={"beta": 1.0})})
    plain = config.model_copy(update={"base": PLAIN_ALS})
    return [
        System("popularity", lambda trial: Popularity(trial.popularity)),
        System("item-item cosine", lambda trial: fit_listening_neighbours(trial.interactions, config)),
        System("ALS cosine", lambda trial: fit_factors(trial.interactions, plain)),
        System("base, cosine", lambda trial: fit_factors(trial.interactions, cosine)),
        System(f"base, beta {config.base.beta:g}", lambda trial: fit_factors(trial.interactions, config)),
    ]

"""The studies: which settings each searches, and in which range.

The studies *base*, *co-listening* and *mixture* tune the model: each starts from the best configuration of the study
before. The study *plain* tunes plain ALS, a baseline, over the ranges of the base: its regularisation does not grow
with the number of a listener's items or an item's listeners (nu = 0), and it ranks by the cosine.

The popularity exponents are not searched. They move a system along its frontier, as those do by which it is drawn
(``EXPONENTS`` in evaluation/scoring.py), and hardly change the area under it: a search would set them by chance. The
share of listeners that the mixture learns from is not searched either: for each trial all signals would have to be
fitted again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from tigertail.evaluation.systems.system import PLAIN_ALS
from tigertail.model.config import ModelConfig
from tigertail.tuning.objective import Fit, MixtureFitter, fit_base, fit_co_listening, fit_plain

SearchSpace = Mapping[str, BaseDistribution]

DIGITS: Final = 3  # significant digits of a setting, so that people can read the file


@dataclass(frozen=True)
class StudySpec:
    """One study.

    Parameters
    ----------
    name
        Its name.
    search_space
        The range of each setting, by table and key, such as ``base.factors``.
    fitter
        Makes the function that fits a signal to a split; called once in a search.
    start
        The configuration of trial 0; None means the best of the study before.
    """

    name: str
    search_space: SearchSpace
    fitter: Callable[[], Fit]
    start: ModelConfig | None = None

    def config(self, start: ModelConfig, params: Mapping[str, Any]) -> ModelConfig:
        """Return a configuration with some settings replaced."""
        tables = start.model_dump()
        for name, value in params.items():
            table, key = name.split(".")
            tables[table][key] = float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
        return ModelConfig.model_validate(tables)

    def params(self, config: ModelConfig) -> dict[str, Any]:
        """Return the settings of a configuration that the study searches."""
        tables = config.model_dump()
        return {
            f"{table}.{key}": tables[table][key] for table, key in (n.split(".") for n in self.search_space)
        }


def _log(low: float, high: float) -> FloatDistribution:
    return FloatDistribution(low, high, log=True)


# Where a study starts lies within the ranges.
_ALS: Final[SearchSpace] = {
    "confidence.transform": CategoricalDistribution(("log", "bm25", "linear", "binary")),
    "confidence.gain": _log(0.05, 5),
    "base.factors": IntDistribution(16, 256, log=True),
    "base.iterations": IntDistribution(3, 15, log=True),
    "base.unobserved": _log(0.002, 0.3),
    "base.reg": _log(0.005, 1),
}
_MIXTURE: Final[SearchSpace] = {
    "mixture.coefficients": CategoricalDistribution(("by query", "constant")),
    "mixture.answers_per_signal": IntDistribution(15, 240, log=True),
    "mixture.negatives": IntDistribution(30, 1000, log=True),
    "mixture.stratum_balance": FloatDistribution(0, 1),
    "mixture.popularity_correction": FloatDistribution(0, 1),
    "mixture.prior_precision": _log(1, 1000),
}

BASE: Final = "base"
CO_LISTENING: Final = "co-listening"
MIXTURE: Final = "mixture"
PLAIN: Final = "plain"

STUDIES: Final = (
    StudySpec(BASE, {**_ALS, "base.nu": FloatDistribution(0, 1.5)}, lambda: fit_base, ModelConfig()),
    StudySpec(CO_LISTENING, {"co_listening.shrinkage": _log(0.2, 200)}, lambda: fit_co_listening),
    StudySpec(MIXTURE, _MIXTURE, MixtureFitter),
    StudySpec(PLAIN, _ALS, lambda: fit_plain, PLAIN_ALS),
)
"""In the order in which they run."""

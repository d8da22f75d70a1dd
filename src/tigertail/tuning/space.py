"""What is searched: for each signal family its settings, and the range of each.

===========================  ========================================================================
setting                      range
===========================  ========================================================================
confidence.transform         log, bm25, linear, binary
confidence.gain              0.05 to 5, logarithmic
base.factors                 16 to 256, logarithmic
base.iterations              3 to 15, logarithmic
base.unobserved              0.002 to 0.3, logarithmic
base.reg                     0.005 to 1, logarithmic
base.nu                      0 to 1.5
co_listening.shrinkage       0.2 to 200, logarithmic
===========================  ========================================================================

The family *base* is our base model and *plain* is plain ALS, with nu = 0 and the cosine, over the same ranges
otherwise. A model has one confidence for all of its signals: *co-listening* takes that of the best base.

The popularity exponents are not searched. They move a system along its frontier, as the dial does, and hardly
change its size, so a search for the largest would set them by chance; where on the frontier lists should
lie is for people to say.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from tigertail.evaluation.baselines import ALS, Baseline, ItemItem
from tigertail.evaluation.systems.system import PLAIN_ALS
from tigertail.model.config import ModelConfig

Point = NDArray[np.float64]

DIGITS: Final = 3  # significant digits of a setting, so that a file of them can be read


@dataclass(frozen=True)
class Dimension:
    """One setting and its range.

    Parameters
    ----------
    table, key
        Where it stands in the configuration.
    kind
        How the unit interval maps to the range.
    low, high
        Bounds of a number.
    choices
        Values of a choice.

    Examples
    --------
    >>> factors = Dimension("base", "factors", "integer", 16, 256)
    >>> factors.value(0.5), factors.unit(64)
    (64, 0.5)
    """

    table: str
    key: str
    kind: Literal["linear", "log", "integer", "choice"]
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()

    def value(self, unit: float) -> float | int | str:
        """Return the setting at a place in the unit interval; integers lie on a logarithmic scale."""
        if self.kind == "choice":
            return self.choices[min(int(unit * len(self.choices)), len(self.choices) - 1)]
        if self.kind == "linear":
            return _rounded(self.low + unit * (self.high - self.low))
        number = self.low * (self.high / self.low) ** unit
        return round(number) if self.kind == "integer" else _rounded(number)

    def unit(self, value: Any) -> float:
        """Return the place of a setting in the unit interval, the nearest end where it lies outside."""
        if self.kind == "choice":
            return (self.choices.index(value) + 0.5) / len(self.choices)
        if self.kind == "linear":
            place = (value - self.low) / (self.high - self.low)
        else:
            place = np.log(max(value, self.low) / self.low) / np.log(self.high / self.low)
        return float(np.clip(place, 0.0, 1.0))


_CONFIDENCE: Final = (
    Dimension("confidence", "transform", "choice", choices=("log", "bm25", "linear", "binary")),
    Dimension("confidence", "gain", "log", 0.05, 5),
)
_ALS: Final = (
    Dimension("base", "factors", "integer", 16, 256),
    Dimension("base", "iterations", "integer", 3, 15),
    Dimension("base", "unobserved", "log", 0.002, 0.3),
    Dimension("base", "reg", "log", 0.005, 1),
)


@dataclass(frozen=True)
class Family:
    """One kind of signal and what can be set of it.

    Parameters
    ----------
    name
        What it is called.
    dimensions
        What is searched.
    default
        Where the search begins, and what its results are relative to.
    """

    name: str
    dimensions: tuple[Dimension, ...]
    default: ModelConfig = field(default_factory=ModelConfig)

    def config(self, start: ModelConfig, point: Point) -> ModelConfig:
        """Return a configuration with this family's settings taken from a point of the unit cube."""
        tables = start.model_dump()
        for dimension, unit in zip(self.dimensions, point, strict=True):
            tables[dimension.table][dimension.key] = dimension.value(float(unit))
        return ModelConfig.model_validate(tables)

    def point(self, config: ModelConfig) -> Point:
        """Return the point of a configuration in the unit cube."""
        tables = config.model_dump()
        return np.array([d.unit(tables[d.table][d.key]) for d in self.dimensions])

    def settings(self, config: ModelConfig) -> dict[str, Any]:
        """Return the settings that are searched, by dotted name."""
        tables = config.model_dump()
        return {f"{d.table}.{d.key}": tables[d.table][d.key] for d in self.dimensions}

    def baseline(self, config: ModelConfig) -> Baseline:
        """Return what evaluation fits."""
        if self.name == CO_LISTENING:
            return ItemItem(**dict(config.co_listening), confidence=config.confidence)
        return ALS(**dict(config.base), confidence=config.confidence, seed=config.seed)


BASE: Final = "base"
PLAIN: Final = "plain"
CO_LISTENING: Final = "co-listening"

FAMILIES: Final = (
    Family(BASE, (*_CONFIDENCE, *_ALS, Dimension("base", "nu", "linear", 0, 1.5))),
    Family(CO_LISTENING, (Dimension("co_listening", "shrinkage", "log", 0.2, 200),)),
    Family(PLAIN, (*_CONFIDENCE, *_ALS), PLAIN_ALS),
)
"""In the order in which they are tuned."""


def digest(families: tuple[Family, ...] = FAMILIES) -> str:
    """Return a digest of what is searched: two searches with one digest may share their trials."""
    plain = [(f.name, [vars(d) for d in f.dimensions], f.default.model_dump()) for f in families]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")

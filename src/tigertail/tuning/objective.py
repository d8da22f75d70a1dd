"""The objective of a study: the frontier, as an area, on listeners that were held out of the training part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tigertail.evaluation.baselines import ALS, ItemItem
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.scoring import EXPONENTS, ranked_lists
from tigertail.evaluation.statistics.intervals import dominated_area
from tigertail.model.config import ModelConfig
from tigertail.model.fit_mixture import HeldOutSignals, fit_held_out, fit_mixture, mixed_names
from tigertail.model.registry import LISTENING, FitContext, fit_signals
from tigertail.signals.contract import Signal
from tigertail.splitting.hold_out import Split

Scores = dict[str, float]
Fit = Callable[[ModelConfig, Split], Signal]
"""Fits what a study judges, with some settings, to the training part of a split."""

FRONTIER: Final = "frontier"


def score(signal: Signal, split: Split) -> Scores:
    """Return the area under the frontier of a signal, and the metrics of the signal as it is."""
    means = [
        np.nanmean(
            score_lists(
                lists,
                split.relevant,
                split.query_listeners,
                split.query_items,
                split.adjusted_listeners,
            ),
            axis=0,
        )
        for lists in ranked_lists(signal, split, EXPONENTS)
    ]
    plane = [METRICS.index("nDCG"), METRICS.index("IPS-nDCG")]
    area = float(dominated_area(np.stack(means)[None, :, plane])[0])
    return {FRONTIER: area} | dict(zip(METRICS, means[EXPONENTS.index(0.0)].tolist(), strict=True))


def relative(scores: Mapping[str, Scores], default: Mapping[str, Scores]) -> float:
    """Return the mean over datasets of the area under the frontier, relative to that of a default.

    Datasets where the default has no area are left out; where it has none in any, the mean is of the areas themselves.
    """
    areas = [(mine[FRONTIER], default[name][FRONTIER]) for name, mine in scores.items()]
    ratios = [mine / usual for mine, usual in areas if usual > 0]
    return float(np.mean(ratios or [mine for mine, _ in areas]))


def fit_base(config: ModelConfig, split: Split) -> Signal:
    """Fit the base model."""
    base = ALS(**dict(config.base), confidence=config.confidence, seed=config.seed, exposure=True)
    return base.fit(split)


def fit_plain(config: ModelConfig, split: Split) -> Signal:
    """Fit plain ALS."""
    return ALS(**dict(config.base), confidence=config.confidence, seed=config.seed).fit(split)


def fit_co_listening(config: ModelConfig, split: Split) -> Signal:
    """Fit co-listening without exposure, as the model does; unlike the row "item-item cosine" of an evaluation."""
    counted = ItemItem(**dict(config.co_listening), confidence=config.confidence, exposure=False)
    return counted.fit(split)


@dataclass(frozen=True)
class MixtureFitter:
    """Fits the mixture as :func:`tigertail.fit` does, and its signals only once for each split.

    It is for one study: its configurations differ in settings that no signal is fitted with.
    """

    _signals: dict[Split, tuple[Mapping[str, Signal], HeldOutSignals | None]] = field(default_factory=dict)

    def __call__(self, config: ModelConfig, split: Split) -> Signal:
        """Fit the mixture; where there are too few listeners to learn one, return listening."""
        context = FitContext(split.train, split.interactions, config)
        if split not in self._signals:
            held_out = fit_held_out(context, mixed_names(split.train, config.mixture))
            self._signals[split] = fit_signals(context), held_out
        signals, held_out = self._signals[split]
        return fit_mixture(context, signals, held_out=held_out) or signals[LISTENING]

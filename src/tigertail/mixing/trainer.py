"""Learning a mixture: first the calibration of each signal, then its weight for each query.

Each signal is calibrated by itself, over the best answers it gives at three settings of the popularity dial and
some others, so that its calibration does not depend on what it is mixed with. The weights are then learned over the
best answers of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.mixing.calibration import PopularityFeatures, calibrate, scales, shapes
from tigertail.mixing.candidates import best_answers, choices_of
from tigertail.mixing.conditional_logit import fit_conditional_logit, fit_gating
from tigertail.mixing.config import MixtureConfig
from tigertail.mixing.parameters import FEATURES, SHAPES, MixtureParameters
from tigertail.mixing.training_set import TrainingQueries
from tigertail.progress import progress
from tigertail.signals.contract import Signal
from tigertail.threads import limited

Lists = list[NDArray[np.int32]]

PRIOR: Final = np.array([[0.0, 0.0], [1.5, 0.0], [0.0, 0.0], [0.5, 0.0], [0.5, 0.0]])
"""The prior of a calibration: an affinity counts much, popularity as its root."""
BLOCK_BYTES: Final = 2**26  # affinities held at a time


def learn(
    signals: Mapping[str, Signal],
    training: TrainingQueries,
    config: MixtureConfig,
    *,
    seed: int = 0,
    threads: int | None = None,
) -> MixtureParameters:
    """Learn to mix signals.

    Parameters
    ----------
    signals
        What is mixed, fitted without the held-out listeners.
    training
        Training queries.
    config
        Settings.
    seed
        Seed of the background.
    threads
        Threads to use; None means all. What is learned is the same for any number.
    """
    blank = np.zeros((len(signals), SHAPES, 2)), np.zeros((len(signals), FEATURES))
    parameters = MixtureParameters(tuple(signals), *blank, most=int(training.query_listeners.max(initial=0)))
    trainer = _MixtureTrainer(signals, training, config, parameters, seed)
    with progress("mixture", 2 * len(signals)) as tick, limited(threads):
        lists = trainer.calibrate(lambda name: tick(note=name))
        trainer.weigh(lists, lambda name: tick(note=name))
    return parameters


@dataclass(frozen=True, eq=False)
class _MixtureTrainer:
    """What both steps need; they write their results into ``parameters``."""

    signals: Mapping[str, Signal]
    training: TrainingQueries
    config: MixtureConfig
    parameters: MixtureParameters
    seed: int

    def calibrate(self, done: Callable[[str], None]) -> list[Lists]:
        """Learn the calibration of each signal; return its best answers to each query."""
        features = self.parameters.features(self.training.query_listeners)[:, :2]
        every = np.arange(len(self.training.queries))
        best = []
        for place, (name, signal) in enumerate(self.signals.items()):
            lists, candidates, values = self._candidates(signal)
            choices = choices_of(candidates, values, self.training, self._weights, every)
            del candidates, values  # as large as the choices made of them
            self.parameters.calibrations[place] = fit_conditional_logit(
                choices, features, PRIOR, self.config.penalty
            )
            best.append(lists)
            done(name)
        return best

    def weigh(self, lists: list[Lists], done: Callable[[str], None]) -> None:
        """Learn the weights of the signals, over the best answers of all of them."""
        union = [np.unique(np.concatenate(best)) for best in zip(*lists, strict=True)]
        probable = [np.zeros((len(items), len(self.signals)), np.float32) for items in union]
        knows = np.column_stack([signal.known[self.training.queries] for signal in self.signals.values()])
        for place, (name, signal) in enumerate(self.signals.items()):
            for block, affinities in self._affinities(signal):
                terms = self.parameters.terms(name, self.training.query_listeners[block])
                calibrate(affinities, self.training.queries[block], terms, self._popularity_features)
                for row, query in enumerate(block.tolist()):
                    probable[query][:, place] = affinities[row, union[query]]
            done(name)
        rows = np.flatnonzero(knows.any(axis=1))
        candidates, values = [union[row] for row in rows], [probable[row] for row in rows]
        size = FEATURES if self.config.weights == "by query" else 1
        self.parameters.weights[:, :size] = fit_gating(
            choices_of(candidates, values, self.training, self._weights, rows),
            knows[rows],
            self.parameters.features(self.training.query_listeners[rows])[:, :size],
            np.zeros((len(self.signals), size)),
            self.config.penalty,
        )

    def _candidates(self, signal: Signal) -> tuple[Lists, Lists, list[NDArray[np.float32]]]:
        """Return the best answers to each query, these and some other items, and the terms of all."""
        config, listeners, queries = self.config, self.training.listeners, self.training.queries
        rng = np.random.default_rng(self.seed)
        popular = np.argsort(-listeners, kind="stable")[: config.background].astype(np.int32)
        best: Lists = [np.empty(0, np.int32)] * len(queries)
        candidates = list(best)
        values = [np.empty((0, SHAPES), np.float32)] * len(queries)
        for block, affinities in self._affinities(signal):
            scale = scales(affinities, queries[block])
            found = best_answers(affinities, queries[block], listeners, config.candidates)
            for row, query in enumerate(block.tolist()):
                others = rng.integers(0, len(listeners), config.background, np.int32)
                chosen = np.unique(np.concatenate([found[row], popular, others]))
                chosen = chosen[chosen != queries[query]]
                best[query], candidates[query] = found[row], chosen
                values[query] = shapes(
                    affinities[row, chosen],
                    np.full(len(chosen), scale[row]),
                    chosen,
                    self._popularity_features,
                )
        return best, candidates, values

    def _affinities(self, signal: Signal) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield places of the queries that a signal knows, and their affinities, a block at a time."""
        places = np.flatnonzero(signal.known[self.training.queries])
        size = max(1, BLOCK_BYTES // (4 * len(self.training.listeners)))
        for start in range(0, len(places), size):
            block = places[start : start + size]
            yield block, np.array(signal.affinity(self.training.queries[block]), np.float32)

    @cached_property
    def _popularity_features(self) -> PopularityFeatures:
        return PopularityFeatures.of(self.training.listeners)

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        return self.training.weights(self.config.balance, self.config.correction)

"""Learning: whom to trust is found out, each signal is read by itself, and threads change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.mixing import Mixture, MixtureConfig, MixtureParameters, TrainingQueries, learn
from tigertail.signals.contract import Signal
from tigertail.sparse import CSR

ITEMS = 120
RNG = np.random.default_rng(0)
SCENE = np.arange(ITEMS) % 6
KNOWN = 30
"""The first items are heard by many, and the right answer is of the same scene; of the others only tags know it."""
LISTENERS = np.where(np.arange(ITEMS) < KNOWN, 500 - np.arange(ITEMS), 1).astype(np.int64)


class Guess:
    """A signal that says who is of the same scene, more or less."""

    def __init__(self, noise: NDArray[np.float64]) -> None:
        same = SCENE[:, None] == SCENE
        self.values = np.maximum(same + noise * RNG.normal(size=(ITEMS, ITEMS)), 0).astype(np.float32)
        self.known = np.ones(ITEMS, np.bool_)

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinities of some queries."""
        return self.values[queries]


@pytest.fixture(scope="module")
def signals() -> dict[str, Signal]:
    """Listening is sharp where listeners are many and blind elsewhere; tags are middling everywhere."""
    blind = np.where(np.arange(ITEMS) < KNOWN, 0.1, 3.0)[:, None]
    return {"heard": Guess(blind), "tagged": Guess(np.full((ITEMS, 1), 0.5))}


@pytest.fixture(scope="module")
def training() -> TrainingQueries:
    """People play ten items of the query's scene each."""
    queries = np.arange(ITEMS, dtype=np.int32)
    row, item = np.nonzero((SCENE[:, None] == SCENE) & ~np.eye(ITEMS, dtype=np.bool_))
    hits = CSR.from_coo(row, item, np.full(len(row), 10.0), (ITEMS, ITEMS))
    return TrainingQueries(queries, hits, LISTENERS, (LISTENERS == 1).astype(np.int8) * 2)


CONFIG = MixtureConfig(background=20, candidates=10)


@pytest.fixture(scope="module")
def learned(signals: dict[str, Signal], training: TrainingQueries) -> MixtureParameters:
    return learn(signals, training, CONFIG)


def test_listening_is_trusted_where_there_is_some(learned: MixtureParameters) -> None:
    many, few = learned.weights_at(("heard", "tagged"), np.array([500, 1]), np.ones((2, 2), np.bool_))
    assert many[0] > 0.6
    assert few[1] > 0.8


def test_constant_weights_are_the_same_for_every_query(
    signals: dict[str, Signal], training: TrainingQueries
) -> None:
    constant = learn(signals, training, CONFIG.model_copy(update={"weights": "constant"}))
    many, few = constant.weights_at(("heard", "tagged"), np.array([500, 1]), np.ones((2, 2), np.bool_))
    assert many.tolist() == few.tolist()


def test_together_they_find_more_than_each_alone(
    signals: dict[str, Signal], training: TrainingQueries, learned: MixtureParameters
) -> None:
    def found(signal: Signal) -> float:
        scores = np.array(signal.affinity(training.queries))
        scores[training.queries, training.queries] = -np.inf
        best = np.argsort(-scores, axis=1)[:, :19]
        return float((SCENE[best] == SCENE[:, None]).mean())

    mixed = found(Mixture(signals, learned, LISTENERS, 0.0))
    assert mixed > max(found(signal) for signal in signals.values()) + 0.02


def test_a_signal_is_read_alike_whatever_it_is_mixed_with(
    signals: dict[str, Signal], training: TrainingQueries, learned: MixtureParameters
) -> None:
    alone = learn({"tagged": signals["tagged"]}, training, CONFIG)
    assert alone.calibrations[0].tobytes() == learned.calibrations[1].tobytes()


def test_threads_change_nothing(
    signals: dict[str, Signal], training: TrainingQueries, learned: MixtureParameters
) -> None:
    again = learn(signals, training, CONFIG, threads=1)
    assert again.calibrations.tobytes() == learned.calibrations.tobytes()
    assert again.weights.tobytes() == learned.weights.tobytes()


def test_where_popular_hits_count_less_stars_are_expected_less(
    signals: dict[str, Signal], training: TrainingQueries, learned: MixtureParameters
) -> None:
    corrected = learn(signals, training, CONFIG.model_copy(update={"correction": 1.0}))
    popularity = 3
    assert corrected.calibrations[1, popularity, 0] < learned.calibrations[1, popularity, 0]


def test_without_a_hit_the_prior_stays(signals: dict[str, Signal], training: TrainingQueries) -> None:
    none = TrainingQueries(
        training.queries, CSR.from_coo([], [], [], (ITEMS, ITEMS)), LISTENERS, training.strata
    )
    learned = learn(signals, none, CONFIG)
    assert (learned.weights == 0).all()
    assert learned.calibrations[0].tobytes() == learned.calibrations[1].tobytes()

"""Learning: whom to trust is found out, each signal is read by itself, and threads change nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.mixing import (
    Mixture,
    MixtureConfig,
    MixtureParameters,
    TrainingQueries,
    fit_parameters,
    likelihood_of_each,
)
from tigertail.mixing.kinship import pretrained_kinship
from tigertail.mixing.terms import BENDS
from tigertail.mixing.trainer import ITEM_PRIOR, PRIOR
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
    return TrainingQueries.of_everything(
        queries, hits, LISTENERS, (LISTENERS == 1).astype(np.int8) * 2, LISTENERS.astype(float)
    )


CONFIG = MixtureConfig(negatives=20, answers_per_signal=10)


@pytest.fixture(scope="module")
def learned(signals: dict[str, Signal], training: TrainingQueries) -> MixtureParameters:
    return fit_parameters(signals, training, CONFIG)


def shares(parameters: MixtureParameters) -> NDArray[np.float64]:
    """Return the share of listening in what both signals count, after a star and after an item of one listener."""
    logs = parameters.log_multipliers(np.array([500, 1]), np.ones((2, 2), np.bool_), 0.0)
    return np.asarray(logs[:, 0] / logs.sum(axis=1))


def test_listening_counts_where_there_is_some(learned: MixtureParameters) -> None:
    many, few = shares(learned)
    assert many > 0.6
    assert few < 0.2


def test_constant_weights_are_the_same_for_every_query(
    signals: dict[str, Signal], training: TrainingQueries
) -> None:
    constant = fit_parameters(signals, training, CONFIG.model_copy(update={"coefficients": "constant"}))
    many, few = shares(constant)
    assert many == few


def test_together_they_find_more_than_each_alone(
    signals: dict[str, Signal], training: TrainingQueries, learned: MixtureParameters
) -> None:
    def found(signal: Signal) -> float:
        scores = np.array(signal.affinity(training.queries))
        scores[training.queries, training.queries] = -np.inf
        best = np.argsort(-scores, axis=1)[:, :19]
        return float((SCENE[best] == SCENE[:, None]).mean())

    mixed = found(Mixture(signals, learned, LISTENERS, LISTENERS.astype(float), 0.0, 0.0))
    assert mixed > max(found(signal) for signal in signals.values()) + 0.02


def test_without_a_signal_the_others_count_more(learned: MixtureParameters) -> None:
    tags = learned.terms.of_signal("tagged")
    both, alone = learned.coefficients(np.array([500, 500]), np.array([[True, True], [False, True]]), 0.0)
    full = np.log1p(1 / np.array(BENDS))
    assert alone[tags] @ full > both[tags] @ full


def test_an_item_that_was_not_offered_was_not_turned_down(
    signals: dict[str, Signal], training: TrainingQueries
) -> None:
    """A source has half of every scene: that nobody chooses the other half says nothing against tags."""
    there = np.arange(ITEMS) // 6 % 2 == 0
    row, item = training.hits.entry_rows(), training.hits.indices
    hits = CSR.from_coo(row[there[item]], item[there[item]], training.hits.data[there[item]], (ITEMS, ITEMS))
    blind = replace(training, hits=hits)
    aware = replace(blind, offered=there[None])
    full = np.log1p(1 / np.array(BENDS))

    def height(lessons: TrainingQueries) -> float:
        found = fit_parameters({"tagged": signals["tagged"]}, lessons, CONFIG)
        return float(found.taste[found.terms.of_signal("tagged"), 0] @ full)

    assert height(aware) > height(blind)


def test_threads_change_nothing(
    signals: dict[str, Signal], training: TrainingQueries, learned: MixtureParameters
) -> None:
    again = fit_parameters(signals, training, CONFIG, threads=1)
    assert again.taste.tobytes() == learned.taste.tobytes()


def test_where_popular_hits_count_less_stars_are_expected_less(
    signals: dict[str, Signal], training: TrainingQueries, learned: MixtureParameters
) -> None:
    corrected = fit_parameters(signals, training, CONFIG.model_copy(update={"popularity_correction": 1.0}))
    popularity = learned.terms.names.index("popularity")
    assert corrected.taste[popularity, 0] < learned.taste[popularity, 0]


def test_kinship_is_learned_from_lists_and_else_has_its_constants(training: TrainingQueries) -> None:
    """Whoever makes these lists cares for sound alone."""
    signals = {"annotation": Guess(np.full((ITEMS, 1), 3.0)), "audio": Guess(np.full((ITEMS, 1), 0.1))}
    constant, taught = (fit_parameters(signals, training, CONFIG, lists=lists) for lists in (None, training))
    sound, tags = (constant.terms.of_signal(name) for name in ("audio", "annotation"))
    full = np.log1p(1 / np.array(BENDS))
    assert constant.kinship[sound].tolist() == pretrained_kinship(constant.terms)[sound].tolist()
    assert taught.kinship[sound, 0] @ full > constant.kinship[sound, 0] @ full
    assert taught.kinship[tags, 0] @ full < constant.kinship[tags, 0] @ full
    without = constant.terms.no_listener
    assert np.delete(taught.taste, without, 0).tobytes() == np.delete(constant.taste, without, 0).tobytes()


def test_what_nobody_plays_counts_in_taste_as_lists_say(training: TrainingQueries) -> None:
    """All that makers of lists name has no listener."""
    signals = {"annotation": Guess(np.full((ITEMS, 1), 3.0))}
    unheard = np.arange(ITEMS) % 2 == 0
    row, item = training.hits.entry_rows(), training.hits.indices
    named = CSR.from_coo(
        row[unheard[item]], item[unheard[item]], training.hits.data[unheard[item]], (ITEMS, ITEMS)
    )
    lists = replace(training, hits=named, listeners=np.where(unheard, 0, training.listeners))
    found = fit_parameters(signals, training, CONFIG, lists=lists)
    term = found.terms.no_listener
    assert found.kinship[term, 0] > pretrained_kinship(found.terms)[term, 0]
    assert found.taste[term].tolist() == [*found.kinship[term], *[0.0] * (found.taste.shape[1] - 2)]


def test_without_a_hit_the_prior_stays(signals: dict[str, Signal], training: TrainingQueries) -> None:
    none = replace(training, hits=CSR.from_coo([], [], [], (ITEMS, ITEMS)))
    found = fit_parameters(signals, none, CONFIG)
    assert found.taste[found.terms.of_signal("heard"), 0].tolist() == list(PRIOR)
    kinship = found.kinship[found.terms.no_listener]
    assert found.taste[found.terms.of_items, 0].tolist() == [*ITEM_PRIOR[:2], ITEM_PRIOR[0], kinship[0]]
    others = np.delete(found.taste, found.terms.no_listener, 0)
    assert others[:, 1:].tolist() == np.zeros((len(found.terms) - 1, 4)).tolist()


def test_what_people_chose_is_likelier_by_the_signal_that_knows_more(training: TrainingQueries) -> None:
    sharp, vague, same = (Guess(np.full((ITEMS, 1), noise)) for noise in (0.2, 2.0, 0.0))
    same.values = sharp.values
    found = likelihood_of_each({"sharp": sharp, "vague": vague, "same": same}, training, CONFIG)
    assert found["sharp"].shape == (ITEMS,)
    assert found["sharp"].sum() > found["vague"].sum()
    assert found["sharp"].tobytes() == found["same"].tobytes()

"""What every signal promises, whatever it is made of. A new signal joins by a line in SIGNALS."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.model.store import Stored
from tigertail.signals.co_listening import CoListening, CoListeningConfig, fit_co_listening
from tigertail.signals.contract import Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.popularity import Popularity
from tigertail.sparse import CSR

ITEMS = 150  # more than two blocks of the compiled products
UNKNOWN = [3, 149]


def popularity() -> Popularity:
    listeners = np.random.default_rng(0).integers(1, 50, ITEMS)
    listeners[UNKNOWN] = 0
    return Popularity(listeners)


def factors() -> FactorAffinity:
    vectors = np.random.default_rng(1).normal(size=(ITEMS, 7)).astype(np.float32)
    vectors[UNKNOWN] = 0
    return FactorAffinity(vectors)


def co_listening() -> CoListening:
    rng = np.random.default_rng(2)
    plays = rng.random((200, ITEMS)) < 0.1
    plays[:, UNKNOWN] = False
    row, column = np.nonzero(plays)
    weights = CSR.build(row, column, rng.uniform(1, 3, len(row)), plays.shape)
    return fit_co_listening(weights, CoListeningConfig(neighbours=20))


SIGNALS: dict[str, Callable[[], Signal]] = {
    "popularity": popularity,
    "factors": factors,
    "co-listening": co_listening,
}
EVERY = np.arange(ITEMS, dtype=np.int32)


@pytest.fixture(params=SIGNALS)
def signal(request: pytest.FixtureRequest) -> Signal:
    return SIGNALS[request.param]()


def test_it_is_a_signal(signal: Signal) -> None:
    assert isinstance(signal, Signal)


def test_known_says_yes_or_no_of_every_item(signal: Signal) -> None:
    assert signal.known.dtype == np.bool_
    assert np.flatnonzero(~signal.known).tolist() == UNKNOWN


def test_affinity_is_a_float32_for_every_query_and_item(signal: Signal) -> None:
    scores = signal.affinity(np.array([0, 5], np.int32))
    assert scores.shape == (2, ITEMS)
    assert scores.dtype == np.float32
    assert signal.affinity(np.empty(0, np.int32)).shape == (0, ITEMS)


def test_affinity_is_a_finite_number_or_minus_infinity(signal: Signal) -> None:
    scores = signal.affinity(EVERY)
    assert (np.isfinite(scores) | (scores == -np.inf)).all()


def test_an_unknown_item_is_never_an_answer(signal: Signal) -> None:
    assert (signal.affinity(EVERY)[:, UNKNOWN] == -np.inf).all()


def test_an_unknown_item_has_no_answers(signal: Signal) -> None:
    if isinstance(signal, Popularity):
        pytest.skip("popularity answers every query alike, even of an item it has never seen")
    assert (signal.affinity(np.array(UNKNOWN, np.int32)) == -np.inf).all()


def test_a_known_item_has_answers(signal: Signal) -> None:
    best = signal.affinity(np.flatnonzero(signal.known).astype(np.int32)).max(axis=1)
    assert (best > -np.inf).all()


def test_a_query_is_answered_alike_alone_and_in_company(signal: Signal) -> None:
    together = signal.affinity(EVERY)
    for query in EVERY:
        alone = signal.affinity(np.array([query], np.int32))[0]
        assert alone.tobytes() == together[query].tobytes()
    some = np.array([9, 4, 9], np.int32)
    assert signal.affinity(some).tobytes() == together[some].tobytes()


def test_affinity_leaves_its_queries_alone(signal: Signal) -> None:
    queries = np.array([7, 3], np.int32)
    signal.affinity(queries)
    assert queries.tolist() == [7, 3]


@pytest.mark.parametrize("name", ["factors", "co-listening"])
def test_a_signal_kept_as_arrays_answers_as_before(name: str) -> None:
    signal = SIGNALS[name]()
    assert isinstance(signal, (FactorAffinity, CoListening))
    kept: Stored = signal
    again = type(kept).from_arrays(*kept.to_arrays())
    assert again.affinity(EVERY).tobytes() == signal.affinity(EVERY).tobytes()


def asymmetry(scores: NDArray[np.float32]) -> float:
    both = np.isfinite(scores) & np.isfinite(scores.T)
    return float(np.abs(scores[both] - scores.T[both]).max())


@pytest.mark.parametrize(("name", "directed"), [("factors", True), ("co-listening", False)])
def test_affinity_is_directed_unless_it_is_a_cosine(name: str, directed: bool) -> None:
    # Factors lean to the popular by default (beta = 0.5); co-listening is the cosine by default.
    assert (asymmetry(SIGNALS[name]().affinity(EVERY)) > 1e-3) == directed
    assert asymmetry(factors().with_beta(1.0).affinity(EVERY)) < 1e-6

"""The promise: look after every listener, name a winner of equals in at most alpha of all experiments."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from tigertail.evaluation.online import listener_scores, sequential_test
from tigertail.evaluation.online.sequential import STAKES, confidence_sequence, log_capitals
from tigertail.testing.simulated_listeners import Population

RUNS = 1000
ALPHA = 0.05


def experiments(population: Population, listeners: int, *, runs: int = RUNS) -> list[NDArray[np.float64]]:
    """Return the scores of the listeners of many experiments."""
    return [listener_scores(population.duel(listeners, seed=run).duel()) for run in range(runs)]


def ever(scores: NDArray[np.float64], share: float, alpha: float = ALPHA) -> tuple[bool, bool]:
    """Say whether a look after any score refuted that the share is so small, and so large."""
    more, less = log_capitals(scores, share)
    return bool((more >= np.log(2 / alpha)).any()), bool((less >= np.log(2 / alpha)).any())


@pytest.fixture(scope="module")
def null(equals: Population) -> list[NDArray[np.float64]]:
    return experiments(equals, 120)


def test_capitals_by_hand() -> None:
    """Win, draw, loss against the claim that the share is 0.4: bets of every size, the gains left in."""
    shares, claim = (1.0, 0.5, 0.0), 0.4
    more, less = log_capitals(np.array([1.0, 0.0, -1.0]), claim)
    for number in range(1, 4):
        for found, odds in (
            (more, lambda y: (y - claim) / claim),
            (less, lambda y: (claim - y) / (1 - claim)),
        ):
            grown = [math.prod(1 + stake * odds(y) for y in shares[:number]) for stake in STAKES]
            assert np.exp(found[number - 1]) == pytest.approx(np.mean(grown))


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_equals_are_told_apart_in_at_most_alpha_of_experiments(
    null: list[NDArray[np.float64]], alpha: float
) -> None:
    wrong = sum(any(ever(scores, 0.5, alpha)) for scores in null)
    assert wrong <= alpha * RUNS
    assert wrong > 0, "a test that never errs keeps no promise of 5 % but wastes listeners"


def test_lists_that_hang_together_break_the_promise_where_each_counts_by_itself(equals: Population) -> None:
    """The same experiments, list by list: that is why a listener is one observation."""
    wrong = sum(
        any(ever(equals.duel(120, seed=run).duel().lists["score"].to_numpy(), 0.5))
        for run in range(RUNS // 4)
    )
    assert wrong > binom.ppf(0.999, RUNS // 4, ALPHA)


def test_the_better_model_is_found_in_nearly_all_experiments_and_the_worse_never(unequal: Population) -> None:
    found = [sequential_test(scores, ALPHA).winner for scores in experiments(unequal, 600, runs=100)]
    assert found.count("first") >= 97
    assert found.count("second") == 0


def test_the_interval_holds_the_truth_at_all_times_at_once() -> None:
    population = Population(edge=0.15, taste=0.2)
    many = population.duel(40_000, seed=10**6).duel().lists
    truth = (1 + many.group_by("listener").mean()["score"].mean()) / 2  # type: ignore[operator]
    runs = experiments(population, 150)
    missed = sum(any(ever(scores, truth)) for scores in runs)
    assert missed <= ALPHA * RUNS
    ends = [sequential_test(scores, ALPHA).win_share for scores in runs[:50]]
    assert sum(not end.low <= truth <= end.high for end in ends) <= 5


def test_a_decision_stands_whatever_comes_later() -> None:
    scores = np.concatenate([np.ones(30), -np.ones(400)])
    early, late = sequential_test(scores[:30]), sequential_test(scores)
    assert early.winner == late.winner == "first"
    assert early.decided_at == late.decided_at == 12  # the boldest seventh of the capital is 1.64^12 / 7 = 54
    assert not early.drifted
    assert late.drifted, "the mean did not stay what it was, and the interval says so by being empty"


def test_the_interval_only_narrows_and_ends_where_the_test_has_it() -> None:
    scores = np.random.default_rng(0).choice([-1.0, 0.0, 1.0], 400, p=[0.2, 0.4, 0.4])
    at, low, high = confidence_sequence(scores, ALPHA)
    assert (np.diff(low) >= 0).all()
    assert (np.diff(high) <= 0).all()
    share = sequential_test(scores, ALPHA).win_share
    assert at[-1] == 400
    assert low[-1] == pytest.approx(share.low, abs=0.005)
    assert high[-1] == pytest.approx(share.high, abs=0.005)
    assert low[-1] <= share.low
    assert share.high <= high[-1]


def test_the_e_value_is_worth_1_on_average_whenever_one_stops(null: list[NDArray[np.float64]]) -> None:
    """Stopping as soon as it pleases, at the first e-value above 2, gains nothing either."""
    stopped = []
    for scores in null:
        more, less = log_capitals(scores, 0.5)
        e_values = np.exp(np.logaddexp(more, less)) / 2
        high = np.flatnonzero(e_values > 2)
        stopped.append(e_values[high[0]] if len(high) else e_values[-1])
    assert np.mean(stopped) == pytest.approx(1, abs=0.15)


def test_swapping_the_models_swaps_the_result() -> None:
    scores = np.random.default_rng(1).choice([-1.0, 1.0], 300, p=[0.3, 0.7])
    first, second = sequential_test(scores), sequential_test(-scores)
    assert (first.winner, second.winner) == ("first", "second")
    assert first.win_share.low == pytest.approx(1 - second.win_share.high)
    assert first.e_value == pytest.approx(second.e_value)


def test_a_winner_is_named_as_soon_as_the_p_value_reaches_alpha() -> None:
    scores = np.random.default_rng(2).choice([-1.0, 1.0], 300, p=[0.35, 0.65])
    results = [sequential_test(scores[:number]) for number in range(1, 300, 9)]
    assert {result.winner for result in results} == {None, "first"}
    assert all((result.winner == "first") == (result.p_value <= ALPHA) for result in results)
    assert (np.diff([result.p_value for result in results]) <= 0).all()


def test_before_anybody_counts_nothing_is_known() -> None:
    result = sequential_test(np.empty(0))
    assert (result.winner, result.e_value, result.p_value) == (None, 1, 1)
    assert (result.win_share.low, result.win_share.high) == (0, 1)
    assert len(confidence_sequence(np.empty(0), ALPHA)[0]) == 0


def test_the_most_evidence_that_is_told_is_that_of_floats() -> None:
    result = sequential_test(np.ones(2000))
    assert result.e_value == pytest.approx(math.exp(700))
    assert result.p_value == pytest.approx(1 / result.e_value, rel=1e-9, abs=0)

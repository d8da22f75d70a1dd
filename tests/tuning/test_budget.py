"""A budget is a number of trials or a time."""

from __future__ import annotations

from typing import Any

import pytest

from tigertail.errors import ConfigError
from tigertail.tuning import Budget


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("12", Budget(trials=12)),
        (" 90s", Budget(seconds=90)),
        ("20M", Budget(seconds=1200)),
        ("0.5h", Budget(seconds=1800)),
    ],
)
def test_is_read_as_people_write_it(text: str, budget: Budget) -> None:
    assert Budget.parse(text) == budget


@pytest.mark.parametrize("text", ["", "0", "-3", "1.5", "soon", "0m", "3 d", "٣٠", "9" * 400 + "h"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a budget") as refused:
        Budget.parse(text)
    assert "20m" in refused.value.remedy


@pytest.mark.parametrize(
    "given",
    [{}, {"trials": 0}, {"seconds": 0.0}, {"trials": 2, "seconds": 1.0}, {"seconds": float("nan")}],
)
def test_one_of_both_is_given_and_above_0(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="is not a budget") as refused:
        Budget(**given)
    assert "above 0" in refused.value.remedy


def test_trials_are_counted_by_study() -> None:
    assert [Budget(trials=2).exhausted(done, 1e9, 1) for done in (0, 1, 2)] == [False, False, True]


def test_time_is_shared_and_every_study_has_one_trial() -> None:
    budget = Budget(seconds=90)
    assert not budget.exhausted(5, 29, 3)
    assert budget.exhausted(5, 30, 3)
    assert not budget.exhausted(0, 1000, 3)

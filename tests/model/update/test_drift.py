"""A model whose additions are too much for its factors is to be fitted again."""

from __future__ import annotations

import pytest

from tigertail.model.update.drift import Drift


@pytest.mark.parametrize(
    ("pairs", "items", "due"), [(0.25, 0, True), (0, 0.25, True), (0.2499, 0.2499, False), (0.3, 0, True)]
)
def test_a_fit_is_due_from_a_quarter_more_on(pairs: float, items: float, due: bool) -> None:
    assert Drift(1, pairs, items, 0).fit_again is due


def test_the_advice_names_what_a_fit_is_due_at() -> None:
    assert Drift(1, 0.2, 0, 0).advice.endswith("have grown by 25 % or items by 25 %.")
    assert Drift(1, 0.25, 0, 0).advice.startswith("Fit the model again")

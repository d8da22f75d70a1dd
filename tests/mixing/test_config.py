"""How many candidates are kept."""

from __future__ import annotations

import pytest

from tigertail.mixing.config import RetrievalConfig


@pytest.mark.parametrize(
    ("items", "kept"),
    [
        pytest.param(1_000, 600, id="a small catalogue keeps what the setting says"),
        pytest.param(300_000, 410, id="a large one as many as take two GiB"),
        pytest.param(50_000_000, 100, id="but never fewer than answer a short list"),
    ],
)
def test_a_large_catalogue_keeps_fewer_candidates_of_each_item(items: int, kept: int) -> None:
    assert RetrievalConfig().candidates_of(items) == kept


def test_more_memory_keeps_more_and_none_stays_none() -> None:
    assert RetrievalConfig(gib=8).candidates_of(300_000) == 600
    assert RetrievalConfig(candidates=0).candidates_of(300_000) == 0

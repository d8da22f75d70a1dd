"""Why an item is listed: in data, and in words."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tigertail.model import Model
from tigertail.model.explanation import explain, in_words
from tigertail.signals.local import Listening


@pytest.fixture
def signal(local_model: Model) -> Listening:
    listening = local_model.signals["listening"]
    assert isinstance(listening, Listening)
    return listening


def codes(model: Model, *items: str) -> np.ndarray:
    return np.array([model.find(item) for item in items], np.int32)


def test_the_groups_that_carry_an_answer_the_largest_share_first(
    local_model: Model, signal: Listening
) -> None:
    why = explain("listening", signal, local_model.find("star"), codes(local_model, "p2", "b2"))
    assert why.name == "why"
    assert [carriers[0]["name"] for carriers in why] == ["Poland", "Brazil"]
    for carriers in why.to_list():
        shares = [carrier["share"] for carrier in carriers]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1, abs=0.02)
    assert why[0].to_list()[0]["group"] == "PL"


def test_a_group_that_has_nothing_to_say_goes_unmentioned(local_model: Model, signal: Listening) -> None:
    [carriers] = explain("listening", signal, local_model.find("p2"), codes(local_model, "p3")).to_list()
    assert carriers == [{"group": "PL", "name": "Poland", "share": pytest.approx(1)}]


def test_no_answer_needs_no_reason(local_model: Model, signal: Listening) -> None:
    why = explain("listening", signal, local_model.find("star"), codes(local_model))
    assert len(why) == 0
    assert why.dtype == pl.List(pl.Struct({"group": pl.String, "name": pl.String, "share": pl.Float64}))


def test_in_words() -> None:
    names = ("Poland", "Brazil", "elsewhere", "Sweden")
    carriers = [
        {"name": name, "share": share} for name, share in zip(names, (0.5, 0.3, 0.15, 0.05), strict=True)
    ]
    assert in_words(carriers) == "Poland 50 %, Brazil 30 %, elsewhere 15 %"
    assert in_words(carriers, most=1) == "Poland 50 %"
    assert in_words([]) == ""

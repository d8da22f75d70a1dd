"""Feedback as training pairs: a listener counts once, and the more, the less a rank is examined."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import TigertailWarning
from tigertail.evaluation.online.training_pairs import MIN_EXAMINATION, feedback_ground_truth
from tigertail.ground_truth.ground_truth import GroundTruth
from tigertail.testing.simulated_listeners import Population


@pytest.fixture(scope="module")
def abc(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    plays = pl.DataFrame({"listener_id": "me", "item_id": list("abc"), "plays": 1.0})
    return Dataset.write(tmp_path_factory.mktemp("abc") / "abc", {"plays": plays}, name="abc")


def said(*actions: tuple[str, str, str, str]) -> pl.DataFrame:
    """Return a log: listener, query, item and what was done, each in a list of its own."""
    rows: list[dict[str, Any]] = []
    for number, (listener, query, item, kind) in enumerate(actions):
        row = {"listener": listener, "query": query, "item": item, "rank": 1, "list_id": str(number)}
        rows += [row | {"kind": kind, "model": "v"} for kind in ("impression", kind)]
    return pl.DataFrame(rows)


def scores(truth: GroundTruth) -> dict[tuple[str, str], float]:
    return {(query, item): score for query, item, score in truth.pairs.iter_rows()}


def test_a_listener_counts_once(abc: Dataset) -> None:
    events = said(
        ("u", "a", "b", "play"),
        ("u", "a", "b", "like"),
        ("v", "a", "b", "like"),
        ("u", "a", "c", "like"),
        ("u", "a", "c", "dislike"),
        ("v", "a", "c", "like"),
        ("w", "a", "c", "play"),
        ("w", "b", "c", "skip"),
    )
    with pytest.warns(TigertailWarning, match="all actions have the same weight"):
        truth = feedback_ground_truth(events, abc)
    assert scores(truth) == {("a", "b"): 2, ("a", "c"): 1}
    assert (truth.read, truth.left_out) == (2, {})


def test_what_cannot_be_used_is_counted_and_said(abc: Dataset) -> None:
    events = said(
        ("u", "a", "b", "hide"),
        ("u", "a", "z", "like"),
        ("u", "y", "b", "like"),
        ("u", "c", "c", "like"),
        ("u", "c", "b", "like"),
    )
    with pytest.warns(TigertailWarning):
        truth = feedback_ground_truth(events, abc)
    assert scores(truth) == {("c", "b"): 1}
    assert truth.read == 5
    assert truth.left_out == {
        "no more likes than dislikes": 1,
        "item: not in the dataset": 1,
        "query: not in the dataset": 1,
        "query and item are the same": 1,
    }
    assert set(truth.examples) == {"y", "z"}


def test_of_several_lists_the_one_shown_last_counts(abc: Dataset) -> None:
    events = said(
        ("u", "a", "b", "like"), ("u", "a", "b", "skip"), ("u", "a", "b", "hide"), ("u", "a", "b", "skip")
    )
    shown, acted = events.gather_every(2), events.gather_every(2, offset=1)
    for actions in (acted, acted.reverse()):
        with pytest.warns(TigertailWarning, match="all actions have the same weight"):
            truth = feedback_ground_truth(pl.concat([shown, actions]), abc)
        assert truth.left_out == {"no more likes than dislikes": 1}


def test_events_that_cannot_be_used_are_counted(abc: Dataset) -> None:
    events = pl.concat([said(("u", "a", "b", "like")), said(("v", "a", "b", "like"))[1:]])
    with pytest.warns(TigertailWarning) as warned:
        truth = feedback_ground_truth(events, abc)
    assert "cannot be used (1: an action without an impression)" in str(warned[0].message)
    assert scores(truth) == {("a", "b"): 1}


def test_ranks_make_no_difference(unequal: Population, tmp_path: Path) -> None:
    """Actions weighted by the examination of their ranks are in proportion to what is positive; bare counts are not."""
    items = pl.DataFrame({"listener_id": "me", "item_id": [f"i{i:02}" for i in range(24)], "plays": 1.0})
    queries = pl.DataFrame({"listener_id": "me", "item_id": [f"q{q:02}" for q in range(20)], "plays": 1.0})
    dataset = Dataset.write(tmp_path / "d", {"plays": pl.concat([items, queries])}, name="d")
    events = unequal.duel(3000, seed=7).events()
    truth = feedback_ground_truth(events, dataset)
    shown = (
        events.filter(pl.col("kind") == "impression").group_by("query", "item").agg(pl.len().alias("times"))
    )
    plays = events.filter(pl.col("kind") == "play").group_by("query", "item").agg(pl.len().alias("plays"))
    told = truth.pairs.rename({"target_item_id": "query", "item_id": "item"}).join(
        shown, on=["query", "item"]
    )
    told = told.join(plays, on=["query", "item"]).filter(pl.col("times") > 500)
    positive = [
        unequal.relevance[int(q[1:]), int(i[1:])] for q, i in told.select("query", "item").iter_rows()
    ]
    told = told.with_columns(positive=pl.Series(positive))
    weighed, bare = (
        told.select(pl.corr(pl.col(column) / pl.col("times"), "positive")).item()
        for column in ("score", "plays")
    )
    assert weighed > bare + 0.1
    assert weighed > 0.8


def test_no_action_counts_more_than_ten(abc: Dataset) -> None:
    assert 1 / MIN_EXAMINATION == 10


def test_no_feedback_yet_gives_no_pairs(abc: Dataset) -> None:
    with pytest.warns(TigertailWarning, match="has no events yet"):
        truth = feedback_ground_truth(said(("u", "a", "b", "like")).clear(), abc)
    assert truth.pairs.is_empty()
    assert truth.pairs.columns == ["target_item_id", "item_id", "score"]

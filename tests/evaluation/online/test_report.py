"""A report gathers all that one log says, and says what it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tigertail.evaluation.online import OnlineReport, online_report
from tigertail.evaluation.online.plot import plot_online
from tigertail.testing.simulated_listeners import Population


@pytest.fixture(scope="module")
def report(events: pl.DataFrame, unequal: Population) -> OnlineReport:
    rankings = {"first": unequal.ranking(0), "second": unequal.ranking(1)}
    return online_report(events, rankings, k=5, samples=50)


def test_it_counts_what_was_shown_and_done(report: OnlineReport, events: pl.DataFrame) -> None:
    assert report.events == len(events)
    assert report.listeners == 600
    assert not report.left_out
    assert not report.notices
    shown = (events["kind"] == "impression").sum()
    assert sum(row.shown for row in report.models) == sum(row.shown for row in report.ranks) == shown
    first = next(row for row in report.models if row.version == "first")
    of_first = events.filter(pl.col("model") == "first")
    plays = (of_first["kind"] == "play").sum() / (of_first["kind"] == "impression").sum()
    assert first.rates["play"].mean == first.rates["positive"].mean == pytest.approx(plays)
    assert first.rates["play"].low < plays < first.rates["play"].high
    assert first.rates["skip"].mean == 0


def test_it_names_the_better_model_and_how_places_are_looked_at(
    report: OnlineReport, unequal: Population
) -> None:
    (duel,) = report.duels
    assert duel.winner == "first"
    assert duel.won > duel.lost
    assert duel.won + duel.lost + duel.drawn == duel.lists == report.lists
    assert [row.rank for row in report.ranks] == list(range(1, 11))
    true = unequal.examination
    held = [
        row.examination is not None and row.examination.low <= true[row.rank - 1] <= row.examination.high
        for row in report.ranks
    ]
    assert sum(held) >= 8
    assert report.estimates[0].ndcg["DR"].mean > report.estimates[1].ndcg["DR"].mean


def test_it_is_plain_json_and_a_picture(report: OnlineReport, tmp_path: Path) -> None:
    plain = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert plain["duels"][0]["winner"] == "first"
    assert plain["estimates"][0]["differences"] is None
    plot_online(report, tmp_path / "online.png")
    assert (tmp_path / "online.png").read_bytes()[:4] == b"\x89PNG"


def test_a_log_of_one_model_says_less_and_says_so(events: pl.DataFrame, tmp_path: Path) -> None:
    one = events.filter(pl.col("model") == "first").head(60)
    report = online_report(one, {"first": one.select("query")}, samples=10)
    assert not report.duels
    assert not report.estimates
    assert all(row.examination is None for row in report.ranks)
    assert len(report.notices) == 3
    assert "position bias cannot be estimated" in report.notices[0]
    plot_online(report, tmp_path / "online.png")


def test_a_log_of_far_ranks_alone_has_no_rates_by_rank_and_says_so(
    events: pl.DataFrame, tmp_path: Path
) -> None:
    report = online_report(events.head(60).with_columns(rank=pl.col("rank") + 100), samples=10)
    assert report.models
    assert not report.ranks
    assert "no item was shown at the first 100 ranks, so there is no rate by rank" in report.notices
    plot_online(report, tmp_path / "online.png")


def test_undecided_is_no_winner(equals: Population) -> None:
    report = online_report(equals.duel(20, seed=0).events(), samples=10)
    assert report.duels[0].winner is None
    assert report.to_dict()["duels"][0]["winner"] is None

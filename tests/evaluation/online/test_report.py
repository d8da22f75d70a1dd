"""A report gathers all that one log says, and says what it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tigertail.evaluation.online import OnlineReport, online_report, plot
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


def shown_in_turns(
    ranks: tuple[int, int], listeners: int, item: str = "a", plays: int = 100
) -> list[dict[str, Any]]:
    """Return the events of an item in 200 lists, at one rank and the other by turns, and played in as many of each."""
    return [
        {
            "kind": kind,
            "query": "q",
            "item": item,
            "rank": rank,
            "list_id": f"{item}{n}",
            "listener": f"u{n % listeners}",
        }
        for n in range(200)
        for rank in (ranks[n % 2],)
        for kind in ("impression", "play")[: 1 + (n // 2 < plays // 2)]
    ]


def report_of(*events: list[dict[str, Any]], **rankings: pl.DataFrame) -> OnlineReport:
    rows = pl.DataFrame([event for some in events for event in some])
    return online_report(rows.with_columns(model=pl.lit("v")), rankings, samples=20)


def test_what_moved_and_nobody_played_says_nothing_of_its_rank() -> None:
    events = shown_in_turns((1, 2), 9), shown_in_turns((1, 3), 9, "b", plays=0)
    report = report_of(*events, shown_in_turns((4, 4), 9, "c"))
    assert [row.rank for row in report.ranks if row.examination is None] == [3, 4]
    assert report.notices[0] == (
        "no examination estimate for rank 3 and 1 more: no item that was played or liked moved between there and "
        "rank 1; items shown there do not count"
    )


@pytest.mark.parametrize("others", [(), ("b",)])
def test_moves_that_one_listener_saw_give_no_interval(others: tuple[str, ...]) -> None:
    report = report_of(shown_in_turns((1, 2), 1), *(shown_in_turns((1, 1), 9, item) for item in others))
    assert str(report.ranks[1].examination) == "1.0000 [-, -]"
    assert str(report_of(shown_in_turns((1, 2), 9)).ranks[1].examination).startswith("1.0000 [0.")


def test_a_ranking_has_no_interval_from_one_listener(tmp_path: Path) -> None:
    ranking = pl.DataFrame({"target_item_id": ["q"], "item_id": ["a"], "rank": [1]})
    report = report_of(shown_in_turns((1, 2), 1), same=ranking)
    assert {str(one).partition(" ")[2] for one in report.estimates[0].ndcg.values()} == {"[-, -]"}
    plot_online(report, tmp_path / "online.png")


def test_the_win_share_is_called_no_share_of_lists(
    report: OnlineReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels: list[str] = []  # a listener counts once, with the mean of their lists
    monkeypatch.setattr(plot, "save_figure", lambda figure, _: labels.append(figure.axes[0].get_ylabel()))
    plot_online(report, Path("online.png"))
    assert labels == ["win share of first against second, %"]


def positions_drawn(report: OnlineReport, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], list[str]]:
    """Return the values of each curve of position bias, and the texts there."""
    drawn: list[Any] = []
    monkeypatch.setattr(plot, "save_figure", lambda figure, file: drawn.append(figure.axes[1]))
    plot_online(report, Path("online.png"))
    legend = drawn[0].get_legend()
    return [line.get_ydata().tolist() for line in drawn[0].lines], [
        text.get_text() for text in (legend.get_texts() if legend else drawn[0].texts)
    ]


def test_rates_are_relative_to_the_first_rank_that_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_of(shown_in_turns((1, 1), 9, plays=0), shown_in_turns((2, 3), 9, "b", plays=200))
    curves, texts = positions_drawn(report, monkeypatch)
    assert curves[0] == [0, 1, 1]
    assert texts[0] == "plays and likes, relative to rank 2"
    nothing = report_of(shown_in_turns((1, 2), 9, plays=0))
    assert positions_drawn(nothing, monkeypatch) == ([], ["no plays or likes by rank"])


def test_undecided_is_no_winner(equals: Population) -> None:
    report = online_report(equals.duel(20, seed=0).events(), samples=10)
    assert report.duels[0].winner is None
    assert report.to_dict()["duels"][0]["winner"] is None

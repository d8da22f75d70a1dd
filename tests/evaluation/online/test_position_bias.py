"""How places are looked at is found again, from items that stood at several of them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.evaluation.online import examination
from tigertail.evaluation.online.log import Log
from tigertail.evaluation.online.position_bias import Harvest, strengths
from tigertail.testing.simulated_listeners import Population


def at_two_ranks(lists: int) -> Log:
    """Return a log of one item, at ranks 1 and 2 in as many lists, and positive in every second of each."""
    rows = [
        {
            "kind": kind,
            "query": "q",
            "item": "a",
            "rank": rank,
            "list_id": str(number),
            "listener": str(number),
        }
        for number in range(lists)
        for rank in (1 + number % 2,)
        for kind in ("impression", "play")[: 1 + number // 2 % 2]
    ]
    return Log.of(pl.DataFrame(rows).with_columns(model=pl.lit("v")))


def test_the_curve_is_found_again(unequal: Population) -> None:
    curve = examination(Log.of(unequal.duel(4000, seed=2).events()))
    true = unequal.examination
    assert curve.probability[0] == 1
    np.testing.assert_allclose(curve.probability, true, rtol=0.2)
    assert curve.probability[1:4] == pytest.approx(true[1:4], rel=0.08)
    assert not curve.unknown


def test_what_is_clicked_more_because_better_things_stand_there_is_no_examination(
    unequal: Population,
) -> None:
    """Shares of plays fall more steeply than looking does, since models put the positive things first."""
    log = Log.of(unequal.duel(4000, seed=2).events())
    plays = log.shown.group_by("rank").agg(pl.col("positive").mean()).sort("rank")["positive"].to_numpy()
    curve, true = examination(log).probability, unequal.examination
    assert np.abs(curve - true).max() < 0.04 < 0.05 < np.abs(plays / plays[0] - true).max()
    assert (plays / plays[0] < true)[1:].all()


def test_places_that_do_not_matter_come_out_flat() -> None:
    curve = examination(at_two_ranks(400))
    assert curve.probability.tolist() == pytest.approx([1, 1])
    assert (curve.moved, curve.positive) == (1, 200)


def test_a_log_in_which_nothing_moved_is_refused_with_a_remedy() -> None:
    rows = [
        {"kind": kind, "query": "q", "item": item, "rank": rank, "list_id": str(number), "listener": "u"}
        for number in range(100)
        for rank, item in enumerate("abc", start=1)
        for kind in ("impression", "play")
    ]
    still = Log.of(pl.DataFrame(rows).with_columns(model=pl.lit("v")))
    with pytest.raises(DataError, match="position bias cannot be estimated") as refused:
        examination(still)
    assert "interleave" in refused.value.remedy


def test_countries_that_are_shown_other_lists_do_not_pass_for_moves() -> None:
    """Poles love a and are shown it first, Kenyans love b: nobody's items moved."""
    rows = [
        {"kind": kind, "item": item, "rank": rank, "list_id": str(number), "country": country}
        for number in range(100)
        for country, items in (("PL", "ab"), ("KE", "ba"))
        for rank, item in enumerate(items, start=1)
        for kind in ("impression", "play")[: 3 - rank]
    ]
    table = pl.DataFrame(rows).with_columns(
        query=pl.lit("q"), model=pl.lit("v"), listener=pl.col("country") + pl.col("list_id")
    )
    assert len(Harvest.of(Log.of(table)).pairs) == 0
    with pytest.raises(DataError, match=r"has 0 plays .* at several ranks for one query in one country"):
        examination(Log.of(table))
    one_country = table.with_columns(country=pl.lit("PL"))
    assert len(Harvest.of(Log.of(one_country)).pairs) == 2


def test_ranks_that_no_chain_links_with_the_first_are_unknown(unequal: Population) -> None:
    events = unequal.duel(300, seed=5).events()
    apart = pl.col("item").str.tail(2).cast(pl.Int32) % 2 == (pl.col("rank") > 5).cast(pl.Int32)
    kept = events.filter(apart)
    curve = examination(Log.of(kept))
    assert curve.unknown == [6, 7, 8, 9, 10]
    assert np.isnan(curve.of(np.array([6, 11]))).all()
    assert np.isfinite(curve.of(np.array([1, 5]))).all()


def test_resampled_rows_count_as_often_as_drawn(log: Log) -> None:
    harvest = Harvest.of(log)
    once = np.ones(len(log.shown))
    assert harvest.wins(2 * once) == pytest.approx(2 * harvest.wins())
    half = (np.arange(len(log.shown)) % 2).astype(np.float64)
    assert harvest.wins(half).sum() < harvest.wins().sum()


@pytest.mark.parametrize(("won", "lost"), [(4, 2), (40, 20), (400, 200), (1, 0)])
def test_the_prior_is_worth_two_wins_of_each_of_two_neighbours(won: int, lost: int) -> None:
    """It draws their ratio to 1, by little where many positive answers are known."""
    wins = np.array([[0, won], [lost, 0]], np.float64)
    assert strengths(wins) == pytest.approx([1, (lost + 2) / (won + 2)], rel=0.01)


def test_four_positive_answers_at_each_of_two_ranks_are_two_wins_each() -> None:
    assert Harvest.of(at_two_ranks(16)).wins().tolist() == [[0, 2], [2, 0]]


def test_strengths_that_made_the_games_are_found_again() -> None:
    rng = np.random.default_rng(0)
    true = np.array([1.0, 0.7, 0.5, 0.2])
    chance = true[:, None] / (true[:, None] + true)
    games = rng.binomial(20_000, np.triu(chance, 1))
    wins = np.triu(games, 1) + np.triu(20_000 - games, 1).T
    np.testing.assert_allclose(strengths(wins.astype(np.float64)), true, rtol=0.03)

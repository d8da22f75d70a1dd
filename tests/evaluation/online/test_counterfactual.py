"""What rankings would have been worth, found from lists that were others: intervals hold the known truth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from tigertail.errors import DataError
from tigertail.evaluation.online import Examination, RankingEstimate, estimate_ndcg
from tigertail.evaluation.online.log import Log
from tigertail.testing.simulated_listeners import MODELS, Population

K = 3


def rankings(population: Population) -> dict[str, pl.DataFrame]:
    return {name: population.ranking(model) for model, name in enumerate(MODELS)}


def judge_logs(population: Population, runs: int, samples: int = 100) -> Sequence[list[RankingEstimate]]:
    """Judge both models by many logs, the curve of examination being estimated from each."""
    return [
        estimate_ndcg(
            Log.of(population.duel(200, seed=run).events()), rankings(population), K, samples=samples
        )
        for run in range(runs)
    ]


def covered(judged: Sequence[list[RankingEstimate]], population: Population, method: str) -> int:
    """Count the logs whose interval holds the true nDCG of the first model."""
    truth = population.ndcg(0, K)
    return sum(one[0].ndcg[method].low <= truth <= one[0].ndcg[method].high for one in judged)


def check_coverage(judged: Sequence[list[RankingEstimate]], population: Population) -> None:
    runs = len(judged)
    min_group_size = binom.ppf(0.001, runs, 0.93)  # percentile intervals of a bootstrap come a little short
    assert covered(judged, population, "IPS") >= min_group_size
    assert covered(judged, population, "DR") >= min_group_size
    assert covered(judged, population, "naive") == 0
    difference = population.ndcg(1, K) - population.ndcg(0, K)
    found = [one[1].differences for one in judged]
    assert sum(d is not None and d["DR"].low <= difference <= d["DR"].high for d in found) >= min_group_size


def test_intervals_hold_the_truth_and_naive_ones_never_do(small: Population) -> None:
    check_coverage(judge_logs(small, 40), small)


@pytest.mark.slow
def test_over_many_logs_intervals_hold_the_truth_as_often_as_they_say(small: Population) -> None:
    judged = judge_logs(small, 400, samples=300)
    for method in ("naive", "IPS", "DR"):
        print(
            f"{method}: {covered(judged, small, method)} of {len(judged)} intervals hold {small.ndcg(0, K):.4f}"
        )
    check_coverage(judged, small)


def test_by_hand() -> None:
    """One query; a and b are shown in turns; a is positive for 2 of 4 who look, b for 1 of 4."""
    curve = Examination(np.array([1.0, 0.5]))
    lists = [("ab", "x."), ("ab", ".."), ("ba", ".."), ("ba", "..")] + [("ab", ".x"), ("ba", "..")] * 2
    rows = []
    for number, (items, positive) in enumerate(lists):
        for rank, (item, played) in enumerate(zip(items, positive, strict=True), start=1):
            row = {"query": "q", "item": item, "rank": rank, "list_id": str(number), "listener": str(number)}
            rows += [
                row | {"kind": kind, "model": "v"} for kind in ("impression", "play")[: 1 + (played == "x")]
            ]
    log = Log.of(pl.DataFrame(rows))
    ranking = pl.DataFrame({"target_item_id": "q", "item_id": ["b", "a"], "score": [2.0, 1.0]})
    judged = estimate_ndcg(log, {"b first": ranking}, 2, curve=curve, samples=2)[0]
    # Both were shown 4 times first and 4 times second: 4 + 4 / 2 = 6 examinations; a was positive once, b twice.
    ideal = 1 + 1 / np.log2(3)
    assert judged.ndcg["IPS"].mean == pytest.approx((2 / 6 + 1 / 6 / np.log2(3)) / ideal)
    assert judged.ndcg["DR"].mean == pytest.approx(judged.ndcg["IPS"].mean), "all was looked at often enough"
    assert judged.ndcg["naive"].mean == pytest.approx((2 / 8 + 1 / 8 / np.log2(3)) / ideal)
    assert (judged.queries, judged.lists, judged.unsupported, judged.clipped) == (1, 8, 0, 0)


def test_what_was_never_shown_is_reported_and_the_model_stands_in_for_it(
    unequal: Population, log: Log
) -> None:
    """Lists hold ten of 24 items, so the last of a ranking's twenty were never shown for many queries."""
    deep = estimate_ndcg(log, rankings(unequal), 20, samples=20)[0]
    shallow = estimate_ndcg(log, rankings(unequal), 5, samples=20)[0]
    assert shallow.unsupported == 0
    assert deep.unsupported > 0.2
    truth = unequal.ndcg(0, 20)
    assert deep.ndcg["IPS"].high < truth, "IPS counts what was never shown as negative"
    assert abs(deep.ndcg["DR"].mean - truth) < 0.3 * abs(deep.ndcg["IPS"].mean - truth)


def test_clipping_makes_ips_too_low_and_leaves_dr_near_the_truth(unequal: Population, log: Log) -> None:
    curve = Examination(unequal.examination)
    truth = unequal.ndcg(0, 5)
    whole, clipped = (
        estimate_ndcg(log, rankings(unequal), 5, curve=curve, clip=clip, samples=50)[0]
        for clip in (1.0, 80.0)
    )
    assert whole.clipped == 0
    assert clipped.clipped > 0.3
    assert clipped.ndcg["IPS"].high < truth
    assert abs(clipped.ndcg["DR"].mean - truth) < 0.3 * abs(clipped.ndcg["IPS"].mean - truth)


def test_rankings_are_judged_on_the_queries_that_all_answer(unequal: Population, log: Log) -> None:
    both = rankings(unequal)
    fewer = both["second"].filter(pl.col("target_item_id") < "q05")
    judged = estimate_ndcg(log, {"first": both["first"], "second": fewer}, 5, samples=5)
    assert [one.queries for one in judged] == [5, 5]
    assert judged[0].lists < log.lists / 2
    with pytest.raises(DataError, match="no query of the log"):
        estimate_ndcg(
            log, {"none": fewer.with_columns(target_item_id="elsewhere " + pl.col("target_item_id"))}, 5
        )
    with pytest.raises(DataError, match="lists of first lack the column item_id"):
        estimate_ndcg(log, {"first": fewer.drop("item_id")}, 5)
    with pytest.raises(DataError, match="lack the column rank or score"):
        estimate_ndcg(log, {"first": fewer.drop("rank")}, 5)
    with pytest.raises(DataError, match="no query of the log has a list with ranks up to 5 in every ranking"):
        estimate_ndcg(log, {"deep": fewer.with_columns(pl.col("rank") + 5)}, 5)


@pytest.mark.parametrize(
    ("column", "values", "problem"),
    [
        ("rank", [0, 1, 2], "no item or no whole rank from 1 on in 1 of 3 rows"),
        ("rank", ["1", "2", "last"], "no item or no whole rank from 1 on in 1 of 3 rows"),
        ("rank", [1.0, 1.5, 1e19], "no item or no whole rank from 1 on in 2 of 3 rows"),
        ("rank", [1, 1, 2], "a rank that their list has twice in 2 of 3 rows"),
        ("rank", [[1], [2], [3]], "a column of another type"),
        ("score", ["10", "9", "?"], "no item or no finite score in 1 of 3 rows"),
        ("score", [2.0, float("nan"), None], "no item or no finite score in 2 of 3 rows"),
    ],
)
def test_ranks_and_scores_are_numbers_to_sort_by(
    log: Log, column: str, values: list[object], problem: str
) -> None:
    lists = pl.DataFrame({"target_item_id": "q00", "item_id": ["a", "b", "c"], column: values})
    with pytest.raises(DataError, match=f"the lists of first have {problem}"):
        estimate_ndcg(log, {"first": lists}, 5)


def test_an_item_is_in_a_list_once(log: Log) -> None:
    lists = pl.DataFrame({"target_item_id": "q00", "item_id": ["a", "b", "a"], "rank": [1, 2, 3]})
    with pytest.raises(DataError, match="an item that their list has twice in 2 of 3 rows"):
        estimate_ndcg(log, {"first": lists}, 5)


def test_scores_read_as_text_are_sorted_as_numbers(unequal: Population, log: Log) -> None:
    ranked = rankings(unequal)["first"]
    scored = ranked.select("target_item_id", "item_id", (12 - pl.col("rank")).cast(pl.String).alias("score"))
    by_rank, by_score = (estimate_ndcg(log, {"first": one}, 5, samples=2) for one in (ranked, scored))
    assert by_score == by_rank


def test_a_seed_gives_the_same_intervals(unequal: Population, log: Log) -> None:
    found = [estimate_ndcg(log, rankings(unequal), 5, samples=10, seed=seed)[0] for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]

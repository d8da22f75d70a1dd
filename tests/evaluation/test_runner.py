"""The report ranks systems as they deserve, and catches one that peeks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, Split, System, default_systems, evaluate, hold_out
from tigertail.evaluation.metrics.ranking import judge
from tigertail.evaluation.scoring import DIAL, ranked_lists
from tigertail.model import ModelConfig
from tigertail.signals.co_listening import CoListeningConfig, fit_co_listening
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.popularity import Popularity
from tigertail.simulation import WorldConfig, simulate
from tigertail.sparse import CSR

SMALL = ModelConfig.model_validate({"base": {"factors": 32}})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = WorldConfig(listeners=1200, artists=600, countries=8)
    return simulate(tmp_path_factory.mktemp("world") / "world", config)


def item_item(trial: Split) -> FactorAffinity | object:
    return fit_co_listening(trial.interactions.plays, CoListeningConfig())


def popularity(trial: Split) -> Popularity:
    return Popularity(trial.popularity)


def test_popularity_is_last_on_the_frontier_though_sampled_negatives_flatter_it(world: Dataset) -> None:
    report = evaluate(world, default_systems(SMALL))
    sizes = {row.system: row.frontier.mean for row in report.group("overall") if row.frontier}
    assert min(sizes, key=sizes.__getitem__) == "popularity"
    assert sizes["popularity"] < 0.5 * sizes["item-item cosine"]
    assert sampled_hit_rate(world) > 0.5  # chance: 0.1


def sampled_hit_rate(world: Dataset, negatives: int = 99) -> float:
    """How often popularity puts one liked item among the first ten beside 99 random others."""
    trial = hold_out(world, ProtocolConfig())
    rng = np.random.default_rng(0)
    hits = 0
    for listener in range(trial.relevant.shape[0]):
        liked = trial.relevant.row(listener)[0]
        others = np.setdiff1d(np.arange(len(trial.popularity)), liked)
        positive = trial.popularity[rng.choice(liked)]
        hits += int((trial.popularity[rng.choice(others, negatives, replace=False)] > positive).sum() < 10)
    return hits / trial.relevant.shape[0]


def tag_affinity(dataset: Dataset, trial: Split) -> FactorAffinity:
    """Affinity by common tags, over the tags that ``dataset`` shows."""
    tags = dataset.scan("annotations").collect().with_columns(n=pl.lit(1.0))
    labels = tags.select(pl.col("label").unique().sort()).with_row_index("column")
    codes = pl.DataFrame({"item_id": trial.interactions.item_ids}).with_row_index("row")
    counted = tags.join(labels, on="label").join(codes, on="item_id").group_by("row", "column").agg(pl.len())
    vectors = np.zeros((len(codes), len(labels)), np.float32)
    vectors[counted["row"].to_numpy(), counted["column"].to_numpy()] = counted["len"].to_numpy()
    return FactorAffinity(vectors, beta=1)


def test_a_system_that_sees_held_out_listeners_tags_is_caught(tmp_path: Path) -> None:
    """Every listener gives all their artists a tag of their own: with the leak it names the answers."""
    rng = np.random.default_rng(0)
    rows = [
        (f"l{listener:02}", f"a{item:02}", 1.0)
        for listener in range(60)
        for item in rng.choice(80, 6, replace=False)
    ]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    tags = plays.select(
        "item_id",
        facet=pl.lit("tag"),
        label=pl.lit("mine ") + pl.col("listener_id"),
        weight=pl.lit(1.0),
        source=pl.lit("crowd"),
        annotator="listener_id",
    )
    dataset = Dataset.write(tmp_path / "tags", {"plays": plays, "annotations": tags}, name="tags")
    honest = System("honest", lambda trial: tag_affinity(trial.train, trial))
    leaky = System("leaky", lambda trial: tag_affinity(dataset, trial))
    difference = evaluate(dataset, [leaky, honest]).comparisons[0].metrics["nDCG"]
    assert difference.low > 0.3


def test_a_system_against_itself_differs_by_nothing(world: Dataset) -> None:
    report = evaluate(world, [System("one", popularity), System("other", popularity)])
    (against,) = report.comparisons
    assert against.metrics["nDCG"].mean == 0
    assert not against.metrics["nDCG"].excludes_zero
    assert not against.frontier.excludes_zero
    assert against.p_values["nDCG"] == 1


def test_strata_and_countries_hold_all_queries(world: Dataset) -> None:
    report = evaluate(world, [System("item-item", item_item), System("popularity", popularity)])
    (overall,) = [row for row in report.group("overall") if row.system == "popularity"]
    strata = [row.queries for row in report.rows if row.by == "query" and row.system == "popularity"]
    assert sum(strata) == overall.queries
    assert report.groups("query")[:3] == ["head", "mid", "tail"]
    assert set(report.groups("country")) <= {"US", "RU", "DE", "GB", "PL", "BR", "FI", "NL"}
    assert all(row.frontier is None for row in report.rows if row.by == "target")


def test_several_splits_are_judged_together(world: Dataset) -> None:
    one = evaluate(world, [System("popularity", popularity)], seeds=[3])
    two = evaluate(world, [System("popularity", popularity)], seeds=[3, 4])
    assert two.seeds == [3, 4]
    assert one.listeners < two.listeners <= 2 * one.listeners
    assert two.group("overall")[0].queries > one.group("overall")[0].queries


def test_the_dial_moves_lists_from_rare_to_popular() -> None:
    trial = hold_out_nothing()
    signal = FactorAffinity(np.ones((4, 1), np.float32), beta=1)  # all alike: fame alone decides
    lists = ranked_lists(signal, trial, DIAL)
    rare, own, famous = lists[0, 0], lists[DIAL.index(0.0), 0], lists[-1, 0]
    assert rare[:3].tolist() == [3, 2, 1]
    assert own[:3].tolist() == famous[:3].tolist() == [1, 2, 3]


def hold_out_nothing() -> Split:
    """Return a trial of one query, item 0, over items of 4, 3, 2 and 1 listeners."""
    from tigertail.dataset.interactions import Interactions

    matrix = np.tril(np.ones((4, 4)))[::-1]
    rows, columns = np.nonzero(matrix)
    plays = CSR.from_coo(rows, columns, np.ones(len(rows)), (4, 4))
    interactions = Interactions(pl.Series(list("abcd")), pl.Series(list("wxyz")), plays)
    zero: NDArray[np.int32] = np.zeros(1, np.int32)
    return Split(
        ProtocolConfig(),
        None,
        interactions,
        pl.DataFrame(),
        plays,
        zero,
        zero,
        np.zeros(4, np.int8),  # type: ignore[arg-type]
    )


def test_report_is_plain_json(world: Dataset) -> None:
    import json

    report = evaluate(world, [System("popularity", popularity)])
    plain = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert plain["rows"][0]["metrics"]["nDCG"]["mean"] > 0
    assert len(plain["curves"]["popularity"]) == len(plain["dial"])


def test_lists_of_fewer_places_than_k_are_judged_too() -> None:
    trial = hold_out_nothing()
    short = ranked_lists(Popularity(trial.popularity), trial)[0]
    assert short[0].tolist() == [1, 2, 3] + [-1] * 17
    values = judge(short, trial.relevant, trial.query_listeners, trial.query_items, trial.popularity)
    assert values[0, 0] == 1

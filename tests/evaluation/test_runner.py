"""The report orders systems as expected, and shows a leak of held-out data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import Exposure
from tigertail.errors import ConfigError
from tigertail.evaluation import ProtocolConfig, Split, System, default_systems, evaluate, hold_out
from tigertail.evaluation.baselines.popularity import Popularity
from tigertail.evaluation.metrics.ranking import score_lists
from tigertail.evaluation.scoring import EXPONENTS, ranked_lists
from tigertail.model import ModelConfig
from tigertail.signals.co_listening import CoListeningConfig, fit_co_listening
from tigertail.signals.factors import FactorAffinity
from tigertail.simulation import WorldConfig, simulate
from tigertail.sparse import CSR

SMALL = ModelConfig.model_validate({"base": {"factors": 32}})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = WorldConfig(listeners=1200, artists=600, countries=8)
    return simulate(tmp_path_factory.mktemp("world") / "world", config)


def item_item(split: Split) -> FactorAffinity | object:
    return fit_co_listening(split.interactions.plays, CoListeningConfig())


def popularity(split: Split) -> Popularity:
    return Popularity(split.popularity)


def test_popularity_is_last_on_the_frontier_though_sampled_negatives_flatter_it(world: Dataset) -> None:
    report = evaluate(world, default_systems(SMALL))
    sizes = {row.system: row.frontier.mean for row in report.group("overall") if row.frontier}
    assert min(sizes, key=sizes.__getitem__) == "popularity"
    assert sizes["popularity"] < 0.5 * sizes["item-item cosine"]
    assert sampled_hit_rate(world) > 0.5  # chance: 0.1


def sampled_hit_rate(world: Dataset, negatives: int = 99) -> float:
    """How often popularity puts one liked item among the first ten beside 99 random others."""
    split = hold_out(world, ProtocolConfig())
    rng = np.random.default_rng(0)
    hits = 0
    for listener in range(split.relevant.shape[0]):
        liked = split.relevant.row(listener)[0]
        others = np.setdiff1d(np.arange(len(split.popularity)), liked)
        positive = split.popularity[rng.choice(liked)]
        hits += int((split.popularity[rng.choice(others, negatives, replace=False)] > positive).sum() < 10)
    return hits / split.relevant.shape[0]


def tag_affinity(dataset: Dataset, split: Split) -> FactorAffinity:
    """Affinity by common tags, over the tags that ``dataset`` shows."""
    tags = dataset.scan("annotations").collect().with_columns(n=pl.lit(1.0))
    labels = tags.select(pl.col("label").unique().sort()).with_row_index("column")
    codes = pl.DataFrame({"item_id": split.interactions.items.ids}).with_row_index("row")
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
    honest = System("honest", lambda split: tag_affinity(split.train, split))
    leaky = System("leaky", lambda split: tag_affinity(dataset, split))
    difference = evaluate(dataset, [leaky, honest]).comparisons[0].metrics["nDCG"]
    assert difference.low > 0.3


def test_a_system_against_itself_differs_by_nothing(world: Dataset) -> None:
    report = evaluate(world, [System("one", popularity), System("other", popularity)])
    (against,) = report.comparisons
    assert against.metrics["nDCG"].mean == 0
    for difference in (against.metrics["nDCG"], against.frontier):
        assert difference.low <= 0 <= difference.high
    assert against.p_values["nDCG"] == 1


def test_strata_and_countries_hold_all_queries(world: Dataset) -> None:
    report = evaluate(world, [System("item-item", item_item), System("popularity", popularity)])
    (overall,) = [row for row in report.group("overall") if row.system == "popularity"]
    strata = [row.queries for row in report.rows if row.by == "query" and row.system == "popularity"]
    assert sum(strata) == overall.queries
    assert report.groups("query")[:3] == ["head", "mid", "tail"]
    countries = set(report.groups("country"))
    assert countries
    assert countries <= {"US", "RU", "DE", "GB", "PL", "BR", "FI", "NL"}
    targets = [row for row in report.rows if row.by == "target"]
    assert targets
    assert all(row.frontier is None for row in targets)


def test_the_rows_of_a_report_are_means_of_its_scores(world: Dataset) -> None:
    report = evaluate(world, [System("popularity", popularity), System("item-item", item_item)], seeds=(3, 4))
    assert set(report.scores["seed"]) == {3, 4}
    for by, column in (("query", "stratum"), ("country", "country"), ("item country", "item_country")):
        means = report.scores.group_by("system", column).agg(pl.len(), pl.col("nDCG").mean())
        found = {tuple(row[:2]): row[2:] for row in means.iter_rows()}
        for row in (row for row in report.rows if row.by == by):
            queries, ndcg = found[row.system, row.group]
            assert queries == row.queries
            assert ndcg == pytest.approx(row.metrics["nDCG"].mean)


def test_the_scores_say_whose_query_it_is(tmp_path: Path) -> None:
    """All play the same two artists, so that after each the other comes first; one listener has no country."""
    people = [f"l{number:02}" for number in range(20)]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(
            [(one, item, 1.0) for one in people for item in ("a", "b")],
            ["listener_id", "item_id", "plays"],
            orient="row",
        ),
        "listeners": pl.DataFrame({"listener_id": people[1:], "country": "PL"}),
    }
    dataset = Dataset.write(tmp_path / "pair", tables, name="pair")
    report = evaluate(dataset, [System("popularity", popularity)], ProtocolConfig(held_out=0.99))
    of_two = report.scores.filter(pl.col("listener_id").is_in(people[:2]))
    assert of_two.select("system", "listener_id", "country", "query", "nDCG").rows() == [
        ("popularity", person, country, item, 1.0)
        for person, country in ((people[0], None), (people[1], "PL"))
        for item in ("a", "b")
    ]
    assert report.fingerprint == dataset.fingerprint


def test_the_longest_histories_are_a_group(tmp_path: Path) -> None:
    """Every tenth listener plays ten artists, the others two; one of these others is not held out."""
    rows = [
        (f"l{listener:03}", f"a{item}", 1.0)
        for listener in range(100)
        for item in range(10 if listener % 10 == 0 else 2)
    ]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    dataset = Dataset.write(tmp_path / "dataset", {"plays": plays}, name="histories")
    report = evaluate(dataset, [System("popularity", popularity)], ProtocolConfig(held_out=0.99))
    (long,) = report.group("history", "longest tenth")
    assert (long.queries, report.group("overall")[0].queries) == (10 * 10, 10 * 10 + 89 * 2)


def test_in_a_split_by_time_a_history_ends_at_the_moment(tmp_path: Path) -> None:
    """Every tenth listener plays ten artists before it and one after it, the others two and three."""
    rows = [
        (f"l{listener:03}", f"a{item}", 1.0, datetime(2020, 1, 1 if item < before else 2, tzinfo=UTC))
        for listener in range(100)
        for before, after in [(10, 1) if listener % 10 == 0 else (2, 3)]
        for item in range(before + after)
    ]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays", "last_played"], orient="row")
    dataset = Dataset.write(tmp_path / "dataset", {"plays": plays}, name="histories")
    protocol = ProtocolConfig(split="time", after=0.5, held_out=0.99)
    report = evaluate(dataset, [System("popularity", popularity)], protocol)
    (long,) = report.group("history", "longest tenth")
    assert (long.queries, report.group("overall")[0].queries) == (10 * 10, 10 * 10 + 89 * 2)


def test_nobody_has_a_long_history_where_all_are_equally_long(scenes: Dataset) -> None:
    report = evaluate(scenes, [System("popularity", popularity)])
    assert report.groups("history") == []


def test_names_of_systems_are_checked_before_any_is_fitted(world: Dataset) -> None:
    def fitted(split: Split) -> Popularity:
        raise AssertionError("fitted in vain")

    with pytest.raises(ConfigError, match="no system has the name 'mixtur'") as unknown:
        evaluate(world, [System("popularity", fitted), System("mixture", fitted)], reference="mixtur")
    assert unknown.value.remedy == "choose one of: popularity, mixture"
    with pytest.raises(ConfigError, match="two systems have the name 'popularity'"):
        evaluate(world, [System("popularity", fitted), System("popularity", fitted)])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"seeds": 2}, "seeds is of type int\n  -> give several: seeds="),
        ({"seeds": (0, 1, 0)}, "seeds has one seed twice"),
        (
            {"systems": ["jaccard"]},
            "a system is of type str: 'jaccard'\n  -> give systems: System(name, fit)",
        ),
        ({"config": {"k": 10}}, "config is of type dict"),
    ],
)
def test_arguments_of_another_type_are_named(arguments: dict[str, Any], says: str, scenes: Dataset) -> None:
    with pytest.raises(ConfigError) as raised:
        evaluate(scenes, **arguments)
    assert str(raised.value).startswith(says)


def test_several_splits_are_scored_together(world: Dataset) -> None:
    one = evaluate(world, [System("popularity", popularity)], seeds=[3])
    two = evaluate(world, [System("popularity", popularity)], seeds=[3, 4])
    assert two.seeds == [3, 4]
    assert one.listeners < two.listeners <= 2 * one.listeners
    assert two.group("overall")[0].queries > one.group("overall")[0].queries


def test_the_dial_moves_lists_from_rare_to_popular() -> None:
    split = hold_out_nothing()
    signal = FactorAffinity(np.ones((4, 1), np.float32), beta=1)  # all equal: popularity alone decides
    lists = ranked_lists(signal, split, EXPONENTS)
    rare, as_is, popular = lists[0, 0], lists[EXPONENTS.index(0.0), 0], lists[-1, 0]
    assert rare[:3].tolist() == [3, 2, 1]
    assert as_is[:3].tolist() == popular[:3].tolist() == [1, 2, 3]


def hold_out_nothing() -> Split:
    """Return a split of one query, item 0, over items of 4, 3, 2 and 1 listeners."""
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
        plays.row_sizes,
        zero,
        zero,
        np.zeros(4, np.int8),  # type: ignore[arg-type]
        Exposure.full(4, 4),
        Exposure.full(4, 4),
    )


def test_report_is_plain_json(world: Dataset) -> None:
    import json

    report = evaluate(world, [System("popularity", popularity)])
    plain = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert plain["rows"][0]["metrics"]["nDCG"]["mean"] > 0
    assert len(plain["curves"]["popularity"]) == len(plain["exponents"])


def test_lists_shorter_than_k_are_scored_too() -> None:
    split = hold_out_nothing()
    short = ranked_lists(Popularity(split.popularity), split)[0]
    assert short[0].tolist() == [1, 2, 3] + [-1] * 17
    values = score_lists(short, split.relevant, split.query_listeners, split.query_items, split.popularity)
    assert values[0, 0] == 1

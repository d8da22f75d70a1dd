"""A dataset in numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.coverage import coverage
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.summary import (
    describe,
    items_per_listener,
    listeners_per_item,
    top_countries,
    zipf_exponent,
)
from tigertail.errors import DataError

PLAYS = pl.DataFrame(
    [
        ("ann", "a", 3.0),
        ("ann", "b", 1.0),
        ("ann", "c", 1.0),
        ("bob", "a", 2.0),
        ("bob", "b", 1.0),
        ("eve", "a", 1.0),
        ("joe", "a", 1.0),
        ("zoe", "a", 1.0),
    ],
    schema=[c.LISTENER_ID, c.ITEM_ID, c.PLAYS],
    orient="row",
)
LISTENERS = pl.DataFrame(
    {c.LISTENER_ID: ["ann", "bob", "eve", "joe", "zoe"], c.COUNTRY: ["PL", "SE", "PL", None, "BR"]}
)
ITEMS = pl.DataFrame(
    {
        c.ITEM_ID: ["a", "b", "c", "d"],
        c.NAME: ["A", "B", "C", "D"],
        c.KIND: ["artist", "artist", "track", "artist"],
    }
)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    tables = {c.PLAYS_TABLE: PLAYS, c.LISTENERS_TABLE: LISTENERS, c.ITEMS_TABLE: ITEMS}
    return Dataset.write(tmp_path / "five", tables, name="five listeners")


def test_everything_is_counted(dataset: Dataset) -> None:
    facts = describe(dataset)
    assert (facts.name, facts.simulated) == ("five listeners", False)
    assert facts.tables == {"plays": 8, "listeners": 5, "items": 4}
    assert facts.listeners == 5
    assert facts.items == {"artist": 3, "track": 1}
    assert facts.interactions == 8
    assert facts.plays == 11
    assert facts.density == pytest.approx(8 / (5 * 4))
    assert facts.items_per_listener == pytest.approx(8 / 5)
    assert facts.items_per_listener_quantiles[1.0] == 3
    assert facts.listeners_per_item == pytest.approx(8 / 3)
    assert facts.listeners_per_item_quantiles[0.5] == 2


def test_a_pair_of_the_lowest_rating_is_no_interaction(tmp_path: Path) -> None:
    rated = PLAYS.with_columns(rating=pl.Series([None, 0.0, 0.0, 0.5, 1.0, 1.0, 0.0, 1.0]))
    people = LISTENERS.with_columns(pl.lit("shop").alias(c.SOURCE))
    tables = {c.PLAYS_TABLE: rated, c.LISTENERS_TABLE: people, c.ITEMS_TABLE: ITEMS}
    dataset = Dataset.write(tmp_path / "rated", tables, name="rated")
    facts = describe(dataset)
    fitted = Interactions.of(dataset)
    assert facts.interactions == fitted.plays.nnz == 5
    assert [(row.items, row.interactions) for row in facts.strata] == [(1, 4), (0, 0), (1, 1), (2, 0)]
    assert listeners_per_item(dataset).tolist() == fitted.item_listeners.tolist() == [4, 1, 0, 0]
    assert items_per_listener(dataset).tolist() == [2, 1, 1, 1]
    assert facts.listeners == len(fitted.listeners) == 5
    assert facts.sources[0].interactions == 5
    disliked = {c.PLAYS_TABLE: rated.with_columns(rating=0.0)}
    with pytest.raises(DataError, match="not one play counts"):
        describe(Dataset.write(tmp_path / "disliked", disliked, name="disliked"))


def test_strata_of_covered_items_leave_out_the_lowest_rating(tmp_path: Path) -> None:
    rated = PLAYS.with_columns(rating=pl.when(pl.col(c.ITEM_ID) == "a").then(0.0).otherwise(1.0))
    tags = pl.DataFrame({c.ITEM_ID: ["a"], c.FACET: "tag", c.LABEL: "rock", c.WEIGHT: 1.0, c.SOURCE: c.CROWD})
    tables = {c.PLAYS_TABLE: rated, c.ITEMS_TABLE: ITEMS, c.ANNOTATIONS_TABLE: tags}
    (covered,) = coverage(Dataset.write(tmp_path / "rated", tables, name="rated"))
    assert covered.by_stratum == {"head": 0, "mid": 0, "tail": 0, "cold": 1}


def test_countries_come_most_first_and_the_unknown_last(dataset: Dataset) -> None:
    facts = describe(dataset)
    assert [(row.country, row.listeners) for row in facts.countries] == [
        ("PL", 2),
        ("BR", 1),
        ("SE", 1),
        (None, 1),
    ]
    assert sum(row.share for row in facts.countries) == pytest.approx(1)


def test_small_countries_are_put_together(dataset: Dataset) -> None:
    facts = describe(dataset)
    assert [row[:2] for row in top_countries(facts, 1)] == [("PL", 2), ("2 others", 2), ("unknown", 1)]
    assert [row[0] for row in top_countries(facts, 3)] == ["PL", "BR", "SE", "unknown"]


def test_strata_share_out_the_listening(dataset: Dataset) -> None:
    rows = {row.stratum: row for row in describe(dataset).strata}
    assert [(name, row.items, row.interactions) for name, row in rows.items()] == [
        ("head", 1, 5),
        ("mid", 1, 2),
        ("tail", 1, 1),
        ("cold", 1, 0),
    ]
    assert (rows["head"].min_listeners, rows["head"].max_listeners) == (5, 5)
    assert (rows["cold"].min_listeners, rows["cold"].max_listeners) == (0, 0)


def test_plays_alone_are_enough(tmp_path: Path) -> None:
    facts = describe(Dataset.write(tmp_path / "bare", {c.PLAYS_TABLE: PLAYS}, name="bare"))
    assert facts.items == {"artist": 3}
    assert [(row.country, row.listeners) for row in facts.countries] == [(None, 5)]


def test_an_item_that_no_catalogue_lists_is_counted_with_those_that_nobody_plays(tmp_path: Path) -> None:
    tables = {c.PLAYS_TABLE: PLAYS, c.ITEMS_TABLE: ITEMS.tail(3)}
    dataset = Dataset.write(tmp_path / "three", tables, name="three items")
    fitted = Interactions.of(dataset)
    assert listeners_per_item(dataset).tolist() == fitted.item_listeners.tolist() == [5, 2, 1, 0]
    assert describe(dataset).density == pytest.approx(8 / (5 * 4))


def test_an_item_that_no_catalogue_lists_is_covered_too(tmp_path: Path) -> None:
    tags = pl.DataFrame({c.ITEM_ID: ["a"], c.FACET: "tag", c.LABEL: "rock", c.WEIGHT: 1.0, c.SOURCE: c.CROWD})
    tables = {c.PLAYS_TABLE: PLAYS, c.ITEMS_TABLE: ITEMS.tail(3), c.ANNOTATIONS_TABLE: tags}
    (covered,) = coverage(Dataset.write(tmp_path / "three", tables, name="three items"))
    assert (covered.items, covered.by_stratum["head"]) == (1, 1)


def test_strata_of_covered_items_are_those_of_interactions(tmp_path: Path) -> None:
    """Items with equally many listeners are in one stratum, whatever the order of rows."""
    ids = [f"i{number:03}" for number in range(300)]
    shuffled = np.random.default_rng(0).permutation(ids)
    plays = pl.DataFrame(
        {c.LISTENER_ID: np.repeat(["ann", "bob"], 300), c.ITEM_ID: [*shuffled] * 2, c.PLAYS: 1}
    )
    tagged = {c.ITEM_ID: ids[::3], c.FACET: "tag", c.LABEL: "rock", c.WEIGHT: 1.0, c.SOURCE: c.CROWD}
    items = pl.DataFrame({c.ITEM_ID: shuffled, c.NAME: shuffled, c.KIND: c.ARTIST})
    tables = {c.PLAYS_TABLE: plays, c.ITEMS_TABLE: items, c.ANNOTATIONS_TABLE: pl.DataFrame(tagged)}
    (covered,) = coverage(Dataset.write(tmp_path / "ties", tables, name="ties"))
    assert tuple(covered.by_stratum.values()) == (0, 0, 100, 0)


def test_machines_can_read_it(dataset: Dataset) -> None:
    facts = describe(dataset)
    assert json.loads(facts.model_dump_json())["strata"][0]["stratum"] == "head"


@pytest.mark.parametrize("exponent", [0.5, 1.0])
def test_the_exponent_of_a_power_law_is_found(exponent: float) -> None:
    popularity = (100_000 * np.arange(1.0, 1_000) ** -exponent).astype(np.int64)
    assert zipf_exponent(popularity) == pytest.approx(exponent, abs=0.01)


def test_too_few_items_have_no_exponent() -> None:
    assert zipf_exponent(np.array([9, 8, 1])) is None

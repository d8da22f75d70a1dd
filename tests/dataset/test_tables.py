"""Specifications of tables, and a table that only they know."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.coverage import coverage
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.table_spec import (
    AMOUNT,
    ITEM,
    ITEM_ID,
    ITEM_REFERENCE,
    PERSON_ID,
    TEXT,
    Check,
    Intake,
    Merge,
    TableSpec,
)
from tigertail.dataset.tables import TABLES, table_spec
from tigertail.errors import ConfigError, DataError
from tigertail.ingest.build import build
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.report import BuildReport

STOCK = TableSpec(
    "stock",
    {c.ITEM_ID: ITEM_ID, c.SOURCE: TEXT, "copies": AMOUNT},
    {"seller": PERSON_ID},
    needs=(ITEM, (c.SOURCE,)),
    defaults={"copies": 1.0},
    makes_items=False,
    merge=Merge.SUM,
    merged="copies",
    coverage_by=c.SOURCE,
)
PLAYS = "listener_id,name,plays\nann,Can,2\nann,Wire,1\nbob,Can,1\nbob,Kult,4\n"
OFFERS = (
    "artist,shop,copies,seller\n"
    "Can, north ,2,ann\n"  # the blanks go
    "CAN,north,3,ann\n"  # the same item: summed
    "Can,south,1,bob\n"
    "Wire,south,1,ann\n"
    "Unheard Of,south,1,\n"  # an unknown item
    "Kult,,1,\n"  # no shop
    "Kult,south,many,\n"  # no number
    ",south,1,\n"  # no item
)


@pytest.fixture
def shops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Dataset, BuildReport]:
    """A dataset built while one more table is registered, and nothing else is changed."""
    monkeypatch.setitem(TABLES, STOCK.name, STOCK)
    (tmp_path / "plays.csv").write_text(PLAYS, encoding="utf-8")
    (tmp_path / "offers.csv").write_text(OFFERS, encoding="utf-8")
    (tmp_path / "recipe.toml").write_text(
        '[[source]]\nformat = "csv"\npath = "plays.csv"\nnamespace = "x"\n'
        '[[source]]\nformat = "csv"\npath = "offers.csv"\nnamespace = "x"\ntable = "stock"\n'
        'columns = { name = "artist", source = "shop", copies = "copies", seller = "seller" }\n',
        encoding="utf-8",
    )
    return build(Recipe.load(tmp_path / "recipe.toml"), tmp_path / "made")


def offers(dataset: Dataset) -> list[tuple[object, ...]]:
    return dataset.scan("stock").collect().rows()


def test_a_registered_table_is_mapped_cleaned_merged_and_written(
    shops: tuple[Dataset, BuildReport],
) -> None:
    dataset, report = shops
    assert offers(dataset) == [
        ("can", "north", 5.0, "ann"),
        ("can", "south", 1.0, "bob"),
        ("wire", "south", 1.0, "ann"),
    ]
    assert dataset.scan("stock").collect_schema()["copies"] == pl.Float32
    assert report.sources[1].rejected == {"copies is not a number": 1, "no item name": 1, "no source": 1}


def test_a_registered_table_makes_no_item_and_says_which_it_did_not_find(
    shops: tuple[Dataset, BuildReport],
) -> None:
    dataset, report = shops
    assert dataset.items["name"].to_list() == ["Can", "Kult", "Wire"]
    assert [(match.table, match.items, match.examples) for match in report.matches] == [
        ("stock", 2, ["Unheard Of"])
    ]


def test_a_registered_table_counts_in_coverage(shops: tuple[Dataset, BuildReport]) -> None:
    found = {row.table: (row.rows, row.items) for row in coverage(shops[0])}
    assert found == {"stock: north": (1, 1), "stock: south": (2, 2)}


def test_rows_of_a_held_out_person_disappear_from_a_registered_table(
    shops: tuple[Dataset, BuildReport],
) -> None:
    assert offers(shops[0].without(pl.Series(["ann"]))) == [("can", "south", 1.0, "bob")]


def test_a_registered_table_needs_what_its_entry_says(
    shops: tuple[Dataset, BuildReport], tmp_path: Path
) -> None:
    recipe = tmp_path / "recipe.toml"
    text = recipe.read_text("utf-8")
    recipe.write_text(text.replace('source = "shop", ', ""), encoding="utf-8")
    with pytest.raises(DataError, match="no column for source"):
        build(Recipe.load(recipe), tmp_path / "other")
    recipe.write_text(text.replace('source = "shop"', 'shop = "shop"'), encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown column shop; stock has item_id, name"):
        Recipe.load(recipe)


def test_a_default_fills_a_column_that_no_source_gives(
    shops: tuple[Dataset, BuildReport], tmp_path: Path
) -> None:
    recipe = tmp_path / "recipe.toml"
    text = recipe.read_text("utf-8").replace('copies = "copies", seller = "seller"', 'seller = "seller"')
    recipe.write_text(text, encoding="utf-8")
    dataset, _ = build(Recipe.load(recipe), tmp_path / "other")
    assert offers(dataset)[0] == ("can", "north", 2.0, "ann"), "two offers of one copy each"


def test_a_table_that_nobody_registered_is_refused(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(
        '[[source]]\nformat = "csv"\npath = "x.csv"\ntable = "stock"\n', encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="unknown table 'stock'; it is one of plays"):
        Recipe.load(tmp_path / "recipe.toml")
    with pytest.raises(DataError, match="unknown table 'stock'"):
        table_spec("stock")


@pytest.mark.parametrize("spec", TABLES.values(), ids=TABLES.keys())
def test_the_vocabulary_of_columns_lists_every_table(spec: TableSpec) -> None:
    listed = dict(re.findall(r"^(\w+)  +(.*)$", str(c.__doc__), re.M))
    columns = ", ".join(spec.required) + (f" [, {', '.join(spec.optional)}]" if spec.optional else "")
    assert listed[spec.name] == columns + ", then a column for each descriptor" * spec.descriptors


@pytest.mark.parametrize("spec", TABLES.values(), ids=TABLES.keys())
def test_every_entry_is_consistent(spec: TableSpec) -> None:
    named = {*spec.defaults, *(name for name in (spec.row_order, spec.merged, spec.coverage_by) if name)}
    assert named <= spec.columns.keys()
    assert all(set(choices) <= spec.inputs.keys() for choices in spec.needs)
    assert not spec.required.keys() & spec.optional.keys()
    assert (spec.merged is None) == (spec.merge is Merge.DISTINCT)
    if spec.intake is Intake.ROWS:
        given = spec.inputs.keys() | spec.defaults.keys() | {spec.row_order}
        assert len(spec.item_columns) in (1, 2)
        assert all(name in given for name in spec.required), "each required column has a value in every row"


def test_what_may_stand_for_an_item_in_a_source() -> None:
    assert list(TABLES[c.PLAYS_TABLE].inputs)[:6] == [c.LISTENER_ID, *ITEM_REFERENCE]
    assert list(TABLES[c.ITEMS_TABLE].inputs) == [*ITEM_REFERENCE, c.COUNTRY]
    assert list(TABLES[c.PAIRS_TABLE].inputs) == [
        *("item_a", "name_a", "mbid_a", "item_b", "name_b", "mbid_b", "count")
    ]
    assert TABLES[c.PAIRS_TABLE].inputs["mbid_b"].check is Check.MBID

"""A kiosk sells two of five items, a shop four. A traveller could hear everything."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.summary_sources import SourceSize, source_sizes

PLAYS = pl.DataFrame(
    [
        ("kim", "a"),
        ("kit", "b"),
        ("kay", "a"),
        ("sam", "a"),
        ("sam", "c"),
        ("sue", "b"),
        ("sue", "d"),
        ("tom", "a"),
    ],
    schema=[c.LISTENER_ID, c.ITEM_ID],
    orient="row",
).with_columns(pl.lit(1.0).alias(c.PLAYS))
LISTENERS = pl.DataFrame(
    {
        c.LISTENER_ID: ["kim", "kit", "kay", "sam", "sue", "tom"],
        c.COUNTRY: ["PL", None, "PL", "PL", "SE", None],
        c.SOURCE: ["kiosk", "kiosk", "kiosk", "shop", "shop", None],
    }
)
ITEMS = pl.DataFrame({c.ITEM_ID: list("abcde"), c.NAME: list("abcde"), c.KIND: ["artist"] * 5})


def world(folder: Path, listeners: pl.DataFrame = LISTENERS, **more: pl.DataFrame) -> Dataset:
    tables = {c.PLAYS_TABLE: PLAYS, c.LISTENERS_TABLE: listeners, c.ITEMS_TABLE: ITEMS, **more}
    return Dataset.write(folder / "world", tables, name="world")


def source(name: str | None, listeners: int, interactions: int, items: int, share: float) -> SourceSize:
    return SourceSize(
        source=name,
        listeners=listeners,
        interactions=interactions,
        items=items,
        share=share,
        open=name is None,
    )


def test_each_source_offers_what_its_plays_name_and_no_source_is_open(tmp_path: Path) -> None:
    kiosk, shop, none = source_sizes(world(tmp_path))
    assert kiosk == source("kiosk", 3, 3, 2, 0.4)
    assert shop == source("shop", 2, 4, 4, 0.8)
    assert none == source(None, 1, 1, 5, 1.0)


def test_a_closed_catalogue_of_less_than_half_is_small(tmp_path: Path) -> None:
    assert [one.small for one in source_sizes(world(tmp_path))] == [True, False, False]


def test_an_offer_that_differs_by_country_counts_as_its_listeners_could_hear(tmp_path: Path) -> None:
    available = pl.DataFrame(
        {c.ITEM_ID: ["b", "d", "e"], c.SOURCE: ["shop"] * 3, c.COUNTRY: ["SE"] * 3},
        schema=dict.fromkeys((c.ITEM_ID, c.SOURCE, c.COUNTRY), pl.String),
    )
    shop = source_sizes(world(tmp_path, **{c.AVAILABILITY_TABLE: available}))[1]
    # In Sweden b and d, of the shop's items those listed there; elsewhere a, b, c and d.
    assert shop == source("shop", 2, 4, 4, 0.6)


def test_a_dataset_that_names_no_source_has_none(tmp_path: Path) -> None:
    assert source_sizes(world(tmp_path, LISTENERS.drop(c.SOURCE))) == ()


def test_a_source_that_no_listener_has_is_no_source(tmp_path: Path) -> None:
    empty = LISTENERS.with_columns(pl.lit(None, pl.String).alias(c.SOURCE))
    assert source_sizes(world(tmp_path, empty)) == ()


@pytest.mark.filterwarnings("error")
def test_listeners_without_a_source_are_limited_where_a_country_is(tmp_path: Path) -> None:
    people = LISTENERS.with_columns(pl.Series(c.SOURCE, ["kiosk", *[None] * 5]))
    available = pl.DataFrame({c.ITEM_ID: ["b"], c.COUNTRY: ["SE"]})
    free, kiosk = source_sizes(world(tmp_path, people, **{c.AVAILABILITY_TABLE: available}))
    assert (kiosk.source, free.source, free.open) == ("kiosk", None, False)
    assert free.items == 5

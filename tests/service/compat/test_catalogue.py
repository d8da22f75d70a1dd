"""Finding items as players name them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from tigertail.dataset.folding import fold_series
from tigertail.lookup.item_index import ItemIndex
from tigertail.model import load
from tigertail.model.artists import with_artists
from tigertail.service.compat.catalogue import Catalogue
from tigertail.service.serving.served_model import ServedModel


@pytest.fixture(scope="module")
def served(music: Path) -> ServedModel:
    return ServedModel.open(music)


@pytest.fixture(scope="module")
def catalogue(served: ServedModel) -> Catalogue:
    return Catalogue.of(served)


def test_it_is_made_once(served: ServedModel, catalogue: Catalogue) -> None:
    assert Catalogue.of(served) is catalogue


@pytest.mark.parametrize(
    ("item", "artist", "mbid"),
    [
        ("n1", "Кино", "00000000-0000-4000-8000-000000000001"),  # told by the artist's id
        ("n3", "Bell\x07 End", "00000000-0000-4000-8000-000000000003"),  # by the artist's MBID
        ("s1", "فيروز", "00000000-0000-4000-8000-000000000011"),  # which is the artist's id
        ("nobody in particular - li", "nobody in particular", ""),  # by no more than a name
        ("kino", "", ""),  # an artist
    ],
)
def test_a_tracks_artist(
    served: ServedModel, catalogue: Catalogue, item: str, artist: str, mbid: str
) -> None:
    code = served.index.by_id(item)
    assert code is not None
    assert catalogue.artist(code) == artist
    assert catalogue.artist_mbids(code) == ([mbid] if mbid else [])


def test_mbids_are_in_a_column_or_are_ids(served: ServedModel, catalogue: Catalogue) -> None:
    for item, mbid in [("kino", "…01"), ("00000000-0000-4000-8000-000000000011", "…11"), ("acdc", "")]:
        code = served.index.by_id(item)
        assert code is not None
        found = catalogue.mbid(code)
        assert found == mbid.replace("…", "00000000-0000-4000-8000-0000000000")
        assert catalogue.by_mbid(found.upper(), "artist") == (code if mbid else None)


def test_a_misspelt_track_of_the_first_artist_escaped_twice(music: Path) -> None:
    model = load(music)
    assert model.items["name"][0] == "AC+DC"
    frozen = pl.col("item_id") == "n3"
    moved = model.items.with_columns(
        pl.when(frozen).then(pl.lit("acdc")).otherwise("artist_id").alias("artist_id"),
        pl.when(frozen).then(pl.lit("AC+DC")).otherwise("artist_name").alias("artist_name"),
    )
    served = ServedModel(replace(model, items=moved, aliases=None), music)
    assert Catalogue(served).closest("Forzen <3", "track", "AC%2BDC") == served.index.by_id("n3")
    assert Catalogue(served).closest("Forzen <3", "track", "Bell End") is None


def test_names_are_of_a_kind(served: ServedModel, catalogue: Catalogue) -> None:
    assert catalogue.by_name("Believe", "artist") is None
    assert catalogue.by_name("believe", "track") == served.index.by_id("n1")  # the most heard
    assert catalogue.by_name("believe", "track", "فيروز") == served.index.by_id("s1")
    assert catalogue.by_name("believe", "track", "東京事変") is None
    assert catalogue.by_name("LI", "track", "Nobody in Particular") == served.index.by_id(
        "nobody in particular - li"
    )


def titles(*items: tuple[str, str, str | None, str | None, list[str] | None], asked: Any) -> list[str]:
    """Return the titles of the tracks of an artist among items: kind, name, MBID, artist's name and their MBIDs."""
    columns = ["kind", "name", "mbid", "artist_name", "artist_mbids"]
    schema = dict.fromkeys(columns, pl.String()) | {"artist_mbids": pl.List(pl.String())}
    table = pl.DataFrame(items, schema, orient="row").with_row_index("item_id")
    table = table.with_columns(
        pl.col("item_id").cast(pl.String), listeners=9, folded=fold_series(table["name"])
    )
    if table["artist_name"].null_count() < len(table):
        table = with_artists(table, None)
    served: Any = SimpleNamespace(index=ItemIndex(table), model=SimpleNamespace(items=table))
    return [str(table["name"][code]) for code in asked(Catalogue(served))]


def test_artists_of_one_name_are_told_apart_by_their_mbids() -> None:
    sweden, england, nobody = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
    kents: Any = [
        ("artist", "Kent", sweden, None, None),
        ("artist", "Kent", england, None, None),
        ("track", "747", None, "Kent", [sweden]),
        ("track", "Dover", None, "Kent", [england]),
        ("track", "Live", None, "Kent", None),
    ]
    assert titles(*kents, asked=lambda one: one.tracks_of("Kent")) == ["747", "Dover", "Live"]
    assert titles(*kents, asked=lambda one: one.tracks_of("Kent", england.upper())) == ["Dover", "Live"]
    assert titles(*kents[2:], asked=lambda one: one.tracks_of("", england)) == ["Dover"], "they are no items"
    assert titles(*kents, asked=lambda one: one.tracks_of("Kent", nobody)) == ["747", "Dover", "Live"]


def test_a_name_that_an_artist_has_has_no_typing_error() -> None:
    items: Any = [
        ("artist", "Mariah Carey", None, None, None),
        ("track", "One", None, "Maria Carey", None),
        ("track", "Step On", None, "Happy Mondays", None),
    ]
    assert titles(*items, asked=lambda one: one.tracks_of("Mariah Carey", correct=True)) == []
    assert titles(*items, asked=lambda one: one.tracks_of("Hapy Mondays", correct=True)) == ["Step On"]
    assert titles(*items, asked=lambda one: one.tracks_of("Happy%20Mondays")) == ["Step On"]
    assert titles(items[0], asked=lambda one: one.tracks_of("Mariah Carey", correct=True)) == []

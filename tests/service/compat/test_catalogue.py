"""Finding items as players name them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tigertail.model import load
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

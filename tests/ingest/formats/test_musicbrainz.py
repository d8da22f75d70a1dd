"""MusicBrainz' artists in JSON, a line for each, as the web service has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from tigertail import columns as c
from tigertail.errors import DataError
from tigertail.ingest.formats import Source
from tigertail.ingest.formats.musicbrainz import MusicBrainz
from tigertail.io.quarantine import Quarantine

Read = Callable[[Source], dict[str, pl.DataFrame]]
Pack = Callable[[dict[str, str | bytes], str], Path]

RINGO = "9e414497-23f1-4c6b-93da-0a1d0e3ea3e5"
JAPAN = {"name": "Japan", "iso-3166-1-codes": ["JP"]}


def artist(**fields: Any) -> str:
    whole = {
        "id": RINGO,
        "name": "椎名林檎",
        "sort-name": "Sheena, Ringo",
        "disambiguation": "",
        "type": "Person",
        "gender": "Female",
        "country": None,
        "area": None,
        "begin-area": None,
        "aliases": [],
        "genres": [],
        "tags": [],
        "relations": [{"type": "official homepage", "url": {"resource": "https://example.org"}}],
    }
    return json.dumps(whole | fields, ensure_ascii=False)


def alias(name: str, locale: str | None = None) -> dict[str, Any]:
    return {"name": name, "sort-name": name, "locale": locale, "primary": None, "type": "Artist name"}


def source(path: Path, **keys: Any) -> MusicBrainz:
    return MusicBrainz(format="musicbrainz", path=path, **keys)


@pytest.mark.parametrize("how", ["folder", "tar.xz", "file"])
def test_names_in_every_script(pack: Pack, read: Read, how: str) -> None:
    line = artist(aliases=[alias("しいなりんご", "ja"), alias("Шина Ринго"), alias("椎名林檎")])
    tables = read(source(pack({"mbdump/artist": line + "\n"}, how)))
    assert tables[c.ITEMS_TABLE].select(c.MBID, c.NAME).rows() == [(RINGO, "椎名林檎")]
    assert tables[c.ALIASES_TABLE].select(c.MBID, c.ALIAS).rows() == [
        (RINGO, "しいなりんご"),
        (RINGO, "Шина Ринго"),
        (RINGO, "Ringo Sheena"),
    ]


@pytest.mark.parametrize(
    ("fields", "country"),
    [
        ({"country": "JP", "area": {"iso-3166-1-codes": ["GB"]}}, "JP"),
        ({"country": "XG"}, "DE"),
        ({"begin-area": {"iso-3166-1-codes": ["XC"]}}, "CZ"),
        ({"area": JAPAN}, "JP"),
        ({"area": {"name": "Fukuoka", "iso-3166-2-codes": ["JP-40"]}}, "JP"),
        ({"area": {"name": "a town without codes"}, "begin-area": JAPAN}, "JP"),
        ({}, None),
    ],
)
def test_the_country_is_that_of_the_area(pack: Pack, read: Read, fields: Any, country: str | None) -> None:
    tables = read(source(pack({"artist": artist(**fields) + "\n" + artist() + "\n"}, "tar")))
    assert tables[c.ITEMS_TABLE][c.COUNTRY].to_list() == [country, None]


def test_types_genres_and_tags_are_annotations(pack: Pack, read: Read, quarantine: Quarantine) -> None:
    rock = {"name": "rock", "count": 7, "id": "", "disambiguation": ""}
    tags = [rock, {"name": "japanese", "count": 2}, {"name": "ska", "count": 0}, {"name": "bad", "count": -1}]
    tables = read(source(pack({"artist": artist(genres=[rock], tags=tags) + "\n"}, "tar")))
    found = tables[c.ANNOTATIONS_TABLE].select(c.FACET, c.LABEL, c.WEIGHT, c.SOURCE)
    assert found.rows() == [
        ("type", "Person", 1.0, "expert"),
        ("genre", "rock", 7.0, "crowd"),
        ("tag", "japanese", 2.0, "crowd"),
    ]
    what = ("musicbrainz", "tag that the votes are not for, left out")
    assert quarantine.examples[what] == ["bad", "ska"]


def test_a_recipe_may_leave_facets_out(pack: Pack, read: Read) -> None:
    path = pack({"artist": artist(genres=[{"name": "rock", "count": 7}]) + "\n"}, "tar")
    assert set(read(source(path, facets=[]))) == {c.ITEMS_TABLE, c.ALIASES_TABLE}
    assert read(source(path, facets="genre"))[c.ANNOTATIONS_TABLE][c.LABEL].to_list() == ["rock"]
    with pytest.raises(ValidationError, match="unknown facet 'mood'"):
        source(path, facets="mood")


def test_what_is_no_artist_is_rejected_and_what_is_odd_left_out(
    pack: Pack, read: Read, quarantine: Quarantine
) -> None:
    lines = [
        artist(),
        "{broken",
        '{"name": "no id"}',
        artist(id=RINGO.replace("9", "8", 1), type=["odd", {}]),
    ]
    tables = read(source(pack({"artist": "\n".join(lines)}, "tar")))
    assert tables[c.ITEMS_TABLE].height == 2
    assert quarantine.reasons_of("musicbrainz") == {"not an artist in JSON": 2}
    assert ("musicbrainz", "type is not as documented, left out") in quarantine.warnings


def test_an_archive_without_artists_is_refused(pack: Pack, read: Read) -> None:
    with pytest.raises(DataError, match="no file matches 'artist' in it"):
        read(source(pack({"mbdump/label": "{}"}, "tar.xz")))


def test_a_genre_of_one_artist_may_be_a_tag_of_another(pack: Pack, read: Read) -> None:
    vote = [{"name": "jazz", "count": 2}]
    other = RINGO.replace("9e41", "0000")
    lines = f"{artist(genres=vote, tags=vote)}\n{artist(id=other, name='Kult', tags=vote)}\n"
    tables = read(source(pack({"mbdump/artist": lines}, "folder"), facets=["tag"]))
    annotations = tables[c.ANNOTATIONS_TABLE]
    assert annotations.select(c.MBID, c.LABEL).rows() == [(other, "jazz")]

"""What a model keeps of the artist of a track."""

from __future__ import annotations

import polars as pl
import pytest

from tigertail.dataset.folding import fold_series
from tigertail.model.artists import with_artists

KINO, CAN, OLD = (f"00000000-0000-4000-8000-{number:012x}" for number in (0xA, 0xB, 0xC))
ARTISTS = [  # id, name, kind, mbid
    ("shop:7", "Кино", "artist", KINO),
    (CAN, "Can", "artist", None),
    ("sade", "Sade", "artist", None),
    ("sade (2)", "SADE", "artist", None),
    ("311", "Queen", "artist", None),
    ("17", "311", "artist", None),
    ("zappa", "Zappa", "artist", "unknown"),
]
ALIASES = pl.DataFrame(
    [
        ("shop:7", "name", "Kino"),
        ("shop:7", "mbid", OLD.upper()),
        ("shop:7", "item_id", "other:1"),
        ("zappa", "mbid", "n/a"),
    ],
    ["item_id", "scheme", "alias"],
    orient="row",
)


def artist(**given: str | list[str]) -> tuple[str | None, str | None, list[str] | None]:
    """Return the id, the name and the MBIDs of the artist of a track, from what the data has of them."""
    track = pl.DataFrame([{"item_id": "t", "name": "Song", "kind": "track", **given}])
    items = pl.concat(
        [pl.DataFrame(ARTISTS, ["item_id", "name", "kind", "mbid"], orient="row"), track], how="diagonal"
    )
    found = with_artists(items.with_columns(fold_series(items["name"]).alias("folded")), ALIASES)
    assert found["item_id"].to_list() == items["item_id"].to_list()
    row = found.row(-1, named=True)
    return row["artist_id"], row["artist_name"], row["artist_mbids"]


@pytest.mark.parametrize(
    "told", ["shop:7", "other:1", KINO, KINO.upper(), OLD, "кино", "kino"], ids=lambda told: str(told)[-8:]
)
def test_an_artist_among_the_items_by_any_id_mbid_or_name(told: str) -> None:
    assert artist(artist_id=told) == ("shop:7", "Кино", [KINO])


def test_what_the_data_has_is_kept() -> None:
    credit = {"artist_name": "Kino & Can", "artist_mbids": [KINO, CAN]}
    assert artist(artist_id=KINO, **credit) == ("shop:7", "Kino & Can", [KINO, CAN])
    assert artist(artist_name="CAN!") == (CAN, "CAN!", [CAN])  # the id is the MBID


def test_an_artist_that_is_no_item() -> None:
    other = KINO[:-1] + "9"
    assert artist(artist_id=other) == (other, None, [other])
    assert artist(artist_id="neu") == ("neu", "neu", None)
    assert artist(artist_id="neu", artist_name="NEU!") == ("neu", "NEU!", None)


def test_a_name_of_two_artists_is_an_id_or_no_ones() -> None:
    assert artist(artist_name="Sade") == ("sade", "Sade", None)  # the id of the first of them
    assert artist(artist_id="sade (2)", artist_name="Sade") == ("sade (2)", "Sade", None)


@pytest.mark.parametrize(
    "given", [{"artist_name": "311"}, {"artist_name": "311", "artist_id": "311"}], ids=str
)
def test_a_name_that_is_an_id_of_another_is_the_name(given: dict[str, str]) -> None:
    """As a build writes it: the folded name in artist_id where no MBID is known."""
    assert artist(**given) == ("17", "311", None)
    assert artist(artist_id="311") == ("311", "Queen", None)


def test_a_text_that_is_no_mbid_is_none() -> None:
    """A dataset that Python writes may have one where an MBID belongs."""
    assert artist(artist_name="Zappa") == ("zappa", "Zappa", None)
    assert artist(artist_id="unknown") == ("unknown", "unknown", None)
    assert artist(artist_id="n/a") == ("n/a", "n/a", None)


def test_a_list_without_mbids_is_filled_in() -> None:
    assert artist(artist_name="Can", artist_mbids=[]) == (CAN, "Can", [CAN])
    assert artist(artist_name="Neu!", artist_mbids=[]) == ("neu", "Neu!", None)


def test_further_columns_of_any_name_stay() -> None:
    further = {"key": "C minor", "is_name": "no", "their_id": "a", "their_name": "b", "their_mbid": "c"}
    rows = [
        {"item_id": "k", "name": "Кино", "folded": "кино", "kind": "artist", "artist_id": None, **further}
    ]
    rows.append(rows[0] | {"item_id": "t", "name": "Группа крови", "kind": "track", "artist_id": "k"})
    found = with_artists(pl.DataFrame(rows), None)
    assert found.row(1, named=True) == rows[1] | {
        "artist_id": "k",
        "artist_name": "Кино",
        "artist_mbids": None,
    }


def test_artists_alone_stay_as_they_are() -> None:
    items = pl.DataFrame(ARTISTS, ["item_id", "name", "kind", "mbid"], orient="row")
    assert with_artists(items, ALIASES) is items

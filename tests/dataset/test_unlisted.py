import polars as pl

from tigertail.dataset.unlisted import (
    SPECIAL_PURPOSE,
    SPECIAL_PURPOSE_ARTISTS,
    special_purpose,
    unlisted,
    unmatched_entries,
)

ONE = "11111111-1111-1111-1111-111111111111"
TRADITIONAL = "9be7f096-97ec-4615-8957-8d40b5dcbc41"
ITEMS = pl.DataFrame(
    [
        ("a", "Various Artists", "89ad4ac3-39f7-470e-963a-56509c546377", "artist"),
        ("b", "various artists", None, "artist"),
        ("c", "Various Artists", ONE, "artist"),
        ("d", "[unknown]", None, "artist"),
        ("e", "Unknown", None, "artist"),
        ("f", "[untitled]", None, "track"),
        ("g", "[unknown]", None, "track"),
        ("h", "The Cure", None, "artist"),
        ("i", "VA", "125ec42a-7229-4250-afc5-e057484327fe", "artist"),
    ],
    ["item_id", "name", "mbid", "kind"],
    orient="row",
)


def named(*wanted: str, items: pl.DataFrame = ITEMS) -> str:
    return "".join(items.filter(pl.Series(unlisted(items, wanted)))["item_id"])


def test_special_purpose_artists_by_mbid_else_by_their_name() -> None:
    assert named(SPECIAL_PURPOSE) == "abdi"
    assert named(SPECIAL_PURPOSE, items=ITEMS.drop("mbid")) == "abcd"


def test_items_by_id_mbid_and_name() -> None:
    assert named("h") == "h"
    assert named(ONE.upper()) == "c"
    assert named("cure") == "h"
    assert named(SPECIAL_PURPOSE, "THE CURE") == "abdhi"
    assert named() == ""


def test_items_by_what_else_they_are_called_and_what_none_is_called() -> None:
    two = "22222222-2222-4222-8222-222222222222"
    aliases = pl.DataFrame(
        [("h", "name", "Easy Cure"), ("e", "mbid", two), ("f", "item_id", "shop:7")],
        ["item_id", "scheme", "alias"],
        orient="row",
    )
    wanted = ["easy cure!", two.upper(), "shop:7", "Shop:8", SPECIAL_PURPOSE]
    assert ITEMS.filter(pl.Series(unlisted(ITEMS, wanted[:3], aliases)))["item_id"].to_list() == [
        "e",
        "f",
        "h",
    ]
    assert unmatched_entries(ITEMS, wanted, aliases) == ["Shop:8"]
    assert unmatched_entries(ITEMS, wanted) == wanted[:4]
    assert unmatched_entries(ITEMS, []) == []


def test_a_name_in_brackets_is_not_the_band_without() -> None:
    assert named("[Unknown]") == "dg"
    assert named("unknown") == "deg"
    assert named("various artists!") == "abc"


def test_spaces_around_an_entry_do_not_count() -> None:
    assert named(" [unknown] ") == "dg"
    assert named(f" {ONE} ", " h") == "ch"
    assert unmatched_entries(ITEMS, [" h ", "[unknown] ", " nobody"]) == [" nobody"]


def test_an_mbid_in_capitals_and_of_a_track_is_special_purpose_too() -> None:
    items = ITEMS.with_columns(pl.col("mbid").str.to_uppercase())
    assert named(SPECIAL_PURPOSE, items=items) == "abdi"
    assert named(SPECIAL_PURPOSE, items=items.with_columns(kind=pl.lit("track"))) == "ai"


def test_special_purpose_artists_by_a_further_mbid() -> None:
    items = pl.DataFrame(
        {"item_id": ["a", "b"], "name": ["V/A", "Kult"], "mbid": [ONE, None], "kind": "artist"}
    )
    aliases = pl.DataFrame(
        [("a", "mbid", "89ad4ac3-39f7-470e-963a-56509c546377"), ("b", "name", "Various Artists")],
        ["item_id", "scheme", "alias"],
        orient="row",
    )
    assert unlisted(items, [SPECIAL_PURPOSE], aliases).tolist() == [True, False]
    assert unlisted(items, [SPECIAL_PURPOSE]).tolist() == [False, False]


WORKS = pl.DataFrame(
    [
        ("t", "Street cut", "track", "various artists", "Various Artists", None),
        ("u", "Hymn", "track", None, "[unknown]", []),
        ("v", "Hymn", "track", None, "Unknown", None),
        ("w", "Now 45", "album", "various artists", "Various Artists", None),
        ("x", "Reel", "track", TRADITIONAL, "trad.", [TRADITIONAL]),
        ("y", "Reel", "track", ONE, "Kila & trad.", [ONE, TRADITIONAL]),
        ("z", "Various Artists", "track", ONE, "Various Artists", [ONE]),
    ],
    {
        "item_id": pl.String,
        "name": pl.String,
        "kind": pl.String,
        "artist_id": pl.String,
        "artist_name": pl.String,
        "artist_mbids": pl.List(pl.String),
    },
    orient="row",
)


def test_a_track_of_a_special_purpose_artist_is_of_no_artist_and_a_compilation_may_be_listed() -> None:
    assert named(SPECIAL_PURPOSE, items=WORKS) == "tux"
    assert "".join(WORKS.filter(pl.Series(special_purpose(WORKS)))["item_id"]) == "tuwx"


def test_an_artist_names_their_tracks_and_albums() -> None:
    assert named("various artists", items=WORKS) == "twz"
    assert named(ONE.upper(), items=WORKS) == "yz"
    assert named(TRADITIONAL, items=WORKS) == "xy"
    assert named("[unknown]", items=WORKS) == "u"
    assert unmatched_entries(WORKS, ["Kila & Trad.", "Kila"]) == ["Kila"]


def test_subsets_with_their_mbids() -> None:
    items = pl.DataFrame(
        {
            "item_id": ["a"],
            "name": "[soundtrack]",
            "mbid": "d6bd72bc-b1e2-4525-92aa-0f853cbb41bf",
            "kind": "artist",
        }
    )
    assert named(SPECIAL_PURPOSE, items=items) == "a"


def test_the_list_has_mbids() -> None:
    assert len(SPECIAL_PURPOSE_ARTISTS) == 16
    assert {len(mbid) for mbid in SPECIAL_PURPOSE_ARTISTS} == {36}

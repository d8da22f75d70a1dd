import polars as pl
import pytest

from tigertail.ingest.formats.delimited import Csv
from tigertail.ingest.identity import Identities, resolve
from tigertail.ingest.references import condense, references, with_refs

ONE, TWO = "1" * 8 + "-1111" * 3 + "-" + "1" * 12, "2" * 8 + "-2222" * 3 + "-" + "2" * 12


def refs(
    source: str, *rows: dict[str, str], of_items_table: bool = False, kind: str = "artist"
) -> pl.DataFrame:
    columns = dict.fromkeys(("item_id", "name", "mbid", "artist_name", "artist_mbid"), pl.String)
    made = Csv(format="csv", path="x", name=source, namespace=source.partition("/")[0], kind=kind)
    return references(
        with_refs(pl.DataFrame(rows, schema=columns), made), made, of_items_table=of_items_table
    )


def matched(*frames: pl.DataFrame) -> Identities:
    return resolve(condense(frames), ["a", "b", "c"])


def ids(*frames: pl.DataFrame) -> list[str]:
    return matched(*frames).items["item_id"].to_list()


def test_spellings_of_one_name_are_one_item() -> None:
    found = matched(refs("a", {"name": "The Cure"}, {"name": "Cure"}), refs("b", {"name": "CURE"}))
    assert found.items.rows() == [("cure", "CURE", "artist")]
    assert found.spellings["names"].to_list() == [["CURE", "Cure", "The Cure"]]
    assert found.shared.rows() == [("a", "b", 1)]


def test_other_scripts_are_their_own_names() -> None:
    found = matched(refs("a", {"name": "Кино"}, {"name": "東京事変"}, {"name": "кино"}))
    assert found.items["name"].to_list() == ["Кино", "東京事変"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Чёрный Ёж", "Черный Еж"),
        ("Χάρις", "ΧΑΡΙΣ"),
        ("張佐爾", "张佐尔"),
        ("محسن یگانه", "محسن يگانه"),
        ("Zorbl N´ Finch", "Zorbl N' Finch"),
        ("Zorbl + the Finch", "Zorbl and the Finch"),
        ("Zorblers, The", "The Zorblers"),
        ("Simon &amp; Zorbl", "Simon & Zorbl"),
    ],
)
def test_spellings_in_any_script_are_one_item(left: str, right: str) -> None:
    assert len(ids(refs("a", {"name": left}, {"name": right}))) == 1


def test_the_most_used_spelling_is_shown() -> None:
    found = matched(refs("a", {"name": "Cure"}, {"name": "The Cure"}, {"name": "The Cure"}))
    assert found.items["name"].to_list() == ["The Cure"]


def test_capitals_go_before_a_source_in_lower_case() -> None:
    found = matched(refs("a", *[{"name": "radiohead"}] * 5), refs("b", {"name": "Radiohead"}))
    assert found.items["name"].to_list() == ["Radiohead"]


@pytest.mark.parametrize(
    ("used", "rare"), [("múm", "MUM"), ("blink-182", "Blink 182"), ("raison d'être", "Raison d'ętre")]
)
def test_capitals_choose_only_between_spellings_equal_but_for_case(used: str, rare: str) -> None:
    artists = refs("a", *[{"name": used}] * 3, {"name": rare})
    assert matched(artists).items["name"].to_list() == [used]
    credits = ({"name": f"Song {n}", "artist_name": used if n else rare} for n in range(4))
    assert set(matched(refs("a", *credits, kind="track")).items["artist_name"]) == {used}


def test_spellings_equal_but_for_case_are_used_together() -> None:
    plays = refs("a", *[{"name": "cure"}] * 2, {"name": "Cure"}, *[{"name": "The Cure"}] * 2)
    assert matched(plays).items["name"].to_list() == ["Cure"]


def test_a_table_of_items_names_them() -> None:
    found = matched(refs("a", *[{"name": "MUM"}] * 5), refs("b", {"name": "múm"}, of_items_table=True))
    assert found.items["name"].to_list() == ["múm"]


def test_equal_use_is_settled_by_order() -> None:
    assert matched(refs("a", {"name": "AFI"}, {"name": "A.F.I."})).items["name"].to_list() == ["A.F.I."]


def test_an_item_with_an_mbid_brings_its_namesake_without_one() -> None:
    found = matched(refs("a", {"name": "Nirvana", "mbid": ONE}), refs("b", {"name": "nirvana"}))
    assert found.items.rows() == [("nirvana", "Nirvana", "artist", ONE)]
    assert found.ambiguous.is_empty()


def test_one_mbid_under_two_names_is_one_item() -> None:
    symbol, prince = {"name": "O(+>", "mbid": ONE}, {"name": "Prince", "mbid": ONE}
    found = matched(refs("a", symbol, prince, prince), refs("b", {"name": "prince"}))
    assert found.items.select("item_id", "name").rows() == [("prince", "Prince")]


def test_an_item_keeps_its_id_when_its_mbid_becomes_known() -> None:
    before = refs("a", {"name": "Nirvana"}, {"name": "Can"})
    after = refs("b", {"name": "Nirvana", "mbid": ONE}, {"mbid": TWO})
    assert ids(before) == ["can", "nirvana"]
    assert ids(before, after) == [TWO, "can", "nirvana"]  # what has no name has its MBID alone


def test_two_mbids_of_one_id_are_one_item() -> None:
    named = refs("a", {"item_id": "7", "name": "Prince", "mbid": ONE}, {"item_id": "7", "mbid": TWO})
    rows = refs("b", {"name": "The Artist", "mbid": TWO}, {"name": "Symbol", "mbid": ONE})
    found = matched(named, rows)
    assert found.items.select("item_id", "name").rows() == [("7", "Prince")]
    assert found.aliases.drop("item_id").rows() == [
        ("item_id", "7", 2),
        ("mbid", ONE, 2),
        ("mbid", TWO, 2),
        ("name", "Prince", 1),
        ("name", "Symbol", 1),
        ("name", "The Artist", 1),
    ]


def test_every_spelling_is_kept_with_its_rows() -> None:
    found = matched(
        refs("a", {"name": "The Cure"}, {"name": "Cure"}, {"name": "Cure"}, {"name": "Cure", "mbid": ONE})
    )
    assert found.aliases.rows() == [
        ("cure", "mbid", ONE, 1),
        ("cure", "name", "Cure", 3),
        ("cure", "name", "The Cure", 1),
    ]


def test_a_name_alone_joins_the_one_item_that_is_often_spelled_so() -> None:
    spelled = refs("a", *[{"name": "Зорбль", "mbid": ONE}] * 6, *[{"name": "Zorbl", "mbid": ONE}] * 3)
    assert ids(spelled, refs("b", {"name": "zorbl"})) == ["зорбль"]
    two = refs("c", *[{"name": "Zorblers", "mbid": TWO}] * 6, *[{"name": "Zorbl", "mbid": TWO}] * 3)
    assert ids(spelled, two, refs("b", {"name": "zorbl"})) == [
        "zorbl",
        "zorblers",
        "зорбль",
    ]  # or which of two?


def test_a_name_alone_of_two_items_without_a_conflict_joins_neither() -> None:
    one = refs("a", *[{"item_id": "1", "name": "Зорбль"}] * 6, *[{"item_id": "1", "name": "Zorbl"}] * 3)
    two = refs("c", *[{"item_id": "1", "name": "Zorblers"}] * 6, *[{"item_id": "1", "name": "Zorbl"}] * 3)
    assert ids(one, two, refs("b", {"name": "zorbl"})) == ["a:1", "c:1", "zorbl"]


def test_a_slip_does_not_make_one_item_of_two() -> None:
    slip = refs("a", *[{"name": "Blur", "mbid": ONE}] * 30, {"name": "Queen", "mbid": ONE})
    assert ids(slip, refs("b", {"name": "Queen"})) == ["blur", "queen"]


def test_a_table_of_items_makes_spellings_sure() -> None:
    named = refs(
        "a", {"item_id": "7", "name": "Зорбль"}, {"item_id": "7", "name": "Zorbl"}, of_items_table=True
    )
    found = matched(named, refs("b", {"name": "Zorbl"}, {"name": "зорбль"}))
    assert found.items["item_id"].to_list() == ["7"]
    assert found.item_of.height == 4


def also(*rows: dict[str, str]) -> pl.DataFrame:
    columns = dict.fromkeys(("item_id", "name", "mbid", "artist_name", "artist_mbid", "alias"), pl.String)
    made = Csv(format="csv", path="x", name="a", namespace="a", kind="artist")
    frame = with_refs(pl.DataFrame(rows, schema=columns), made)
    return references(frame, made, of_items_table=False, also=("alias",))


def test_a_table_of_aliases_ties_mbids_and_names_to_items_and_makes_none() -> None:
    rows = refs(
        "b",
        {"name": "Prince", "mbid": ONE},
        {"name": "Victor", "mbid": TWO},
        {"name": "TAFKAP"},
        {"name": "Zorbl"},
        {"name": "Zorblina"},
    )
    told = also(
        {"mbid": ONE, "alias": TWO.upper()},  # an MBID that was merged into another
        {"mbid": ONE, "alias": "TAFKAP"},
        {"name": "Zorbl", "alias": "Zorblina"},
        {"name": "Nobody", "alias": "Nobody at all"},
        {"mbid": "3" + ONE[1:], "alias": "Zorbl"},  # of an artist that no row names
    )
    found = resolve(condense([rows]), ["a", "b"], condense([told]))
    assert found.items.select("item_id", "name", "mbid").rows() == [
        ("prince", "Prince", ONE),  # the one that the other was merged into
        ("zorbl", "Zorbl", None),
    ]
    assert found.aliases.rows() == [
        ("prince", "mbid", ONE, 1),
        ("prince", "mbid", TWO, 1),
        ("prince", "name", "Prince", 1),
        ("prince", "name", "TAFKAP", 1),
        ("prince", "name", "Victor", 1),
        ("zorbl", "name", "Zorbl", 1),
        ("zorbl", "name", "Zorblina", 1),
    ]


def test_a_name_without_entities_is_shown_where_there_is_one() -> None:
    rows = refs("a", *[{"name": "Simon &amp; Zorbl"}] * 3, {"name": "Simon & Zorbl"})
    assert matched(rows).items["name"].to_list() == ["Simon & Zorbl"]


def test_two_mbids_of_one_name_stay_apart_and_so_does_the_name_alone() -> None:
    found = matched(
        refs("a", {"name": "Nirvana", "mbid": ONE}, {"name": "Nirvana", "mbid": TWO}),
        refs("b", {"name": "Nirvana"}),
    )
    assert found.items["item_id"].to_list() == [ONE, TWO, "nirvana"]
    assert found.ambiguous.rows() == [("Nirvana", 3, True)]


def test_ids_of_a_source_are_kept_and_never_merged_by_name() -> None:
    found = matched(refs("a", {"item_id": "7", "name": "Cure"}, {"item_id": "8", "name": "The Cure"}))
    assert found.items["item_id"].to_list() == ["7", "8"]
    assert found.ambiguous.rows() == [("Cure", 2, False)]


def test_ids_of_a_source_are_not_merged_by_mbid_either() -> None:
    rows = [{"item_id": "7", "name": "Cure", "mbid": ONE}, {"item_id": "8", "name": "Cure", "mbid": ONE}]
    assert ids(refs("a", *rows)) == ["7", "8"]


def test_items_without_a_name_that_stay_apart_are_told_by_the_mbid_they_share() -> None:
    rows = [
        {"item_id": item, "mbid": mbid} for item, mbid in (("7", ONE), ("8", ONE), ("9", TWO), ("10", TWO))
    ]
    assert matched(refs("a", *rows)).ambiguous.rows() == [(ONE, 2, False), (TWO, 2, False)]


def test_an_id_without_a_name_takes_it_from_the_table_of_items() -> None:
    plays = refs("a", {"item_id": "7"})
    named = refs("a/items", {"item_id": "7", "name": "The Cure"}, of_items_table=True)
    elsewhere = refs("b", {"name": "cure"})
    assert matched(plays, named, elsewhere).items.rows() == [("7", "The Cure", "artist")]


def test_the_table_of_items_also_knows_their_kind() -> None:
    plays = refs("a", {"item_id": "7"})
    named = refs("a/items", {"item_id": "7", "name": "Help"}, of_items_table=True, kind="track")
    assert matched(plays, named).items.select("item_id", "kind").rows() == [("7", "track")]


def test_an_item_nobody_named_is_called_by_its_id() -> None:
    assert matched(refs("a", {"item_id": "7"})).items.rows() == [("7", "7", "artist")]


def test_the_artist_of_an_item_is_kept_where_its_name_is_unknown_or_told_without_it() -> None:
    plays = refs(
        "a",
        {"item_id": "7", "artist_name": "Kino"},
        {"item_id": "8", "artist_name": "DDT"},
        {"item_id": "8", "artist_name": "DDT"},
        {"item_id": "8", "artist_name": "Kino"},
        kind="track",
    )
    named = refs("a/items", {"item_id": "8", "name": "Rain"}, of_items_table=True, kind="track")
    found = matched(plays, named).items
    assert found.select("item_id", "name", "artist_id", "artist_name").rows() == [
        ("7", "7", "kino", "Kino"),
        ("8", "Rain", "ddt", "DDT"),
    ]


def test_two_sources_with_ids_of_their_own() -> None:
    found = matched(
        refs("a", {"item_id": "7", "name": "Cure"}),
        refs("b", {"item_id": "7", "name": "Sade"}, {"item_id": "9", "name": "The Cure"}),
    )
    assert found.items["item_id"].to_list() == ["a:7", "b:7"]


def test_an_id_that_is_also_a_name_is_not_taken_twice() -> None:
    found = matched(refs("a", {"item_id": "311", "name": "Sade"}), refs("b", {"name": "311"}))
    assert found.items.select("item_id", "name").rows() == [("311", "Sade"), ("311 (2)", "311")]


def test_tracks_match_by_artist_and_title() -> None:
    found = matched(
        refs("a", {"name": "Help!", "artist_name": "The Beatles"}, kind="track"),
        refs(
            "b",
            {"name": "help", "artist_name": "Beatles"},
            {"name": "Help", "artist_name": "B"},
            kind="track",
        ),
    )
    assert found.items["item_id"].to_list() == ["b - help", "beatles - help"]
    assert found.items["artist_id"].to_list() == ["b", "beatles"]
    assert found.items["artist_name"].to_list() == ["B", "The Beatles"]
    assert found.spellings.rows() == [("The Beatles - Help!", ["Beatles - help", "The Beatles - Help!"])]


def test_tracks_have_the_mbids_of_all_artists_of_their_credit() -> None:
    both = f"{ONE},{TWO}"
    found = matched(
        refs(
            "a",
            {"name": "Under Pressure", "artist_name": "Queen & David Bowie", "artist_mbid": both},
            {"name": "Under Pressure (Live)", "artist_name": "Queen and David Bowie"},  # as the other says
            {"name": "Intro", "artist_name": "Boys", "artist_mbid": ONE},
            {"name": "Outro", "artist_name": "Boys", "artist_mbid": TWO},
            {"name": "Interlude", "artist_name": "Boys"},  # which of the two?
            kind="track",
        )
    )
    artists = {
        row["name"]: (row["artist_id"], row["artist_mbids"]) for row in found.items.iter_rows(named=True)
    }
    assert artists == {
        "Under Pressure": (ONE, [ONE, TWO]),
        "Under Pressure (Live)": (ONE, [ONE, TWO]),
        "Intro": (ONE, [ONE]),
        "Outro": (TWO, [TWO]),
        "Interlude": ("boys", None),
    }


def test_tracks_of_one_artist_show_one_spelling_of_the_name() -> None:
    rows = [("Connection", "can"), ("Vitamin C", "Can"), ("Halleluwah", "CAN"), ("Moonshake", "CAN")]
    found = matched(
        refs("a", *({"name": name, "artist_name": artist} for name, artist in rows), kind="track"),
        refs("b", {"name": "Rockit", "artist_name": "can", "artist_mbid": ONE}, kind="track"),
        refs("c", {"name": "Ball of Confusion", "artist_name": "Can", "artist_mbid": TWO}, kind="track"),
    )
    assert dict(found.items.select("name", "artist_name").iter_rows()) == {
        **{name: "CAN" for name, _ in rows},
        "Rockit": "can",  # of another artist, by the MBID
        "Ball of Confusion": "Can",
    }


def test_an_artist_and_a_track_of_one_name_are_two_items() -> None:
    found = matched(refs("a", {"name": "Help"}), refs("a", {"name": "Help"}, kind="track"))
    assert found.items.select("item_id", "kind").rows() == [("help", "artist"), ("help (2)", "track")]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    frames = [
        refs("a", {"name": "Nirvana", "mbid": ONE}, {"name": "Cure"}),
        refs("b", {"item_id": "4", "name": "nirvana"}),
        refs("c", {"name": "NIRVANA"}, {"name": "The Cure"}),
    ]
    found = matched(*(frames[place] for place in order))
    assert found.items.select("item_id", "mbid").rows() == [("4", ONE), ("cure", None)]
    assert found.item_of.height == 5

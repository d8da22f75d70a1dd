from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigertail.dataset.folding import fold_series
from tigertail.errors import UnknownItemError
from tigertail.lookup.item_index import ItemIndex
from tigertail.lookup.mbids import is_mbid

MBID = "a74b1b7f-71a5-4011-9441-d0b5e4122711"
OTHER = "b9472588-93f3-4922-a1a2-74082cdf9ce8"
ITEMS = pl.DataFrame(
    [
        ("a1", "Nirvana", "nirvana", "artist", 90, None, "US"),
        ("a2", "Sigur Rós", "sigur ros", "artist", 40, None, "IS"),
        (MBID, "Кино", "кино", "artist", 30, None, None),
        ("a4", "Nirvana", "nirvana", "artist", 5, OTHER.upper(), "GB"),
        ("nirvana", "NIRVANA", "nirvana", "artist", 4, None, None),
        ("311", "Nobody Yet", "nobody yet", "artist", 3, None, None),
        ("a6", "311", "311", "artist", 3, None, None),
        ("t1", "Kult", "kult", "track", 1, MBID, None),
        ("a7", "Guns and Roses", "guns and roses", "artist", 1, None, None),
    ],
    ["item_id", "name", "folded", "kind", "listeners", "mbid", "country"],
    orient="row",
)
OLD = "00000000-0000-4000-8000-000000000001"
ALIASES = pl.DataFrame(
    [
        ("a2", "item_id", "shop:77", None),
        ("a2", "name", "Victory Rose", "victory rose"),
        (MBID, "name", "Kino", "kino"),
        (MBID, "mbid", OLD, None),
    ],
    ["item_id", "scheme", "alias", "folded"],
    orient="row",
)


@pytest.fixture(params=["cold", "prepared"])
def index(request: pytest.FixtureRequest) -> ItemIndex:
    """An index for one look-up, and one for many: they answer alike."""
    index = ItemIndex(ITEMS, ALIASES, {"Britain": "GB"}.get)
    if request.param == "prepared":
        index.prepare()
    return index


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("a2", "a2"),  # an id
        ("shop:77", "a2"),  # another id of the same item
        ("Sigur Rós", "a2"),  # a name
        ("sigur ros", "a2"),  # whatever its accents and case
        ("victory rose", "a2"),  # another spelling known of it
        ("КИНО", MBID),  # in any script
        ("Kino", MBID),
        (MBID.upper(), MBID),  # an MBID in any case; of several items that with most listeners
        (OTHER, "a4"),
        (f" {OLD}", MBID),  # an MBID that was merged into another
        ("Nirvana", "a1"),  # of several of one name the one with most listeners
        ("NIRVANA", "a1"),  # whatever the spelling
        ("nirvana", "a1"),  # an id does not shadow a better-known name
        ("id:nirvana", "nirvana"),  # unless it is said that it is one
        ("Nirvana (Britain)", "a4"),
        ("a4", "a4"),
        ("311", "311"),  # of equals, the id
        ("Kult (track)", "t1"),
        ("mbid:" + OTHER, "a4"),
        ("Guns N' Roses", "a7"),  # loosely
        ("Rós Sigur", "a2"),  # the family name at the other end
        ("Rose, Victory", "a2"),
        ("Roses Guns and", "a7"),
    ],
)
def test_an_item_is_found_by_what_is_known_of_it(index: ItemIndex, text: str, item: str) -> None:
    code = ITEMS["item_id"].to_list().index(item)
    assert index.match(text).code == code
    assert index.codes([text]).tolist() == [code]
    assert index.codes([text] * 20).tolist() == [code] * 20


def test_an_id_that_ends_with_a_separator_is_found_by_all_of_it() -> None:
    index = ItemIndex(ITEMS.with_columns(pl.col("item_id").replace("a2", "a2\x1f")))
    assert index.match("id:a2\x1f").code == index.match(" ID:a2\x1f").code == index.match("a2\x1f").code == 1
    assert index.match("id: a4 ").code == 3


@pytest.mark.parametrize("text", ["id:kino", "ID: Kino", "mbid:kino"])
def test_an_id_that_no_item_has_is_no_name(text: str) -> None:
    index = ItemIndex(ITEMS.with_columns(pl.lit("ID: Kino").alias("name"), pl.lit("id kino").alias("folded")))
    with pytest.raises(UnknownItemError, match=rf"no item called '{text}'\n.*leave out '\w+:'") as error:
        index.match(text)
    assert not error.value.suggestions
    assert index.code_or_none(text) is None


def test_a_note_says_how_many_have_the_name_and_how_to_ask_for_another(index: ItemIndex) -> None:
    note = index.match("nirvanA").note
    assert note.startswith("3 items have the name 'nirvanA'; the one with most listeners is taken.")
    assert f"Nirvana (5 listeners, GB, {OTHER}): id:a4; NIRVANA (4 listeners): id:nirvana" in note
    for handle in ("id:a4", OTHER, "Nirvana (Britain)", "id:nirvana"):
        assert index.match(handle).note == ""


def test_a_note_says_that_a_text_is_an_id_and_a_name(index: ItemIndex) -> None:
    note = "'311' is the id of Nobody Yet, which is taken, and the name of 311 (3 listeners): id:a6"
    assert index.match("311").note == note
    ends_with_a_separator = ItemIndex(ITEMS.with_columns(pl.col("item_id").replace("311", "311\x1f")))
    assert ends_with_a_separator.match("311\x1f").note == note


def renamed(**names: str) -> ItemIndex:
    """The items with other names, by their ids."""
    name = pl.col("item_id").replace_strict(names, default=pl.col("name")).alias("name")
    items = ITEMS.with_columns(name)
    return ItemIndex(items.with_columns(fold_series(items["name"]).alias("folded")))


def test_a_note_says_that_a_text_is_an_id_and_the_name_of_several() -> None:
    note = renamed(t1="311").match("311").note
    assert note.startswith("'311' is the id of Nobody Yet, which is taken, and the name of 2 others. Ask ")
    note = renamed(a1="311").match("311").note
    assert note.startswith(
        "'311' is the name of 311, which is taken, and of 1 more, and the id of Nobody Yet. "
    )


@pytest.mark.parametrize("prefix", ["", "mbid:", "MBID: "])
def test_a_note_on_an_mbid_of_several(index: ItemIndex, prefix: str) -> None:
    assert index.match(prefix + MBID).note == (
        "2 items have this MBID; the one with most listeners is taken. "
        f"Ask for another by kind (as 'Name (track)') or id: Kult (1 listener, {MBID}): id:t1"
    )
    assert index.match("Kult (track)").code == ITEMS["item_id"].to_list().index("t1")


def test_a_note_names_only_ways_that_lead_to_another(index: ItemIndex) -> None:
    assert "Ask for another by country (as 'Name (GB)'), MBID or id: " in index.match("Nirvana").note
    bare = ItemIndex(ITEMS.select("item_id", "name", "folded", "listeners"))
    assert "Ask for another by id: Nirvana (5 listeners): id:a4" in bare.match("Nirvana").note


def test_a_note_on_several_that_are_loosely_spelled_so() -> None:
    assert renamed(a1="Sun Rise", a2="Sunri se").match("Sunrise").note == (
        "no item is spelled 'Sunrise'; Sun Rise is taken for it; 2 items have a name like 'Sunrise'; the one with "
        "most listeners is taken. Ask for another by country (as 'Name (IS)') or id: "
        "Sunri se (40 listeners, IS): id:a2"
    )


def test_a_note_says_that_a_name_is_not_spelled_so(index: ItemIndex) -> None:
    assert (
        index.match("guns n roses").note
        == "no item is spelled 'guns n roses'; Guns and Roses is taken for it"
    )
    assert index.match("Guns & Roses").note == ""


def test_a_note_says_that_words_stand_in_another_order(index: ItemIndex) -> None:
    assert index.match("Ros Sigur").note == "no item is spelled 'Ros Sigur'; Sigur Rós is taken for it"
    assert index.code_or_none("and Guns Roses") is None, "neither end has moved to the other"
    assert not len(index.all_named("Ros Sigur")), "who asks for a name means no other"


def test_a_name_that_is_spelled_so_comes_before_one_in_another_order() -> None:
    index = renamed(a1="James Duncan", a2="Duncan James")
    assert [index.match(name).code for name in ("James Duncan", "Duncan James")] == [0, 1]
    assert not index.match("Duncan James").note


def test_a_title_in_another_order_is_another_title() -> None:
    assert renamed(t1="Blue Moon").code_or_none("Moon Blue") is None


def test_notes_on_several_texts_are_said_once(index: ItemIndex) -> None:
    codes, notes = index.match_all(["Nirvana", "kino", "Nirvana", "311"])
    assert codes.tolist() == [0, 2, 0, 5]
    assert [note[:7] for note in notes] == ["3 items", "'311' i"]


def test_names_of_a_kind(index: ItemIndex) -> None:
    assert index.all_named("Nirvana", "artist").tolist() == [0, 3, 4]
    assert index.all_named("Nirvana", "track").tolist() == []
    assert index.all_named("a2").tolist() == index.all_named(" ").tolist() == []


def test_many_are_found_at_once_and_the_first_unknown_one_is_named(index: ItemIndex) -> None:
    assert index.codes(["кино", "Sade", "a1"]).tolist() == [2, -1, 0]
    assert index.match_all(["кино", "a1"])[0].dtype == np.int32
    with pytest.raises(UnknownItemError, match="no item called 'Sade'"):
        index.match_all(["кино", "Sade", "Abba"])


def test_the_unknown_is_none_or_an_error_that_suggests(index: ItemIndex) -> None:
    assert index.code_or_none("sigor ros") is None
    with pytest.raises(UnknownItemError, match="did you mean: Sigur Rós") as error:
        index.match("sigor ros")
    assert error.value.suggestions[0] == "Sigur Rós"
    assert "no name in this model is close to it" in str(index.unknown_item_error("zzzzzzzz"))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Sigur Rós Hopelandic", "Sigur Rós"),  # the name is a part of the text
        ("Guns 4 and Roses", "Guns and Roses"),  # with other words between
        ("Nirvana Kult Guns and Roses", "Guns and Roses"),  # of several, that of most letters
        ("Victory Rose of Iceland", "Sigur Rós"),  # another spelling
        ("Sigur Rós (FI)", "Sigur Rós"),  # of a country that is not known
        ("nirvanaa", "Nirvana"),  # nearly the text
    ],
)
def test_names_that_are_a_part_of_the_text_are_suggested(index: ItemIndex, text: str, first: str) -> None:
    with pytest.raises(UnknownItemError) as error:
        index.match(text)
    assert error.value.suggestions[0] == first


def test_a_small_part_of_a_text_is_no_suggestion(index: ItemIndex) -> None:
    assert index.suggest("311 more ways to leave Reykjavik behind") == []


def test_a_note_says_that_another_spelling_has_far_more_listeners() -> None:
    note = "another spelling has far more listeners: NX Zero (90 listeners, US): id:a1"
    index = renamed(a1="NX Zero", a4="NXZero")
    assert index.match("nxzero").note == note
    assert index.match("NX Zero").note == index.match("id:a4").note == ""
    assert renamed(a2="NX Zero", a4="NXZero").match("nxzero").note == "", "40 are not ten times as many as 5"


def test_an_id_alone_is_no_name(index: ItemIndex) -> None:
    assert index.by_id("a1") == 0
    assert index.by_id("Nirvana") is None


def test_an_mbid_is_a_column_or_the_id_in_any_letter_case(index: ItemIndex) -> None:
    assert index.by_mbid("b9472588-93f3-4922-a1a2-74082cdf9ce8", "artist") == 3
    assert index.by_mbid(f" {MBID.upper()}", "artist") == 2
    assert index.by_mbid(MBID, "track") == 7
    assert index.by_mbid(MBID, "album") is None
    assert index.by_mbid(OLD, "artist") == 2, "one that it had before"


def test_an_alias_is_an_mbid_in_any_letter_case_and_other_texts_are_none() -> None:
    aliases = pl.DataFrame(
        {"item_id": ["a2"], "scheme": ["mbid"], "alias": [OTHER.upper()], "folded": [None]}
    )
    index = ItemIndex(ITEMS.with_columns(mbid=pl.lit("n/a")), aliases)
    assert index.by_mbid(OTHER, "artist") == 1
    assert [mbid for mbid in index.mbids if mbid] == [MBID], "an id that is one"
    assert not is_mbid(f"{OTHER}\n")


def test_names_are_searched_as_they_are_typed(index: ItemIndex) -> None:
    codes, matches = index.search("nirv", 2)
    assert codes.tolist() == [0, 3]
    assert (matches > 0.5).all()
    assert index.search("victory")[0].tolist() == [1]
    assert index.suggest("nirv", 1) == ["Nirvana"]


def test_a_prepared_index_folds_no_names_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    index = ItemIndex(ITEMS, ALIASES)
    index.prepare()
    monkeypatch.setattr("tigertail.lookup.item_index.fold_series", None)
    assert index.code_or_none("victory rose") == 1
    assert index.code_or_none("Guns N' Roses") == 8
    assert index.code_or_none("Sade") is None
    assert index.correct("Nobody Yed") == 5


@pytest.mark.parametrize("text", ["", "\ud800"])  # half a surrogate pair
def test_a_text_that_no_name_can_be_is_unknown(index: ItemIndex, text: str) -> None:
    assert index.code_or_none(text) is None
    assert index.codes([text, "a2"]).tolist() == [-1, 1]
    with pytest.raises(UnknownItemError):
        index.match(text)


def test_half_a_surrogate_pair_is_no_question_mark() -> None:
    items = ITEMS.with_columns(pl.lit("?").alias("name"), pl.lit("?").alias("folded"))
    index = ItemIndex(items.with_columns(pl.col("item_id").replace("a2", "?")))
    assert (index.by_id("?"), index.by_id("\ud800")) == (1, None)
    assert len(index.all_named("?")) == len(items)
    assert not len(index.all_named("\ud800"))
    assert index.code_or_none("\ud800") is None


@given(st.lists(st.text(max_size=8), min_size=1, max_size=8), st.text(max_size=8))
def test_a_prepared_index_gives_the_same_answers(names: list[str], text: str) -> None:
    ids = [f"a{code}" for code in range(len(names))]
    items = pl.DataFrame({"item_id": ids, "name": names, "listeners": range(len(names), 0, -1)})
    items = items.with_columns(fold_series(items["name"]).alias("folded"))
    cold, prepared = ItemIndex(items), ItemIndex(items)
    prepared.prepare()
    texts = [*ids, *names, text, text.upper()]
    codes = cold.codes(texts).tolist()
    assert prepared.codes(texts).tolist() == codes
    assert [cold.code_or_none(one) for one in texts] == [None if code < 0 else code for code in codes]


TRACKS = pl.DataFrame(
    [
        ("can", "Can", "artist", 60, None, None),
        ("v1", "Vitamin C", "track", 50, "can", "Can"),
        ("z1", "Zombie", "track", 40, "cranberries", "The Cranberries"),
        ("z2", "Zombie", "track", 30, "fela", "Fela Kuti"),
        ("b1", "Heroes - 2017 Remaster", "track", 20, "bowie", "David Bowie"),
        ("w1", "Totally Wired", "track", 10, "fall", "The Fall"),
        ("h1", "A-ha - Live", "track", 9, "j", "J - Axe"),
        ("m1", "A Minha Menina", "track", 8, "m", "Os Mutantes"),
        ("d1", "Zombie", "album", 7, "fela", "Fela Kuti"),
        ("g1", "Lanterns", "track", 6, None, "Mork & the Tide (feat. Finch)"),
        ("g2", "Lanterns", "track", 5, None, "Finchley"),
    ],
    ["item_id", "name", "kind", "listeners", "artist_id", "artist_name"],
    orient="row",
)
TRACK_ALIASES = pl.DataFrame(
    [
        ("can", "name", "The Can", "can"),
        ("can", "name", "Inner Space", "inner space"),
        ("w1", "name", "Wired", "wired"),
    ],
    ["item_id", "scheme", "alias", "folded"],
    orient="row",
)


@pytest.fixture(params=["cold", "prepared"])
def tracks(request: pytest.FixtureRequest) -> ItemIndex:
    index = ItemIndex(TRACKS.with_columns(fold_series(TRACKS["name"]).alias("folded")), TRACK_ALIASES)
    if request.param == "prepared":
        index.prepare()
    return index


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("Can - Vitamin C", "v1"),
        ("CAN \u2013 vitamin c", "v1"),  # any dash
        ("Can \u2014 Vitamin C", "v1"),
        ("Inner Space - Vitamin C", "v1"),  # the artist in another spelling
        ("Fela Kuti - Zombie", "z2"),  # not the best known of that title
        ("Cranberries, The - Zombie", "z1"),
        ("David Bowie - Heroes - 2017 Remaster", "b1"),  # a dash in the title
        ("j \u2013 axe - a-ha \u2013 live", "h1"),  # and in the artist's name
        ("The Fall - Wired", "w1"),  # the title in another spelling
        ("The Fall - Totally\u00a0Wired!", "w1"),
    ],
)
def test_a_track_is_found_by_artist_and_title(tracks: ItemIndex, text: str, item: str) -> None:
    match = tracks.match(text)
    assert TRACKS["item_id"][match.code] == item
    assert not match.note or item == "z2"


@pytest.mark.parametrize("artist", ["Finch", "Mork", "The Tide", "Mork and the Tide", "FINCH!"])
def test_a_track_is_found_by_any_artist_of_its_credit(tracks: ItemIndex, artist: str) -> None:
    match = tracks.match(f"{artist} - Lanterns")
    assert TRACKS["item_id"][match.code] == "g1"
    assert "Mork & the Tide (feat. Finch) - Lanterns is taken for it" in match.note
    assert tracks.all_named_by("Lanterns", artist).tolist() == [match.code]


@pytest.mark.parametrize("artist", ["Fin", "Mork and", "Tide Finch", "feat"])
def test_a_part_of_a_name_is_no_artist_of_a_credit(tracks: ItemIndex, artist: str) -> None:
    assert tracks.code_or_none(f"{artist} - Lanterns") is None


def test_a_track_and_an_album_of_one_artist_and_name(tracks: ItemIndex) -> None:
    match = tracks.match("Fela Kuti - Zombie")
    assert TRACKS["item_id"][match.code] == "z2"
    way = "Ask for another by kind (as 'Name (album)') or id: Fela Kuti - Zombie (7 listeners): id:d1"
    assert match.note.endswith(way)
    for text in ("Zombie (album)", "Fela Kuti - Zombie (album)", "fela kuti \u2013 zombie (Album)"):
        assert TRACKS["item_id"][tracks.match(text).code] == "d1"
    assert TRACKS["item_id"][tracks.match("Fela Kuti - Zombie (track)").code] == "z2"
    assert tracks.match_or_none("Can - Zombie (album)") is None
    assert tracks.match_or_none("Can - Vitamin C (album)") is None
    assert tracks.all_named_by("zombie", "fela kuti", "album").tolist() == [8]


def test_a_title_alone_is_the_best_known_and_the_note_names_the_artists(tracks: ItemIndex) -> None:
    match = tracks.match("Zombie")
    assert TRACKS["item_id"][match.code] == "z1"
    assert "by artist (as 'Artist - Name'), kind (as 'Name (album)') or id: Fela Kuti - Zombie" in match.note


def tracks_with(column: str, **values: str) -> ItemIndex:
    """The tracks with other values of a column, by their ids."""
    value = pl.col("item_id").replace_strict(values, default=pl.col(column)).alias(column)
    items = TRACKS.with_columns(value)
    return ItemIndex(items.with_columns(fold_series(items["name"]).alias("folded")))


def test_the_kind_that_a_note_names_leads_there_past_a_better_known_title() -> None:
    index = tracks_with("kind", z1="album")
    assert "kind (as 'Name (album)') or id: Fela Kuti - Zombie" in index.match("Fela Kuti - Zombie").note
    assert TRACKS["item_id"][index.match("Zombie (album)").code] == "z1"
    assert TRACKS["item_id"][index.match("Fela Kuti - Zombie (album)").code] == "d1"


def test_a_title_that_has_the_brackets_comes_first() -> None:
    index = tracks_with("name", z2="Zombie (album)")
    assert TRACKS["item_id"][index.match("Fela Kuti - Zombie (album)").code] == "z2"


def test_a_note_names_no_artist_whose_name_folds_to_that_of_the_one_taken() -> None:
    """Asked for by artist, the better known of both would come again."""
    index = tracks_with("artist_name", z2="the cranberries", d1="The Cranberries!")
    note = index.match("Zombie").note
    assert index.match("the cranberries - Zombie").note.partition("; ")[2] == note.partition("; ")[2]
    assert "Ask for another by kind (as 'Name (album)') or id: the cranberries - Zombie" in note


def test_loosely_spelled_artists_and_titles_are_found_with_a_note(tracks: ItemIndex) -> None:
    for text in ("OsMutantes - A Minha Menina", "Os Mutantes - AMinhaMenina"):
        match = tracks.match(text)
        assert TRACKS["item_id"][match.code] == "m1"
        assert match.note == f"no item is spelled '{text}'; Os Mutantes - A Minha Menina is taken for it"


@pytest.mark.parametrize("text", ["The Fall - Zombie", "Nobody - Vitamin C", " - "])
def test_a_title_of_another_artist_is_not_taken(tracks: ItemIndex, text: str) -> None:
    assert tracks.match_or_none(text) is None


def test_close_names_come_with_their_artists(tracks: ItemIndex) -> None:
    assert "Can - Vitamin C" in tracks.suggest("Vitamine C")


def test_whose_tracks_are_an_artists(tracks: ItemIndex) -> None:
    assert np.flatnonzero(tracks.mask_of_artist("fela  KUTI")).tolist() == [3, 8]
    assert np.flatnonzero(tracks.mask_of_artist("Inner Space")).tolist() == [1]
    assert not tracks.mask_of_artist("Nobody").any()

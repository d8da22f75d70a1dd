from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigertail.dataset.folding import fold_series
from tigertail.errors import UnknownItemError
from tigertail.retrieval.item_index import ItemIndex

MBID = "a74b1b7f-71a5-4011-9441-d0b5e4122711"
ITEMS = pl.DataFrame(
    [
        ("a1", "Nirvana", "nirvana", "artist", 90, None),
        ("a2", "Sigur Rós", "sigur ros", "artist", 40, None),
        (MBID, "Кино", "кино", "artist", 30, None),
        ("a4", "Nirvana", "nirvana", "artist", 5, "B9472588-93F3-4922-A1A2-74082CDF9CE8"),
        ("Kult", "Nobody Yet", "nobody yet", "artist", 2, None),
        ("t1", "Kult", "kult", "track", 1, MBID),
    ],
    ["item_id", "name", "folded", "kind", "listeners", "mbid"],
    orient="row",
)


@pytest.fixture(params=["cold", "prepared"])
def index(request: pytest.FixtureRequest) -> ItemIndex:
    """An index for one look-up, and one for many: they answer alike."""
    index = ItemIndex(ITEMS)
    if request.param == "prepared":
        index.prepare()
    return index


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a2", 1),  # an id
        ("Sigur Rós", 1),  # a name
        ("sigur ros", 1),  # whatever its accents and case
        ("КИНО", 2),  # in any script
        ("nirvana", 0),  # of several of one name the one with most listeners
        ("a4", 3),  # or the one that its id names
        ("Kult", 4),  # an id comes before a name
        ("kult", 5),
    ],
)
def test_an_item_is_found_by_id_or_name(index: ItemIndex, text: str, code: int) -> None:
    assert index.find(text) == code
    assert index.codes([text]).tolist() == [code]


def test_many_are_found_at_once_and_the_first_unknown_one_is_named(index: ItemIndex) -> None:
    assert index.codes(["кино", "Sade", "a1"]).tolist() == [2, -1, 0]
    assert index.find_all(["кино", "a1"]).dtype == np.int32
    with pytest.raises(UnknownItemError, match="no item called 'Sade'"):
        index.find_all(["кино", "Sade", "Abba"])


def test_the_unknown_is_none_or_an_error_that_suggests(index: ItemIndex) -> None:
    assert index.code("sigor ros") is None
    with pytest.raises(UnknownItemError, match="did you mean: Sigur Rós") as error:
        index.find("sigor ros")
    assert error.value.suggestions[0] == "Sigur Rós"
    assert "no name in this model is close to it" in str(index.unknown("zzzzzzzz"))


def test_an_id_alone_is_no_name(index: ItemIndex) -> None:
    assert index.by_id("a1") == 0
    assert index.by_id("nirvana") is None


def test_an_mbid_is_a_column_or_the_id_in_any_letter_case(index: ItemIndex) -> None:
    assert index.by_mbid("b9472588-93f3-4922-a1a2-74082cdf9ce8", "artist") == 3
    assert index.by_mbid(f" {MBID.upper()}", "artist") == 2
    assert index.by_mbid(MBID, "track") == 5
    assert index.by_mbid(MBID, "album") is None


def test_names_are_searched_as_they_are_typed(index: ItemIndex) -> None:
    codes, matches = index.search("nirv", 2)
    assert codes.tolist() == [0, 3]
    assert (matches > 0.5).all()
    assert index.suggest("nirv", 1) == ["Nirvana"]


@pytest.mark.parametrize("text", ["", "\ud800"])  # half a surrogate pair
def test_a_text_that_no_name_can_be_is_unknown(index: ItemIndex, text: str) -> None:
    assert index.code(text) is None
    assert index.codes([text, "a2"]).tolist() == [-1, 1]
    with pytest.raises(UnknownItemError):
        index.find(text)


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
    assert [cold.code(one) for one in texts] == [None if code < 0 else code for code in codes]

"""Which items have a spelling: exactly folded, loosely folded, of a further name."""

from __future__ import annotations

import polars as pl
import pytest

from tigertail.dataset.folding import fold, fold_loosely
from tigertail.lookup.spellings import Spellings

NAMES = ["The Knife", "Sigur Rós", "Кино", "Kino"]
ITEMS = pl.DataFrame({"name": NAMES, "folded": [fold(name) for name in NAMES]})
FURTHER = pl.DataFrame(
    {"code": [1, 2], "alias": ["Victory Rose", "Kino"], "folded": ["victory rose", "kino"]},
    {"code": pl.Int32, "alias": pl.String, "folded": pl.String},
)


@pytest.fixture(params=["searched", "indexed"])
def spellings(request: pytest.FixtureRequest) -> Spellings:
    made = Spellings(ITEMS, FURTHER)
    if request.param == "indexed":
        made.prepare()
    return made


def test_own_and_further_names_are_found_in_the_order_of_the_codes(spellings: Spellings) -> None:
    assert spellings.items_with("folded", "kino").tolist() == [2, 3]
    assert spellings.items_with("folded", "victory rose").tolist() == [1]
    assert spellings.items_with("folded", "sigur").tolist() == []


def test_of_several_spellings_an_item_is_found_once_and_the_most_popular_first() -> None:
    items = pl.DataFrame({"name": ["Kino Band", "Kino"], "folded": ["kino band", "kino"]})
    further = pl.DataFrame([(0, "Kino", "kino"), (1, "KINO", "kino")], FURTHER.schema, orient="row")
    found = Spellings(items, further).items_with_any(["kino", "kino band", "abba"])
    assert found == {"kino": [0, 1], "kino band": [0]}


def test_loosely_folded_names_are_found_too(spellings: Spellings) -> None:
    assert 1 in spellings.items_with("loose", fold_loosely("Sigur-Ros")).tolist()


def test_an_item_has_its_name_the_article_and_its_further_names(spellings: Spellings) -> None:
    assert spellings.of_item(0)[1:] == [f"the {spellings.of_item(0)[0]}"]
    assert spellings.of_item(2)[1:] == ["kino"]


def test_the_article_may_be_of_a_further_name_or_come_last() -> None:
    names = ["Beatles", "Band, The"]
    items = pl.DataFrame({"name": names, "folded": [fold(name) for name in names]})
    aliases = [(0, "The Fab Four"), (0, "The Beatles"), (0, "beatles")]
    further = pl.DataFrame(
        [(code, alias, fold(alias)) for code, alias in aliases], FURTHER.schema, orient="row"
    )
    spellings = Spellings(items, further)
    assert spellings.of_item(0) == ["beatles", "fab four", "the fab four", "the beatles"]
    assert spellings.of_item(1) == ["band", "the band"]


def test_words_are_those_of_all_names(spellings: Spellings) -> None:
    assert spellings.is_word("victory")
    assert not spellings.is_word("vict")

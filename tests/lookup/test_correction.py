"""What is a typing error, and what a name that nobody here has."""

from __future__ import annotations

import polars as pl
import pytest

from tigertail.dataset.folding import fold, fold_series
from tigertail.lookup.correction import FEATURES, features
from tigertail.lookup.item_index import ItemIndex

HEARD = {
    "Madonna": 900,
    "Britney Spears": 800,
    "The Beatles": 700,
    "Doris Day": 60,
    "Dean Martin": 50,
    "Jan Garbarek": 40,
    "London Philharmonic Orchestra": 30,
    "Miley Cyrus": 300,
    "Moby": 250,
    "Godspeed You! Black Emperor": 20,
    "Einstürzende Neubauten": 10,
    "Ленинград": 15,
    "Little Walter": 5,
    "Water": 2,
    "Scorpions": 9,
}
NAMES = list(HEARD)


@pytest.fixture(scope="module")
def index() -> ItemIndex:
    items = pl.DataFrame({"item_id": NAMES, "name": NAMES, "listeners": list(HEARD.values())})
    items = items.with_columns(fold_series(items["name"]).alias("folded"))
    return ItemIndex(items)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("madona", "Madonna"),
        ("Maddonna", "Madonna"),
        ("Britney Speers", "Britney Spears"),
        ("Birtney Spears", "Britney Spears"),
        ("Thr Beatles", "The Beatles"),
        ("The Beatels", "The Beatles"),
        ("Einsturzende Neubaten", "Einstürzende Neubauten"),
        ("Godspeed You Balck Emperor", "Godspeed You! Black Emperor"),
        ("Ленинрад", "Ленинград"),
    ],
)
def test_typing_errors_are_corrected(index: ItemIndex, typed: str, name: str) -> None:
    assert index.code_or_none(typed) is None
    assert index.correct(typed) == NAMES.index(name)


@pytest.mark.parametrize(
    "typed",
    [
        "Morris Day",  # two letters
        "Jan Martin",  # another first name
        "Munich Philharmonic Orchestra",
        "Noah Cyrus",
        "Mory",  # too short to tell
        "Little Water",  # another word
        "Scorpion",
        "Metallica",
        "",
    ],
)
def test_other_names_are_left_alone(index: ItemIndex, typed: str) -> None:
    assert index.correct(typed) is None


def test_only_what_is_allowed_is_meant(index: ItemIndex) -> None:
    allowed = (pl.Series(NAMES) != "Madonna").to_numpy()
    assert index.correct("madona", allowed) is None


def test_spellings_that_are_known_besides_are_corrected_to(index: ItemIndex) -> None:
    items = pl.DataFrame({"item_id": ["p"], "name": ["Prince"], "folded": ["prince"], "listeners": [9]})
    more = pl.DataFrame(
        {"item_id": ["p"], "scheme": ["name"], "alias": ["Love Symbol"], "folded": ["love symbol"]}
    )
    assert ItemIndex(items, more).correct("Love Symbl") == 0


@pytest.mark.parametrize(
    ("typed", "name", "told"),
    [
        ("madona", "madonna", {"double"}),
        ("nadonna", "madonna", {"first"}),
        ("madonnas", "madonna", {"last", "plural"}),
        ("rossling", "rosling", {"double"}),
        ("madonan", "madonna", {"last", "swapped"}),
        ("madunna", "madonna", {"vowel"}),
        ("mad onna x", "madonna", {"last", "spaces"}),
        ("blink 182", "blink 183", {"last", "digit"}),
        ("miley day", "miley dry", {"word"}),
        ("day day", "day dray", {"word"}),
    ],
)
def test_what_speaks_for_and_against_a_typing_error(typed: str, name: str, told: set[str]) -> None:
    found = features(fold(typed), fold(name), 7, {"day", "mad", "onna"}.__contains__)
    assert found is not None
    assert {feature for feature, value in list(zip(FEATURES, found, strict=True))[3:] if value} == told
    assert found[2] == 3  # of 1 + 7 listeners, log2


def test_the_word_that_has_the_error_is_found_where_a_word_comes_twice() -> None:
    twice = features("talk tolk", "talk talk", 7, {"day"}.__contains__)
    assert twice == features("walk tolk", "walk talk", 7, {"day"}.__contains__)


@pytest.mark.parametrize(("typed", "name"), [("madonna", "madonna"), ("mdaona", "madonna"), ("mobi", "moby")])
def test_what_is_no_single_error_in_a_long_name_is_none(typed: str, name: str) -> None:
    assert features(typed, name, 7, {"day"}.__contains__) is None

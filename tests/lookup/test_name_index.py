"""Search as you type."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigertail.dataset.folding import fold
from tigertail.lookup.name_index import NameIndex
from tigertail.lookup.name_similarity import closeness

HEARD = {
    "The Beatles": 900,
    "Beat Happening": 3,
    "Beck": 400,
    "B": 1,
    "The Cure": 500,
    "Jah Cure": 2,
    "Michael Jackson": 700,
    "Muse": 600,
    "Mouse on Mars": 20,
    "AC/DC": 450,
    "Pink Floyd": 650,
    "Queens of the Stone Age": 300,
    "Nirvana": 800,
    "Nirvanna": 1,
    "Sigur Rós": 350,
    "Will.I.Am": 80,
    "The-Dream": 60,
    "Кино": 200,
    "Каста": 30,
    "東京事変": 40,
    "椎名林檎": 90,
    "فيروز": 70,
    "คาราบาว": 10,
    "!!!": 5,
}
NAMES = list(HEARD)


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(NAMES, np.array(list(HEARD.values())))


def found(index: NameIndex, text: str, n: int = 10) -> list[str]:
    return [NAMES[code] for code in index.search(text, n)[0]]


@pytest.mark.parametrize("name", NAMES)
def test_every_beginning_of_a_name_finds_it(index: NameIndex, name: str) -> None:
    for length in range(1, len(name) + 1):
        assert name in found(index, name[:length], len(NAMES)), name[:length]
    assert found(index, name)[0] == name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("beetles", "The Beatles"),
        ("baetl", "The Beatles"),
        ("muze", "Muse"),
        ("msue", "Muse"),
        ("kuse", "Muse"),
        ("nuse", "Muse"),
        ("mus", "Muse"),
        ("metallic jackson", "Michael Jackson"),
        ("micheal jakson", "Michael Jackson"),
        ("pnik fl", "Pink Floyd"),
        ("sigru ros", "Sigur Rós"),
        ("кину", "Кино"),
        ("икно", "Кино"),
        ("فيرور", "فيروز"),
        ("คาราเบาว", "คาราบาว"),
    ],
)
def test_mistakes_are_forgiven(index: NameIndex, typed: str, meant: str) -> None:
    assert found(index, typed)[0] == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("beatles the", "The Beatles"),
        ("Beatles, The", "The Beatles"),
        ("jackson michael", "Michael Jackson"),
        ("jackson mi", "Michael Jackson"),
        ("age of stone qu", "Queens of the Stone Age"),
        ("floyd", "Pink Floyd"),
        ("flo", "Pink Floyd"),
        ("pinkfloyd", "Pink Floyd"),
        ("be atles", "The Beatles"),
        ("acdc", "AC/DC"),
        ("ac dc", "AC/DC"),
        ("事変", "東京事変"),
        ("林", "椎名林檎"),
        ("SIGUR ROS", "Sigur Rós"),
        ("the", "The Beatles"),
    ],
)
def test_words_may_come_in_any_order_and_with_other_spaces(index: NameIndex, typed: str, meant: str) -> None:
    assert found(index, typed)[0] == meant


def test_how_well_a_name_answers_decides(index: NameIndex) -> None:
    assert found(index, "nirvanna")[:2] == ["Nirvanna", "Nirvana"]  # the very name, though of one listener
    assert found(index, "cure")[:2] == ["The Cure", "Jah Cure"]
    _, match = index.search("nirvanna", 2)
    assert match.tolist() == pytest.approx([1.0, 0.99 * (1 - 1 / 8)])


def test_a_name_that_ends_in_the_is_that_very_name() -> None:
    names = ["What the...", "Whatever", "Beatles"]
    index = NameIndex(names, np.array([2, 9, 5]))
    codes, match = index.search("what the...")
    assert (names[codes[0]], match[0]) == ("What the...", 1)
    assert index.search("beatles the")[0].tolist() == [2], "also an article that no name has"


def test_listeners_settle_ties(index: NameIndex) -> None:
    assert found(index, "b", 4) == ["B", "The Beatles", "Beck", "Beat Happening"]
    _, match = index.search("b", 4)
    assert match.tolist() == pytest.approx([1.0, 0.95, 0.95, 0.95])


def test_codes_are_those_of_the_names_given_in_whatever_order() -> None:
    index = NameIndex(["Tail", "Taila", "Tailor"], np.array([1, 2, 3]))
    codes, _ = index.search("tai")
    assert codes.tolist() == [2, 1, 0]
    assert codes.dtype == np.int32


def test_nonsense_finds_nothing(index: NameIndex) -> None:
    for text in ("xqzvw", "ж", "\ud800", "🎷"):
        assert found(index, text) == []


def test_blank_text_is_answered_by_those_most_heard(index: NameIndex) -> None:
    assert found(index, " ", 3) == ["The Beatles", "Nirvana", "Michael Jackson"]


def test_other_scripts_are_found_by_latin_letters_too() -> None:
    names = ["Кино", "Kino", "Каста", "עומר"]
    index = NameIndex(names, np.array([9, 1, 5, 2]))
    codes, match = index.search("kino")
    assert [names[code] for code in codes] == ["Kino", "Кино"]  # the very name first
    assert match.tolist() == pytest.approx([1, 0.98])
    assert index.search("kasat")[0].tolist() == [2]
    assert index.search("кино")[0].tolist() == [0]


@pytest.mark.parametrize(
    ("typed", "meant", "match"),
    [
        ("すぴっつ", "スピッツ", 1),
        ("すぴ", "スピッツ", 0.95),
        ("イキモノガカリ", "いきものがかり", 1),
        ("宇多田ひかる", "宇多田ヒカル", 1),
        ("supittsu", "スピッツ", 0.98),
        ("ikimono", "いきものがかり", 0.98 * 0.95),
    ],
)
def test_hiragana_and_katakana_are_one(typed: str, meant: str, match: float) -> None:
    names = ["スピッツ", "いきものがかり", "宇多田ヒカル"]
    codes, matches = NameIndex(names, np.array([3, 2, 1])).search(typed)
    assert [names[code] for code in codes] == [meant]
    assert matches.tolist() == pytest.approx([match])


def test_only_what_is_allowed_is_returned(index: NameIndex) -> None:
    allowed = np.array([name != "The Beatles" for name in NAMES])
    codes, _ = index.search("beat", allowed=allowed)
    assert [NAMES[code] for code in codes] == ["Beat Happening"]
    codes, _ = index.search("", 1, allowed=allowed)
    assert [NAMES[code] for code in codes] == ["Nirvana"]


def test_further_spellings_find_the_item_once() -> None:
    names = ["The Cure", "Prince", "Кино"]
    further = (
        np.array([1, 1, 2]),
        pl.Series(["artist formerly known as prince", "princess", "leningrad rock"]),
    )
    index = NameIndex(names, np.array([1, 9, 5]), None, further)
    assert index.search("formerly known")[0].tolist() == [1]
    assert index.search("prince")[0].tolist() == [1]
    assert index.search("leningrad")[0].tolist() == [2]
    assert index.search("kino")[0][0] == 2


def test_no_names_at_all() -> None:
    index = NameIndex([], np.array([], np.int64))
    assert index.search("a")[0].tolist() == index.search("")[0].tolist() == []


def test_names_may_be_folded_already() -> None:
    names = pl.Series(["The Cure", "Beyoncé"])
    index = NameIndex(names, np.array([1, 2]), pl.Series(["cure", "beyonce"]))
    assert index.search("beyonce")[0].tolist() == [1]
    assert index.search("the cu")[0].tolist() == [0]


def test_very_long_names_and_queries_are_cut(index: NameIndex) -> None:
    long = "a very long name " * 40
    with_long = NameIndex([*NAMES, long], np.ones(len(NAMES) + 1))
    assert with_long.search(long)[0].tolist() == [len(NAMES)]
    assert found(index, "x" * 100_000) == []


@given(st.lists(st.text(max_size=12), max_size=8), st.text(max_size=12))
def test_any_text_is_answered(names: list[str], text: str) -> None:
    index = NameIndex(names, np.arange(len(names)))
    codes, match = index.search(text, len(names))
    assert len(set(codes.tolist())) == len(codes) <= len(names)
    assert (np.diff(match) <= 0).all()
    assert ((match > 0) & (match <= 1)).all()
    for name in names:
        if fold(name):
            codes, match = index.search(name, len(names))
            assert match[0] == 1
            assert name in [names[code] for code in codes]


def test_a_long_name_in_letters_that_are_rare_is_found() -> None:
    letters = [chr(0x4E00 + place) for place in range(100)]
    names = ["".join(letters[:40]) + str(number) for number in range(400)] + ["".join(letters)]
    index = NameIndex(names, np.arange(len(names))[::-1])
    assert index.search(names[-1], 1)[0].tolist() == [400]


def test_a_beginning_may_lack_two_letters() -> None:
    assert closeness("metllca", ["metallicathon", "metronome"]).round(2).tolist() == [0.68, 0]

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigertail.dataset.folding import fold, fold_series


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("The Beatles", "beatles"),
        ("Sigur Rós", "sigur ros"),
        ("Beyoncé", "BEYONCE"),
        ("Simon & Garfunkel", "Simon and Garfunkel"),
        ("AC/DC", "ac dc"),
        ("Jay-Z", "Jay Z"),
        ("M.I.A.", "MIA"),
        ("R.Kelly", "R. Kelly"),
        ("Guns N' Roses", "guns n’ roses"),
        ("  two   words ", "two words"),
        ("ＲＥＤ", "Red"),
        ("MØ", "mo"),
        ("Straße", "strasse"),
        ("КИНО", "Кино"),
        ("방탄소년단", "방탄소년단"),
    ],
)
def test_spellings_of_one_name_fold_alike(left: str, right: str) -> None:
    assert fold(left) == fold(right)


@pytest.mark.parametrize(
    "name", ["東京事変", "فيروز", "방탄소년단", "हिन्दी", "がぎぐ", "цой", "ไทย", "עברית"]
)
def test_other_scripts_survive_letter_for_letter(name: str) -> None:
    assert fold(name) == name


@pytest.mark.parametrize(
    ("left", "right"),
    [("Цой", "Цои"), ("が", "か"), ("कि", "क"), ("will.i.am", "William"), ("!!!", "!"), ("Кино", "Кина")],
)
def test_different_names_stay_different(left: str, right: str) -> None:
    assert fold(left) != fold(right)


@pytest.mark.parametrize("name", ["!!!", "!", "+/-", "...", ":(", "♥"])
def test_a_name_of_signs_keeps_them(name: str) -> None:
    assert fold(name) == name


@pytest.mark.parametrize("name", ["The", "The The", "the the the"])
def test_the_alone_does_not_vanish(name: str) -> None:
    assert fold(name) == "the"


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text())
def test_only_blank_text_folds_to_nothing(name: str) -> None:
    assert bool(fold(name)) == bool(name.strip())


@given(st.text(alphabet="abcTHEthe .&-'!éØ", max_size=12))
def test_folding_twice_changes_nothing_in_likely_names(name: str) -> None:
    assert fold(fold(name)) == fold(name)


def test_columns_fold_like_single_names() -> None:
    names = pl.Series(["The Cure", None, "The Cure", "Кино"])
    assert fold_series(names).to_list() == ["cure", None, "cure", "кино"]

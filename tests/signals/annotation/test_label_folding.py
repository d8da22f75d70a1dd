from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.signals.annotation.label_folding import label_keys, shorter_forms, spelling


@pytest.mark.parametrize(
    "spellings",
    [
        ["hip hop", "Hip-Hop", "hiphop", "HIP_HOP", " hip  hop "],
        ["R&B", "rnb", "R and B", "r'n'b", "R 'n' B"],
        ["Rock and Roll", "rock n roll", "rock'n'roll", "rock & roll"],
        ["Chanson Française", "chanson francaise"],
        ["русский рок", "Русский Рок"],
    ],
)
def test_spellings_of_one_label_share_a_key(spellings: list[str]) -> None:
    assert label_keys(pl.Series(spellings)).n_unique() == 1


def test_different_labels_keep_different_keys() -> None:
    labels = pl.Series(["post-punk", "punk", "80s", "90s", "рок", "rock", "!!!"])
    assert label_keys(labels).n_unique() == len(labels)


def test_blank_labels_have_no_key() -> None:
    assert label_keys(pl.Series(["  ", None, "", "rock"])).to_list() == [None, None, None, "rock"]


def test_a_table_joins_languages(tmp_path: Path) -> None:
    table = tmp_path / "variants.csv"
    table.write_text("variant,label\nElectronique,electronic\nElektronik,electronique\n", "utf-8")
    keys = label_keys(pl.Series(["Électronique", "ELEKTRONIK", "electronic", "rock"]), table)
    assert keys.to_list() == ["electronic", "electronic", "electronic", "rock"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("from,to\na,b\n", "lacks the column variant, label"),
        ("variant,label\na,b\n,c\n", "line 3: an empty label"),
        (None, "no such file"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, text: str | None, says: str) -> None:
    table = tmp_path / "variants.csv"
    if text is not None:
        table.write_text(text, "utf-8")
    with pytest.raises(DataError, match=says):
        label_keys(pl.Series(["a"]), table)


def cells(**items_of: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(item, key) for key, items in items_of.items() for item in items], ["item", "key"], orient="row"
    )


def test_a_plural_joins_its_singular_where_both_are_said_of_the_same_items() -> None:
    found = shorter_forms(
        cells(vocalist=[1, 2, 3], vocalists=[3, 4], blue=[5], blues=[6, 7], bass=[1], bas=[1])
    )
    assert found == {"vocalists": "vocalist"}


def test_a_kind_of_music_is_that_kind() -> None:
    found = shorter_forms(cells(rock=[1, 2, 3], rockmusic=[2, 3], world=[4], worldmusic=[5, 6], music=[1]))
    assert found == {"rockmusic": "rock"}


def test_the_most_used_spelling_is_shown() -> None:
    rows = pl.DataFrame(
        {
            "facet": "tag",
            "key": ["hiphop"] * 4 + ["idm"] * 2,
            "label": ["hiphop", "Hip-Hop", "Hip-Hop", "hip hop", "idm", "IDM"],
        }
    )
    assert spelling(rows)["label"].to_list() == ["Hip-Hop", "IDM"]

from __future__ import annotations

import polars as pl
import pytest

from tigertail.signals.annotation.label_folding import canonical_forms, label_keys, spelling


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


def cells(**items_of: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(item, key) for key, items in items_of.items() for item in items], ["item", "key"], orient="row"
    )


def test_a_plural_joins_its_singular_where_both_are_said_of_the_same_items() -> None:
    found = canonical_forms(
        cells(vocalist=[1, 2, 3], vocalists=[3, 4], blue=[5], blues=[6, 7], bass=[1], bas=[1])
    )
    assert found == {"vocalists": "vocalist"}


def test_a_kind_of_music_is_that_kind() -> None:
    found = canonical_forms(cells(rock=[1, 2, 3], rockmusic=[2, 3], world=[4], worldmusic=[5, 6], music=[1]))
    assert found == {"rockmusic": "rock"}


def test_two_endings_that_change_nothing_lead_to_one_form() -> None:
    beats = cells(beat=[1, 2], beats=[1, 2, 3], beatsmusic=[2, 3])
    assert canonical_forms(beats) == {"beats": "beat", "beatsmusic": "beat"}
    assert canonical_forms(beats, settled=["beats"]) == {"beatsmusic": "beats"}


def test_the_most_used_spelling_is_shown() -> None:
    rows = pl.DataFrame(
        {
            "facet": "tag",
            "key": ["hiphop"] * 4 + ["idm"] * 2,
            "label": ["hiphop", "Hip-Hop", "Hip-Hop", "hip hop", "idm", "IDM"],
        }
    )
    assert spelling(rows)["label"].to_list() == ["Hip-Hop", "IDM"]

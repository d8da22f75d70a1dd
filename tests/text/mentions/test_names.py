from collections.abc import Callable

import polars as pl
import pytest

from tigertail.text.mentions.names import Names, Shape
from tigertail.text.mentions.tokens import Words

Cut = Callable[[str], Words]


def found(names: Names, words: Words) -> list[str]:
    return [names.items["name"][code] for code in names.find(words).names.tolist()]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Saw SIGUR ROS live", "Sigur Rós"),
        ("by Guns N’ Roses.", "Guns N' Roses"),
        ("a fan of AC/DC's riffs", "AC/DC"),
        ("Simon and Garfunkel", "Simon & Garfunkel"),
        ("группа Кино играла", "Кино"),
        ("椎名林檎は東京事変を結成", "東京事変"),
        ("今日はミドリを聴く", "ミドリ"),
        ("어제 방탄소년단은 서울에서", "방탄소년단"),
        ("غنت فيروز في بيروت", "فيروز"),
    ],
)
def test_names_are_found_in_every_script_and_spelling(text: str, name: str, names: Names, words: Cut) -> None:
    assert found(names, words(text)) == [name]


@pytest.mark.parametrize(
    "text", ["Kentucky", "Airplane", "ミドリムシ", "киноплёнка", "아방탄소년단", "wow !!!"]
)
def test_parts_of_words_are_no_names(text: str, names: Names, words: Cut) -> None:
    assert found(names, words(text)) == []


def test_the_longer_name_wins_and_neighbours_do_not_hide_each_other(names: Names, words: Cut) -> None:
    assert found(names, words("Bob Dylan Kent Love Dylan")) == ["Bob Dylan", "Kent", "Love", "Dylan"]


def test_a_name_of_several_items_is_nobodys(words: Cut) -> None:
    twins = pl.DataFrame({"item_id": ["a", "b", "c"], "name": ["Nirvana", "nirvana", "Sade"]})
    assert found(Names(twins), words("Nirvana and Sade")) == ["Sade"]


def test_shapes_and_parts(names: Names) -> None:
    assert [names.shapes[names.code_of[name]] for name in ("kent", "who", "ac dc")] == [
        Shape.WORD,
        Shape.THE_WORD,
        Shape.LONGER,
    ]
    assert names.ends_with[names.code_of["bob dylan"]] == names.code_of["dylan"]


def test_a_catalogue_without_a_name_finds_nothing(words: Cut) -> None:
    nobody = Names(pl.DataFrame({"item_id": ["a"], "name": ["!!!"]}))
    assert found(nobody, words("Kent")) == []

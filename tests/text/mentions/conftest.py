"""A small catalogue full of traps, and texts read with it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from tigertail.text.mentions.candidates import Spans, candidates
from tigertail.text.mentions.names import Names
from tigertail.text.mentions.tokens import Reader, Words

CATALOGUE = [
    "Love",
    "Yes",
    "The Who",
    "Kent",
    "Air",
    "AC/DC",
    "Guns N' Roses",
    "Sigur Rós",
    "Bob Dylan",
    "Dylan",
    "Simon & Garfunkel",
    "!!!",
    "Кино",
    "東京事変",
    "ミドリ",
    "방탄소년단",
    "فيروز",
    "Earth, Wind & Fire",
    "311",
]


@pytest.fixture(scope="session")
def items() -> pl.DataFrame:
    return pl.DataFrame({"item_id": [f"i{n:02}" for n in range(len(CATALOGUE))], "name": CATALOGUE})


@pytest.fixture(scope="session")
def names(items: pl.DataFrame) -> Names:
    return Names(items)


@pytest.fixture(scope="session")
def words() -> Callable[[str], Words]:
    return Reader().words


NOTHING = Spans(np.empty(0, np.int64), np.empty(0, np.int64))


@pytest.fixture
def find(names: Names, words: Callable[[str], Words]) -> Callable[[str], pl.DataFrame]:
    """Find the candidates of a text: their features, the name meant, and how it is written."""

    def found(text: str) -> pl.DataFrame:
        frame = candidates(0, words(text), names, NOTHING)
        surface = [text[begin:end] for begin, end in frame.select("begin", "end").iter_rows()]
        return frame.with_columns(
            names.items["name"].gather(frame["name"]).alias("shown"), pl.Series("surface", surface, pl.String)
        )

    return found

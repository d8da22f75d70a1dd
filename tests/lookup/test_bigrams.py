"""Which texts share most letters with a query."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tigertail.lookup import bigrams
from tigertail.lookup.bigrams import BigramIndex


def closest(texts: list[str], query: str, n: int = 1) -> list[int]:
    return BigramIndex.of(pl.Series(texts)).closest(query, n).tolist()


def test_what_begins_like_the_query_and_what_is_like_all_of_it() -> None:
    assert closest(["queens of the stone age", "queen", "kino"], "queen") == [0, 1]
    assert closest(["kino", "can"], "xyz") == closest([], "kino") == []


def test_of_equal_texts_the_first_is_taken() -> None:
    """However many there are, and though others that begin so come before them."""
    longer = [f"intro {number}" for number in range(20)]
    assert closest([*longer, *["intro"] * 1000], "intro", 2) == [0, 1, 20, 21]


def test_letters_that_no_text_has_count_as_letters_of_the_query() -> None:
    # The query has 11 bigrams: "acbd" has 4 of them and 9 in all, so 8 / 20; "ac" has 3 and 5 in all, so 6 / 16.
    assert closest(["acbd", "ac"], "acxyb") == [0]


def test_a_bigram_of_two_words_of_the_query_counts_once() -> None:
    # "ro" has " r" and "r " of the query, "ta" has " a" and "a ": as many. The first ranking leaves "r " out.
    assert closest(["ro", "ta"], "la ra") == [0, 1]


def test_many_texts_are_indexed_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series(["beatles the", "beck", "cure the", "кино", "東京事変", "muse", "mouse on mars"])
    whole = BigramIndex.of(texts)
    monkeypatch.setattr(bigrams, "_BLOCK", 3)
    blocks = BigramIndex.of(texts)
    for field in ("alphabet", "keys", "starts", "rows", "sizes"):
        np.testing.assert_array_equal(getattr(whole, field), getattr(blocks, field))

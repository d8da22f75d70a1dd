from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from tigertail.text.mentions.candidates import SCHEMA, Spans, candidates
from tigertail.text.mentions.names import Names
from tigertail.text.mentions.tokens import Words

Find = Callable[[str], pl.DataFrame]


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("all you need is love", "lowercase"),
        ("we saw Kent play", "exact"),
        ("Kent played", "starts_sentence"),
        ("She said no. Kent played", "starts_sentence"),
        ("Clark Kent flew", "left_capital"),
        ("a Kent State student", "right_capital"),
        ('the song "Love" by', "is_work"),
        ("we saw The Who play", "after_the"),
        ("Kent's singer", "possessive"),
        ("the Swedish band Kent", "role_cue"),
        ("touring with Kent", "introduced"),
        ("the album Kent", "work_word"),
        ("Kent recorded it", "verb_cue"),
        ("like Love, Yes and others", "in_list"),
        ("the KENT show", "all_capitals"),
        ("the Kent-based group", "part_of_word"),
    ],
)
def test_what_speaks_for_and_against(text: str, flag: str, find: Find) -> None:
    assert find(text)[flag][0]


def test_an_ordinary_mention_shows_little(find: Find) -> None:
    row = find("last year we saw Kent in Oslo").row(0, named=True)
    assert [flag for flag, value in row.items() if value is True] == ["exact"]


def test_a_title_in_italics_is_a_work(names: Names, words: Callable[[str], Words]) -> None:
    text = "Their album Love was a success"
    frame = candidates(0, words(text), names, Spans(np.array([12]), np.array([16])))
    assert frame["is_work"].to_list() == [True]
    whole = candidates(0, words(text), names, Spans(np.array([6]), np.array([20])))
    assert whole.select("is_work", "in_work").row(0) == (False, True)


@pytest.mark.parametrize("text", ["by Bob, Dylan", "Bob\nDylan", "Simon (& Garfunkel)", "Bob – Dylan"])
def test_signs_part_a_name(text: str, find: Find) -> None:
    assert not {"Bob Dylan", "Simon & Garfunkel"} & set(find(text)["shown"])


def test_signs_that_belong_to_a_name_do_not(find: Find) -> None:
    assert find("by Earth, Wind & Fire!")["surface"].to_list() == ["Earth, Wind & Fire"]


def test_a_plural_is_no_possessive(find: Find) -> None:
    assert find("two Kents and Kent’s song")["surface"].to_list() == ["Kent’s"]


def test_no_name_no_candidate(find: Find) -> None:
    frame = find("nothing here")
    assert frame.height == 0
    assert set(SCHEMA) <= set(frame.columns)


def test_spans_know_what_lies_in_them() -> None:
    spans = Spans(np.array([10, 30]), np.array([20, 40]))
    begins = np.array([5, 12, 25, 28, 39, 50])
    assert spans.around(begins, begins + 3).tolist() == [-1, 0, -1, 1, 1, -1]

"""How well a name answers what has been typed: the numbers that search as you type sorts by."""

from __future__ import annotations

import pytest

from tigertail.lookup.name_similarity import EXACT_MATCH, WORD_PREFIX_MATCH, closeness


@pytest.mark.parametrize(("typed", "name"), [("事変", "東京事変"), ("บาว", "คาราบาว"), ("시대", "소녀시대")])
def test_a_word_may_begin_anywhere_where_there_are_few_spaces(typed: str, name: str) -> None:
    assert closeness(typed, [name]).tolist() == [WORD_PREFIX_MATCH]


@pytest.mark.parametrize(("typed", "name"), [("ri", "giori"), ("რი", "გიორი"), ("ሙሽ", "ልሙሽ")])
def test_a_word_begins_after_a_space_in_other_scripts(typed: str, name: str) -> None:
    assert closeness(typed, [name]).tolist() == [0]


def test_in_twelve_letters_a_mistake_counts_more_than_the_kind_of_answer() -> None:
    exact, other_order, two_mistakes = closeness(
        "bright eyesab", ["bright eyesab", "eyesax bright", "bright eyesxx"]
    )
    assert exact == EXACT_MATCH
    assert other_order > two_mistakes > 0

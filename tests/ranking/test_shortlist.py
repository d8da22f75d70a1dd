"""The best items under some popularity exponents."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.ranking.shortlist import shortlist, wanted


def test_a_popular_item_and_a_rare_one_are_both_among_the_best() -> None:
    scores = np.array([4, 3, 2.5, 1], np.float32)
    bands = np.array([2, 0, 1, 4], np.uint8)
    found = np.full(3, -1, np.int32)
    shortlist(scores, np.arange(4, dtype=np.int32), -1, bands, wanted(1), found)
    assert found.tolist() == [0, 0, 1], "1 * 2^4 is as much as 4 * 2^2, and of equals the first; 4; 3 * 2^0"


def test_the_item_that_is_asked_is_left_out_and_so_are_scores_of_0() -> None:
    found = np.full(4, -1, np.int32)
    bands = np.zeros(3, np.uint8)
    shortlist(np.array([5, 0, 1], np.float32), np.arange(3, dtype=np.int32), 0, bands, wanted(2), found)
    assert found.tolist() == [2, 2, -1, 2], "one, two and one are wanted"


@pytest.mark.parametrize("best_first", [True, False])
def test_of_many_items_the_best_are_found(best_first: bool) -> None:
    scores = np.arange(1000, 0, -1, dtype=np.float32)
    if not best_first:
        scores = np.random.default_rng(0).permutation(scores)
    found = np.full(30, -1, np.int32)
    shortlist(
        scores, np.arange(1000, dtype=np.int32), -1, np.zeros(1000, np.uint8), np.array([10, 10, 10]), found
    )
    assert set(found.tolist()) == set(np.argsort(-scores)[:10].tolist())


def test_the_best_are_found_where_a_sample_of_the_scores_promises_more_than_there_are() -> None:
    scores = np.ones(1000, np.float32)
    scores[::16] = 2
    found = np.full(600, -1, np.int32)
    shortlist(
        scores,
        np.arange(1000, dtype=np.int32),
        -1,
        np.zeros(1000, np.uint8),
        np.array([200, 200, 200]),
        found,
    )
    assert set(np.flatnonzero(scores > 1).tolist()) <= set(found.tolist())
    assert len(set(found.tolist())) == 200, "above 1 there are only 63"

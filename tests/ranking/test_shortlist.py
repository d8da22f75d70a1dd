"""The best items under some popularity exponents."""

from __future__ import annotations

import numpy as np

from tigertail.ranking.shortlist import GATHERED, shortlist, wanted


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


def test_of_more_items_than_gather_the_best_are_found() -> None:
    items = 5 * GATHERED
    scores = np.random.default_rng(0).permutation(np.arange(1, items + 1)).astype(np.float32)
    counts = np.array([10, 10, 10])
    found = np.full(30, -1, np.int32)
    bands = np.zeros(items, np.uint8)
    shortlist(scores, np.arange(items, dtype=np.int32), -1, bands, counts, found)
    assert set(found.tolist()) == set(np.argsort(-scores)[:10].tolist())

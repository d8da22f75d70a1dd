"""Comparison of lists before and after."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tigertail.evaluation.baselines.popularity import Popularity
from tigertail.evaluation.diagnosis import list_changes as list_changes_module
from tigertail.evaluation.diagnosis.list_changes import average_overlap, compare_lists
from tigertail.signals.factors import FactorAffinity

# Six artists in two scenes; another embedding has "b" in the other scene. "f" has too few listeners.
ITEMS = pl.DataFrame(
    {"item_id": list("abcdef"), "name": list("ABCDEF"), "listeners": [60, 50, 40, 30, 20, 19]},
)
PLACES = np.array(["PL", "", "PL", "", "", ""])
BEFORE = FactorAffinity(np.eye(2, dtype=np.float32)[[0, 0, 0, 1, 1, 1]])
AFTER = FactorAffinity(np.eye(2, dtype=np.float32)[[0, 1, 0, 1, 1, 1]])


def test_the_artist_that_moved_has_the_largest_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_changes_module, "LISTED", 2)
    found = compare_lists(ITEMS, BEFORE, AFTER, PLACES, n=2)
    assert (found.queries, found.eligible) == (5, 5)
    first = found.largest[0]
    assert (first.name, first.listeners, first.place, first.change, first.common) == ("B", 50, "", 1.0, 0)
    assert (first.before, first.after) == (("A", "C"), ("D", "E"))
    assert len(found.largest) == 2


def test_the_same_signal_changes_nothing() -> None:
    found = compare_lists(ITEMS, BEFORE, BEFORE, PLACES)
    assert found.mean == 0
    assert {one.common for one in found.largest} == {5}


def test_of_too_many_some_are_drawn_and_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_changes_module, "MAX_QUERIES", 3)
    found = compare_lists(ITEMS, BEFORE, AFTER, PLACES, seed=1)
    assert (found.queries, found.eligible, len(found.largest)) == (3, 5, 3)
    assert found == compare_lists(ITEMS, BEFORE, AFTER, PLACES, seed=1)


def test_a_block_of_queries_at_a_time_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compare_lists(ITEMS, BEFORE, AFTER, PLACES)
    monkeypatch.setattr(list_changes_module, "BLOCK_BYTES", 1)
    assert compare_lists(ITEMS, BEFORE, AFTER, PLACES) == whole


def test_no_artist_is_known() -> None:
    empty = Popularity(np.zeros(6, np.int64))
    found = compare_lists(ITEMS, BEFORE, empty, PLACES)
    assert (found.queries, found.largest) == (0, ())
    assert np.isnan(found.mean)


@pytest.mark.parametrize(
    ("a", "b", "overlap"),
    [
        ([1, 2], [1, 9], (1 + 1 / 2) / 2),
        ([1, 2], [9, 2], (0 + 1 / 2) / 2),  # agreement lower down counts for less
        ([1, -1], [1, 2], (1 + 1 / 2) / 2),  # a list that has ended has nothing more in common
        ([1, -1], [1, -1], 1),
        ([-1, -1], [1, 2], 0),
        ([-1, -1], [-1, -1], 1),
    ],
)
def test_average_overlap(a: list[int], b: list[int], overlap: float) -> None:
    assert average_overlap(np.array([a]), np.array([b]))[0] == pytest.approx(overlap)


@pytest.mark.parametrize("length", range(1, 21))
def test_equal_lists_overlap_by_1_exactly(length: int) -> None:
    listed = np.arange(length)[None]
    assert average_overlap(listed, listed) == 1

"""Which lists changed most."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tigertail.evaluation.diagnosis import list_changes as room
from tigertail.evaluation.diagnosis.list_changes import average_overlap, changes
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.popularity import Popularity

# Six artists in two scenes; another space has "b" in the other scene. "f" has too few listeners to be asked about.
ITEMS = pl.DataFrame(
    {"item_id": list("abcdef"), "name": list("ABCDEF"), "listeners": [60, 50, 40, 30, 20, 19]},
)
HOMES = np.array(["PL", "", "PL", "", "", ""])
BEFORE = FactorAffinity(np.eye(2, dtype=np.float32)[[0, 0, 0, 1, 1, 1]])
AFTER = FactorAffinity(np.eye(2, dtype=np.float32)[[0, 1, 0, 1, 1, 1]])


def test_whoever_moved_changed_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LISTED", 2)
    found = changes(ITEMS, BEFORE, AFTER, HOMES, n=2)
    assert (found.asked, found.eligible) == (5, 5)
    first = found.most[0]
    assert (first.name, first.listeners, first.home, first.change, first.common) == ("B", 50, "", 1.0, 0)
    assert (first.before, first.after) == (("A", "C"), ("D", "E"))
    assert len(found.most) == 2


def test_the_same_signal_changes_nothing() -> None:
    found = changes(ITEMS, BEFORE, BEFORE, HOMES)
    assert found.mean == 0
    assert {one.common for one in found.most} == {5}


def test_of_too_many_some_are_drawn_and_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_ASKED", 3)
    found = changes(ITEMS, BEFORE, AFTER, HOMES, seed=1)
    assert (found.asked, found.eligible, len(found.most)) == (3, 5, 3)
    assert found == changes(ITEMS, BEFORE, AFTER, HOMES, seed=1)


def test_a_block_of_queries_at_a_time_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = changes(ITEMS, BEFORE, AFTER, HOMES)
    monkeypatch.setattr(room, "BLOCK_BYTES", 1)
    assert changes(ITEMS, BEFORE, AFTER, HOMES) == whole


def test_nobody_to_ask() -> None:
    silent = Popularity(np.zeros(6, np.int64))
    found = changes(ITEMS, BEFORE, silent, HOMES)
    assert (found.asked, found.most) == (0, ())
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

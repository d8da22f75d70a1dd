from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset import dataset as datasets
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.played_pairs import PlayedPairs

# b has three listeners; u2 rates c lowest, so that the pair counts nothing.
PLAYS = pl.DataFrame(
    [
        ("u2", "b", 1.0, 1.0),
        ("u1", "b", 2.0, None),
        ("u2", "c", 3.0, 0.0),
        ("u3", "b", 4.0, 0.5),
        ("u1", "a", 5.0, 1.0),
    ],
    ["listener_id", "item_id", "plays", "rating"],
    orient="row",
)


def by_ids(pairs: PlayedPairs) -> dict[tuple[str, str], float]:
    people, items = pairs.listeners.ids.to_list(), pairs.items.ids.to_list()
    entries = zip(pairs.plays.entry_rows(), pairs.plays.indices, pairs.plays.data, strict=True)
    return {(people[row], items[column]): float(value) for row, column, value in entries}


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_they_are_the_same_however_many_rows_are_read_at_a_time(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "BATCH", rows)
    pairs = PlayedPairs.of(Dataset.write(tmp_path / "some", {"plays": PLAYS}, name="some"))
    assert by_ids(pairs) == {
        ("u1", "a"): 5,
        ("u1", "b"): 2,
        ("u2", "b"): 1,
        ("u2", "c"): 0,
        ("u3", "b"): 2,
    }, "a pair that counts nothing is kept"
    assert pairs.item_listeners.tolist() == [1, 3, 0], "but not counted"


def test_rows_of_one_pair_are_added_up_across_batches() -> None:
    pairs = PlayedPairs.of_batches(lambda: [PLAYS, PLAYS.head(1)])
    assert by_ids(pairs)["u2", "b"] == 2


def test_some_listeners_and_some_items() -> None:
    pairs = PlayedPairs.of_table(PLAYS, pl.Series(["z"]))
    some = pairs.select_listeners(np.array([0, 2])).select_items(np.array([False, True, True, True]))
    assert some.listeners.ids.to_list() == ["u1", "u3"]
    assert some.items.ids.to_list() == ["b", "c", "z"]
    assert by_ids(some) == {("u1", "b"): 2, ("u3", "b"): 2}


def test_a_table_read_in_batches_is_the_view_that_a_scan_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "BATCH", 2)
    whole = Dataset.write(tmp_path / "some", {"plays": PLAYS}, name="some")
    view = whole.without(pl.Series(["u2"])).renamed(pl.DataFrame({"item_id": ["b"], "new": ["B"]}))
    assert pl.concat(view.batches("plays")).equals(view.plays)
    assert Interactions.of(view).items.ids.to_list() == ["B", "a"]

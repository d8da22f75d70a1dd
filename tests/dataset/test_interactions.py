from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions

# b has three listeners, a and c two each, d one.
PAIRS = [
    ("u2", "b"),
    ("u1", "b"),
    ("u3", "b"),
    ("u1", "c"),
    ("u2", "c"),
    ("u3", "a"),
    ("u1", "a"),
    ("u2", "d"),
]
PLAYS = pl.DataFrame(
    [(listener, item, float(count)) for count, (listener, item) in enumerate(PAIRS, start=1)],
    ["listener_id", "item_id", "plays"],
    orient="row",
)


def cells(interactions: Interactions) -> dict[tuple[str, str], float]:
    """Return the matrix by names."""
    matrix = interactions.plays
    listeners, items = interactions.listeners.ids.to_list(), interactions.items.ids.to_list()
    pairs = zip(matrix.entry_rows(), matrix.indices, matrix.data, strict=True)
    return {(listeners[row], items[column]): float(value) for row, column, value in pairs}


def test_codes_run_from_the_most_listened_item_to_the_least_and_equals_by_id() -> None:
    made = Interactions.build(PLAYS)
    assert made.items.ids.to_list() == ["b", "a", "c", "d"]
    assert made.item_listeners.tolist() == [3, 2, 2, 1]
    assert made.item_listeners.dtype == np.int64
    assert made.listeners.ids.to_list() == ["u1", "u2", "u3"]


def test_the_matrix_holds_the_plays_in_whatever_order_they_come() -> None:
    expected = {pair: float(count) for count, pair in enumerate(PAIRS, start=1)}
    assert cells(Interactions.build(PLAYS)) == expected
    assert cells(Interactions.build(PLAYS.reverse())) == expected


def test_rows_of_one_listener_and_item_are_summed() -> None:
    twice = Interactions.build(pl.concat([PLAYS, PLAYS]))
    assert cells(twice)["u2", "d"] == 16
    assert twice.item_listeners.tolist() == [3, 2, 2, 1]


def test_a_rating_scales_the_plays() -> None:
    rated = PLAYS.head(3).with_columns(rating=pl.Series([0.5, None, 0.0]))
    made = Interactions.build(rated)
    assert cells(made) == {("u2", "b"): 0.5, ("u1", "b"): 2.0}, (
        "unrated plays count in full, the worst not at all"
    )
    assert made.listeners.ids.to_list() == ["u1", "u2", "u3"]


@pytest.mark.parametrize("catalogue", [["z", "b", "e", "e"], ["a", "b", "c", "d", "e", "z"]])
def test_items_of_the_catalogue_without_a_listener_come_last(catalogue: list[str]) -> None:
    made = Interactions.build(PLAYS, pl.Series(catalogue))
    assert made.items.ids.to_list() == ["b", "a", "c", "d", "e", "z"]
    assert made.item_listeners.tolist() == [3, 2, 2, 1, 0, 0]
    assert made.plays.shape == (3, 6)


def test_a_view_keeps_the_catalogue_and_loses_the_listener(tmp_path: Path) -> None:
    items = pl.DataFrame({"item_id": ["a", "b", "c", "d"], "name": ["A", "B", "C", "D"], "kind": "artist"})
    dataset = Dataset.write(tmp_path / "dataset", {"plays": PLAYS, "items": items}, name="small")
    made = Interactions.of(dataset.without(pl.Series(["u2"])))
    assert made.listeners.ids.to_list() == ["u1", "u3"]
    assert dict(zip(made.items.ids, made.item_listeners.tolist(), strict=True)) == {
        "a": 2,
        "b": 2,
        "c": 1,
        "d": 0,
    }

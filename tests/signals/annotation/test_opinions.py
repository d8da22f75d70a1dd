from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import DataError
from tigertail.signals.annotation.opinions import Opinions, read_opinions


def read(made: object) -> Opinions:
    return read_opinions(made.dataset, made.interactions)  # type: ignore[attr-defined]


def test_a_thing_said_twice_in_two_spellings_is_said_once(world: Callable[..., object]) -> None:
    opinions = read(world({"Kino": "new wave, New-Wave"}, people="ann"))
    assert opinions.keys == ["newwave"]
    assert opinions.weight.tolist() == [1.0]


def test_what_cannot_be_used_is_left_out_and_counted(world: Callable[..., object]) -> None:
    rows = [
        ("nowhere", "tag", "rock", 1.0, "crowd", "ann"),
        ("Kino", "tag", "  ", 1.0, "crowd", "ann"),
        ("Kino", "tag", None, 1.0, "crowd", "ann"),
        ("Kino", "tag", "rock", 0.0, "crowd", "bob"),
        ("Kino", "tag", "rock", math.nan, "crowd", "bob"),
        ("Kino", "tag", "rock", None, "crowd", "bob"),
        ("Kino", "tag", "rock", 1.0, "hearsay", "bob"),
        ("Kino", "tag", "KINO", 1.0, "crowd", "bob"),
    ]
    opinions = read(world({"Kino": "rock"}, people="ann", rows=rows))
    assert opinions.left_out == {
        "the item is not in the catalogue": 1,
        "the label is empty": 2,
        "the label is the item's own name": 1,
        "the source is neither expert nor crowd": 1,
        "the weight is no number above 0": 3,
    }
    assert opinions.names == ["rock"]
    assert len(opinions.item) == 1


def test_another_artists_name_says_something(world: Callable[..., object]) -> None:
    opinions = read(world({"Foo": "nirvana", "Nirvana": "nirvana"}))
    assert opinions.names == ["nirvana"]
    assert set(opinions.item) == {0}


def test_a_label_of_the_crowd_joins_the_facet_of_the_experts(world: Callable[..., object]) -> None:
    opinions = read(world({"a": "Guitar, rock"}, {"b": {"instrument": "guitar"}}))
    assert dict(zip(opinions.keys, opinions.facets, strict=True)) == {"guitar": "instrument", "rock": "tag"}


def test_what_the_nameless_say_adds_up(world: Callable[..., object]) -> None:
    rows = [("a", "tag", label, 3.0, "crowd", None) for label in ("idm", "IDM")]
    opinions = read(world({"a": "idm"}, people="ann", rows=rows))
    assert sorted(zip(opinions.annotator.tolist(), opinions.weight.tolist(), strict=True)) == [(0, 6), (1, 1)]


def test_the_order_of_rows_changes_nothing(world: Callable[..., object], tmp_path: Path) -> None:
    made = world({"a": "rock, punk, Punk", "b": "punks, pop"}, {"a": {"genre": "punk"}}, people="ann bob cy")
    dataset: Dataset = made.dataset  # type: ignore[attr-defined]
    shuffled = {
        "plays": dataset.plays,
        "items": dataset.items,
        "annotations": dataset.scan("annotations").collect().sample(fraction=1, shuffle=True, seed=1),
    }
    other = Dataset.write(tmp_path / "shuffled", shuffled, name="shuffled")
    first, again = read(made), read_opinions(other, Interactions.of(other))
    for name in ("item", "label", "annotator", "weight", "expert"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
    assert first.names == again.names


def test_a_held_out_listeners_tags_are_not_read(world: Callable[..., object]) -> None:
    made = world({"a": "rock", "b": "punk"}, people="ann bob")
    dataset: Dataset = made.dataset  # type: ignore[attr-defined]
    view = dataset.without(pl.Series(["ann", "bob"]))
    opinions = read_opinions(view, made.interactions)  # type: ignore[attr-defined]
    assert len(opinions.item) == 0


def test_a_dataset_without_annotations_is_refused(tmp_path: Path) -> None:
    plays = pl.DataFrame({"listener_id": ["ann"], "item_id": ["a"], "plays": [1.0]})
    dataset = Dataset.write(tmp_path / "bare", {"plays": plays}, name="bare")
    with pytest.raises(DataError, match="has no annotations"):
        read_opinions(dataset, Interactions.of(dataset))

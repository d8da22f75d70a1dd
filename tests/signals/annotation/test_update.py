"""Items that come later are read as the fit read the others, and these stay as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.signals.annotation import (
    Annotation,
    AnnotationConfig,
    AnnotationUpdate,
    fit_annotation,
    update_annotations,
)
from tigertail.signals.remap import ItemRemap

MakeWorld = Callable[..., Any]


class Grown:
    """A signal on a few items, and what became of it when more came; new items stand before the old ones."""

    def __init__(self, signal: Annotation, ids: list[str], dataset: Dataset, **settings: object) -> None:
        new = sorted(set(dataset.items["item_id"]) - set(ids))
        self.ids = [*new, *ids]
        self.before = signal.reindexed(
            ItemRemap(np.arange(len(new), len(self.ids), dtype=np.int32), len(self.ids))
        )
        catalogue = pl.DataFrame({"item_id": self.ids, "name": self.ids})
        assert signal.lexicon is not None
        config = AnnotationConfig.model_validate(settings)
        self.taken: AnnotationUpdate = update_annotations(
            self.before, signal.lexicon, dataset, catalogue, config
        )
        self.signal = self.taken.signal

    def affinity(self, a: str, b: str) -> float:
        query = np.array([self.ids.index(a)], np.int32)
        return float(self.signal.affinity(query)[0, self.ids.index(b)])

    def labels(self, item: str) -> dict[tuple[str, str], float]:
        columns, values = self.signal.weights.row(self.ids.index(item))
        named = zip(columns.tolist(), values.tolist(), strict=True)
        return {
            self.signal.labels[column]: value for column, value in named if column < len(self.signal.labels)
        }

    def names(self, item: str) -> set[tuple[str, str]]:
        return set(self.labels(item))


@pytest.fixture
def grow(world: MakeWorld) -> Callable[..., Grown]:
    """Fit to what is said first, then take in what is said later; each as ``world`` takes it."""

    def grown(first: tuple[Any, ...], later: tuple[Any, ...], rows: Any = (), **settings: object) -> Grown:
        made = world(*first)
        signal, ids = made.fit(**settings), made.interactions.items.ids.to_list()
        return Grown(signal, ids, world(*later, rows=rows).dataset, **settings)

    return grown


SAID = {"a": "coldwave, dark", "b": "coldwave, dark", "c": "coldwave, happy", "d": "polka, happy"}


def test_who_shares_labels_is_near_at_once(grow: Callable[..., Grown]) -> None:
    grown = grow((SAID,), ({"x": "Cold Wave, dark", "y": "polka"},))
    assert grown.affinity("x", "a") > grown.affinity("x", "c") > 0 == grown.affinity("x", "d")
    assert grown.affinity("a", "x") > grown.affinity("c", "x") > 0 == grown.affinity("y", "x")
    assert (grown.taken.annotations, grown.taken.annotated, grown.taken.not_added) == (6, 2, 0)
    shared = grown.signal.shared_labels(grown.ids.index("x"), grown.ids.index("a"))
    assert set(shared["label"]) == {"coldwave", "dark"}
    assert shared["people_b"].to_list() == [2, 2] == shared["people_a"].to_list()


def test_who_is_said_the_same_of_by_as_many_has_the_same_row(grow: Callable[..., Grown]) -> None:
    facts = {"a": {"genre": "post-punk", "home": "Berlin"}, "d": {"genre": "folk"}}
    grown = grow(
        (SAID, facts),
        ({"x": SAID["a"]}, {"x": facts["a"]}),
        estimate_reliability=False,
        co_annotation_weight=0,
        facets={"home": 0.5},
    )
    assert grown.labels("x") == grown.labels("a")


def test_a_new_label_makes_newcomers_alike(grow: Callable[..., Grown]) -> None:
    grown = grow((SAID,), ({"x": "zeuhl", "y": "Zeuhl, dark", "z": "skiffle"},))
    assert grown.affinity("x", "y") > 0 == grown.affinity("x", "z") == grown.affinity("x", "a")
    assert grown.affinity("y", "a") > 0
    assert len(grown.signal.labels) == len(grown.before.labels) + 2


def test_items_that_were_there_stay_as_they_were(grow: Callable[..., Grown]) -> None:
    grown = grow((SAID,), ({"a": "polka, zeuhl", "x": "dark, zeuhl"},))
    old = np.array([grown.ids.index(item) for item in SAID], np.int32)
    before, after = (signal.affinity(old)[:, old] for signal in (grown.before, grown.signal))
    assert before.tobytes() == after.tobytes()
    assert (grown.taken.annotations, grown.taken.annotated, grown.taken.not_added) == (4, 1, 4)
    assert not grown.before.known[grown.ids.index("x")]


def test_an_item_that_was_there_without_a_word_gets_its_row(world: MakeWorld) -> None:
    made = world(SAID, items=["quiet"])
    signal, ids = made.fit(), made.interactions.items.ids.to_list()
    grown = Grown(signal, ids, world({"quiet": "polka"}).dataset)
    assert grown.taken.annotated == 1
    assert grown.affinity("quiet", "d") > 0 == grown.affinity("quiet", "a")


def test_forms_that_were_one_label_in_the_fit_are_one(grow: Callable[..., Grown]) -> None:
    # Of a "vocalists" and "vocalist" are both said; blues and blue are not of the same.
    first = {"a": "vocalists, vocalist", "b": "vocalists", "c": "blues", "d": "blue"}
    grown = grow((first,), ({"x": "vocalist", "y": "blue", "z": "zeuhls, zeuhl"},), co_annotation_weight=0)
    assert grown.affinity("x", "b") > 0
    assert grown.affinity("y", "d") > 0 == grown.affinity("y", "c")
    assert len(grown.names("z")) == 1


def test_forms_that_were_one_label_of_newcomers_are_one_of_the_next(world: MakeWorld) -> None:
    made = world(SAID)
    first = Grown(made.fit(), made.interactions.items.ids.to_list(), world({"x": "zeuhls, zeuhl"}).dataset)
    second = Grown(first.signal, first.ids, world({"y": "zeuhls"}).dataset)
    assert second.affinity("y", "x") > 0
    assert len(second.signal.labels) == len(first.signal.labels)


def test_labels_of_the_crowd_join_the_facet_that_the_fit_found(grow: Callable[..., Grown]) -> None:
    first = ({"a": "guitar, loud"}, {"b": {"instrument": "guitar"}})
    later = ({"x": "Guitar, loud, tuba", "y": "quiet"}, {"y": {"instrument": "tuba", "mood": "loud"}})
    grown = grow(first, later)
    assert grown.names("x") == {("instrument", "guitar"), ("tag", "loud"), ("instrument", "tuba")}


@pytest.mark.parametrize(
    ("settings", "labels"),
    [
        ({"facets": {"mood": 0}}, {("tag", "dark")}),
        ({"expert_weight": 0}, {("tag", "dark"), ("mood", "gloomy")}),
    ],
)
def test_a_facet_that_the_fit_found_counts_though_its_experts_weigh_nothing(
    grow: Callable[..., Grown], settings: dict[str, Any], labels: set[tuple[str, str]]
) -> None:
    grown = grow((SAID, {"b": {"mood": "gloomy"}}), ({"x": "gloomy, dark"},), **settings)
    assert ("tag", "gloomy") not in grown.signal.labels
    assert grown.names("x") == labels


def test_what_makes_no_sense_weighs_little_on_newcomers_too(world: MakeWorld) -> None:
    first = {f"g{n:02}": "techno" if n % 2 else "fado" for n in range(30)}
    noise = [(f"g{n:02}", "tag", "seen live", 1.0, "crowd", ("ann", "bob", "cy")[n % 3]) for n in range(30)]
    made = world(first, people="ann bob cy", rows=noise)
    ids, signals = (
        made.interactions.items.ids.to_list(),
        [made.fit(estimate_reliability=yes) for yes in (True, False)],
    )
    later = world({"x": "fado, seen live, skiffle"}).dataset
    doubted, naive = (
        Grown(signal, ids, later, estimate_reliability=yes).labels("x")
        for signal, yes in zip(signals, (True, False), strict=True)
    )
    left = {name: doubted[facet, name] / naive[facet, name] for facet, name in naive}
    assert left["seen live"] < left["skiffle"] < left["fado"] <= 1


def test_what_cannot_be_used_is_counted(grow: Callable[..., Grown]) -> None:
    rows = [("x", "tag", " ", 1.0, "crowd", "ann"), ("x", "tag", "X", 1.0, "crowd", "ann")]
    grown = grow((SAID,), ({"x": "dark"},), rows)
    reasons = {"the label is empty": 1, "the label is the item's own name": 1}
    assert grown.taken.unusable == reasons == grown.signal.left_out
    assert (grown.taken.annotations, grown.taken.not_added) == (2, 0)


def test_labels_of_the_fit_predict_the_listeners_of_newcomers(world: MakeWorld) -> None:
    said = {f"m{n}": "mpb" if n % 2 else "samba" for n in range(8)} | {f"t{n}": "techno" for n in range(8)}
    made = world(said)
    ids = made.interactions.items.ids.to_list()
    factors = np.array([[1, 0] if item[0] == "m" else [0, 1] for item in ids], np.float32)
    config = AnnotationConfig(prediction_min_listeners=1, co_annotation_weight=0)
    object.__setattr__(made.interactions, "item_listeners", np.ones(len(ids), np.int64))
    signal = fit_annotation(made.dataset, made.interactions, config, factors)
    grown = Grown(signal, ids, world({"x": "mpb", "z": "zeuhl"}).dataset, co_annotation_weight=0)
    assert grown.affinity("x", "m1") > grown.affinity("x", "m0") > 0 == grown.affinity("x", "t0")
    assert grown.affinity("m0", "x") > 0 == grown.affinity("z", "m0")


def _dataset(path: Path, label: str) -> Dataset:
    row = {"facet": "tag", "label": label, "weight": 1.0, "source": "crowd", "annotator": "ann"}
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame({"listener_id": ["ann"], "item_id": ["z"], "plays": [1.0]}),
        "items": pl.DataFrame({"item_id": ["z"], "name": ["z"], "kind": ["artist"]}),
        "annotations": pl.DataFrame({"item_id": ["z"], **{name: [value] for name, value in row.items()}}),
    }
    return Dataset.write(path, tables, name="z")


def test_the_next_to_come_meet_the_labels_of_the_last_after_reading_back(
    grow: Callable[..., Grown], tmp_path: Path
) -> None:
    first = grow((SAID,), ({"x": "zeuhl"},))
    arrays, settings = first.signal.to_arrays()
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=False)
    mapped = {name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in arrays}
    again = Annotation.from_arrays(mapped, json.loads(json.dumps(settings)))
    second = Grown(again, first.ids, _dataset(tmp_path / "more", "Zeuhl"))
    assert second.affinity("z", "x") > 0
    assert len(second.signal.labels) == len(first.signal.labels)
    assert second.labels("z").keys() == second.labels("x").keys()


def test_the_order_of_rows_changes_nothing(world: MakeWorld, tmp_path: Path) -> None:
    made = world(SAID)
    signal, ids = made.fit(), made.interactions.items.ids.to_list()
    later = world({"x": "dark, punk, Punk", "y": "punks, zeuhl"}, {"x": {"genre": "punk"}}).dataset
    shuffled = {
        "plays": later.plays,
        "items": later.items,
        "annotations": later.scan("annotations").collect().sample(fraction=1, shuffle=True, seed=1),
    }
    kept = []
    for dataset in (later, Dataset.write(tmp_path / "shuffled", shuffled, name="shuffled")):
        arrays, settings = Grown(signal, ids, dataset).signal.to_arrays()
        kept.append(({name: array.tobytes() for name, array in arrays.items()}, settings))
    assert kept[0] == kept[1]

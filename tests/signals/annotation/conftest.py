"""Worlds of a few artists of whom something is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.signals.annotation import Annotation, AnnotationConfig, fit_annotation

COLUMNS = ["item_id", "facet", "label", "weight", "source", "annotator"]
TYPES = dict.fromkeys(COLUMNS, pl.String) | {"weight": pl.Float32}
Row = tuple[str, str | None, str | None, float | None, str, str | None]


class World:
    """A dataset with annotations, and the signal learnt from it."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.interactions = Interactions.of(dataset)

    def code(self, item: str) -> int:
        return self.interactions.items.ids.to_list().index(item)

    def fit(self, **settings: object) -> Annotation:
        config = AnnotationConfig.model_validate(settings)
        return fit_annotation(self.dataset, self.interactions, config)

    def affinity(self, signal: Annotation, a: str, b: str) -> float:
        return float(signal.affinity(np.array([self.code(a)], np.int32))[0, self.code(b)])


MakeWorld = Callable[..., World]


@pytest.fixture
def world(tmp_path: Path) -> MakeWorld:
    """Make a world of what a crowd says of items, all of it, and what experts say of them by facet.

    Labels are parted by commas. Items of which nothing is said follow, and further rows as they are.
    """

    def make(
        crowd: Mapping[str, str],
        experts: Mapping[str, Mapping[str, str]] | None = None,
        *,
        people: str = "ann bob",
        items: Sequence[str] = (),
        rows: Sequence[Row] = (),
    ) -> World:
        table: list[Row] = [
            (item, "tag", label.strip(), 1.0, "crowd", who)
            for item, labels in crowd.items()
            for label in labels.split(",")
            for who in people.split()
        ]
        table += [
            (item, facet, label.strip(), 1.0, "expert", None)
            for item, facets in (experts or {}).items()
            for facet, labels in facets.items()
            for label in labels.split(",")
        ]
        ids = sorted({row[0] for row in table} | set(items))
        tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
            "plays": pl.DataFrame({"listener_id": "ann", "item_id": ids[:1], "plays": 1.0}),
            "items": pl.DataFrame({"item_id": ids, "name": ids, "kind": "artist"}),
            "annotations": pl.DataFrame([*table, *rows], TYPES, orient="row"),
        }
        return World(Dataset.write(tmp_path / "dataset", tables, name="small", replace=True))

    return make

"""Two scenes whose artists are only written about together with their own, and one artist nobody mentions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions

NORTH, SOUTH, NO_OWNER = ["n1", "n2", "n3"], ["s1", "s2", "s3"], "x"
NORTHERN = "snow ice fjord guitar aurora winter"
SOUTHERN = "sand sun desert oud oasis summer"
Make = Callable[..., tuple[Dataset, Interactions]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a dataset of documents (id, text, owner) and mentions (item, document, count, positions)."""

    def written(
        documents: list[tuple[str, str, str | None]], mentions: list[tuple[str, str, float, list[int] | None]]
    ) -> tuple[Dataset, Interactions]:
        items = [*NORTH, *SOUTH, NO_OWNER]
        tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
            "plays": pl.DataFrame({"listener_id": ["u"] * 7, "item_id": items, "plays": [1.0] * 7}),
            "items": pl.DataFrame({"item_id": items, "name": items, "kind": "artist"}),
            "documents": pl.DataFrame(
                [(name, text, "plain", name, owner) for name, text, owner in documents],
                dict.fromkeys(("document_id", "text", "markup", "title", "item_id"), pl.String),
                orient="row",
            ),
            "mentions": pl.DataFrame(
                mentions,
                {
                    "item_id": pl.String,
                    "document_id": pl.String,
                    "count": pl.Float32,
                    "positions": pl.List(pl.Int32),
                },
                orient="row",
            ),
        }
        dataset = Dataset.write(tmp_path / "dataset", tables, name="scenes", replace=True)
        return dataset, Interactions.of(dataset)

    return written


@pytest.fixture
def scenes(make: Make) -> tuple[Dataset, Interactions]:
    """Six articles a scene that mention two of its artists each, and a page of every first artist."""
    documents: list[tuple[str, str, str | None]] = []
    mentions: list[tuple[str, str, float, list[int] | None]] = []
    for scene, text in ((NORTH, NORTHERN), (SOUTH, SOUTHERN)):
        for number in range(6):
            name = f"{scene[0]}-{number}"
            documents.append((name, text, None))
            mentions += [(scene[number % 3], name, 1, [5]), (scene[(number + 1) % 3], name, 1, [9])]
        documents += [
            (f"page of {item}", f"{text} {text.split()[place]}", item) for place, item in enumerate(scene[:2])
        ]
        mentions.append((scene[1], f"page of {scene[0]}", 2, [3, 30]))
    return make(documents, mentions)

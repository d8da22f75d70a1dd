"""Finding items of a dataset by what an external list calls them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.matching import by_id_or_name, by_mbid_or_name

ONE, TWO, THREE = (f"{number}{number * 7}-0000-4000-8000-000000000000" for number in "123")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    items = {
        "item_id": ["kino", "7", "8"],
        "name": ["Кино", "Nirvana", "Nirvana"],
        "mbid": [ONE, None, THREE],
    }
    aliases = [
        ("kino", "name", "Kino", 3),
        ("kino", "mbid", ONE, 2),
        ("kino", "mbid", TWO, 1),
        ("7", "item_id", "shop:7", 1),
        ("7", "item_id", "both", 1),
        ("8", "item_id", "both", 1),
        ("8", "item_id", "7", 1),
        ("8", "mbid", THREE, 1),
    ]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame({"listener_id": ["u"], "item_id": ["kino"], "plays": [1.0]}),
        "items": pl.DataFrame(items).with_columns(pl.lit("artist").alias("kind")),
        "aliases": pl.DataFrame(aliases, ["item_id", "scheme", "alias", "count"], orient="row"),
    }
    return Dataset.write(tmp_path / "dataset", tables, name="toy")


def test_items_are_found_by_any_id_or_spelling(dataset: Dataset) -> None:
    found = by_id_or_name(pl.Series(["7", "shop:7", "KINO", "кино", "Nirvana", "Sade", "both"]), dataset)
    assert found["item_id"].to_list() == ["7", "7", "kino", "kino", None, None, None]
    why = ["several items have this name", "not in the dataset", "several items have this id"]
    assert found["why"].to_list()[4:] == why
    assert by_id_or_name(pl.Series([TWO, THREE.upper()]), dataset)["item_id"].to_list() == ["kino", "8"]


def test_items_are_found_by_any_mbid_else_by_name(dataset: Dataset) -> None:
    names = {"x": "kino", "y": "Nirvana"}
    found = by_mbid_or_name(pl.Series([ONE, TWO, THREE, "x", "y"]), names, dataset)
    assert found["item_id"].to_list() == ["kino", "kino", "8", "kino", None]

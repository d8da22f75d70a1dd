"""Brackets, stars and question marks in a path are letters of a name, no pattern."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.support import tiny_world

from tigertail.dataset.dataset import Dataset
from tigertail.feedback import FeedbackStore, export_events, read_feedback
from tigertail.ingest.build import build
from tigertail.ingest.recipe import Recipe
from tigertail.io.files import read_table
from tigertail.simulation.truth import true_affinity


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data [1] *?"
    made.mkdir()
    return made


def test_of_a_recipe_its_sources_and_its_dataset(folder: Path) -> None:
    (folder / "plays.csv").write_text("user,artist\nann,Kent\nann,Kult\nbob,Kent\n", encoding="utf-8")
    (folder / "page.txt").write_text("Kent, then Kult", encoding="utf-8")
    (folder / "recipe.toml").write_text(
        '[[source]]\nformat = "csv"\npath = "plays.csv"\ncolumns = { listener_id = "user", name = "artist" }\n'
        '[[source]]\nformat = "documents"\npath = "page.txt"\n',
        encoding="utf-8",
    )
    build(Recipe.load(folder / "recipe.toml"), folder / "made")
    dataset = Dataset.open(folder / "made")
    assert dataset.plays.height == 3
    assert dataset.scan("documents").collect()["title"].to_list() == ["page"]
    assert dataset.scan("mentions").collect()["item_id"].to_list() == ["kult"]


def test_of_a_simulated_world_and_what_is_true_of_it(folder: Path) -> None:
    assert true_affinity(tiny_world(folder)).height


@pytest.mark.parametrize("name", ["lists (1) [final].csv", "lists (1) [final].parquet"])
def test_of_a_table(folder: Path, name: str) -> None:
    lists = pl.DataFrame({"a": ["x"]})
    lists.write_csv(folder / name) if name.endswith(".csv") else lists.write_parquet(folder / name)
    assert read_table(folder / name).equals(lists)


def test_of_feedback(folder: Path) -> None:
    event = {"event_id": "e", "kind": "play", "query": "a", "item": "b", "rank": 1, "model": "m"}
    with FeedbackStore.open(folder / "store.sqlite") as store:
        store.record([event | {"list_id": "1", "listener": "me"}])
        export_events(store, folder / "out.parquet")
    assert read_feedback(folder / "out.parquet")["event_id"].to_list() == ["e"]

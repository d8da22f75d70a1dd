"""Plays read and merged by tasks make the dataset that one machine makes, byte for byte."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.spark.commands import contents
from tests.spark.here import ClusterHere

from tigertail.errors import DataError
from tigertail.ingest.build import build
from tigertail.ingest.recipe import Recipe
from tigertail.spark import build as on_cluster
from tigertail.spark.build import build_on_cluster, ranges_of

RECIPE = """
[[source]]
name = "logs"
format = "csv"
path = "logs"
credits = [" & "]

[[source]]
name = "counts"
format = "parquet"
path = "counts"

[[source]]
name = "export"
format = "json"
path = "export.json"

[[source]]
name = "people"
namespace = "counts"
format = "csv"
path = "people.csv"
table = "listeners"

[[source]]
name = "tags"
format = "csv"
path = "tags.csv"
table = "annotations"
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """Logs in three files that overlap, counts in two, an export; and tables that are not of plays."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "counts").mkdir()
    for day in range(3):
        rows = [
            f"u{n % 7},{'Ann & Bob' if n % 11 == 0 else f'Artist {n % 13}'},2020-01-0{1 + n % 4} 10:00:{n % 60:02}"
            for n in range(40 * day, 40 * day + 60)
        ]
        bad = [",Nobody,2020-01-01 00:00:00", f"u{day},Artist 1,yesterday"]
        text = "\n".join(["listener_id,name,last_played", *rows, *bad])
        (tmp_path / f"logs/day-{day}.csv").write_text(text)
    for part in range(2):
        counts = {
            "listener_id": [f"v{n % 5}" for n in range(30)],
            "name": [f"artist {n % 9}" for n in range(30)],
            "plays": [float(n % 4) for n in range(30)],
        }
        pl.DataFrame(counts).write_parquet(tmp_path / f"counts/{part}.parquet")
    lines = [{"listener_id": "w", "name": f"Artist {n}", "plays": n + 1} for n in range(3)]
    (tmp_path / "export.json").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "people.csv").write_text("listener_id,country\nv1,PL\nv2,BR\n")
    (tmp_path / "tags.csv").write_text("name,label\nArtist 1,rock\nUnknown,jazz\n")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return Recipe.load(tmp_path / "recipe.toml")


@pytest.mark.parametrize("rows", [4_000_000, 20], ids=["one range", "many ranges"])
def test_every_file_is_that_of_one_machine(
    recipe: Recipe, tmp_path: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_cluster, "RANGE_ROWS", rows)
    monkeypatch.setattr(on_cluster, "CHUNK_ROWS", min(rows, 10))
    monkeypatch.setattr(on_cluster, "RUN_ROWS", min(rows, 100))
    _, report = build(recipe, tmp_path / "one")
    cluster = ClusterHere()
    _, found = build_on_cluster(cluster, recipe, tmp_path / "many", work=tmp_path / "work")
    assert contents(tmp_path / "many") == contents(tmp_path / "one")
    assert found == report
    # Twice 20 rows of logs, of which those that two artists share count once; 22 of the 30 counts are above 0.
    assert [one.duplicates for one in report.sources[:2]] == [40, 22]
    assert cluster.made == ["plays-read", "plays-merged"]
    pieces = list(tmp_path.glob("work/*/plays-read/*-run.arrow"))
    assert len(pieces) == 6  # three logs, two tables, the export
    merged = len(list(tmp_path.glob("work/*/plays-merged/*-frame.arrow")))
    assert merged == 1 if rows > 20 else merged > 3


def test_what_changed_is_read_again_and_the_rest_is_not(recipe: Recipe, tmp_path: Path) -> None:
    def made(recipe: Recipe = recipe) -> list[str]:
        cluster = ClusterHere()
        build_on_cluster(cluster, recipe, tmp_path / "made", work=tmp_path / "work", replace=True)
        return cluster.made

    assert made() == ["plays-read", "plays-merged"]
    assert made() == []
    assert made(recipe.model_copy(update={"source": recipe.source[:-1]})) == []  # no artist that is played
    with (tmp_path / "logs/day-1.csv").open("a") as file:
        file.write("\nu1,Newcomer,2021-01-01 00:00:00\n")
    assert made() == ["plays-read", "plays-merged"]


@pytest.mark.skipif(sys.platform == "darwin", reason="its file names are UTF-8")
def test_the_name_of_a_file_may_be_of_any_bytes(recipe: Recipe, tmp_path: Path) -> None:
    (tmp_path / "logs" / os.fsdecode(b"caf\xe9.csv")).write_text("listener_id,name\nu1,Newcomer\n,Nobody\n")
    build(recipe, tmp_path / "one")
    build_on_cluster(ClusterHere(), recipe, tmp_path / "many", work=tmp_path / "work")
    assert contents(tmp_path / "many") == contents(tmp_path / "one")


def test_a_piece_that_cannot_be_read_is_named(recipe: Recipe, tmp_path: Path) -> None:
    (tmp_path / "counts/1.parquet").write_bytes(b"no table")
    with pytest.raises(DataError) as caught:
        build_on_cluster(ClusterHere(), recipe, tmp_path / "made", work=tmp_path / "work")
    assert caught.value.path == tmp_path / "counts/1.parquet"
    assert not (tmp_path / "made").exists()


def test_a_range_has_the_parts_that_may_have_its_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_cluster, "RANGE_ROWS", 20)
    schema = ["first", "last", "rows"]
    one = pl.DataFrame([("a", "c", 10), ("c", "f", 10), ("g", "z", 10)], schema, orient="row")
    other = pl.DataFrame([("b", "b", 10)], schema, orient="row")
    early, late = ranges_of([one, other])
    assert (early.first, early.end, early.chunks) == ("a", "c", [[0], [0]])
    assert (late.first, late.end, late.chunks) == ("c", None, [[0, 1, 2], []])

"""tigertail neighbours: the lists of all items and of some, from anywhere."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tests.cli.conftest import items
from tests.support import run_cli


def test_neighbours_of_all_and_of_some(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "lists.parquet"
    told = run_cli("neighbours", folder, "--out", out, "--top", "3").stdout
    assert "24 rows for 8 items; without an answer: 1." in told, "nobody plays one of the nine"
    assert pl.read_parquet(out).columns == ["target_item_id", "item_id", "score", "rank"]
    (tmp_path / "queries.txt").write_text("Кино\ns1\n", "utf-8")
    told = run_cli(
        "neighbours", folder, "--out", out, "--queries", tmp_path / "queries.txt", "--top", "1", "--names"
    ).stdout
    assert told.endswith("2 rows for 2 items.\n")
    lists = pl.read_parquet(out)
    assert lists["target_item_id"].to_list() == ["n1", "s1"]
    assert lists["target_name"].to_list() == ["Кино", "東京事変"]


def test_neighbours_are_asked_from_somewhere(local: Path, tmp_path: Path) -> None:
    out = tmp_path / "lists.parquet"
    run_cli("neighbours", local, "--out", out, "--top", 3, "--country", "PL", "--lens", 1)
    lists = pl.read_parquet(out).filter(target_item_id="star")
    asked = run_cli("similar", local, "star", "-n", 3, "--country", "PL", "--lens", 1, "--json")
    assert lists["item_id"].to_list() == items(asked)

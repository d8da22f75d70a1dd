"""What a new model changes in the lists of the one in place."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.model import Model, ModelConfig, changes, fit

ROCK, JAZZ = ("r1", "r2", "r3"), ("j1", "j2", "j3")


def town(folder: Path, *scenes: tuple[str, ...], unheard: tuple[str, ...] = ()) -> Model:
    """Fit a model to ten listeners of each scene, who all play all of it, and items that none plays."""
    plays = [(f"{scene[0]}{one}", item) for scene in scenes for one in range(10) for item in scene]
    heard = pl.DataFrame(plays, ["listener_id", "item_id"], orient="row")
    items = pl.DataFrame({"item_id": [*heard["item_id"].unique(maintain_order=True), *unheard]})
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": heard.with_columns(plays=pl.lit(1.0)),
        "items": items.with_columns(
            pl.col("item_id").str.to_uppercase().alias("name"), kind=pl.lit("artist")
        ),
    }
    dataset = Dataset.write(folder, tables, name="town")
    return fit(dataset, ModelConfig.model_validate({"base": {"factors": 4}}))


def test_a_model_changes_nothing_of_itself(model: Model) -> None:
    found = changes(model, model)
    assert set(found.by_stratum()["kept"]) == {1.0}
    assert set(found.by_stratum()["first_kept"].drop_nulls()) == {1.0}
    assert found.lists["listeners_before"].equals(found.lists["listeners_after"])
    assert found.most_changed().is_empty()
    assert found.gained.is_empty()
    assert found.lost.is_empty()


def test_a_scene_that_changes_sides_changes_its_lists(tmp_path: Path) -> None:
    old = town(tmp_path / "old", ROCK, JAZZ)
    new = town(tmp_path / "new", ("r1", "j2", "r3"), ("j1", "r2", "j3"))
    found = changes(old, new, top=1)
    lists = {row["item_id"]: row for row in found.lists.iter_rows(named=True)}
    assert (lists["r2"]["kept"], lists["r2"]["first_kept"]) == (0, False)
    assert lists["r2"]["best_new_answer"] in ("J1", "J3")
    assert {row["item_id"] for row in found.most_changed().iter_rows(named=True)} >= {"r2", "j2"}


def test_items_of_one_model_alone_are_told_and_not_compared(tmp_path: Path) -> None:
    old = town(tmp_path / "old", ROCK, JAZZ, ("s1", "s2"))
    new = town(tmp_path / "new", ROCK, JAZZ, ("t1", "t2"))
    found = changes(old, new, top=2)
    assert sorted(found.gained["name"]) == ["T1", "T2"]
    assert sorted(found.lost["name"]) == ["S1", "S2"]
    assert sorted(found.lists["item_id"]) == sorted(ROCK + JAZZ)
    assert found.lists["before"].to_list() == [2] * 6


def test_a_list_where_there_was_none_keeps_nothing_and_loses_nothing(tmp_path: Path) -> None:
    old = town(tmp_path / "old", ROCK, unheard=("x",))
    new = town(tmp_path / "new", ROCK, ("x", "y"))
    found = changes(old, new, top=1)
    row = found.lists.row(by_predicate=pl.col("item_id") == "x", named=True)
    assert (row["before"], row["after"], row["kept"], row["first_kept"]) == (0, 1, None, None)
    assert row["best_new_answer"] == "Y"
    assert found.most_changed().is_empty()


def test_models_of_nothing_in_common_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no item in common"):
        changes(town(tmp_path / "old", ROCK), town(tmp_path / "new", JAZZ))

"""tigertail add: what came, and what is refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import complaint
from tests.support import run_cli

from tigertail.dataset.dataset import Dataset
from tigertail.model import Model, fit, load, save
from tigertail.storage import checksums


@pytest.fixture
def newcomers(tmp_path: Path) -> Path:
    rows = [(f"new-{n}", item, 1.0) for n in range(3) for item in ("n1", "n2", "x1")]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    return Dataset.write(tmp_path / "newcomers", {"plays": plays}, name="newcomers").path


def test_add_says_what_came_and_how_far_the_model_has_gone(
    model: Model, newcomers: Path, tmp_path: Path
) -> None:
    save(model, tmp_path / "model")
    before = checksums(tmp_path / "model")
    dry = run_cli("add", tmp_path / "model", newcomers, "--dry-run")
    assert checksums(tmp_path / "model") == before
    result = run_cli("add", tmp_path / "model", newcomers)
    assert "Added 3 listeners, 9 pairs of listener and item, 1 items that had no listener" in result.stdout
    assert "Since the fit: 15.0 % more pairs, 12.5 % more items" in result.stdout
    assert "Fine: a fit is due when" in result.stdout
    assert dry.stdout == result.stdout + f"{tmp_path / 'model'} was left as it is.\n"
    assert load(tmp_path / "model").index.match("x1").code >= 0


def test_tags_of_new_items_are_built_and_added_without_a_play(tmp_path: Path) -> None:
    plays = pl.DataFrame({"listener_id": ["a", "a", "b", "b"], "item_id": ["x", "y", "x", "y"]})
    tags = pl.DataFrame({"item_id": ["x", "x", "y", "y"], "label": ["rock", "loud", "soul", "calm"]})
    save(fit(Dataset.of(plays, annotations=tags)), tmp_path / "model")
    (tmp_path / "tags.csv").write_text("item_id,label\nnew,rock\nnew,loud\n")
    (tmp_path / "w.toml").write_text('[[source]]\nformat = "csv"\npath = "tags.csv"\ntable = "annotations"\n')
    built = run_cli("build", tmp_path / "w.toml", tmp_path / "w").stdout
    assert "No source of the recipe gives plays" in built
    assert f"Next: tigertail add MODEL {tmp_path / 'w'}" in built
    added = run_cli("add", tmp_path / "model", tmp_path / "w").stdout
    assert "Annotations taken in: 2, of 1 items that had none." in added
    nearest = load(tmp_path / "model").similar("new", 1, signal="annotation")
    assert nearest["item_id"].to_list() == ["x"]


def test_what_is_there_already_is_refused_and_the_model_stays(
    model: Model,
    scenes: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    save(model, tmp_path / "model")
    before = checksums(tmp_path / "model")
    said, remedy = complaint(monkeypatch, capsys, "add", tmp_path / "model", scenes.path)
    assert "this dataset is in the model already" in said
    assert "new listeners only" in remedy
    assert checksums(tmp_path / "model") == before

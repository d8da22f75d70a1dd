"""tigertail fit: what it says and refuses, and that it writes the same bytes in any process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.cli.conftest import complaint
from tests.support import run_cli

from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError
from tigertail.mixing import Mixture
from tigertail.model import load
from tigertail.storage import checksums

TIGERTAIL = [sys.executable, "-c", "from tigertail.cli import main; main()"]


def test_fit_says_what_it_made_and_what_comes_next(scenes: Dataset, settings: Path, tmp_path: Path) -> None:
    result = run_cli("fit", scenes.path, tmp_path / "model", "--config", settings)
    assert result.exit_code == 0
    assert "8 of 9 items with a listener, 8 factors" in result.stdout
    assert f"tigertail similar {tmp_path / 'model'} 'Кино'" in result.stdout
    assert load(tmp_path / "model").config.base.factors == 8


@pytest.mark.parametrize("name", ["$uicideboy$", '"Weird Al" Yankovic', "Youssou N'Dour", "`id`"])
def test_a_shell_reads_the_command_that_fit_shows(name: str, settings: Path, tmp_path: Path) -> None:
    plays = pl.DataFrame({"listener_id": ["a", "b"], "item_id": "x", "plays": 1.0})
    items = pl.DataFrame({"item_id": "x", "name": name, "kind": "artist"})
    dataset = Dataset.write(tmp_path / "dataset", {"plays": plays, "items": items}, name="mine")
    shown = run_cli("fit", dataset.path, tmp_path / "my model", "--config", settings).stdout
    [command] = [line.removeprefix("Ask it: ") for line in shown.splitlines() if line.startswith("Ask it")]
    printed = subprocess.run(["sh", "-c", f"printf '%s\\n' {command}"], capture_output=True, text=True)
    assert printed.stdout.splitlines() == ["tigertail", "similar", str(tmp_path / "my model"), name]


def test_fit_names_what_is_kept_out_and_nothing_is_called(scenes: Dataset, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('unlisted = ["Кино", "Kinno"]\n[base]\nfactors = 2\n', encoding="utf-8")
    result = run_cli("fit", scenes.path, tmp_path / "model", "--config", tmp_path / "c.toml")
    assert "No item is called as unlisted says: Kinno." in result.stdout


def test_the_mixture_can_learn_from_curated_lists(scenes: Dataset, settings: Path, tmp_path: Path) -> None:
    lists = tmp_path / "lists.csv"
    lists.write_text("query,similar\nКино,Youssou N'Dour\nКино,Sade\nThe Cure,東京事変\n", "utf-8")
    for name, more in (("plain", []), ("taught", ["--lists", lists])):
        fitted = run_cli("fit", scenes.path, tmp_path / name, "--config", settings, *more)
        assert fitted.exit_code == 0
        assert ("Lists: 2 of 3 pairs train the mixture; 1: similar: " in fitted.stdout) == bool(more)
    plain, taught = (load(tmp_path / name).signals["mixture"] for name in ("plain", "taught"))
    assert isinstance(plain, Mixture)
    assert isinstance(taught, Mixture)
    # But for what no one plays: lists alone tell of it.
    learned, again = (
        np.delete(one.parameters.taste, one.parameters.terms.no_listener, 0) for one in (plain, taught)
    )
    assert np.array_equal(learned, again), "lists teach what is alike alone"
    assert not np.array_equal(plain.parameters.kinship, taught.parameters.kinship)


def test_lists_that_cannot_be_read_are_two_lines(
    scenes: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = tmp_path / "lists.csv"
    arguments = ("fit", scenes.path, tmp_path / "model", "--lists", lists)
    assert "no such file" in complaint(monkeypatch, capsys, *arguments)[0]
    lists.write_text("a,b\n1,2\n")
    assert "lacks the column query" in complaint(monkeypatch, capsys, *arguments)[0]
    lists.write_text("query,similar\nx,y\n")
    plays = pl.DataFrame({"listener_id": ["a", "a", "b", "b"], "item_id": list("xyxy"), "plays": 1.0})
    Dataset.write(tmp_path / "few", {"plays": plays}, name="few")
    few = ("fit", tmp_path / "few", tmp_path / "model", "--lists", lists)
    with pytest.raises(DataError, match="too few listeners for a mixture"):
        run_cli(*few)
    assert "No mixture: too few listeners" in run_cli(*few[:3]).stdout
    assert "unknown layout 'xml'" in complaint(monkeypatch, capsys, *arguments, "--lists-format", "xml")[0]


@pytest.mark.parametrize(("listeners", "who"), [(1, "only one listener plays"), (2, None)])
def test_fit_says_that_one_listener_shows_no_likeness(
    listeners: int, who: str | None, settings: Path, tmp_path: Path
) -> None:
    plays = [(f"u{listener}", item, 1.0) for listener in range(listeners) for item in ("Can", "Sade", "Neu!")]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(
            [*plays, ("alone", "Can", 1.0)], ["listener_id", "item_id", "plays"], orient="row"
        ),
        "items": pl.DataFrame(
            {"item_id": ["Can", "Neu!", "Sade"], "name": ["Can", "Neu!", "Sade"], "kind": "artist"}
        ),
    }
    dataset = Dataset.write(tmp_path / "dataset", tables, name="mine")
    result = run_cli("fit", dataset.path, tmp_path / "model", "--config", settings)
    assert result.exit_code == 0
    assert ("two items or more: likeness" in result.stderr) == (who is not None)
    assert who is None or who in result.stderr


def test_fresh_processes_with_any_threads_write_the_same_bytes(
    scenes: Dataset, settings: Path, tmp_path: Path
) -> None:
    for threads in (1, 2):
        arguments = ["fit", scenes.path, tmp_path / f"{threads}", "--config", settings, "--threads", threads]
        subprocess.run([*TIGERTAIL, *(str(argument) for argument in arguments)], check=True)
    assert checksums(tmp_path / "1") == checksums(tmp_path / "2")

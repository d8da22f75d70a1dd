"""``tigertail recipe``: the recipes that come with the package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import run_cli


def test_list_names_every_recipe() -> None:
    shown = run_cli("recipe", "list").stdout
    assert "open" in shown
    assert "Both Last.fm sets as one dataset" in shown


def test_show_prints_the_recipe() -> None:
    shown = run_cli("recipe", "show", "hetrec").stdout
    assert "https://grouplens.org/datasets/hetrec-2011/" in shown
    assert 'format = "hetrec-lastfm"' in shown


def test_copy_says_what_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIGERTAIL_DATA", raising=False)
    shown = run_cli("recipe", "copy", "hetrec", tmp_path / "my own.toml").stdout
    assert "Licence:  for non-commercial use" in shown
    commands = [line.strip() for line in shown.splitlines() if line.startswith("  ")]
    assert commands == [
        "export TIGERTAIL_DATA=/where/you/keep/the/data",
        f"tigertail build '{tmp_path}/my own.toml' 'my own'",
        "tigertail fit 'my own' 'my own-model'",
    ]


@pytest.mark.parametrize("stream", ["-", "/dev/stdout"])
def test_a_stream_gets_the_recipe_alone(stream: str) -> None:
    command = [sys.executable, "-m", "tigertail", "recipe", "copy", "hetrec", stream]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert written == run_cli("recipe", "show", "hetrec").stdout


@pytest.mark.parametrize(("asked", "written"), [("mine", "mine"), ("hetrec", "hetrec/hetrec.toml")])
def test_what_comes_next_makes_a_dataset_where_nothing_is(
    asked: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hetrec").mkdir()
    commands = [line.strip() for line in run_cli("recipe", "copy", "hetrec", asked).stdout.splitlines()]
    assert f"tigertail build {written} {asked}-dataset" in commands
    assert f"tigertail fit {asked}-dataset {asked}-model" in commands

"""The command prints tables that name what they hold, and files that machines can read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.data.simulated import WorldConfig, simulate


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("world") / "world"
    simulate(path, WorldConfig(listeners=400, artists=200, countries=4))
    return path


def test_prints_every_system_and_says_that_it_is_simulated(world: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(world)], catch_exceptions=False)
    for words in ("popularity", "item-item cosine", "ALS cosine", "base", "SIMULATED", "Peak memory"):
        assert words in result.stdout
    assert "nDCG@20" in result.stdout
    assert "frontier" in result.stdout


def test_json_and_report_hold_the_same(world: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    result = CliRunner().invoke(app, ["evaluate", str(world), "--json", "--report", str(folder)])
    assert json.loads(result.stdout) == json.loads((folder / "report.json").read_text())
    assert (folder / "frontier.png").read_bytes().startswith(b"\x89PNG")


def test_time_split_needs_times(world: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(world), "--split", "time"])
    assert "no times" in str(result.exception)

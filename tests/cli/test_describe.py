"""tigertail describe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.errors import DataError
from tigertail.simulation import WorldConfig, simulate

CONFIG = WorldConfig(listeners=60, artists=80, countries=2, artists_per_listener=8)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(simulate(tmp_path_factory.mktemp("describe") / "world", CONFIG).path)


def test_a_person_reads_tables(world: str) -> None:
    result = CliRunner().invoke(app, ["describe", world])
    assert result.exit_code == 0, result.output
    for word in ("SIMULATED", "listeners", "head", "tail", "US", "items per listener"):
        assert word in result.output


def test_a_machine_reads_json(world: str) -> None:
    facts = json.loads(CliRunner().invoke(app, ["describe", world, "--json"]).stdout)
    assert facts["listeners"] == 60
    assert facts["simulated"] is True


def test_it_draws(world: str, tmp_path: Path) -> None:
    file = tmp_path / "world.png"
    result = CliRunner().invoke(app, ["describe", world, "--plot", str(file)])
    assert result.exit_code == 0, result.output
    assert file.read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_is_no_dataset(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["describe", str(tmp_path)])
    assert isinstance(result.exception, DataError)

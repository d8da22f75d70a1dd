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


def test_a_small_catalogue_is_named_with_what_it_means(tmp_path: Path) -> None:
    services = {"services": "global=0.8,full=0.2", "catalogue": 0.2}
    served = simulate(tmp_path / "served", WorldConfig.checked(**{**CONFIG.model_dump(), **services}))
    shown = CliRunner().invoke(app, ["describe", str(served.path)]).stdout
    assert "What listeners of each source could hear" in shown
    assert "of the listeners, could hear 20.0% of the items" in shown
    assert "WARNING: full" not in shown
    full = next(line for line in shown.splitlines() if line.startswith(" full"))
    assert full.split()[1] in next(line for line in shown.splitlines() if "rests on" in line)


def test_without_sources_nothing_is_said_of_them(world: str) -> None:
    assert "source" not in CliRunner().invoke(app, ["describe", world]).stdout


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

"""tigertail describe."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.dataset.dataset import Dataset
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
    assert "of 60 listeners, could hear 20.0% of the items" in shown
    assert "WARNING: full" not in shown
    full = next(line for line in shown.splitlines() if line.startswith(" full"))
    assert full.split()[1] in next(line for line in shown.splitlines() if "rests on" in line)


def test_names_of_a_dataset_do_not_steer_the_terminal(tmp_path: Path) -> None:
    """The kiosk sells one of three artists; its name and the dataset's turn the terminal red."""
    tables = {
        "plays": pl.DataFrame({"listener_id": ["kim"], "item_id": ["a"], "plays": [0.5]}),
        "items": pl.DataFrame({"item_id": ["a", "b", "c"], "name": ["a", "b", "c"], "kind": "artist"}),
        "listeners": pl.DataFrame({"listener_id": ["kim"], "source": ["\x1b[31mkiosk"]}),
    }
    made = Dataset.write(tmp_path / "made", tables, name="\x1b[31mstreet")
    shown = CliRunner().invoke(app, ["describe", str(made.path)], color=True).stdout
    assert shown.startswith("\\x1b[31mstreet\n")
    assert "WARNING: \\x1b[31mkiosk, 1 of 1 listeners, could hear 33.3% of the items" in shown


def test_half_numbers_are_not_rounded(tmp_path: Path) -> None:
    """One listener has one artist, the other two: the median is between."""
    tables = {
        "plays": pl.DataFrame({"listener_id": list("kll"), "item_id": list("aab"), "plays": [0.1] * 3}),
        "items": pl.DataFrame({"item_id": ["a", "b"], "name": ["a", "b"], "kind": "artist"}),
        "listeners": pl.DataFrame({"listener_id": ["k", "l"]}),
    }
    made = Dataset.write(tmp_path / "made", tables, name="two")
    lines = CliRunner().invoke(app, ["describe", str(made.path)]).stdout.splitlines()
    assert "1.5" in next(line for line in lines if "items per listener" in line).split()[3:-1]
    assert next(line for line in lines if "sum of play counts" in line).split()[-1] == "0.3"


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

"""tigertail diagnose."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.errors import ConfigError
from tigertail.model import Model, ModelConfig, fit, load, save
from tigertail.simulation import WorldConfig, simulate

CONFIG = WorldConfig(listeners=300, artists=200, countries=2, artists_per_listener=15)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("diagnose")
    world = simulate(path / "world", CONFIG)
    save(fit(world, ModelConfig.model_validate({"base": {"factors": 8}})), path / "model")
    return path / "model"


def test_a_person_reads_tables(folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "diagnosis.png"
    result = CliRunner().invoke(app, ["diagnose", str(folder), "-n", "3", "--plot", str(picture)])
    assert result.exit_code == 0, result.output
    for words in ("SIMULATED", "Local share", "Cohesion", "Capacity", "Largest list changes"):
        assert words in result.output
    assert "An artist is local to its country in the catalogue." in result.output
    assert re.search(r"\d+ listeners in \d groups, \d+ in none", result.output)
    changes = result.output.partition("Largest list changes")[2]
    assert "items of 20 listeners or more" in changes
    assert "United States" in changes, "a name, not a code"
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_name_of_a_dataset_does_not_steer_the_terminal(folder: Path, tmp_path: Path) -> None:
    model = load(folder)
    red = replace(model.provenance, dataset="\x1b[31mstreet")
    save(replace(model, provenance=red), tmp_path / "model")
    shown = CliRunner().invoke(app, ["diagnose", str(tmp_path / "model"), "-n", "0"], color=True).stdout
    assert shown.startswith("\\x1b[31mstreet: ")


def test_a_machine_reads_json(folder: Path) -> None:
    found = json.loads(CliRunner().invoke(app, ["diagnose", str(folder), "-n", "3", "--json"]).stdout)
    assert found["simulated"] is True
    assert len(found["list_changes"]["largest"]) == 3
    assert sum(row["share_of_error"] for row in found["capacity"]) == pytest.approx(1)


def test_a_model_without_groups(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "model")  # nobody in that world says where they live
    result = CliRunner().invoke(app, ["diagnose", str(tmp_path / "model")])
    assert isinstance(result.exception, ConfigError)
    assert "no groups of listeners" in str(result.exception)

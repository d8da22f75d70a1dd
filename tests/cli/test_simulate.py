"""tigertail simulate."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tigertail.cli import app, datasets
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, TigertailError
from tigertail.simulation import WorldConfig

SMALL = ["--listeners", "60", "--artists", "80", "--countries", "2", "--artists-per-listener", "8"]


def test_it_makes_a_dataset_and_says_that_it_is_invented(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["simulate", str(tmp_path / "world"), *SMALL])
    assert result.exit_code == 0, result.output
    assert "60 listeners, 80 artists" in result.output
    assert "SIMULATED" in result.output
    assert Dataset.open(tmp_path / "world").simulated


def test_the_seed_makes_the_world(tmp_path: Path) -> None:
    for name, seed in (("first", "1"), ("again", "1"), ("other", "2")):
        CliRunner().invoke(app, ["simulate", str(tmp_path / name), *SMALL, "--seed", seed])
    first, again, other = (Dataset.open(tmp_path / name).fingerprint for name in ("first", "again", "other"))
    assert first == again != other


def test_an_existing_folder_needs_force(tmp_path: Path) -> None:
    command = ["simulate", str(tmp_path / "world"), *SMALL]
    assert CliRunner().invoke(app, command).exit_code == 0
    refused = CliRunner().invoke(app, command)
    assert isinstance(refused.exception, TigertailError)
    assert "--force" in str(refused.exception)
    assert CliRunner().invoke(app, [*command, "--force"]).exit_code == 0


def test_an_absurd_world_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["simulate", str(tmp_path / "world"), "--listeners", "0"])
    assert isinstance(result.exception, ConfigError)
    assert not (tmp_path / "world").exists()


@pytest.mark.parametrize(
    "name", sorted(WorldConfig.model_fields.keys() & inspect.signature(datasets.simulate).parameters.keys())
)
def test_options_have_the_defaults_of_the_configuration(name: str) -> None:
    default = inspect.signature(datasets.simulate).parameters[name].default
    assert default == WorldConfig.model_fields[name].default

"""tigertail evaluate: which systems it compares, and the training part it writes."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from tests.support import run_cli
from typer.testing import Result

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, TigertailError


@pytest.fixture
def chosen(tmp_path: Path) -> Path:
    file = tmp_path / "systems.toml"
    file.write_text('[[system]]\ntype = "random"\n[[system]]\ntype = "bm25"\nname = "mine"\n')
    return file


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    file = tmp_path / "theirs.csv"
    file.write_text(
        "target_item_id,item_id,rank\nn1,Sigur Rós,1\nn1,The Cure,2\nn1,Who?,3\n", encoding="utf-8"
    )
    return file


def systems(result: Result) -> list[str]:
    rows = json.loads(result.stdout)["rows"]
    return list(dict.fromkeys(row["system"] for row in rows))


def test_a_file_chooses_the_systems(scenes: Dataset, chosen: Path) -> None:
    assert systems(run_cli("evaluate", scenes.path, "--systems", chosen, "--json")) == ["random", "mine"]


def test_lists_of_others_are_compared_and_unknown_items_counted(
    scenes: Dataset, chosen: Path, theirs: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.csv"
    again.write_bytes(theirs.read_bytes())
    result = run_cli(
        "evaluate", scenes.path, "--systems", chosen, "--neighbours", theirs, "--neighbours", again, "--json"
    )
    assert systems(result) == ["random", "mine", "theirs", "again"]
    assert "theirs.csv: 3 rows; 3 of its 4 items are in the dataset" in result.stderr
    assert "too high" in result.stderr


def test_two_files_of_one_name_are_refused(
    scenes: Dataset, chosen: Path, theirs: Path, tmp_path: Path
) -> None:
    (tmp_path / "b").mkdir()
    twin = tmp_path / "b" / "theirs.csv"
    twin.write_bytes(theirs.read_bytes())
    with pytest.raises(ConfigError, match="two systems have the name 'theirs'"):
        run_cli("evaluate", scenes.path, "--systems", chosen, "--neighbours", theirs, "--neighbours", twin)


def test_one_file_sets_systems_up(scenes: Dataset, chosen: Path) -> None:
    with pytest.raises(ConfigError, match="--systems replaces them"):
        run_cli("evaluate", scenes.path, "--systems", chosen, "--config", chosen)


def test_the_training_part_is_written_with_the_command_to_evaluate_it(
    scenes: Dataset, tmp_path: Path, chosen: Path
) -> None:
    folder = tmp_path / "train"
    result = run_cli("evaluate", scenes.path, "--seed", 7, "--held-out", 0.3, "--write-train", folder)
    train = Dataset.open(folder)
    assert train.plays["listener_id"].n_unique() == 14, "six of twenty are held out"
    command = re.search(r"tigertail evaluate (.*) --neighbours FILE", result.stdout)
    assert command is not None
    options = command[1].removeprefix(str(scenes.path)).split()
    assert options == ["--held-out", "0.3", "--split", "listeners", "--seed", "7", "--exposure", "catalogue"]
    with pytest.raises(TigertailError, match="already exists"):
        run_cli("evaluate", scenes.path, "--write-train", folder)
    assert run_cli("evaluate", scenes.path, "--write-train", folder, "--force").exit_code == 0


def test_the_command_is_of_the_same_split_and_a_shell_reads_it(scenes: Dataset, tmp_path: Path) -> None:
    spaced = tmp_path / "my data"
    spaced.symlink_to(scenes.path)
    result = run_cli("evaluate", spaced, "--held-out", 0.1750003333, "--write-train", tmp_path / "train")
    words = shlex.split(result.stdout.partition("then: ")[2])
    assert words[:5] == ["tigertail", "evaluate", str(spaced), "--held-out", "0.1750003333"]


@pytest.mark.parametrize(
    "option",
    [
        *(["--config", "f"], ["--systems", "f"], ["--neighbours", "f"], ["--report", "f"]),
        *(["--ground-truth", "f"], ["--ground-truth-format", "sas"]),
        *(["--countries"], ["--json"], ["--brief"]),
    ],
)
def test_nothing_is_evaluated_where_the_training_part_is_written(
    scenes: Dataset, tmp_path: Path, option: list[str]
) -> None:
    with pytest.raises(ConfigError, match=f"^{option[0]}: nothing is evaluated"):
        run_cli("evaluate", scenes.path, "--write-train", tmp_path / "train", *option)
    assert not (tmp_path / "train").exists()


def test_force_is_for_the_training_part(scenes: Dataset) -> None:
    with pytest.raises(ConfigError, match="--force is for --write-train"):
        run_cli("evaluate", scenes.path, "--force")


@pytest.mark.parametrize("option", ["--neighbours", "--write-train"])
def test_lists_of_another_program_are_of_one_split(scenes: Dataset, theirs: Path, option: str) -> None:
    with pytest.raises(ConfigError, match="fitted to the training part of one split"):
        run_cli("evaluate", scenes.path, "--seeds", 2, option, theirs)

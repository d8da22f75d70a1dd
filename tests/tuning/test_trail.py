"""What is done is on disk, is never done twice, and is never mixed with what does not compare."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.model import ModelConfig
from tigertail.tuning.trail import TRIALS, Trail

CONFIG = ModelConfig()
OTHER = ModelConfig.model_validate({"base": {"factors": 9}})


@pytest.fixture
def folder(scenes: Dataset, tmp_path: Path) -> Path:
    """A folder with one trial."""
    with Trail.open(tmp_path / "new" / "out", [scenes], 0) as trail:
        trail.add("base", 0, CONFIG, scenes, {"frontier": 0.25}, 1.5)
    return tmp_path / "new" / "out"


def test_finds_what_is_done_and_nothing_else(scenes: Dataset, folder: Path) -> None:
    with Trail.open(folder, [scenes], 0) as trail:
        assert len(trail) == 1
        assert trail.find("base", CONFIG, scenes) == {"frontier": 0.25}
        assert trail.find("plain", CONFIG, scenes) is None
        assert trail.find("base", OTHER, scenes) is None


def test_a_trial_is_on_disk_at_once(scenes: Dataset, folder: Path) -> None:
    with Trail.open(folder, [scenes], 0) as trail:
        trail.add("base", 1, OTHER, scenes, {"frontier": 0.5}, 1)
        lines = (folder / TRIALS).read_text().splitlines()
    assert len(lines) == 3
    for word in ('"factors": 9', '"frontier": 0.5', '"seconds": 1', '"seed": 0', scenes.fingerprint):
        assert word in lines[2]


@pytest.mark.parametrize("torn", ['{"family": "ba', "{", '{"family": "base", "config": {"é'])
def test_a_line_torn_by_a_kill_is_cut_off(scenes: Dataset, folder: Path, torn: str) -> None:
    file = folder / TRIALS
    whole = file.read_bytes()
    file.write_bytes(whole + torn.encode()[:-1])
    with Trail.open(folder, [scenes], 0) as trail:
        assert len(trail) == 1
    assert file.read_bytes() == whole
    with Trail.open(folder, [scenes], 0) as trail:
        trail.add("base", 1, OTHER, scenes, {"frontier": 0.5}, 1)
    with Trail.open(folder, [scenes], 0) as trail:
        assert len(trail) == 2


def test_a_damaged_line_is_named(scenes: Dataset, folder: Path) -> None:
    with (folder / TRIALS).open("a") as file:
        file.write("nonsense\n")
    with pytest.raises(ConfigError, match=r"line 3: damaged"):
        Trail.open(folder, [scenes], 0)
    with (folder / TRIALS).open("a") as file:
        file.write("{}\n")
    lines = (folder / TRIALS).read_text().splitlines()
    (folder / TRIALS).write_text("\n".join(lines[:2] + lines[3:]) + "\n")
    with pytest.raises(ConfigError, match=r"line 3: damaged"):
        Trail.open(folder, [scenes], 0)


def test_a_strange_file_is_refused(scenes: Dataset, tmp_path: Path) -> None:
    (tmp_path / TRIALS).write_text('{"something": "else"}\n')
    with pytest.raises(ConfigError, match="another version"):
        Trail.open(tmp_path, [scenes], 0)


def test_other_data_another_seed_or_space_is_refused(
    scenes: Dataset, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer: dict[str, pl.DataFrame | pl.LazyFrame] = {"plays": scenes.plays.head(40), "items": scenes.items}
    other = Dataset.write(tmp_path / "other", fewer, name="other")
    for datasets in ([other], [scenes, other]):
        with pytest.raises(ConfigError, match=r"other datasets \(scenes\)") as refused:
            Trail.open(folder, datasets, 0)
        assert "--out" in refused.value.remedy
    with pytest.raises(ConfigError, match="another seed"):
        Trail.open(folder, [scenes], 1)
    monkeypatch.setattr("tigertail.tuning.trail.digest", lambda: "another")
    with pytest.raises(ConfigError, match="another search space"):
        Trail.open(folder, [scenes], 0)


def test_two_searches_do_not_share_a_folder(scenes: Dataset, folder: Path) -> None:
    with Trail.open(folder, [scenes], 0), pytest.raises(ConfigError, match="another search is at work"):
        Trail.open(folder, [scenes], 0)
    with Trail.open(folder, [scenes], 0):
        pass


def test_what_is_no_file_is_refused(scenes: Dataset, tmp_path: Path) -> None:
    (tmp_path / TRIALS).mkdir()
    with pytest.raises(ConfigError, match="cannot be read and written"):
        Trail.open(tmp_path, [scenes], 0)

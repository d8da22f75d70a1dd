"""The package's public face: a few calls, and names that cost nothing until they are used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tigertail
from tigertail import model
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ModelError
from tigertail.evaluation import System
from tigertail.evaluation.baselines import WorldPopularity
from tigertail.simulation import WorldConfig

SMALL = {"base": {"factors": 8}}


def test_fit_load_and_ask(scenes: Dataset, tmp_path: Path) -> None:
    config = tigertail.ModelConfig.model_validate(SMALL)
    fitted = tigertail.fit(str(scenes.path), tmp_path / "model", config)
    loaded = tigertail.load(tmp_path / "model")
    assert set(loaded.similar("Youssou N'Dour", n=3)["item_id"]) == {"s1", "s2", "s4"}
    assert loaded.neighbours().equals(fitted.neighbours())


def test_without_a_path_nothing_is_written(
    scenes: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(
        tigertail.fit(scenes, config=tigertail.ModelConfig.model_validate(SMALL)), tigertail.Model
    )
    assert not list(tmp_path.iterdir())


def test_a_folder_of_something_else_is_refused_before_the_work(
    scenes: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*arguments: object, **options: object) -> None:
        raise AssertionError

    (tmp_path / "thesis.tex").touch()
    monkeypatch.setattr("tigertail.model.fit", work)
    with pytest.raises(ModelError, match="is not a model"):
        tigertail.fit(scenes, tmp_path)


def test_simulate_build_evaluate_and_save(tmp_path: Path) -> None:
    world = tigertail.simulate(
        tmp_path / "world", WorldConfig(listeners=100, artists=60, countries=2, artists_per_listener=12)
    )
    (tmp_path / "recipe.toml").write_text(
        '[[source]]\nformat = "parquet"\npath = "world/plays.parquet"\nnamespace = "world"\n'
    )
    built = tigertail.build(tmp_path / "recipe.toml", tmp_path / "built")
    assert built.plays.height == world.plays.height
    systems = [System("popularity", WorldPopularity().fit)]
    assert tigertail.evaluate(built, systems).rows[0].system == "popularity"
    tigertail.fit(built, config=tigertail.ModelConfig.model_validate(SMALL)).save(tmp_path / "model")
    assert len(tigertail.load(tmp_path / "model").items) == built.plays["item_id"].n_unique()


def test_what_is_added_is_of_the_kind_of_the_model_and_has_the_version_on_disk(tmp_path: Path) -> None:
    plays = {"user": [1, 1, 2, 2], "artist": ["Kult", "Hey", "Kult", "Hey"], "track": ["a", "b", "a", "b"]}
    tracks = Dataset.of(plays, kind="track")
    fitted = tigertail.fit(tracks, tmp_path, tigertail.ModelConfig.model_validate(SMALL))
    assert fitted.version == tigertail.load(tmp_path).version
    more = {"who": [3, 3], "artist": ["Kult", "Kult"], "track": ["a", "c"]}
    columns = {"listener_id": "who"}
    assert tigertail.add(tmp_path, more, columns=columns, dry_run=True).version is None
    after = tigertail.add(tmp_path, more, columns=columns)
    assert after.version == tigertail.load(tmp_path).version != fitted.version
    assert after.items["kind"].to_list() == ["track"] * 3
    assert after.training_summary["added"][-1]["plays"] == 2


def test_an_addition_is_not_lost_to_another_that_began_before_it(
    scenes: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tigertail.fit(scenes, tmp_path, tigertail.ModelConfig.model_validate(SMALL))
    add = model.add

    def slow(before: model.Model, dataset: Dataset, **options: int) -> model.Model:
        monkeypatch.undo()
        tigertail.add(tmp_path, {"user": ["ann", "ann"], "artist": ["n1", "quick"]})
        return add(before, dataset, **options)

    monkeypatch.setattr(model, "add", slow)
    with pytest.raises(ModelError, match="the model was replaced while this one was made of it"):
        tigertail.add(tmp_path, {"user": ["bob", "bob"], "artist": ["n2", "slow"]})
    assert tigertail.load(tmp_path).index.match("quick").code >= 0


def test_frames_beside_a_dataset_are_refused(scenes: Dataset) -> None:
    with pytest.raises(TypeError, match="items goes with a frame of plays"):
        tigertail.fit(scenes, items={"item_id": ["n1"]})


@pytest.mark.parametrize("name", tigertail.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(tigertail, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'predict'"):
        _ = tigertail.predict


@pytest.mark.parametrize("code", ["import tigertail", "from tigertail.cli import app; app(['--help'])"])
def test_heavy_libraries_wait_until_they_are_needed(code: str) -> None:
    check = "import sys, atexit; atexit.register(lambda: print('\\n', *sys.modules, sep='\\n'))\n"
    run = subprocess.run([sys.executable, "-c", check + code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.splitlines())
    assert "tigertail" in loaded
    assert not loaded & {"polars", "numba", "numpy", "scipy", "pydantic", "matplotlib", "rapidfuzz"}

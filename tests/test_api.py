"""The package's public face: three calls, and names that cost nothing until they are used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tigertail
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ModelError

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

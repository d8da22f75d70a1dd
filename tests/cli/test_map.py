"""tigertail map."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.errors import ConfigError
from tigertail.model import Model, save
from tigertail.model.maps.map import read_map


@pytest.fixture
def folder(model: Model, tmp_path: Path) -> Path:
    save(model, tmp_path / "model")
    return tmp_path / "model"


def test_a_map_is_kept_with_the_model_and_drawn(folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "map.png"
    result = CliRunner().invoke(app, ["map", str(folder), "--plot", str(picture)])
    assert result.exit_code == 0, result.output
    assert "of 9 items 8 have a position by naive CF, 8 by the model" in result.output
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert read_map(folder) is not None


def test_a_picture_of_unknown_format_is_refused_before_the_work(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["map", str(folder), "--plot", str(tmp_path / "map.gif")])
    assert isinstance(result.exception, ConfigError)
    assert read_map(folder) is None


def test_a_folder_for_the_picture_is_refused_before_the_work(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "map.png").mkdir()
    result = CliRunner().invoke(app, ["map", str(folder), "--plot", str(tmp_path / "map.png")])
    assert result.exit_code == 2
    assert "is a directory" in result.output
    assert read_map(folder) is None


def test_a_picture_without_matplotlib_is_refused_before_the_work(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = CliRunner().invoke(app, ["map", str(folder), "--plot", str(tmp_path / "map.png")])
    assert isinstance(result.exception, ConfigError)
    assert read_map(folder) is None

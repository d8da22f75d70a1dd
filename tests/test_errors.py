"""A missing extra is named, with the command that installs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.audio import find_clips
from tigertail.audio.analyse import analyse
from tigertail.errors import ConfigError, DataError, missing_extra
from tigertail.model.maps.layout import layout, neighbour_graph
from tigertail.model.weights import plot_weights
from tigertail.text.documents import to_plain

_HIDE = "import sys; sys.modules[sys.argv.pop(1)] = None; from tigertail.cli import main; main()"


@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("fastapi", ["serve", "model"]),
        ("uvicorn", ["serve", "model"]),
        ("pydantic_settings", ["serve", "model"]),
        ("sqlalchemy", ["serve", "model"]),
        ("starlette", ["key"]),
        ("sqlalchemy", ["feedback", "count", "events.sqlite"]),
        ("alembic", ["feedback", "export", "events.sqlite", "events.parquet"]),
        ("sqlalchemy", ["feedback", "erase", "events.sqlite", "ola"]),
        ("sqlalchemy", ["feedback", "prune", "events.sqlite", "--days", "1"]),
    ],
)
def test_a_command_without_the_service_extra(module: str, command: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _HIDE, module, *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    problem, remedy = done.stderr.splitlines()
    assert problem.endswith(f"needs {module}, which is not installed")
    assert remedy == "  -> pip install 'tigertail[service]'"


def analysed(folder: Path) -> object:
    (folder / "clips").mkdir()
    (folder / "clips" / "a.wav").touch()
    return analyse(find_clips(folder / "clips"), folder / "out.parquet")


def laid_out(folder: Path) -> object:
    one, other = np.array([0], np.int32), np.array([1], np.int32)
    return layout(neighbour_graph(one, other, one, 2), np.zeros((2, 2), np.float32), 0)


def plotted(folder: Path) -> object:
    return plot_weights(pl.DataFrame({"listeners": [1], "factors": [1.0]}), folder / "weights.png")


@pytest.mark.parametrize(
    ("module", "extra", "use"),
    [
        ("lxml", "web", lambda folder: to_plain("<p>Kino", "html")),
        ("mwparserfromhell", "web", lambda folder: to_plain("'''Kino'''", "wikitext")),
        ("soundfile", "audio", analysed),
        ("umap", "map", laid_out),
        ("matplotlib", "plot", plotted),
    ],
)
def test_an_extra_that_is_missing_is_named(
    module: str, extra: str, use: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, name)  # imported by an earlier test
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigError, match=f"needs {module}, which is not installed") as error:
        use(tmp_path)
    assert error.value.remedy == f"pip install 'tigertail[{extra}]'"


@pytest.mark.parametrize("name", ["tigertail.nowhere", None])
def test_a_module_of_ours_is_no_extra(name: str | None) -> None:
    with pytest.raises(ModuleNotFoundError), missing_extra("service", "the service"):
        raise ModuleNotFoundError("gone", name=name)


def test_control_characters_are_shown_and_not_sent() -> None:
    error = DataError(
        "the column '\x1b]0;title\x07' is missing", remedy="the file has \u202ename, Кино, فيروز\r"
    )
    assert str(error) == (
        "the column '\\x1b]0;title\\x07' is missing\n  -> the file has \\u202ename, Кино, فيروز\\r"
    )

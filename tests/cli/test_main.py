"""The command line as a process: its version, its entry points, and a reader that goes away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tigertail import __version__
from tigertail.model import Model, save

MODULE = [sys.executable, "-m", "tigertail"]


@pytest.fixture
def folder(model: Model, tmp_path: Path) -> str:
    save(model, tmp_path / "model")
    return str(tmp_path / "model")


def test_the_version_is_that_of_the_package() -> None:
    done = subprocess.run([*MODULE, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"tigertail {__version__}\n"


@pytest.mark.parametrize("options", [["--out", "-"], ["--out", "/dev/stdout"]])
def test_a_reader_that_goes_away_is_no_error(folder: str, options: list[str]) -> None:
    # More than a pipe holds is written, and nobody reads: the pipe is closed before the command writes.
    command = f"import sys; sys.argv = ['tigertail', 'neighbours', *sys.argv[1:]]\n{ENDLESS}"
    process = subprocess.Popen(
        [sys.executable, "-c", command, folder, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait() == 0, errors
    assert "Traceback" not in errors
    assert "Broken" not in errors


ENDLESS = """
from types import SimpleNamespace
import polars as pl
from tigertail.cli import main
from tigertail.model import Model
lists = pl.DataFrame({"target_item_id": ["a"] * 10**6, "item_id": "b", "score": 0.5, "rank": 1})
Model.answer_many = lambda *_, **__: SimpleNamespace(notices=(), table=lambda **_: lists)
main()
"""


def test_lists_go_to_standard_output_and_the_summary_does_not(folder: str) -> None:
    done = subprocess.run(
        [*MODULE, "neighbours", folder, "--out", "-", "--top", "1"],
        capture_output=True,
        text=True,
        check=True,
    )
    first, *rows = done.stdout.splitlines()
    assert first == "target_item_id,item_id,score,rank"
    assert len(rows) > 3
    assert all(row.count(",") == 3 for row in rows)
    assert "rows for" in done.stderr

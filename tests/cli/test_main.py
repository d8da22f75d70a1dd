"""The command line as a process: its version, its entry points, and a reader that goes away."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tigertail import __version__
from tigertail.model import Model, save

MODULE = [sys.executable, "-m", "tigertail"]
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


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


def test_a_failed_command_fails_also_where_nobody_reads() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", FAILING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=BUFFERED
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read().decode() == "tigertail: cannot be done\n  -> do other\n"
    process.stderr.close()
    assert process.wait() == 1


FAILING = """
from tigertail import cli
from tigertail.errors import ConfigError
def app():
    print("the first lines of a table")
    raise ConfigError("cannot be done", remedy="do other")
cli.app = app
cli.main()
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_standard_output_on_a_full_disk_is_an_error_with_a_remedy() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*MODULE, "--version"], stdout=full, stderr=subprocess.PIPE, text=True, env=BUFFERED, check=False
        )
    first, remedy = done.stderr.splitlines()
    assert first == "tigertail: standard output cannot be written (No space left on device)"
    assert remedy.startswith("  -> free some space")
    assert done.returncode == 1


def test_a_name_that_standard_output_cannot_encode_is_an_error_with_a_remedy() -> None:
    code = "from tigertail import cli; cli.app = lambda: print('Кино'); cli.main()"
    command = [sys.executable, "-c", code]
    ascii_alone = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, env=ascii_alone, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        r"tigertail: standard output is in ascii, which lacks '\u041a'",
        "  -> set PYTHONIOENCODING=utf-8 in the environment",
    ]


@pytest.mark.skipif(os.name == "nt", reason="closes a descriptor by a POSIX shell")
def test_a_command_started_without_standard_output_runs() -> None:
    command = shlex.join([*MODULE, "--version"])
    done = subprocess.run(["sh", "-c", f"{command} >&-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="closes a descriptor by a POSIX shell")
def test_a_command_started_without_standard_error_runs_without_progress() -> None:
    code = (
        "from tigertail import cli; from tigertail.progress import track\n"
        "cli.app = lambda: print([*track([1, 2], 'work')])\n"
        "cli.main()"
    )
    command = shlex.join([sys.executable, "-c", code])
    done = subprocess.run(["sh", "-c", f"{command} 2>&-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[1, 2]\n")


def test_lines_written_together_end_quietly_too() -> None:
    command = (
        "import sys; from tigertail.cli import _Output\n_Output(sys.stdout).writelines(['row\\n'] * 10**6)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


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

"""tigertail feedback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.support import run_cli
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.errors import DataError
from tigertail.feedback import FeedbackStore, read_feedback


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A store in which Ann plays three things and Bob one."""
    common = {"kind": "play", "query": "kult", "item": "hey", "rank": 1, "model": "m", "list_id": "l"}
    path = tmp_path / "feedback.db"
    with FeedbackStore.open(path) as store:
        store.record([common | {"event_id": f"a{n}", "listener": "ann"} for n in range(3)])
        store.record([common | {"event_id": "b", "listener": "bob", "kind": "like"}])
    return str(path)


def run(*arguments: object) -> str:
    return run_cli("feedback", *arguments).output


def test_events_are_counted(file: str) -> None:
    lines = [line.split() for line in run("count", file).splitlines()]
    assert ["like", "1"] in lines
    assert ["play", "3"] in lines
    assert ["all", "4"] in lines


def test_events_are_exported(file: str, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    assert "4 events" in run("export", file, str(out))
    assert read_feedback(out).height == 4
    assert "1 events" in run("export", file, str(out), "--after", "3")


def test_events_go_to_a_pipe_and_what_is_said_of_them_does_not(file: str) -> None:
    command = [sys.executable, "-m", "tigertail", "feedback", "export", file, "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert pl.read_parquet(done.stdout).height == 4
    assert b"4 events" in done.stderr


def test_a_listener_is_erased(file: str) -> None:
    assert "3 events erased" in run("erase", file, "ann")
    assert read_feedback(file)["listener"].to_list() == ["bob"]


def test_old_events_are_erased(file: str) -> None:
    assert "0 events erased" in run("prune", file, "--days", "1")
    assert "4 events erased" in run("prune", file, "--days", "0")


@pytest.mark.parametrize("command", [["count"], ["erase"], ["prune", "--days", "1"], ["export"]])
def test_no_store_is_made_by_asking(command: list[str], tmp_path: Path) -> None:
    more = {"erase": ["ann"], "export": [str(tmp_path / "out")]}.get(command[0], [])
    file = tmp_path / "none.db"
    result = CliRunner().invoke(app, ["feedback", command[0], str(file), *more, *command[1:]])
    assert isinstance(result.exception, DataError)
    assert list(tmp_path.iterdir()) == []

"""The commands on Spark, as far as they go without it."""

from __future__ import annotations

import json
import sys
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.support import run_cli

from tigertail.cli import report
from tigertail.cli.spark import _settings
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, ModelError, TigertailWarning

pytest.importorskip("pyarrow", reason="the extra 'spark' is not installed")
from tests.spark.here import ClusterHere

from tigertail.spark import session


@pytest.fixture
def evaluate(scenes: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A command that evaluates popularity on a cluster in this process."""
    monkeypatch.setattr(session, "spark_session", lambda *_: nullcontext())
    monkeypatch.setattr(session, "SparkCluster", lambda _: ClusterHere())
    (tmp_path / "systems.toml").write_text('[[system]]\ntype = "popularity"\n')
    asked = ["spark", "evaluate", scenes.path, "--work", tmp_path / "work"]
    return [*asked, "--systems", tmp_path / "systems.toml"]


def test_a_setting_of_spark_without_a_value_is_refused(scenes: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--conf spark\.task\.cpus: no value\n  -> write"):
        run_cli(
            "spark", "fit", scenes.path, tmp_path / "model", "--work", tmp_path, "--conf", "spark.task.cpus"
        )


def test_a_setting_of_spark_is_a_key_and_a_value() -> None:
    assert _settings([" spark.a = 1 ", "spark.b=x=y"]) == {"spark.a": "1", "spark.b": "x=y"}
    with pytest.raises(ConfigError, match=r"--conf =x: no key\n  -> write"):
        _settings(["=x"])


def test_a_share_of_listeners_that_cannot_be_held_out_is_refused(scenes: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--held-out"):
        run_cli("spark", "evaluate", scenes.path, "--work", tmp_path, "--held-out", 2)


def test_a_folder_that_is_no_model_is_refused_before_the_work(scenes: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError):
        run_cli("spark", "fit", scenes.path, tmp_path / "file", "--work", tmp_path)


def test_a_report_without_matplotlib_is_refused_before_the_work(
    scenes: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ConfigError, match="a plot needs matplotlib"):
        run_cli("spark", "evaluate", scenes.path, "--work", tmp_path, "--report", tmp_path / "report")


def test_what_a_session_lacks_is_told_for_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    told = r"a session of Spark needs pandas, which is not installed\n  -> pip install 'tigertail\[spark\]'"
    with pytest.raises(ConfigError, match=told), session.spark_session(None):
        pass


def test_notes_are_printed_last(evaluate: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    def print_report(*_: Any, **__: Any) -> None:
        warnings.warn("few listeners", TigertailWarning, stacklevel=2)
        typer.echo("the report")

    monkeypatch.setattr(report, "print_report", print_report)
    assert run_cli(*evaluate).output.endswith("the report\nNote: few listeners\n")


def test_a_reader_that_goes_away_does_not_take_the_report_along(
    evaluate: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise SystemExit(0)

    monkeypatch.setattr(report, "print_report", gone)
    run_cli(*evaluate, "--report", tmp_path / "report")
    assert json.loads((tmp_path / "report" / "report.json").read_text())

"""The command that fits on Spark."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import run_cli

from tigertail.cli.spark import _settings
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, ModelError

pytest.importorskip("pyarrow", reason="the extra 'spark' is not installed")


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

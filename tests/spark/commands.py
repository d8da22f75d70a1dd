"""Commands in processes of their own, on Apache Spark and without it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

SETTINGS: Final = {"spark.ui.enabled": "false", "spark.driver.host": "localhost"}


def need_spark() -> None:
    """Skip the test where there is no Spark, and let one of this process listen on loopback."""
    pytest.importorskip("pyspark", reason="needs the extra spark")
    if shutil.which("java") is None and "TIGERTAIL_REQUIRE_SERVERS" not in os.environ:
        pytest.skip("needs Java 17")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")


def tigertail(
    folder: Path, *arguments: object, killing: tuple[str, str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command, in which a task kills whom it is to, in which stages."""
    dying = [str(Path(__file__).with_name("dying.py")), *killing] if killing else ["-m", "tigertail"]
    return subprocess.run(
        [sys.executable, *dying, *map(str, arguments)],
        cwd=folder,
        env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
    )


def on_spark(
    folder: Path,
    command: str,
    *arguments: object,
    master: str,
    conf: tuple[str, ...] = (),
    killing: tuple[str, str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command of ``tigertail spark``."""
    settings = [*("=".join(setting) for setting in SETTINGS.items()), *conf]
    told = [part for setting in settings for part in ("--conf", setting)]
    return tigertail(folder, "spark", command, *arguments, "--master", master, *told, killing=killing)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, by its path there."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

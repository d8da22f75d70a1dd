"""Commands in processes of their own, on Apache Spark and without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


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
    settings = ["spark.ui.enabled=false", "spark.driver.host=localhost", *conf]
    told = [part for setting in settings for part in ("--conf", setting)]
    return tigertail(folder, "spark", command, *arguments, "--master", master, *told, killing=killing)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, by its path there."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

"""Apache Spark as what runs tasks: its session, and what its errors mean."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from tigertail.errors import ConfigError, DataError, missing_extra
from tigertail.spark.cluster import Task

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS: Final = {"spark.ui.showConsoleProgress": "false"}
"""Ours, unless others are given: Spark prints no progress bar of its own."""

# The error that ends a trace of Python's, up to an empty line or Java's own trace.
_RAISED: Final = re.compile(
    r"^Traceback \(most recent call last\):\n(?:[ \t].*\n)*(\S.*(?:\n(?!\tat ).+)*)", re.MULTILINE
)


@contextmanager
def spark_session(master: str | None, settings: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """Start a session of Spark, and stop it at the end of the block.

    A session that this process has already is taken instead, and stopped too.

    Parameters
    ----------
    master
        URL of the cluster, such as ``spark://host:7077`` or ``local-cluster[2,1,1024]``; None means what
        ``spark-submit`` says.
    settings
        Settings of Spark's; they come before ours.

    Raises
    ------
    ConfigError
        If PySpark or Java are not there, or the session does not start.
    """
    with missing_extra("spark", "a session of Spark"):
        import pandas  # noqa: F401 - mapInArrow asks for it
        from pyspark.sql import SparkSession
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and (home is None or not (Path(home) / "bin/java").exists()):
        raise ConfigError("Spark needs Java, which is not there", remedy="install a JRE of version 17")
    chosen = SETTINGS | dict(settings or {})
    threads = chosen.get("spark.task.cpus", "1")
    for name in ("NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"):
        chosen.setdefault(f"spark.executorEnv.{name}", threads)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else workers run whatever is called python3
    builder = SparkSession.builder.appName("tigertail")
    if master is not None:
        builder = builder.master(master)
    for name, value in chosen.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # of Java, of the network or of PySpark, by the thing that failed
        raise ConfigError(
            f"Spark did not start: {_problem(error)}", remedy="look at its log above"
        ) from error
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def task_errors(then: str) -> Iterator[None]:
    """Turn a failure of Spark's into an error that says what its task said, or else what Spark said.

    Parameters
    ----------
    then
        What happens when the command is given again.

    Raises
    ------
    DataError
        If a task failed as often as Spark tries it.
    """
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        raised = _RAISED.findall(str(error))
        # A TigertailError prints itself as problem, line feed, "  -> remedy", which it may lack.
        problem, _, remedy = (raised[-1] if raised else _problem(error)).partition("\n  -> ")
        problem = re.sub(r"^tigertail\.errors\.\w+: ", "", problem)
        raise DataError(
            f"a task failed: {problem}", remedy=remedy or f"look at Spark's log above; {then}"
        ) from error


def _problem(error: Exception) -> str:
    """Return the line of an error that says what failed: the first one of Py4J's names the call alone."""
    from py4j.protocol import Py4JJavaError

    lines = [line for line in str(error).splitlines() if line.strip()]
    if isinstance(error, Py4JJavaError):
        lines = lines[1:]
    return lines[0].lstrip(": ") if lines else type(error).__name__


@dataclass(frozen=True)
class SparkCluster:
    """Runs tasks as those of Spark, a partition each, with data frames and ``mapInArrow`` alone.

    Parameters
    ----------
    session
        The session.
    """

    session: SparkSession

    def run(self, stage: str, task: Task, blocks: int) -> list[str]:
        """Run a task for each block.

        Raises
        ------
        DataError
            If a task failed as often as Spark tries it.
        """
        if context := getattr(self.session, "sparkContext", None):  # Spark Connect has none
            context.setJobDescription(stage)
        run: Any = partial(_run_blocks, task=task)
        numbers = self.session.range(0, blocks, 1, blocks)
        with task_errors("the same command goes on after the last stage that was written"):
            rows = numbers.mapInArrow(run, "id bigint, name string").collect()
        return [row.name for row in sorted(rows, key=lambda row: row.id)]


def _run_blocks(batches: Iterator[pa.RecordBatch], task: Task) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for block in batch.column("id").to_pylist():
            yield pa.RecordBatch.from_pydict({"id": [block], "name": [task(block)]})

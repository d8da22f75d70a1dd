"""What is said of Spark where it does not start, and of a task that failed: its own words, where it has any."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.spark.commands import SETTINGS, need_spark, on_spark
from tests.support import tiny_world

from tigertail.errors import DataError
from tigertail.spark.cluster import Task
from tigertail.spark.session import SparkCluster, spark_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="module", autouse=True)
def _spark() -> None:
    need_spark()


@pytest.fixture(scope="module")
def session(_spark: None) -> Iterator[SparkSession]:
    with spark_session("local[1]", SETTINGS) as session:
        yield session


def raising(make: type[Exception], *arguments: str, **named: object) -> Task:
    """Return a task that fails; it is pickled whole, since workers do not have the tests."""

    def task(block: int) -> str:
        raise make(*arguments, **named)

    return task


def told(session: SparkSession, task: Task) -> tuple[str, str]:
    with pytest.raises(DataError) as failed:
        SparkCluster(session).run("failing", task, 1)
    return failed.value.problem, failed.value.remedy


def test_a_failure_is_told_in_the_words_of_the_task(session: SparkSession) -> None:
    look = "look at Spark's log above; the same command goes on after the last stage that was written"
    assert told(session, raising(DataError, "3 fields", remedy="check it", path="plays.tsv", line=7)) == (
        "a task failed: plays.tsv, line 7: 3 fields",
        "check it",
    )
    assert told(session, raising(DataError, "no column 'play\ncount'", remedy="check it")) == (
        "a task failed: no column 'play\ncount'",
        "check it",
    )
    unreadable = raising(DataError, "cannot be read (Permission denied)", path="plays.tsv")
    assert told(session, unreadable) == ("a task failed: plays.tsv: cannot be read (Permission denied)", look)
    assert told(session, raising(ZeroDivisionError, "no rows")) == (
        "a task failed: ZeroDivisionError: no rows",
        look,
    )


def test_of_several_errors_the_last_is_told(session: SparkSession) -> None:
    def task(block: int) -> str:
        try:
            raise DataError("3 fields", remedy="check it")
        except DataError as error:
            raise DataError("no plays", remedy="give some") from error

    session.conf.set("spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled", "false")
    assert told(session, task) == ("a task failed: no plays", "give some")


def test_a_worker_that_dies_is_told(session: SparkSession) -> None:
    def task(block: int) -> str:
        os._exit(1)

    assert "Python worker exited unexpectedly" in told(session, task)[0]


def test_why_spark_does_not_start_is_told(tmp_path: Path) -> None:
    world = tiny_world(tmp_path)
    conf = ("spark.task.cpus=two",)
    done = on_spark(tmp_path, "fit", world.path, "model", "--work", "work", master="local[1]", conf=conf)
    problem = r"^tigertail: Spark did not start: .*spark\.task\.cpus should be int, but was two\n  -> "
    assert re.search(problem, done.stderr, re.MULTILINE)

"""The command line, but for a task that kills somebody in the middle of a stage, once a stage.

python tests/spark/dying.py driver|executor STAGE,STAGE MARKERS COMMAND ...
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from tigertail.cli import main
from tigertail.spark.cluster import Made, Task
from tigertail.spark.session import SparkCluster


def dying(batches: Iterator, task: Task, marker: str, victim: int | None) -> Iterator:
    """Run a task, and once its first block is made kill a process: by default the executor that the task is of."""
    for batch in task(batches):
        yield batch
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        if victim is None:  # a worker is forked by a process that the executor started
            status = Path(f"/proc/{os.getppid()}/stat").read_text()
            victim = int(status.rpartition(")")[2].split()[1])
        os.kill(victim, signal.SIGKILL)


def write_and_die(whom: str, stages: list[str], markers: Path) -> Callable[[SparkCluster, Made, str], None]:
    """Return what writes a stage, and kills in the middle of some of them."""
    write = SparkCluster.write

    def write_stage(cluster: SparkCluster, rows: Made, uri: str) -> None:
        stage = uri.rpartition("/")[2]
        if stage in stages:
            victim = os.getpid() if whom == "driver" else None
            task = partial(dying, task=rows.task, marker=str(markers / stage), victim=victim)
            rows = replace(rows, task=task)
        write(cluster, rows, uri)

    return write_stage


if __name__ == "__main__":
    who, where, folder = sys.argv[1], sys.argv[2].split(","), Path(sys.argv[3])
    folder.mkdir()
    sys.argv[1:] = sys.argv[4:]
    SparkCluster.write = write_and_die(who, where, folder)
    main()

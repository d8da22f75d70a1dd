"""The command line, but for a task that kills somebody in the middle of a stage, once a stage.

python tests/spark/dying.py driver|executor STAGE,STAGE MARKERS COMMAND ...
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tigertail.cli import main
from tigertail.spark.cluster import Task
from tigertail.spark.session import SparkCluster


def dying(block: int, task: Task, marker: str, victim: int | None) -> str:
    """Run a task, and once a first block is made kill a process: by default the executor that the task is of."""
    name = task(block)
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return name
    if victim is None:  # a worker is forked by a process that the executor started
        status = Path(f"/proc/{os.getppid()}/stat").read_text()
        victim = int(status.rpartition(")")[2].split()[1])
    os.kill(victim, signal.SIGKILL)
    return name


def run_and_die(
    whom: str, stages: list[str], markers: Path
) -> Callable[[SparkCluster, str, Task, int], list[str]]:
    """Return what runs the tasks of a stage, and kills in the middle of some stages."""
    run = SparkCluster.run

    def run_stage(cluster: SparkCluster, stage: str, task: Task, blocks: int) -> list[str]:
        if stage in stages:
            victim = os.getpid() if whom == "driver" else None
            task = partial(dying, task=task, marker=str(markers / stage), victim=victim)
        return run(cluster, stage, task, blocks)

    return run_stage


if __name__ == "__main__":
    who, where, folder = sys.argv[1], sys.argv[2].split(","), Path(sys.argv[3])
    folder.mkdir()
    sys.argv[1:] = sys.argv[4:]
    SparkCluster.run = run_and_die(who, where, folder)
    main()

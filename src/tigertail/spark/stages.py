"""Stages of distributed work: made by a cluster, or written by the driver, unless they were finished before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tigertail.spark.checkpoints import Checkpoints, key_of
from tigertail.spark.cluster import Cluster
from tigertail.spark.records import Record
from tigertail.spark.stamp import check_stamp, process_stamp
from tigertail.threads import limited

Make = Callable[[int, Checkpoints], Iterable[Record]]
"""Takes the number of a block and what is kept, and returns the records of that block in a stage."""


@dataclass(frozen=True)
class Stages:
    """The stages of one piece of work, and what makes them.

    Parameters
    ----------
    cluster
        What runs tasks.
    kept
        Where stages are.
    """

    cluster: Cluster
    kept: Checkpoints

    def make(self, stage: str, make: Make, blocks: int) -> None:
        """Have the blocks of a stage made by tasks."""
        if self.kept.done(stage):
            return
        self.kept.begin(stage)
        task = partial(_made, stage=stage, make=make, kept=self.kept, stamp=process_stamp())
        self.kept.finish(stage, self.cluster.run(stage, task, blocks))

    def put(self, stage: str, blocks: Iterable[Iterable[Record]]) -> None:
        """Write the blocks of a stage here."""
        if self.kept.done(stage):
            return
        self.kept.begin(stage)
        names = [self.kept.write(stage, block, records) for block, records in enumerate(blocks)]
        self.kept.finish(stage, names)


@dataclass(frozen=True)
class Distributed:
    """What a cluster does in the place of one machine.

    Parameters
    ----------
    cluster
        What runs the tasks.
    work
        Folder or URI that the driver and all workers reach: see :class:`Checkpoints`.
    """

    cluster: Cluster
    work: Path | str

    def stages(self, *parts: Any) -> Stages:
        """Return the stages of one piece of work, found again by all that it depends on, the stamp among it."""
        return Stages(self.cluster, Checkpoints(self.work, key_of(*parts, process_stamp())))


def _made(block: int, stage: str, make: Make, kept: Checkpoints, stamp: str) -> str:
    check_stamp(stamp)
    with limited(None):
        return kept.write(stage, block, make(block, kept))

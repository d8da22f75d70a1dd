"""What runs tasks, somewhere: a task is given the number of its block, and everything else is in files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Task = Callable[[int], str]
"""Takes the number of a block, and returns the name of what it wrote. It may be run twice: it writes the same again,
under another name."""


class Cluster(Protocol):
    """What runs tasks."""

    def run(self, stage: str, task: Task, blocks: int) -> list[str]:
        """Run a task for each block, and return what each returned, in the order of the blocks.

        Parameters
        ----------
        stage
            Name of what the tasks make; it is only shown to those who watch.
        task
            The task; it is pickled, and its blocks may run in any order.
        blocks
            How many blocks there are; they are numbered from 0.

        Raises
        ------
        DataError
            If a task failed as often as the cluster tries it.
        """

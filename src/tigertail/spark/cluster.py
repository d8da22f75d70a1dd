"""What runs tasks, somewhere: a task is given the number of its block, and everything else is in files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Task = Callable[[int], str]
"""Takes the number of a block, and returns the name of what it wrote. It may be run twice, and gives the same."""


class Cluster(Protocol):
    """What runs tasks."""

    def run(self, stage: str, task: Task, blocks: int) -> list[str]:
        """Run a task for each block, and return what each returned, in the order of the blocks.

        Parameters
        ----------
        stage
            What the tasks make, for those who watch.
        task
            The task.
        blocks
            How many blocks there are.
        """

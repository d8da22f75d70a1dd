"""What runs tasks: rows are read, brought together by block, sorted, and given to a task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

Task = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class Stored:
    """Rows that a stage wrote.

    Parameters
    ----------
    uri
        Where.
    arrays
        The arrays to read, of :data:`~tigertail.spark.records.ARRAYS`; those of the other columns stay there.
    """

    uri: str
    arrays: str


@dataclass(frozen=True)
class Made:
    """Rows that a task makes of others.

    Parameters
    ----------
    task
        The task; it takes the rows of some blocks, sorted by :data:`~tigertail.spark.records.KEYS`.
    of
        The rows it takes.
    blocks
        How many blocks they have.
    """

    task: Task
    of: tuple[Stored | Made, ...]
    blocks: int


class Cluster(Protocol):
    """What runs tasks."""

    def write(self, rows: Made, uri: str) -> None:
        """Run tasks and write the rows that they make, all or none."""

"""Tables as records of a stage."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import polars as pl

from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.records import Frame, Run

F = TypeVar("F", Frame, Run)


def to_record(kind: type[F], name: str, frame: pl.DataFrame) -> F:
    """Return a table as a record."""
    content = io.BytesIO()
    frame.write_ipc(content, compression="lz4")
    return kind(name, np.frombuffer(content.getbuffer(), np.uint8))


def read_frames(
    kept: Checkpoints, stage: str, block: int, kind: type[F], numbers: Iterable[int] | None = None
) -> list[pl.DataFrame]:
    """Return the tables of one kind of record that a block of a stage has; of some numbers, or all."""
    return [pl.read_ipc(record.content.tobytes()) for record in kept.read(stage, kind, block, numbers)]


def frames_by_name(kept: Checkpoints, stage: str, block: int) -> dict[str, pl.DataFrame]:
    """Return the tables that a block of a stage has, by name."""
    return {one.name: pl.read_ipc(one.content.tobytes()) for one in kept.read(stage, Frame, block)}

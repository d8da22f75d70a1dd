"""Tables as records of a stage."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.records import Frame


def packed(frame: pl.DataFrame) -> NDArray[np.uint8]:
    """Return a table as the content of a record."""
    content = io.BytesIO()
    frame.write_ipc(content, compression="lz4")
    return np.frombuffer(content.getbuffer(), np.uint8)


def unpacked(content: NDArray[np.uint8]) -> pl.DataFrame:
    """Return the table of which :func:`packed` returned this."""
    return pl.read_ipc(content.tobytes())


def read_frames(kept: Checkpoints, stage: str, block: int) -> dict[str, pl.DataFrame]:
    """Return the tables that a block of a stage has, by name."""
    return {one.name: unpacked(one.content) for one in kept.read(stage, Frame, block)}

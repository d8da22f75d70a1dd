"""A small world drawn at random, its training plays as a plain matrix, and the two scenes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, Split, hold_out

COUNTRIES = ["FR", "IN", "SN", None]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Sixty listeners in three countries or nobody knows where; 25 items, the first ones popular."""
    rng = np.random.default_rng(0)
    heard = rng.random((60, 25)) < np.linspace(0.6, 0.1, 25)
    row, column = np.nonzero(heard)
    listeners = [f"u{listener:02}" for listener in range(60)]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(
            {
                "listener_id": [listeners[listener] for listener in row],
                "item_id": [f"i{item:02}" for item in column],
                "plays": rng.integers(1, 12, len(row)).astype(np.float64),
            }
        ),
        "items": pl.DataFrame(
            {"item_id": [f"i{item:02}" for item in range(26)], "kind": "artist"}
        ).with_columns(pl.col("item_id").alias("name")),
        "listeners": pl.DataFrame({"listener_id": listeners, "country": COUNTRIES * 15}),
    }
    return Dataset.write(tmp_path_factory.mktemp("world") / "dataset", tables, name="world")


@pytest.fixture(scope="session")
def split(world: Dataset) -> Split:
    return hold_out(world, ProtocolConfig())


@pytest.fixture(scope="session")
def plays(split: Split) -> NDArray[np.float64]:
    """Return the training plays, listeners by items; the last item has none."""
    matrix = split.interactions.plays
    dense = np.zeros(matrix.shape)
    dense[matrix.entry_rows(), matrix.indices] = matrix.data
    assert not dense[:, -1].any()
    return dense


@pytest.fixture(scope="session")
def scene_trial(scenes: Dataset) -> Split:
    return hold_out(scenes, ProtocolConfig())

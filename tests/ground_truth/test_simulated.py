"""The true affinity is a ground truth in a simulated world only."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError
from tigertail.ground_truth.simulated import read_true
from tigertail.simulation.truth import FILE


def test_real_data_have_no_true_affinity(scenes: Dataset) -> None:
    with pytest.raises(DataError, match="not known"):
        read_true(scenes)


def test_only_artists_of_affinity_above_0_are_similar(scenes: Dataset, tmp_path: Path) -> None:
    affinity = pl.DataFrame(
        {
            c.TARGET_ITEM_ID: ["n1", "n1", "n2"],
            c.ITEM_ID: ["n2", "n3", "n1"],
            c.SCORE: [0.5, -0.1, 0.0],
            c.RANK: [1, 2, 1],
        }
    )
    simulated = Dataset.write(
        tmp_path / "world", {"plays": scenes.plays, "items": scenes.items}, name="world"
    )
    affinity.write_parquet(simulated.path / FILE)
    truth = read_true(simulated)
    assert truth.pairs.rows() == [("n1", "n2", 0.5)]
    assert (truth.read, truth.queries_read, truth.queries) == (3, 2, 1)
    assert truth.left_out == {"true affinity not above 0": 2}

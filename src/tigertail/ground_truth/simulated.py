"""The true affinity of a simulated world as a ground truth."""

from __future__ import annotations

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.ground_truth.ground_truth import GroundTruth
from tigertail.simulation.truth import true_affinity


def read_true(dataset: Dataset) -> GroundTruth:
    """Return the true affinity of a simulated dataset, graded by its score where that is above 0.

    Raises
    ------
    DataError
        If the dataset is real.
    """
    known = true_affinity(dataset)
    pairs = known.filter(pl.col(c.SCORE) > 0).select(c.TARGET_ITEM_ID, c.ITEM_ID, c.SCORE)
    below = len(known) - len(pairs)
    left_out = {"true affinity not above 0": below} if below else {}
    return GroundTruth("true affinity", pairs, True, len(known), left_out, known[c.TARGET_ITEM_ID].n_unique())

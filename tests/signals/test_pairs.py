"""Counted pairs against their formula."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import DataError
from tigertail.signals.pairs import Pairs, PairsConfig, fit_pairs

ITEMS = "abcde"
COUNTED = [("a", "b", 6.0), ("b", "a", 2.0), ("a", "c", 2.0), ("c", "d", 1.0), ("e", "e", 9.0)]


def fitted(folder: Path, config: PairsConfig, counted: Sequence[tuple[str, str, float]] = COUNTED) -> Pairs:
    plays = pl.DataFrame({"listener_id": "u", "item_id": list(ITEMS), "plays": 1.0})
    pairs = pl.DataFrame(counted, ["item_a", "item_b", "count"], orient="row")
    dataset = Dataset.write(folder / "dataset", {"plays": plays, "pairs": pairs}, name="pairs")
    return fit_pairs(dataset, Interactions.of(dataset), config)


@pytest.mark.parametrize(("beta", "shrinkage"), [(1.0, 0.0), (0.5, 5.0)])
def test_affinity_is_the_formula(tmp_path: Path, beta: float, shrinkage: float) -> None:
    counts = np.zeros((5, 5))
    counts[0, 1] = counts[1, 0] = 8  # both ways round together
    counts[0, 2] = counts[2, 0] = 2
    counts[2, 3] = counts[3, 2] = 1
    masses = np.where(counts.any(axis=1), counts.sum(axis=1), 1.0)
    with np.errstate(invalid="ignore"):
        expected = counts / np.sqrt(masses)[:, None] / masses ** (beta / 2) * counts / (counts + shrinkage)
    expected[counts == 0] = -np.inf
    signal = fitted(tmp_path, PairsConfig(beta=beta, shrinkage=shrinkage))
    np.testing.assert_allclose(signal.affinity(np.arange(5, dtype=np.int32)), expected, rtol=1e-6)
    assert signal.known.tolist() == [True] * 4 + [False], "an item with itself is no pair"


def test_a_count_of_0_is_an_affinity_of_0(tmp_path: Path) -> None:
    signal = fitted(tmp_path, PairsConfig(shrinkage=0.0), [("a", "b", 0.0), ("a", "c", 1.0)])
    assert signal.affinity(np.array([0], np.int32))[0, 1:3].tolist() == [0, 1]


def test_the_strongest_are_kept(tmp_path: Path) -> None:
    signal = fitted(tmp_path, PairsConfig(neighbours=1, shrinkage=5.0))
    assert signal.neighbours.row(0)[0].tolist() == [1]


def test_a_dataset_without_pairs_says_so(scenes: Dataset) -> None:
    with pytest.raises(DataError, match="no table 'pairs'"):
        fit_pairs(scenes, Interactions.of(scenes), PairsConfig())


def test_of_pairs_it_tells_that_they_were_counted(tmp_path: Path) -> None:
    signal = fitted(tmp_path, PairsConfig())
    told = signal.explain(0, np.array([1, 3], np.int32))
    assert [evidence.words for evidence in told] == ["often paired in the pair counts", ""]

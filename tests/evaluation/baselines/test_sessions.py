from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.evaluation import Split
from tigertail.evaluation.baselines import SessionCounts

EVERY = np.arange(26, dtype=np.int32)


@pytest.mark.parametrize(("contribution", "threshold"), [(5, 10.0), (1, 4.0), (100, 0.0)])
def test_affinity_is_the_formula(
    contribution: int, threshold: float, split: Split, plays: NDArray[np.float64]
) -> None:
    smaller = np.minimum(plays[:, :, None], plays[:, None, :])
    expected = np.minimum(smaller, contribution).sum(axis=0)
    expected[expected <= threshold] = -np.inf
    np.fill_diagonal(expected, -np.inf)
    signal = SessionCounts(contribution=contribution, threshold=threshold).fit(split)
    assert (signal.affinity(EVERY) == expected).all()
    assert (expected == expected.T).all()


def test_a_pair_must_exceed_the_threshold(split: Split, plays: NDArray[np.float64]) -> None:
    heard = (plays > 0).astype(np.int64)
    most = (heard.T @ heard - np.diag(heard.sum(axis=0))).max()
    assert SessionCounts(contribution=1, threshold=most - 1).fit(split).known.any()
    assert not SessionCounts(contribution=1, threshold=most).fit(split).known.any()

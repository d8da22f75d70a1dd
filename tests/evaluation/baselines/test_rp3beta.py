from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.evaluation import Split
from tigertail.evaluation.baselines import RP3Beta

EVERY = np.arange(26, dtype=np.int32)


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 0.0), (1.0, 0.5), (1.7, 0.8)])
def test_affinity_is_the_formula(alpha: float, beta: float, split: Split, plays: NDArray[np.float64]) -> None:
    heard = (plays > 0).astype(np.float64)
    popularity = np.maximum(heard.sum(axis=0), 1)
    to_listener = (heard / popularity).T ** alpha
    to_item = (heard / heard.sum(axis=1, keepdims=True)) ** alpha
    expected = to_listener @ to_item / popularity**beta
    expected[heard.T @ heard == 0] = -np.inf
    np.fill_diagonal(expected, -np.inf)
    scores = RP3Beta(alpha=alpha, beta=beta).fit(split).affinity(EVERY)
    np.testing.assert_allclose(scores, expected, rtol=1e-5)


def test_only_the_best_are_kept(split: Split) -> None:
    every = RP3Beta().fit(split).affinity(EVERY)
    few = RP3Beta(neighbours=3).fit(split).affinity(EVERY)
    assert (np.isfinite(few).sum(axis=1)[:25] == 3).all()
    assert (np.sort(few, axis=1)[:25, -3:] == np.sort(every, axis=1)[:25, -3:]).all()

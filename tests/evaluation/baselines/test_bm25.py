from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.evaluation import Split
from tigertail.evaluation.baselines import BM25

EVERY = np.arange(26, dtype=np.int32)


def test_affinity_is_the_formula(split: Split, plays: NDArray[np.float64]) -> None:
    k1, b = 2.0, 0.4
    totals = plays.sum(axis=0)
    length = 1 - b + b * totals / totals.mean()
    rarity = np.log(26 / (1 + (plays > 0).sum(axis=1)))
    weight = plays * (k1 + 1) / (plays + k1 * length) * rarity[:, None]
    expected = weight.T @ weight
    expected[(plays > 0).astype(int).T @ (plays > 0) == 0] = -np.inf
    np.fill_diagonal(expected, -np.inf)
    signal = BM25(k1=k1, b=b).fit(split)
    np.testing.assert_allclose(signal.affinity(EVERY), expected, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:Method expects CSR")  # it converts its own weights
def test_it_agrees_with_implicit(split: Split, plays: NDArray[np.float64]) -> None:
    neighbours = pytest.importorskip("implicit.nearest_neighbours")
    sparse = pytest.importorskip("scipy.sparse")
    theirs = neighbours.BM25Recommender(K=26)
    theirs.fit(sparse.csr_matrix(plays), show_progress=False)
    expected = theirs.similarity.toarray()
    scores = BM25().fit(split).affinity(EVERY)
    compared = np.isfinite(scores)
    assert compared.sum() > 500
    np.testing.assert_allclose(scores[compared], expected[compared], rtol=1e-5)

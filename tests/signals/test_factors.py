from __future__ import annotations

import numpy as np
import pytest

from tigertail.ranking.topk import top_k
from tigertail.signals.factors import FactorAffinity


@pytest.mark.parametrize("beta", [0.0, 0.3, 1.0, 2.0])
def test_affinity_is_the_formula(beta: float) -> None:
    vectors = np.random.default_rng(0).normal(size=(70, 5)).astype(np.float32)
    scores = FactorAffinity(vectors, beta).affinity(np.arange(70, dtype=np.int32))
    exact = vectors.astype(np.float64)
    length = np.linalg.norm(exact, axis=1)
    expected = (exact @ exact.T) / (length[:, None] * length[None, :] ** beta)
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)


def test_less_beta_lets_stars_rise() -> None:
    query, close, star = [1.0, 0.0], [0.5, 0.1], [5.0, 5.0]
    signal = FactorAffinity(np.array([query, close, star], np.float32), beta=1.0)
    first = np.array([0], np.int32)
    assert top_k(signal.affinity(first), 1, first)[0].tolist() == [[1]]
    assert top_k(signal.with_beta(0.0).affinity(first), 1, first)[0].tolist() == [[2]]
    assert signal.beta == 1.0, "another beta makes another signal"


@pytest.mark.parametrize("items", [40, 1003])
@pytest.mark.parametrize("factors", [7, 64])
def test_twins_tie_wherever_they_stand(items: int, factors: int) -> None:
    # Items with the very same listeners get the very same vector; rounding must not rank them.
    vectors = np.random.default_rng(1).normal(size=(items, factors)).astype(np.float32)
    half = items // 2
    vectors[half : 2 * half] = vectors[:half]
    signal = FactorAffinity(vectors)
    for queries in ([0], [1, 5, 9]):
        scores = signal.affinity(np.array(queries, np.int32))
        assert (scores[:, :half] == scores[:, half : 2 * half]).all()


def test_of_small_angles_it_tells_that_tastes_are_alike() -> None:
    near, far, against, nothing = [3.0, 1.0], [1.0, 2.0], [-1.0, 0.0], [0.0, 0.0]
    signal = FactorAffinity(np.array([[1.0, 0.0], near, far, against, nothing], np.float32))
    told = signal.explain(0, np.arange(5, dtype=np.int32))
    assert [evidence.words for evidence in told] == ["", "played by listeners with similar taste", "", "", ""]


def test_a_pair_with_an_item_without_a_vector_has_no_data() -> None:
    signal = FactorAffinity(np.array([[1.0, 0.0], [0.5, 0.1], [0.0, 0.0]], np.float32), beta=1.0)
    asked = np.array([0, 2], np.int32)
    starts, items = np.array([0, 2, 4]), np.array([1, 2, 0, 1], np.int32)
    with np.errstate(all="raise"):
        scores = signal.affinity_of_pairs(asked, starts, items)
    assert scores[0] == pytest.approx(0.5 / np.hypot(0.5, 0.1))
    assert scores[1:].tolist() == [-np.inf] * 3

"""The popularity exponent raises or lowers popular items, and keeps affinities that are not positive."""

from __future__ import annotations

import numpy as np

from tigertail.ranking.popularity_exponent import at_exponents

SCORES = np.array([[2.0, 2.0, -1.0, 0.0, -np.inf]], np.float32)
LISTENERS = np.array([100, 4, 100, 100, 0])


def test_a_positive_exponent_lowers_popular_items_and_a_negative_one_raises_them() -> None:
    down, still, up = at_exponents(SCORES, LISTENERS, (0.5, 0.0, -0.5))
    np.testing.assert_allclose(down[0, :2], [0.2, 1.0], rtol=1e-6)
    assert still is SCORES
    np.testing.assert_allclose(up[0, :2], [20.0, 4.0], rtol=1e-6)


def test_an_exponent_may_be_a_whole_number() -> None:
    whole, real = (next(at_exponents(SCORES, LISTENERS, (beta,))) for beta in (1, 1.0))
    np.testing.assert_array_equal(whole, real)


def test_what_is_not_positive_stays() -> None:
    for scores in at_exponents(SCORES, LISTENERS, (-0.5, 0.5)):
        assert scores[0, 2:].tolist() == SCORES[0, 2:].tolist()

"""The scale of a query is the mean of its fifty best affinities, wherever it is computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tigertail.mixing.scale import BEST, scale_of, scales, scales_of_pools

NONE = -np.inf


def in_all_places(affinities: Sequence[float]) -> list[float]:
    """Return the scale of one query as each of the three computes it."""
    others = np.array(affinities, np.float32)
    of_all = np.concatenate([np.array([9], np.float32), others])[None]  # the first is the query's to itself
    pool = np.array([0, len(others)]), np.array([0])
    return [
        float(scales(of_all, np.array([0], np.int32))[0]),
        float(scale_of(others)),
        float(scales_of_pools(others, np.zeros(len(others), np.float32), *pool)[0]),
    ]


@pytest.mark.parametrize(
    ("affinities", "scale"),
    [
        ([4, 2, NONE], 3),
        ([4, -2, NONE], 2),  # negative ones count as 0
        ([6] * BEST + [1, 2, 3], 6),  # those beyond the fifty best do not count
        ([-1, 0, NONE], 1),
        ([NONE, NONE], 1),
        ([1e-45, 0, 0, 0], 1),  # the mean is too small for float32
    ],
)
def test_the_scale_is_the_mean_of_the_best_but_for_the_query(affinities: list[float], scale: float) -> None:
    assert in_all_places(affinities) == [scale] * 3


def test_the_three_places_agree() -> None:
    random = np.random.default_rng(1)
    for size in (1, 30, 300):
        affinities = random.normal(size=size).astype(np.float32)
        affinities[random.random(size) < 0.3] = NONE
        assert len(set(in_all_places(affinities.tolist()))) == 1

"""The scale of a query is the mean of its fifty best affinities, by the confidence in it, wherever it is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.mixing import Mixture, MixtureParameters
from tigertail.mixing.choice_sets import ChoicePlan
from tigertail.mixing.parameters import KINSHIP_FEATURES, TASTE_FEATURES
from tigertail.mixing.pool import Bands, pools
from tigertail.mixing.scale import BEST, scale_of, scales, scales_of_pools
from tigertail.mixing.terms import Terms

NONE = -np.inf
EVERY = np.arange(5, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Unsure:
    """A signal by which items of neighbouring codes are alike, and how far each of its queries counts."""

    confidence: NDArray[np.float32]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Every item."""
        return np.ones(len(EVERY), np.bool_)

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return 1 / (1 + distance)."""
        return (1 / (1 + np.abs(queries[:, None] - EVERY))).astype(np.float32)


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


def test_it_is_larger_the_less_a_part_knows_of_the_query() -> None:
    listeners = np.full(len(EVERY), 9)
    everyone = np.ones((len(EVERY), 1), np.bool_)
    plan = ChoicePlan.of(EVERY, listeners, answers=2, negatives=2, seed=0)
    confidence = np.array([1, 0.5, 0.25, 1, 1], np.float32)
    sure, unsure = Unsure(np.ones(len(EVERY), np.float32)), Unsure(confidence)
    of_sure, of_unsure = (
        [
            mixed(part).parts_affinities(EVERY)[2],
            pools({"unsure": part}, Bands.of(listeners), EVERY, everyone).scale,
            plan.find({"unsure": part}, plan.blocks[0]).scales,
        ]
        for part in (sure, unsure)
    )
    for one, other in zip(of_sure, of_unsure, strict=True):
        assert (one / other)[:, 0].tolist() == confidence.tolist()


def mixed(part: Unsure) -> Mixture:
    terms = Terms(("unsure",))
    coefficients = np.zeros((len(terms), TASTE_FEATURES + 1)), np.zeros((len(terms), KINSHIP_FEATURES))
    parameters = MixtureParameters(terms, *coefficients, 9, 1, (0.5, 0.0))
    return Mixture({"unsure": part}, parameters, np.full(len(EVERY), 9), np.full(len(EVERY), 9.0), 0.5, 0.0)

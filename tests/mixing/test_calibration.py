"""One scale: probabilities that sum to 1, and what is not known gets what its popularity may expect."""

from __future__ import annotations

import numpy as np

from tigertail.mixing.calibration import EVIDENCE, NO_LISTENER, PopularityFeatures, calibrate, scales, shapes

LISTENERS = np.array([100, 10, 10, 0], np.int64)
FAME = PopularityFeatures.of(LISTENERS)
QUERY = np.array([0], np.int32)


def calibrated(affinities: list[float], terms: list[float]) -> np.ndarray:
    values = np.array([affinities], np.float32)
    calibrate(values, QUERY, np.array([terms]), FAME)
    return values[0]


def test_the_scale_is_the_mean_of_the_best_but_for_the_query() -> None:
    affinities = np.array([[9.0, 4.0, 2.0, -np.inf], [-np.inf] * 4], np.float32)
    assert scales(affinities, np.array([0, 1], np.int32)).tolist() == [3.0, 1.0]


def test_probabilities_sum_to_1_and_the_query_has_none() -> None:
    values = calibrated([5.0, 1.0, 0.5, -np.inf], [0.3, 1.0, 0.2, 0.5, 0.5])
    assert values[0] == 0
    np.testing.assert_allclose(values.sum(), 1, rtol=1e-6)
    assert values[1] > values[2]


def test_by_hand() -> None:
    x = np.array([1.0, 0.5]) / 0.75
    heights = np.log1p(x / 0.02) + 2 * np.log1p(x / 0.3) + np.log(10) + 3 * np.log(10 / (10 + EVIDENCE))
    unheard = 0.4 + 3 * np.log(NO_LISTENER / (NO_LISTENER + EVIDENCE))
    powers = np.exp([*heights, unheard])
    values = calibrated([7.0, 1.0, 0.5, -np.inf], [1.0, 2.0, 0.4, 1.0, 3.0])
    np.testing.assert_allclose(values[1:], powers / powers.sum(), rtol=1e-5)


def test_of_two_unknown_items_the_more_popular_is_expected_more_and_equals_alike() -> None:
    values = calibrated([0.0, -1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.5, 0.5])
    assert values[1] == values[2] > values[3]


def test_however_steep_the_curve_it_stays_a_probability() -> None:
    for terms in ([90, 90, 0, 0.5, 0.5], [1, 1, 0, 80, 0], [1, 1, 0, 0.5, -60], [30, 30, 95, 3, 0]):
        values = calibrated([0.0, 1.0, 1e-9, -np.inf], terms)
        assert np.isfinite(values).all()
        np.testing.assert_allclose(values.sum(), 1, rtol=1e-6)


def test_an_item_alone_in_the_catalogue_has_nothing_to_share() -> None:
    alone = np.array([[1.0]], np.float32)
    calibrate(alone, QUERY, np.array([[1.0, 1.0, 0.0, 0.5, 0.5]]), PopularityFeatures.of(np.array([3])))
    assert alone.tolist() == [[0]]


def test_shapes_are_the_terms_of_the_height() -> None:
    pairs = np.array([1.5, -np.inf], np.float32)
    found = shapes(pairs, np.array([3.0, 3.0], np.float32), np.array([1, 3], np.int32), FAME)
    np.testing.assert_allclose(
        found,
        [
            [np.log1p(0.5 / 0.02), np.log1p(0.5 / 0.3), 0, np.log(10), np.log(10 / 13)],
            [0, 0, 1, 0, np.log(0.3 / 3.3)],
        ],
        rtol=1e-5,
    )

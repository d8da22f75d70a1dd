"""Intervals hold what they promise, and paired ones see what separate ones cannot."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.evaluation.statistics.intervals import (
    ClusterBootstrap,
    Estimate,
    clusters_needed,
    dominated_area,
    holm,
)


def clustered(seed: int, listeners: int = 200, queries: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Draw values whose listeners differ: queries of one listener share most of their luck."""
    rng = np.random.default_rng(seed)
    listener = np.repeat(np.arange(listeners), queries).astype(np.int32)
    return listener, rng.normal(0, 1, listeners)[listener] + rng.normal(0, 0.3, listeners * queries)


def test_whole_listeners_are_drawn() -> None:
    """Were queries drawn one by one, the interval would be less than half as wide."""
    listener, values = clustered(0)
    by_listener = ClusterBootstrap(listener).estimate(values)
    by_query = ClusterBootstrap(np.arange(len(values), dtype=np.int32)).estimate(values)
    assert by_listener.mean == by_query.mean
    assert by_listener.high - by_listener.low > 2 * (by_query.high - by_query.low)


def test_a_system_against_itself_contains_zero() -> None:
    listener, values = clustered(1)
    nothing = ClusterBootstrap(listener).estimate(values - values)
    assert nothing.low <= 0 <= nothing.high


def test_a_small_but_steady_difference_is_seen() -> None:
    listener, values = clustered(2)
    better = values + 0.05
    boot = ClusterBootstrap(listener)
    assert boot.estimate(better).low < boot.estimate(values).high  # apart, the intervals overlap
    assert boot.estimate(better - values).low > 0  # paired, they do not


def test_missing_values_do_not_count() -> None:
    boot = ClusterBootstrap(np.array([0, 0, 1], np.int32))
    assert boot.estimate(np.array([1.0, np.nan, 1.0])).mean == 1
    assert np.isnan(boot.estimate(np.full(3, np.nan)).mean)


def test_one_listener_has_no_interval() -> None:
    """Nor has a frontier, or a difference, of that listener alone; the other's queries have no value."""
    boot = ClusterBootstrap(np.array([0, 0, 1], np.int32))
    alone = np.array([0.25, 0.75, np.nan])
    assert str(boot.estimate(alone)) == "0.5000 [-, -]"
    area, areas = boot.frontier_area(np.array([[alone, alone]]))
    assert (area.mean, str(area)) == (0.25, "0.2500 [-, -]")
    assert str(boot.compare(areas, areas, 0.0)) == "0.0000 [-, -]"
    assert str(ClusterBootstrap(np.zeros(2, np.int32)).estimate(alone[:2])) == "0.5000 [-, -]"


def test_the_same_seed_draws_the_same_listeners() -> None:
    listener, values = clustered(3)
    assert ClusterBootstrap(listener, seed=5).estimate(values) == ClusterBootstrap(listener, seed=5).estimate(
        values
    )
    assert ClusterBootstrap(listener, seed=5).estimate(values) != ClusterBootstrap(listener, seed=6).estimate(
        values
    )


def test_randomisation_test_tells_chance_from_difference() -> None:
    listener, values = clustered(4)
    boot = ClusterBootstrap(listener)
    assert boot.randomisation_test(np.zeros_like(values)) == 1
    assert boot.randomisation_test(values - values.mean()) > 0.05
    assert boot.randomisation_test(values + 1) == pytest.approx(1 / 2001)


def test_a_randomisation_test_does_not_depend_on_the_unit() -> None:
    listener, values = clustered(4)
    boot = ClusterBootstrap(listener)
    assert boot.randomisation_test((values + 1) * 1e-12) == boot.randomisation_test(values + 1)


def test_a_dominated_point_adds_nothing_to_a_frontier() -> None:
    corner = np.array([[[2.0, 2.0]]])
    with_a_worse = np.array([[[2.0, 2.0], [1.0, 1.0]]])
    with_a_longer = np.array([[[2.0, 2.0], [3.0, 1.0]]])
    assert dominated_area(corner) == dominated_area(with_a_worse) == 4
    assert dominated_area(with_a_longer) == 5


def test_the_area_of_one_point_is_a_rectangle() -> None:
    sweep = np.array([[[0.2, 0.4], [0.1, 0.3]]])  # one setting, two queries: means .3 and .2
    size, resampled = ClusterBootstrap(np.array([0, 1], np.int32)).frontier_area(sweep)
    assert size.mean == pytest.approx(0.3 * 0.2)
    assert resampled.min() == pytest.approx(0.2 * 0.1)
    assert resampled.max() == pytest.approx(0.4 * 0.3)


def test_holm_keeps_order_and_stays_a_probability() -> None:
    assert holm([0.9, 0.01, 0.9]) == [1.0, 0.03, 1.0]
    assert holm([]) == []


def test_as_many_listeners_as_needed_put_the_interval_above_a_bound() -> None:
    listener, values = clustered(7, listeners=100)
    estimate = ClusterBootstrap(listener).estimate(values + 0.05 - values.mean())
    assert estimate.low < 0 < estimate.mean
    needed = clusters_needed(estimate, 0.0, clusters=100)
    assert needed is not None
    copies = -(-needed // 100) + 2  # two more, because the draws differ
    more = np.repeat(np.arange(100 * copies), 5).astype(np.int32)
    assert ClusterBootstrap(more).estimate(np.tile(values + 0.05 - values.mean(), copies)).low > 0
    below = Estimate(-estimate.mean, -estimate.high, -estimate.low)
    assert clusters_needed(below, 0.0, clusters=100) == needed
    assert clusters_needed(Estimate(5.0, 4.0, 6.0), 5.0, clusters=100) is None
    assert clusters_needed(Estimate(1e-200, -1.0, 1.0), 0.0, clusters=100) is None
    assert clusters_needed(Estimate(np.nan, np.nan, np.nan), 0.0, clusters=100) is None

"""A system stays in the Pareto set until another is better by one measure and worse by none."""

from __future__ import annotations

import numpy as np

from tigertail.evaluation.statistics.pareto import undominated


def test_equal_points_do_not_dominate_each_other() -> None:
    assert undominated(np.array([[1.0, 2.0], [1.0, 2.0]])).tolist() == [True, True]


def test_a_tie_in_one_measure_is_decided_by_the_other() -> None:
    assert undominated(np.array([[1.0, 2.0], [1.0, 3.0]])).tolist() == [False, True]


def test_the_best_by_one_measure_of_three_stays() -> None:
    points = np.array([[0.9, 0.1, 0.1], [0.5, 0.5, 0.5], [0.4, 0.5, 0.4], [0.1, 0.6, 0.0]])
    assert undominated(points).tolist() == [True, True, False, True]

"""What is learned reads as a line in how well a query is known, and stays put beyond what was seen."""

from __future__ import annotations

import numpy as np

from tigertail.mixing import MixtureParameters

BOTH = np.ones((3, 2), np.bool_)


def test_terms_are_lines_in_how_well_the_query_is_known(learned: MixtureParameters) -> None:
    nobody, some = learned.terms("heard", np.array([0, 900]))
    assert nobody.tolist() == learned.calibrations[0, :, 0].tolist()
    slope = np.log1p(900) / 8
    np.testing.assert_allclose(some, learned.calibrations[0] @ [1, slope])


def test_beyond_the_best_known_query_nothing_changes(learned: MixtureParameters) -> None:
    at, beyond = learned.terms("tagged", np.array([900, 10**6]))
    assert at.tolist() == beyond.tolist()
    trusted = learned.weights_at(["heard", "tagged"], np.array([900, 10**6]), BOTH[:2])
    assert trusted[0].tolist() == trusted[1].tolist()


def test_trust_is_a_softmax_over_those_who_know(learned: MixtureParameters) -> None:
    listeners = np.array([0, 100, 100])
    knows = np.array([[True, True], [True, True], [False, True]])
    trusted = learned.weights_at(["heard", "tagged"], listeners, knows)
    np.testing.assert_allclose(trusted[0], np.exp([0, 1]) / np.exp([0, 1]).sum())
    assert trusted[1, 0] > trusted[0, 0]
    assert trusted[2].tolist() == [0, 1]


def test_whom_nobody_knows_nobody_weighs(learned: MixtureParameters) -> None:
    trusted = learned.weights_at(["heard", "tagged"], np.array([3]), np.zeros((1, 2), np.bool_))
    assert trusted.tolist() == [[0, 0]]


def test_kept_as_arrays_it_is_the_same(learned: MixtureParameters) -> None:
    again = MixtureParameters.from_arrays(*learned.to_arrays())
    assert (again.names, again.most) == (learned.names, learned.most)
    assert again.calibrations.tobytes() == learned.calibrations.tobytes()

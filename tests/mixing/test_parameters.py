"""Coefficients: lines in how well a query is known, of two ends, and what is learned for missing signals."""

from __future__ import annotations

import numpy as np

from tigertail.mixing import MixtureParameters
from tigertail.mixing.terms import Terms

BOTH = np.ones((2, 2), np.bool_)
ALONE = np.array([[False, True]])


def test_taste_depends_on_how_well_the_query_is_known(learned: MixtureParameters) -> None:
    nobody, some, many = learned.coefficients(np.array([0, 30, 900]), np.ones((3, 2), np.bool_), 0.0)
    tags, heard = learned.terms.of_signal("tagged"), learned.terms.of_signal("heard")
    assert nobody[heard].tolist() == many[heard].tolist() == [0.2, 1.5]
    np.testing.assert_allclose(nobody[tags], [0.3, 1.6])
    share = np.log(31) / np.log(901)
    np.testing.assert_allclose(some[tags], np.array([0.3, 1.6]) - 0.2 * share + 0.1 * share**2)
    np.testing.assert_allclose(many[tags], [0.2, 1.5], atol=1e-6)


def test_what_counts_without_a_signal_is_learned(learned: MixtureParameters) -> None:
    tags = learned.terms.of_signal("tagged")
    [whole] = learned.coefficients(np.array([900]), BOTH[:1], 0.0)
    [without] = learned.coefficients(np.array([900]), ALONE, 0.0)
    np.testing.assert_allclose(without[tags] - whole[tags], 0.5)


def test_between_taste_and_kinship_coefficients_are_between(learned: MixtureParameters) -> None:
    taste, half, kinship = (learned.coefficients(np.array([90]), BOTH[:1], t) for t in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(half, (taste + kinship) / 2)
    np.testing.assert_allclose(kinship[0], learned.kinship[:, 0])


def test_beyond_the_best_known_query_nothing_changes(learned: MixtureParameters) -> None:
    at, beyond = learned.coefficients(np.array([900, 10**6]), BOTH, 0.3)
    np.testing.assert_allclose(at, beyond)


def test_a_factor_is_the_height_of_a_curve_and_half_of_an_overlap(learned: MixtureParameters) -> None:
    logs = learned.log_multipliers(np.array([900, 900]), np.array([[True, True], [False, True]]), 0.0)
    best = np.log1p([1 / 0.02, 1 / 0.3])
    overlap = (np.array([-0.1, -0.2]) @ best**2) / 2
    np.testing.assert_allclose(logs[0], np.array([0.2, 1.5]) @ best + overlap, rtol=1e-6)
    np.testing.assert_allclose(logs[1], [0, np.array([0.7, 2.0]) @ best], rtol=1e-6)


def test_a_query_has_the_same_bits_alone_and_among_others() -> None:
    rng = np.random.default_rng(0)
    terms = Terms(("a", "b", "c", "d", "e"), (), (("a", "b"),))
    made = MixtureParameters(
        terms, rng.normal(size=(len(terms), 8)), rng.normal(size=(len(terms), 2)), 3000, 1, (0.7, 0.1)
    )
    listeners, has_data = rng.integers(0, 5000, 64), rng.random((64, 5)) < 0.7
    for asked in (made.coefficients, made.log_multipliers):
        alone = [asked(listeners[[query]], has_data[[query]], 0.3)[0] for query in range(64)]
        assert np.array_equal(asked(listeners, has_data, 0.3), alone)


def test_kinship_has_no_popularity_line(learned: MixtureParameters) -> None:
    listeners = np.array([0, 900])
    u = learned.log_listeners(listeners)
    taste, half, kinship = (learned.exponents(listeners, 0.5, t) for t in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(taste, 0.5 + 0.2 * (u - 0.5))
    np.testing.assert_allclose(half, taste / 2)
    np.testing.assert_allclose(kinship, 0, atol=1e-12)
    np.testing.assert_allclose(learned.exponents(listeners, 0.9, 1.0), 0.4)


def test_kept_as_arrays_it_is_the_same(learned: MixtureParameters) -> None:
    again = MixtureParameters.from_arrays(*learned.to_arrays())
    assert (again.terms, again.listener_cap, again.listener_floor, again.exponent_line) == (
        learned.terms,
        learned.listener_cap,
        learned.listener_floor,
        learned.exponent_line,
    )
    assert again.taste.tobytes() == learned.taste.tobytes()
    assert again.kinship.tobytes() == learned.kinship.tobytes()

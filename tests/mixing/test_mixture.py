"""The mixture is a signal: a sum of log affinities, weights that sum to 1, contributions that explain it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tigertail.mixing import Mixture
from tigertail.mixing.scale import scales
from tigertail.mixing.terms import PopularityFeatures, term_values
from tigertail.signals.contract import Signal

ITEMS = 6
EVERY = np.arange(ITEMS, dtype=np.int32)


def test_it_is_a_signal(mixture: Mixture) -> None:
    assert isinstance(mixture, Signal)
    assert mixture.known.all()


def with_line(mixture: Mixture, slope: float) -> Mixture:
    """Return the mixture with another slope of the popularity exponent."""
    return replace(mixture, parameters=replace(mixture.parameters, exponent_line=(0.5, slope)))


def written_out(mixture: Mixture, query: int) -> np.ndarray:
    """Return the affinity from a query to every item by the formula of the module, item by item."""
    parameters, names = mixture.parameters, list(mixture.parts)
    asked = np.array([query], np.int32)
    found = {name: part.affinity(asked)[0] for name, part in mixture.parts.items() if part.known[query]}
    has_data = np.array([[name in found for name in parameters.terms.signals]])
    listeners = mixture.listeners[asked]
    [coefficients] = parameters.coefficients(listeners, has_data, mixture.character)
    values = term_values(
        parameters.terms,
        found,
        {name: scales(one[None], asked)[0] for name, one in found.items()},
        EVERY,
        PopularityFeatures.of(mixture.listeners, mixture.adjusted_listeners, parameters.listener_floor),
    )
    powers = np.exp(values.astype(np.float64) @ coefficients)
    powers[query] = 0
    away = parameters.log_listeners(listeners)[0] - 0.5
    exponent = mixture.beta + 0.2 * away - mixture.character * (0.5 + 0.2 * away)
    affinity = (
        powers / powers.sum() * (np.maximum(mixture.listeners, parameters.listener_floor) + 3.0) ** -exponent
    )
    spoken = np.any([found[name] > -np.inf for name in names if name in found], axis=0)
    return np.where(spoken, affinity, -np.inf)


@pytest.mark.parametrize("character", [0.0, 0.4, 1.0])
def test_affinity_is_the_formula(mixture: Mixture, character: float) -> None:
    mixture = mixture.with_character(character)
    affinity = mixture.affinity(EVERY)
    for query in EVERY.tolist():
        np.testing.assert_allclose(affinity[query], written_out(mixture, query), rtol=1e-4, atol=1e-9)


def test_contributions_are_what_differs_from_an_item_of_the_same_popularity_without_data(
    mixture: Mixture,
) -> None:
    flat = replace(
        with_line(mixture, 0.0),
        beta=0.0,
        listeners=np.full(ITEMS, 50, np.int64),
        adjusted_listeners=np.full(ITEMS, 50.0),
    )
    affinity = flat.affinity(EVERY)
    for query in (1, 2, 3, 4):
        others = np.array([item for item in range(ITEMS) if item not in (query, 0, 5)], np.int32)
        parts, has_data = flat.contributions(query, others)
        assert parts.shape == (2, len(others))
        assert has_data.all()
        rest = np.log(affinity[query, others]) - parts.sum(axis=0)
        np.testing.assert_allclose(rest, rest[0], atol=1e-4)


def test_at_an_exponent_of_0_it_is_a_probability(mixture: Mixture) -> None:
    affinity = replace(with_line(mixture, 0.0), beta=0.0).affinity(EVERY)
    sums = np.where(np.isfinite(affinity), affinity, 0).sum(axis=1)
    # No signal has data about the pairs between the first item, not tagged, and the last, not heard.
    np.testing.assert_allclose(sums[1:5], 1, rtol=1e-5)
    assert (affinity[np.isfinite(affinity)] >= 0).all()


def test_the_exponent_rises_with_the_listeners_of_the_query(mixture: Mixture) -> None:
    flat, sloped = (with_line(mixture, slope).affinity(EVERY) for slope in (0.0, 1.0))
    assert sloped[1, 0] / flat[1, 0] < sloped[4, 0] / flat[4, 0], (
        "stars sink further after a well-known query"
    )


def test_beta_makes_stars_sink(mixture: Mixture) -> None:
    star, tail = 0, 4
    plain, adventurous = (mixture.with_beta(beta).affinity(np.array([2], np.int32))[0] for beta in (0.0, 1.5))
    assert plain[star] > plain[tail]
    assert adventurous[tail] > adventurous[star]


def test_weights_sum_to_1_over_the_signals_with_data(mixture: Mixture) -> None:
    weights = mixture.weights(EVERY)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert weights[0].tolist() == [1, 0]  # not tagged
    assert weights[5].tolist() == [0, 1]  # not heard
    assert weights[4, 1] > weights[1, 1], "the fewer listeners, the more tags count"


def test_an_item_nobody_has_heard_has_neighbours_and_is_one(mixture: Mixture) -> None:
    affinity = mixture.affinity(EVERY)
    assert int(np.argmax(affinity[5])) in (1, 3)
    assert np.isfinite(affinity[1, 5])


def test_a_pair_without_data_is_not_listed(mixture: Mixture) -> None:
    affinity = mixture.affinity(EVERY)
    assert affinity[0, 5] == affinity[5, 0] == -np.inf


def test_a_disabled_signal_is_as_one_without_data(mixture: Mixture, heard: Signal) -> None:
    mute = replace(mixture, parts={"heard": heard, "tagged": Mute()})
    assert mixture.disable(["tagged"]).affinity(EVERY).tobytes() == mute.affinity(EVERY).tobytes()


class Mute:
    """A signal without data."""

    known = np.zeros(ITEMS, np.bool_)

    def affinity(self, queries: np.ndarray) -> np.ndarray:
        """Return that there is nothing."""
        return np.full((len(queries), ITEMS), -np.inf, np.float32)


def test_kinship_ends_with_what_is_alike(mixture: Mixture) -> None:
    query, nearest, alike = np.array([2], np.int32), 1, 4
    for character in (0.0, 1.0):
        affinity = mixture.with_character(character).affinity(query)[0]
        odds = affinity[alike] / affinity[nearest]
        assert (odds > 20) == (character == 1), "only tags say that the fifth is alike"


def test_other_signals_take_the_places_of_the_old(mixture: Mixture, heard: Signal, tagged: Signal) -> None:
    more = mixture.with_parts(
        {"heard": heard, "tagged": tagged}, mixture.listeners * 2, mixture.adjusted_listeners * 2
    )
    assert more.parts.keys() == mixture.parts.keys()
    assert more.listeners[0] == 1800
    assert mixture.with_parts(
        {"heard": heard}, mixture.listeners, mixture.adjusted_listeners
    ).parts.keys() == {"heard"}


def test_kept_as_arrays_it_answers_as_before(mixture: Mixture) -> None:
    again = Mixture.from_arrays(*mixture.to_arrays(), mixture.parts)
    assert again.affinity(EVERY).tobytes() == mixture.affinity(EVERY).tobytes()


def test_a_query_is_answered_alike_alone_and_in_company(mixture: Mixture) -> None:
    together = mixture.affinity(EVERY)
    for query in EVERY:
        assert mixture.affinity(np.array([query], np.int32))[0].tobytes() == together[query].tobytes()


@pytest.mark.parametrize("queries", [[], [3], [3, 3]])
def test_any_number_of_queries(mixture: Mixture, queries: list[int]) -> None:
    assert mixture.affinity(np.array(queries, np.int32)).shape == (len(queries), ITEMS)

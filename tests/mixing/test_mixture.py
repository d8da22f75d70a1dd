"""The mixture is a signal: one scale, weights that sum to 1, contributions that sum to the affinity."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.mixing import Mixture, MixtureParameters
from tigertail.signals.contract import Signal

ITEMS = 6
EVERY = np.arange(ITEMS, dtype=np.int32)


def test_it_is_a_signal(mixture: Mixture) -> None:
    assert isinstance(mixture, Signal)
    assert mixture.known.all()


def test_contributions_sum_to_the_affinity(mixture: Mixture) -> None:
    affinity = mixture.affinity(EVERY)
    for query in EVERY:
        others = EVERY[query != EVERY]
        parts, spoke = mixture.contributions(int(query), others)
        assert parts.shape == (2, ITEMS - 1)
        told = np.isfinite(affinity[query, others])
        assert (spoke.any(axis=0) == told).all()
        np.testing.assert_allclose(
            parts.sum(axis=0)[told], affinity[query, others][told], atol=1e-7, rtol=1e-5
        )


def test_at_beta_0_it_is_a_probability(mixture: Mixture) -> None:
    affinity = mixture.with_beta(0).affinity(EVERY)
    sums = np.where(np.isfinite(affinity), affinity, 0).sum(axis=1)
    # Nobody speaks of the pairs between the first item, not tagged, and the last, not heard.
    np.testing.assert_allclose(sums[1:5], 1, rtol=1e-5)
    assert (affinity[np.isfinite(affinity)] >= 0).all()


def test_beta_makes_stars_sink(mixture: Mixture) -> None:
    star, tail = 0, 4
    plain, adventurous = (mixture.with_beta(beta).affinity(np.array([2], np.int32))[0] for beta in (0.0, 1.5))
    assert plain[star] > plain[tail]
    assert adventurous[tail] > adventurous[star]


def test_weights_sum_to_1_over_the_signals_that_know_the_query(mixture: Mixture) -> None:
    weights = mixture.weights(EVERY)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert weights[0].tolist() == [1, 0]  # not tagged
    assert weights[5].tolist() == [0, 1]  # not heard
    assert (np.diff(weights[1:5, 0]) < 0).all(), "the fewer listeners, the less listening is trusted"


def test_an_item_nobody_has_heard_has_neighbours_and_is_one(mixture: Mixture) -> None:
    affinity = mixture.affinity(EVERY)
    assert int(np.argmax(affinity[5])) in (1, 3)
    assert np.isfinite(affinity[1, 5])


def test_a_pair_of_which_no_signal_speaks_is_not_listed(mixture: Mixture) -> None:
    affinity = mixture.affinity(EVERY)
    assert affinity[0, 5] == affinity[5, 0] == -np.inf


def test_a_signal_switched_off_is_as_if_it_had_never_been(
    mixture: Mixture, learned: MixtureParameters, heard: Signal
) -> None:
    alone = Mixture(
        {"heard": heard},
        MixtureParameters(("heard",), learned.calibrations[:1], learned.weights[:1], learned.most),
        mixture.listeners,
        0.5,
    )
    assert mixture.disable(["tagged"]).affinity(EVERY).tobytes() == alone.affinity(EVERY).tobytes()


def test_other_signals_take_the_places_of_the_old(mixture: Mixture, heard: Signal, tagged: Signal) -> None:
    more = mixture.with_parts({"heard": heard, "tagged": tagged}, mixture.listeners * 2)
    assert more.parts.keys() == mixture.parts.keys()
    assert more.listeners[0] == 1800
    assert mixture.with_parts({"heard": heard}, mixture.listeners).parts.keys() == {"heard"}


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

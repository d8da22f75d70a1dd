"""Ranking candidates gives the answers of the whole catalogue, under every exponents, and says where it cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from tigertail import kernels
from tigertail.mixing import Mixture, with_candidates
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import Signal
from tigertail.threads import limited

ITEMS = 700
EVERY = np.arange(ITEMS, dtype=np.int32)
N = 20
OPTIONS: dict[str, Callable[[Mixture], Mixture]] = {
    "default": lambda mixture: mixture,
    "popular": lambda mixture: mixture.with_beta(0.0),
    "unpopular": lambda mixture: mixture.with_beta(2.0),
    "taste": lambda mixture: mixture.with_character(0.0),
    "between": lambda mixture: mixture.with_character(0.6),
    "kinship": lambda mixture: mixture.with_character(1.0).with_beta(1.0),
    **{
        f"without {name}": lambda mixture, name=name: mixture.disable([name])  # type: ignore[misc]
        for name in ("dense", "half", "few")
    },
}


@dataclass(frozen=True, eq=False)
class Grouped:
    """A signal that can be asked through a lens, which changes nothing."""

    signal: Signal
    is_localised: bool = False
    listener_groups: ClassVar[Any] = SimpleNamespace(lens_strength=0.5)

    @property
    def known(self) -> np.ndarray:
        """Items that the signal has data about."""
        return self.signal.known

    def affinity(self, queries: np.ndarray) -> np.ndarray:
        """Return what the signal does."""
        return self.signal.affinity(queries)

    def localised_by_group(self, groups: Sequence[int], strength: float | None = None) -> Grouped:
        """Return the signal with a lens, or without."""
        return replace(self, is_localised=bool(groups and strength != 0))

    def localised(self, place: str, strength: float | None = None) -> Grouped:
        """Return the signal with a lens."""
        return self.localised_by_group([0], strength)

    def localised_affinity(
        self, queries: np.ndarray, starts: np.ndarray, items: np.ndarray, affinities: np.ndarray
    ) -> np.ndarray:
        """Return the affinities as they are."""
        return affinities


@pytest.fixture(scope="module")
def few(wide: Mixture) -> Mixture:
    """At most 300 candidates of 700 items."""
    return with_candidates(wide, 300)


@pytest.fixture(scope="module")
def all_of_them(wide: Mixture) -> Mixture:
    return with_candidates(wide, ITEMS)


def best_of_all(mixture: Mixture, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    affinity = mixture.affinity(EVERY)
    return top_k(affinity if allowed is None else np.where(allowed, affinity, np.float32(-np.inf)), N, EVERY)


@pytest.mark.parametrize("option", OPTIONS)
def test_candidates_are_ranked_as_the_whole_catalogue(few: Mixture, option: str) -> None:
    asked = OPTIONS[option](few)
    codes, affinities, trusted = asked.best_candidates(EVERY, N)
    exact_codes, exact_affinities = best_of_all(asked)
    assert trusted.mean() > 0.99
    found = [
        len(np.intersect1d(one, other))
        for one, other in zip(codes[trusted], exact_codes[trusted], strict=True)
    ]
    assert np.mean(found) > 0.99 * N
    same = (codes == exact_codes) & (codes >= 0)
    off = np.abs(affinities[same] / exact_affinities[same] - 1)
    # Where a part is disabled, or the character is another, the items that are no candidates are estimated.
    assert off.max() < (2e-6 if option in ("default", "popular", "unpopular", "taste") else 0.2)


def test_the_normaliser_is_exact_at_both_ends_and_as_the_model_is_asked(few: Mixture) -> None:
    for character in (0.0, 0.3, 1.0):
        asked = few.with_character(character)
        codes, affinities, _ = asked.best_candidates(EVERY, N)
        exact = np.take_along_axis(asked.affinity(EVERY), codes.astype(np.int64), 1)
        np.testing.assert_allclose(affinities, exact, rtol=1e-5)


def test_with_filters_the_best_are_found_or_the_query_is_not_trusted(few: Mixture) -> None:
    allowed = EVERY % 3 == 1
    codes, _, trusted = few.best_candidates(EVERY, N, allowed)
    exact_codes, _ = best_of_all(few, allowed)
    assert trusted.mean() > 0.3
    assert (codes[trusted] == exact_codes[trusted]).mean() > 0.999
    rare = EVERY % 100 == 3
    assert not few.best_candidates(EVERY, N, rare)[2].any(), "seven items are allowed, of which 20 are wanted"


def test_a_filter_that_leaves_less_than_half_of_the_items_is_trusted_with_fewer_ranks(few: Mixture) -> None:
    assert few.candidates is not None
    query, size = EVERY[[12]], int(few.candidates.sizes[12])
    first_third = few.best_candidates(query, size // 3)[0][0]
    first_quarter, others = np.split(first_third, [size // 4])
    assert few.best_candidates(query, 1, ~np.isin(EVERY, first_quarter))[2].all()
    assert not few.best_candidates(query, 1, np.isin(EVERY, others))[2].any()


def test_with_every_item_a_candidate_every_query_is_trusted(all_of_them: Mixture) -> None:
    rare = EVERY % 100 == 3
    codes, affinities, trusted = all_of_them.best_candidates(EVERY, N, rare)
    exact_codes, exact_affinities = best_of_all(all_of_them, rare)
    assert trusted.all()
    assert (codes == exact_codes).all()
    np.testing.assert_allclose(affinities, exact_affinities, rtol=2e-6)


def test_more_answers_than_trusted_ranks_are_not_trusted(few: Mixture, all_of_them: Mixture) -> None:
    assert not few.best_candidates(EVERY[:5], 250)[2].any()
    assert all_of_them.best_candidates(EVERY[:5], 250)[2].all()


def test_they_explain_as_the_whole_catalogue_does(few: Mixture) -> None:
    query = 12
    codes, _, _, contributions = few.best_candidates_with_contributions(EVERY, N)
    items = codes[query]
    stored, stored_data = contributions(query, items)
    alone = few.best_candidates_with_contributions(EVERY[[query]], N)[3]
    assert alone(0, items)[0].tobytes() == stored.tobytes(), "alone as among others"
    exact, exact_data = few.contributions(query, items)
    np.testing.assert_allclose(stored, exact, rtol=1e-6)
    np.testing.assert_array_equal(stored_data, exact_data)


def test_numpy_gives_the_same_bits(few: Mixture) -> None:
    together = few.best_candidates(EVERY, N, EVERY % 3 > 0)
    with kernels.backend("numpy"):
        for query in (0, 7, 699):
            alone = few.best_candidates(EVERY[[query]], N, EVERY % 3 > 0)
            for one, other in zip(alone, together, strict=True):
                assert one[0].tobytes() == other[query].tobytes()


def test_any_number_of_threads_makes_the_same_candidates(wide: Mixture, few: Mixture) -> None:
    with limited(1):
        again = with_candidates(wide, 300)
    assert few.candidates is not None
    assert again.candidates is not None
    for name, array in few.candidates.to_arrays().items():
        assert array.tobytes() == again.candidates.to_arrays()[name].tobytes(), name


def test_kept_as_arrays_they_rank_as_before(few: Mixture) -> None:
    again = Mixture.from_arrays(*few.to_arrays(), few.parts)
    for one, other in zip(again.best_candidates(EVERY, N), few.best_candidates(EVERY, N), strict=True):
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize(
    "otherwise", [lambda few: few.disable(["half"]), lambda few: few.with_character(0.9)]
)
def test_of_a_mixture_asked_otherwise_none_are_kept(
    few: Mixture, otherwise: Callable[[Mixture], Mixture]
) -> None:
    again = Mixture.from_arrays(*otherwise(few).to_arrays(), few.parts)
    assert not again.has_candidates
    assert again.affinity(EVERY).tobytes() == otherwise(few).affinity(EVERY).tobytes()


def test_a_lens_of_no_group_or_a_weak_one_leaves_them_and_a_strong_one_does_not(few: Mixture) -> None:
    grouped = replace(few, parts={**few.parts, "dense": Grouped(few.parts["dense"])})
    for groups, strength, kept in (([], 0.9, True), ([0], 0.4, True), ([0], 0.9, False)):
        through = grouped.localised_by_group(groups, strength)
        assert through.has_candidates == kept
        assert through.localised_part == ("dense" if groups else "")
    through = grouped.localised_by_group([0], 0.4)
    assert through.with_parts(few.parts, few.listeners, few.adjusted_listeners).localised_part == ""


def test_what_they_do_not_hold_for_is_not_asked_of_them(few: Mixture) -> None:
    assert few.has_candidates
    assert few.disable(["half"]).has_candidates
    assert not few.disable(["half", "few"]).has_candidates
    assert not few.with_parts(few.parts, few.listeners, few.adjusted_listeners).has_candidates
    assert not replace(few, candidates=None).has_candidates
    assert not with_candidates(few, 0).has_candidates


def test_an_item_without_data_has_none(wide: Mixture) -> None:
    silent = replace(wide, parts={"few": wide.parts["few"]})
    table = silent.parts["few"].affinity(EVERY).copy()
    table[5], table[:, 5] = -np.inf, -np.inf
    one = replace(silent, parts={"few": type(wide.parts["few"])(table)})  # type: ignore[call-arg]
    codes, _, trusted = with_candidates(one, 50).best_candidates(EVERY[[5]], N)
    assert trusted.all()
    assert (codes == -1).all()

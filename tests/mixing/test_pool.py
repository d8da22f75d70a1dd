"""The pool of a query has what could be among its answers, and a sample that stands for the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.mixing import Mixture, MixtureParameters, pool, with_candidates
from tigertail.mixing.parameters import KINSHIP_FEATURES, TASTE_FEATURES
from tigertail.mixing.pool import Bands, pools
from tigertail.mixing.scale import scales
from tigertail.mixing.terms import Terms
from tigertail.ranking.shortlist import EXPONENTS, wanted
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import Signal
from tigertail.signals.factors import FactorAffinity
from tigertail.threads import limited

ITEMS = 5000  # more than are in every pool
LISTENERS = np.sort((10 ** np.random.default_rng(5).uniform(0, 4, ITEMS)).astype(np.int64))[::-1].copy()
QUERIES = np.array([0, 17, 4999], np.int32)
SOME = np.arange(0, ITEMS, 25, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Near:
    """A signal without a way to retrieve: items are near whose codes are."""

    known: NDArray[np.bool_]

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return 1 / (1 + distance)."""
        scores = (1 / (1 + np.abs(queries[:, None] - np.arange(ITEMS)))).astype(np.float32)
        scores[:, ~self.known] = -np.inf
        scores[~self.known[queries]] = -np.inf
        return scores


@pytest.fixture(scope="module")
def parts() -> dict[str, Signal]:
    vectors = np.random.default_rng(2).normal(size=(ITEMS, 8)).astype(np.float32)
    vectors[::7] = 0
    return {"factors": FactorAffinity(vectors), "near": Near(np.arange(ITEMS) % 5 > 0)}


@pytest.fixture(scope="module")
def mixture(parts: dict[str, Signal]) -> Mixture:
    random = np.random.default_rng(4)
    terms = Terms(("factors", "near"), ("factors",))
    parameters = MixtureParameters(
        terms,
        random.normal(0.3, 0.1, (len(terms), TASTE_FEATURES + 2)),
        random.normal(0.3, 0.1, (len(terms), KINSHIP_FEATURES)),
        10_000,
        1,
        (0.5, 0.2),
    )
    return Mixture(parts, parameters, LISTENERS, LISTENERS * 1.0, 0.6, 0.3)


def pool_of(parts: dict[str, Signal]) -> pool.Pools:
    known = np.stack([part.known[QUERIES] for part in parts.values()], 1)
    return pools(parts, Bands.of(LISTENERS), QUERIES, known)


def test_the_sample_stands_for_all_items() -> None:
    bands = Bands.of(LISTENERS)
    drawn = bands.sample
    assert 200 < len(drawn) <= pool.POOL_SAMPLE
    assert bands.stands_for[drawn].sum() == pytest.approx(ITEMS, rel=0.1)
    by_sample = (bands.stands_for[drawn] * np.log(LISTENERS[drawn] + 1.0)).sum()
    assert by_sample == pytest.approx(np.log(LISTENERS + 1.0).sum(), rel=0.05)


def test_in_a_small_catalogue_everything_is_in_every_pool() -> None:
    few = LISTENERS[:100]
    part = FactorAffinity(np.random.default_rng(2).normal(size=(100, 4)).astype(np.float32))
    found = pools({"factors": part}, Bands.of(few), np.array([3], np.int32), np.ones((1, 1), np.bool_))
    assert found.items.tolist() == [item for item in range(100) if item != 3]
    assert not found.sample_weight.any()
    assert found.whole.all()


@pytest.mark.parametrize("small", [True, False])
def test_it_has_the_best_of_each_part_under_every_popularity_exponent(
    parts: dict[str, Signal], small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not small:
        monkeypatch.setattr(pool, "SCAN_ALL", 0)  # the parts find their nearest without a look at every item
    found = pool_of(parts)
    band = Bands.of(LISTENERS).band
    for row, query in enumerate(QUERIES.tolist()):
        entries = slice(found.starts[row], found.starts[row + 1])
        inside = found.items[entries][found.sample_weight[entries] == 0]
        for place, part in enumerate(parts.values()):
            affinity = part.affinity(QUERIES[[row]])[0]
            if found.has_data[row, place]:
                affinity[query] = -np.inf
                for exponent, n in zip(EXPONENTS, wanted(pool.OF_EXPONENT).tolist(), strict=True):
                    scores = affinity * 2.0 ** (-float(exponent) * band)
                    best = np.argsort(-scores, kind="stable")[: min(n, pool.OF_BAND) - 10]
                    assert np.isin(best[affinity[best] > 0], inside).all()
            at_items = affinity[found.items[entries]]
            np.testing.assert_allclose(found.affinities[place, entries], at_items, rtol=1e-5, atol=1e-6)


def test_the_scale_is_that_among_all_items(parts: dict[str, Signal]) -> None:
    found = pool_of(parts)
    for place, part in enumerate(parts.values()):
        there = found.has_data[:, place]
        expected = scales(part.affinity(QUERIES[there]), QUERIES[there])
        np.testing.assert_allclose(found.scale[there, place], expected, rtol=1e-5)


@pytest.mark.parametrize("small", [True, False])
def test_candidates_from_pools_hold_the_best_of_all_items(
    mixture: Mixture, small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not small:
        monkeypatch.setattr(pool, "SCAN_ALL", 0)
    few = with_candidates(mixture, 300)
    for asked in (
        few,
        few.with_beta(0.0),
        few.with_beta(1.5),
        few.with_character(0.0),
        few.with_character(1.0),
    ):
        codes, affinities, trusted = asked.best_candidates(SOME, 20)
        exact_codes, exact = top_k(asked.affinity(SOME), 20, SOME)
        trusted &= exact_codes[:, 0] >= 0
        both = [len(np.intersect1d(one, other)) for one, other in zip(codes, exact_codes, strict=True)]
        assert np.mean(np.array(both)[trusted]) > 0.99 * 20
        off = np.log(affinities[trusted, 0] / exact[trusted, 0])
        assert np.abs(off).mean() < 0.1, "the normaliser is estimated from the sample"


def test_any_number_of_threads_makes_the_same_candidates(mixture: Mixture) -> None:
    several = with_candidates(mixture, 100).candidates
    with limited(1):
        alone = with_candidates(replace(mixture), 100).candidates
    assert several is not None
    assert alone is not None
    for name, array in several.to_arrays().items():
        assert array.tobytes() == alone.to_arrays()[name].tobytes(), name

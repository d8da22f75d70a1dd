"""The largest products of a query, found in the clusters near it."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.ranking.shortlist import wanted
from tigertail.signals.clusters import ClusteredVectors
from tigertail.signals.dot_products import blocks, dots, dots_at
from tigertail.threads import limited

ITEMS = 3000
ONE_BAND = np.zeros(ITEMS, np.uint8)
EVERY = np.arange(ITEMS, dtype=np.int32)


@pytest.fixture(scope="module")
def scenes() -> np.ndarray:
    """Thirty scenes of a hundred vectors, and one vector that is 0."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(30, 10))
    vectors = centres[np.arange(ITEMS) % 30] + 0.3 * random.normal(size=(ITEMS, 10))
    vectors[7] = 0
    return vectors.astype(np.float32)


def best(scores: np.ndarray, n: int) -> list[set[int]]:
    return [set(row.tolist()) for row in np.argsort(-scores, axis=1)[:, :n]]


def recall(found: np.ndarray, wanted: list[set[int]]) -> float:
    return float(
        np.mean([len(one & set(row.tolist())) / len(one) for row, one in zip(found, wanted, strict=True)])
    )


def test_few_vectors_are_one_cluster_and_found_exactly(scenes: np.ndarray) -> None:
    whole = ClusteredVectors.of(scenes)
    found = whole.largest(scenes[:50], whole.cluster_of[:50], 20, ONE_BAND)
    wanted = best(scenes[:50] @ scenes.T, 20)
    for query in range(50):
        assert query == 7 or set(found[query].tolist()) == wanted[query]


def test_the_vector_0_is_in_no_cluster_and_finds_nothing(scenes: np.ndarray) -> None:
    whole = ClusteredVectors.of(scenes)
    assert whole.cluster_of[7] == -1
    assert (whole.largest(scenes[[7]], whole.cluster_of[[7]], 5, ONE_BAND) == -1).all()


def test_among_many_clusters_those_near_the_query_have_nearly_all(scenes: np.ndarray) -> None:
    clustered = ClusteredVectors.of(scenes, parts=((1, 1000),), size=100)
    assert clustered.probes.shape == (30, 4), "thirty clusters, and four of twelve blocks for each"
    found = clustered.largest(scenes, clustered.cluster_of, 20, ONE_BAND)
    known = EVERY != 7
    wanted = [one for one, there in zip(best(scenes @ scenes.T, 20), known, strict=True) if there]
    assert recall(found[known], wanted) > 0.95


def test_long_vectors_are_found_wherever_they_point(scenes: np.ndarray) -> None:
    random = np.random.default_rng(3)
    stars = random.choice(ITEMS, 60, replace=False)
    vectors = scenes.copy()
    vectors[stars] *= 6
    known = (EVERY != 7) & (EVERY % 3 == 0)
    asked = np.flatnonzero(known)
    wanted = best(vectors[asked] @ vectors.T, 20)
    of_one_part = ClusteredVectors.of(vectors, parts=((1, 1000),), size=100)
    by_length = ClusteredVectors.of(vectors, parts=((1 / 50, 250), (1, 750)), size=100)
    one_part, parted = (
        recall(clustered.largest(vectors[asked], clustered.cluster_of[asked], 20, ONE_BAND), wanted)
        for clustered in (of_one_part, by_length)
    )
    assert parted > 0.99
    assert one_part < 0.8, "as many vectors looked at, all of them near"


def test_a_part_with_few_blocks_near_a_query_leaves_those_of_the_next_in_place(scenes: np.ndarray) -> None:
    """Of many clusters of one direction all but one are empty, and those nearest to a query share a block."""
    vectors = np.vstack([np.repeat(10 * scenes[:2], 1500, axis=0), np.delete(scenes, 7, axis=0)])
    clustered = ClusteredVectors.of(vectors, parts=((0.5, 1000), (1, 1000)), size=16)
    none = clustered.probes < 0
    has_gap = (none[:, :-1] & ~none[:, 1:]).any(axis=1)
    asked = np.flatnonzero(has_gap[clustered.cluster_of])
    assert len(asked)
    found = clustered.largest(
        vectors[asked], clustered.cluster_of[asked], 5, np.zeros(len(vectors), np.uint8)
    )
    for query, items in zip(asked, found, strict=True):
        probes = clustered.probes[clustered.cluster_of[query]]
        near = clustered.codes.reshape(-1, 256)[probes[probes >= 0]]
        products = vectors @ vectors[query]
        assert products[items].max() == pytest.approx(products[near[near >= 0]].max(), rel=1e-5)


def test_no_vector_at_all_finds_nothing() -> None:
    nothing = ClusteredVectors.of(np.zeros((5, 4), np.float32))
    found = nothing.largest(np.ones((1, 4), np.float32), nothing.cluster_of[:1], 3, np.zeros(5, np.uint8))
    assert (found == -1).all()


def test_each_popularity_exponent_has_its_own_best(scenes: np.ndarray) -> None:
    whole = ClusteredVectors.of(scenes)
    band = (EVERY % 2).astype(np.uint8)
    found = whole.largest(scenes[:1], whole.cluster_of[:1], 5, band)
    scores = scenes[:1] @ scenes.T
    counts = wanted(5)
    assert counts.tolist() == [3, 5, 3], "fewer under an exponent that is not its own"
    each = np.split(found[0], np.cumsum(counts)[:-1])
    for theirs, share, n in zip(each, (2.0, 1.0, 0.5), counts.tolist(), strict=True):
        assert set(theirs.tolist()) == best(np.where(band == 1, share, 1) * scores, n)[0]


def test_a_gain_and_a_bias_change_the_order(scenes: np.ndarray) -> None:
    whole = ClusteredVectors.of(scenes)
    random = np.random.default_rng(1)
    gain, bias = (
        random.uniform(0.1, 2, ITEMS).astype(np.float32),
        random.normal(size=ITEMS).astype(np.float32),
    )
    found = whole.largest(scenes[:10], np.zeros(10, np.int32), 20, ONE_BAND, gain, bias)
    scores = (scenes[:10] @ scenes.T) * gain + bias
    scores[:, 7] = -np.inf
    assert recall(found, best(scores, 20)) == 1


def test_any_number_of_threads_finds_the_same(scenes: np.ndarray) -> None:
    clustered = ClusteredVectors.of(scenes, parts=((1, 1000),), size=100)
    several = clustered.largest(scenes, clustered.cluster_of, 20, ONE_BAND)
    with limited(1):
        alone = ClusteredVectors.of(scenes, parts=((1, 1000),), size=100)
        assert (alone.largest(scenes, alone.cluster_of, 20, ONE_BAND) == several).all()


@pytest.mark.parametrize("factors", [3, 4, 10])
def test_products_at_some_items_have_the_bits_of_products_with_all(scenes: np.ndarray, factors: int) -> None:
    vectors = np.ascontiguousarray(scenes[:, :factors])
    items = EVERY[5:3000:37]
    known = items[7] != EVERY
    some = dots_at(vectors[:3], vectors, known, np.array([0, 40, 50, 60]), items[np.r_[:40, :10, 5:15]])
    every = np.where(known, dots(vectors[:3], blocks(vectors), ITEMS), -np.float32(np.inf))
    assert some[:40].tobytes() == every[0, items[:40]].tobytes()
    assert some[50:].tobytes() == every[2, items[5:15]].tobytes()

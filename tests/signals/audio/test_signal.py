from __future__ import annotations

import numpy as np
import pytest

from tigertail.signals.audio import AudioAffinity

RNG = np.random.default_rng(0)
NOT_CORRECTED = np.empty((0, 2), np.float32)
EVERY = np.arange(120, dtype=np.int32)


def made(metric: str, dimensions: int = 5) -> AudioAffinity:
    vectors = RNG.normal(size=(120, dimensions)).astype(np.float32)
    return AudioAffinity(vectors, np.ones(120, np.bool_), metric, NOT_CORRECTED)  # type: ignore[arg-type]


def test_affinity_is_the_formula() -> None:
    near, cosine = made("nearness"), made("cosine")
    exact = near.vectors.astype(np.float64)
    squares = ((exact[:, None] - exact[None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(near.affinity(EVERY), 1 / (1 + squares / 5), rtol=1e-5)
    exact = cosine.vectors / np.linalg.norm(cosine.vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(cosine.affinity(EVERY), exact @ exact.T, atol=1e-5)


def hub_share(signal: AudioAffinity) -> float:
    """Return how often the most frequent neighbour is among the first five."""
    scores = signal.affinity(EVERY)
    np.fill_diagonal(scores, -np.inf)
    return float(np.bincount(np.argsort(-scores, axis=1)[:, :5].ravel()).max() / 120)


@pytest.mark.parametrize("metric", ["nearness", "cosine"])
def test_mutual_proximity_leaves_no_hubs(metric: str) -> None:
    signal = made(metric, dimensions=60)
    signal.vectors[:] += 0.3
    signal.vectors[0] = 0.3  # in the middle of all
    assert hub_share(signal.mutual()) < 0.5 * hub_share(signal)
    scores = signal.mutual().affinity(EVERY)
    assert ((scores >= 0) & (scores <= 1)).all()
    np.testing.assert_allclose(scores, scores.T, atol=1e-6)


def described() -> AudioAffinity:
    """Five items in a row; 0 and 1 are loud and fast, 2 neither, 3 quiet, and of 4 nobody knows."""
    vectors = np.array([[0.0], [0.1], [0.2], [9.0], [0.0]], np.float32)
    descriptors = np.array([[1.5, 0.9], [0.8, 2.0], [0.1, -2.0], [-2.0, 1.0], [0, 0]], np.float32)
    known = np.array([True, True, True, True, False])
    return AudioAffinity(vectors, known, "nearness", NOT_CORRECTED, descriptors, ("energy", "tempo"))


def test_it_tells_in_what_they_sound_alike() -> None:
    every = np.arange(5, dtype=np.int32)
    told = ["", "similar sound: high tempo, high energy", "similar sound", "", ""]
    for signal in (described(), described().mutual()):
        assert [evidence.words for evidence in signal.explain(0, every)] == told


def test_a_signal_kept_without_descriptors_still_tells_that_they_are_alike() -> None:
    arrays, settings = described().to_arrays()
    old = {name: array for name, array in arrays.items() if name != "descriptors"}
    again = AudioAffinity.from_arrays(old, {"metric": settings["metric"]})
    told = again.explain(0, np.array([1, 3], np.int32))
    assert [evidence.words for evidence in told] == ["similar sound", ""]

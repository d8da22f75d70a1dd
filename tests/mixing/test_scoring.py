"""The kernel of the mixture: the same bits as NumPy's, for any number of threads, alone and in company."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail import kernels
from tigertail.mixing import Mixture, MixtureParameters
from tigertail.mixing.parameters import KINSHIP_FEATURES, TASTE_FEATURES
from tigertail.mixing.terms import Terms
from tigertail.threads import limited

ITEMS = 700  # more than two blocks
EVERY = np.arange(ITEMS, dtype=np.int32)


class Rows:
    """A signal whose affinities are written down."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.known = (values > -np.inf).any(axis=1)

    def affinity(self, queries: np.ndarray) -> np.ndarray:
        """Return the rows."""
        return self.values[queries]


@pytest.fixture(scope="module")
def wide() -> Mixture:
    """A dense signal, one that has data about half, and one about few pairs; some affinities are below 0."""
    random = np.random.default_rng(3)
    dense, half, few = (random.gamma(0.3, 1.0, (ITEMS, ITEMS)).astype(np.float32) for _ in range(3))
    dense[random.random(dense.shape) < 0.2] *= -1
    half[:, ::2] = -np.inf
    half[7] = -np.inf
    few[random.random(few.shape) < 0.99] = -np.inf
    terms = Terms(("dense", "half", "few"), ("dense",), (("dense", "half"),))
    parameters = MixtureParameters(
        terms,
        random.normal(0.3, 0.3, (len(terms), TASTE_FEATURES + 3)),
        random.normal(0.3, 0.3, (len(terms), KINSHIP_FEATURES)),
        500,
        (0.5, 0.2),
    )
    listeners = np.sort(random.integers(0, 900, ITEMS))[::-1].astype(np.int64)
    parts = {"dense": Rows(dense), "half": Rows(half), "few": Rows(few)}
    return Mixture(parts, parameters, listeners, listeners * 1.5, 0.7, 0.3)


def test_numpy_gives_the_same_bits(wide: Mixture) -> None:
    """NumPy works out every affinity, the kernel only those above 0 where there are few."""
    together = wide.affinity(EVERY)
    with kernels.backend("numpy"):
        for query in (0, 7, 255, 256, 699):
            assert wide.affinity(EVERY[query : query + 1])[0].tobytes() == together[query].tobytes()


def test_any_number_of_threads_gives_the_same_bits(wide: Mixture) -> None:
    with limited(1):
        alone = wide.affinity(EVERY)
    assert alone.tobytes() == wide.affinity(EVERY).tobytes()

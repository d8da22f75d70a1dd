"""Two signals over six items: one hears everything of famous items, one knows what the unheard are like.

And three signals over 700 items, more than two blocks of the kernels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.mixing import Mixture, MixtureParameters
from tigertail.mixing.parameters import KINSHIP_FEATURES, LOG_SCALE, TASTE_FEATURES
from tigertail.mixing.terms import Terms

ITEMS = 6
LISTENERS = np.array([900, 400, 90, 20, 2, 0], np.int64)
SILENT = -np.inf


@dataclass(frozen=True, eq=False)
class Table:
    """A signal whose affinities are written down."""

    values: NDArray[np.float32]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Items with a row."""
        return np.asarray((self.values > -np.inf).any(axis=1))

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the rows."""
        return self.values[queries]


@pytest.fixture
def heard() -> Table:
    """Neighbours are those next in fame; of the last item, unheard, nothing is known."""
    place = np.arange(ITEMS)
    values = (1 / (1 + np.abs(place[:, None] - place))).astype(np.float32)
    values[5], values[:, 5] = SILENT, SILENT
    return Table(values)


@pytest.fixture
def tagged() -> Table:
    """Even items are alike, and odd ones; the first is not tagged."""
    place = np.arange(ITEMS)
    values = ((place[:, None] - place) % 2 == 0).astype(np.float32)
    values[0], values[:, 0] = SILENT, SILENT
    return Table(values)


@pytest.fixture
def learned() -> MixtureParameters:
    """Both curves count alike where 900 listen; tags count more where few do, and for what is alike."""
    terms = Terms(("heard", "tagged"), ("heard",), (("heard", "tagged"),))
    taste = np.zeros((len(terms), TASTE_FEATURES + 2))
    taste[terms.of_signal("heard"), 0] = 0.2, 1.5
    taste[terms.of_signal("tagged"), 0] = 0.3, 1.6
    end = np.log1p(900) / LOG_SCALE  # u of 900 listeners, where it is 0.2 and 1.5
    taste[terms.of_signal("tagged"), 1] = -0.2 / end
    taste[terms.of_signal("tagged"), 2] = 0.1 / end**2
    taste[terms.of_signal("tagged"), 3] = 0.5  # where "heard" has no data
    taste[terms.of_overlap(("heard", "tagged")), 0] = -0.1, -0.2
    taste[terms.no_content_data, 0] = -0.5
    taste[terms.of_items, 0] = 0.5, 0.5, 0.5, 0.2
    kinship = np.zeros((len(terms), KINSHIP_FEATURES))
    kinship[terms.of_signal("tagged"), 0] = 1.0, 2.0
    return MixtureParameters(terms, taste, kinship, 900, 1, (0.5, 0.2))


@pytest.fixture
def mixture(learned: MixtureParameters, heard: Table, tagged: Table) -> Mixture:
    return Mixture({"heard": heard, "tagged": tagged}, learned, LISTENERS, LISTENERS.astype(float), 0.5, 0.0)


@pytest.fixture(scope="package")
def wide() -> Mixture:
    """A dense signal, one that has data about half, and one about few pairs; some affinities are below 0."""
    items = 700
    random = np.random.default_rng(3)
    dense, half, few = (random.gamma(0.3, 1.0, (items, items)).astype(np.float32) for _ in range(3))
    dense[random.random(dense.shape) < 0.2] *= -1
    half[:, ::2] = SILENT
    half[7] = SILENT
    few[random.random(few.shape) < 0.99] = SILENT
    terms = Terms(("dense", "half", "few"), ("dense",), (("dense", "half"),))
    parameters = MixtureParameters(
        terms,
        random.normal(0.3, 0.3, (len(terms), TASTE_FEATURES + 3)),
        random.normal(0.3, 0.3, (len(terms), KINSHIP_FEATURES)),
        500,
        2,
        (0.5, 0.2),
    )
    listeners = np.sort(random.integers(0, 900, items))[::-1].astype(np.int64)
    parts = {"dense": Table(dense), "half": Table(half), "few": Table(few)}
    return Mixture(parts, parameters, listeners, listeners * 1.5, 0.7, 0.3)

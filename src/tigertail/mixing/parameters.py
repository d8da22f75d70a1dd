"""The parameters of a mixture: the coefficient of each term, as a function of the query's listeners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.mixing.terms import BENDS, OVERLAP_SHARE, Terms
from tigertail.signals.contract import Arrays

Reals = NDArray[np.float64]

TASTE_FEATURES: Final = 3
"""1, u and u^2; after them comes one for each signal without data."""
KINSHIP_FEATURES: Final = 2
"""1 and u, the first of the features."""
LOG_SCALE: Final = 8.0  # log(1 + listeners) of 3,000, so that u is about 1 there
MIDDLE: Final = 0.5
"""u at which the popularity exponent is that of the settings: half-way, as u goes from 0 to about 1; our own choice."""


@dataclass(frozen=True, eq=False)
class MixtureParameters:
    """Coefficients of a mixture at both ends of ``character``: taste, 0, and kinship, 1.

    With n the listeners of the query A, u = log(1 + n) / 8, and d_i = 1 where signal i has no data about A or is
    disabled, else 0, the coefficient of each term is

        in taste      c . (1, u, u^2, d_1, d_2, ...)
        in kinship    k . (1, u)

    Kinship comes from other data (``kinship.toml``), which cannot say what this data lacks, so it has no d. Of a
    mixture with ``coefficients = "constant"``, c is 0 at u and at u^2.

    Parameters
    ----------
    terms
        The terms.
    taste
        The rows c of the terms, for what listeners of the query also play; float64, (terms, 3 + signals).
    kinship
        The rows k of the terms, for what is alike; float64, (terms, 2).
    listener_cap
        Listeners of the query with most among those that taste was learned from; in u a query with more counts as one
        with so many.
    listener_floor
        Listeners of the item with fewest among those of the fit, those without any apart; an item with fewer counts as
        one with so many, where popularity is worked out (:class:`tigertail.mixing.terms.PopularityFeatures`).
    exponent_line
        The popularity exponent at u = 1/2 that the mixture was trained with (``mixture.beta``), and its slope in u
        (``mixture.beta_slope``).
    """

    terms: Terms
    taste: Reals
    kinship: Reals
    listener_cap: int
    listener_floor: int
    exponent_line: tuple[float, float]

    def coefficients(
        self, listeners: NDArray[np.int64], has_data: NDArray[np.bool_], character: float
    ) -> Reals:
        """Return the coefficient of each term for some queries.

        Parameters
        ----------
        listeners
            Listeners of each query; int64, (queries,).
        has_data
            Whether a signal has data about a query; bool, (queries, signals).
        character
            Between taste, 0, and kinship, 1.

        Returns
        -------
        NDArray[np.float64]
            Float64, (queries, terms).
        """
        features = self.features(listeners, has_data)
        taste = _sum_by_feature(features, self.taste)
        kinship = _sum_by_feature(features[:, :KINSHIP_FEATURES], self.kinship)
        return np.asarray((1 - character) * taste + character * kinship)

    def features(self, listeners: NDArray[np.int64], has_data: NDArray[np.bool_]) -> Reals:
        """Return what coefficients depend on; float64, (queries, 3 + signals)."""
        listeners = np.asarray(listeners)
        features = np.empty((len(listeners), TASTE_FEATURES + has_data.shape[1]))
        features[:, 0] = 1
        features[:, 1] = self.log_listeners(listeners)
        features[:, 2] = features[:, 1] ** 2
        features[:, TASTE_FEATURES:] = ~has_data
        return features

    def exponents(self, listeners: NDArray[np.int64], beta: float, character: float) -> Reals:
        """Return the popularity exponent of some queries.

        It is (1 - t) (b + s (u - 1/2)) + (beta - b), with t the character and b and s the line that the mixture was
        trained with: at beta = b it is the line at the end of taste, and 0 at the end of kinship, whose lists have no
        popularity to divide out.

        Parameters
        ----------
        listeners
            Listeners of each query; int64, (queries,).
        beta
            The exponent that is asked for, at u = 1/2 and t = 0.
        character
            Between taste, 0, and kinship, 1.

        Returns
        -------
        NDArray[np.float64]
            Float64, (queries,).
        """
        trained, slope = self.exponent_line
        away = slope * (self.log_listeners(listeners) - MIDDLE)
        return np.asarray(beta + away - character * (trained + away))

    def log_listeners(self, listeners: NDArray[np.int64]) -> Reals:
        """Return u of some queries, which grows with their listeners from 0 for none; float64, (queries,)."""
        return np.asarray(np.log1p(np.minimum(listeners, self.listener_cap)) / LOG_SCALE)

    def log_multipliers(
        self, listeners: NDArray[np.int64], has_data: NDArray[np.bool_], character: float
    ) -> Reals:
        """Return the logarithm of what each signal multiplies the affinity by, to an item that is good in all of them.

        Such an item has in every signal the query's scale (:mod:`tigertail.mixing.scale`). An overlap is shared by its
        two signals; a signal without data has 0. The other terms are of no one signal and have no part in this.

        Returns
        -------
        NDArray[np.float64]
            Float64, (queries, signals).
        """
        coefficients = self.coefficients(listeners, has_data, character)
        at_scale = np.log1p(1 / np.array(BENDS))
        logs = np.zeros(has_data.shape)
        for column, name in enumerate(self.terms.signals):
            logs[:, column] = (coefficients[:, self.terms.of_signal(name)] * at_scale).sum(axis=1)
        for pair in self.terms.overlaps:
            columns = [self.terms.signals.index(name) for name in pair]
            both = has_data[:, columns].all(axis=1)
            shared = OVERLAP_SHARE * (coefficients[:, self.terms.of_overlap(pair)] * at_scale**2).sum(axis=1)
            logs[:, columns] += (both * shared)[:, None]
        return np.where(has_data, logs, 0.0)

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        arrays: Arrays = {"taste": self.taste, "kinship": self.kinship}
        terms = self.terms
        return arrays, {
            "signals": list(terms.signals),
            "plays_only": list(terms.plays_only),
            "overlaps": [list(pair) for pair in terms.overlaps],
            "listener_cap": self.listener_cap,
            "listener_floor": self.listener_floor,
            "exponent_line": list(self.exponent_line),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make it of what was kept on disk."""
        stored: Any = arrays
        overlaps = tuple((first, second) for first, second in settings["overlaps"])
        terms = Terms(tuple(settings["signals"]), tuple(settings["plays_only"]), overlaps)
        return cls(
            terms,
            stored["taste"],
            stored["kinship"],
            settings["listener_cap"],
            settings["listener_floor"],
            tuple(settings["exponent_line"]),
        )


def _sum_by_feature(features: Reals, coefficients: Reals) -> Reals:
    """Multiply and sum feature by feature, so that a query gets the same bits alone and among others."""
    # The number of features and their layout decide NumPy's order; the number of queries does not, as in a product.
    return np.asarray(np.add.reduce(features[:, :, None] * coefficients.T, axis=1))

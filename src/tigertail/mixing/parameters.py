"""The parameters of a mixture: the calibration of each signal, and its weight for each query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.contract import Arrays

Reals = NDArray[np.float64]

SHAPES: Final = 5
"""Terms of a calibration; see :mod:`tigertail.mixing.calibration`."""
FEATURES: Final = 3
"""Features of a query that weights depend on."""
SCALE: Final = 8.0  # log(1 + listeners) of 3,000, so that features lie between 0 and 1
RARE: Final = 3.0  # listeners over which the feature of rare items fades


@dataclass(frozen=True, eq=False)
class MixtureParameters:
    """Coefficients of a mixture.

    With n the listeners of the query A and u = log(1 + n) / 8, a calibration's coefficients are lines in u, and

        W_i(A) = exp(w_i . (1, u, e^(-n / 3))) / sum over the signals j that know A of the same

    Parameters
    ----------
    names
        Signals that the parameters were learned from.
    calibrations
        Of each signal, value and slope of each term; float64, (signals, 5, 2).
    weights
        Of each signal, w; float64, (signals, 3).
    most
        Most listeners of a training query: beyond, coefficients stay as they are there.
    """

    names: tuple[str, ...]
    calibrations: Reals
    weights: Reals
    most: int

    def terms(self, name: str, listeners: NDArray[np.int64]) -> Reals:
        """Return the coefficients of a signal's calibration for queries with so many listeners.

        Returns
        -------
        NDArray[np.float64]
            Float64, (queries, 5).
        """
        value, slope = self.calibrations[self.names.index(name)].T
        return np.asarray(value + self._known(listeners)[:, None] * slope)

    def weights_at(
        self, names: Sequence[str], listeners: NDArray[np.int64], knows: NDArray[np.bool_]
    ) -> Reals:
        """Return the weights of some signals, which sum to 1 for every query that one of them knows.

        Parameters
        ----------
        names
            The signals.
        listeners
            Listeners of each query; int64, (queries,).
        knows
            Whether a signal knows a query; bool, (queries, signals).

        Returns
        -------
        NDArray[np.float64]
            Not negative; 0 where a signal does not know the query; float64, (queries, signals).
        """
        chosen = self.weights[[self.names.index(name) for name in names]]
        # Term by term, so that a query alone gets the bits that it gets in company.
        features = self.features(listeners)
        logits = sum(features[:, j, None] * chosen[:, j] for j in range(FEATURES))
        logits = np.where(knows, logits, -np.inf)
        top = logits.max(axis=1, keepdims=True, initial=-np.inf)
        powers = np.exp(logits - np.where(np.isfinite(top), top, 0))
        total = powers.sum(axis=1, keepdims=True)
        return np.asarray(powers / np.where(total > 0, total, 1.0))

    def features(self, listeners: NDArray[np.int64]) -> Reals:
        """Return what weights depend on; float64, (queries, 3)."""
        known = self._known(listeners)
        return np.column_stack([np.ones(len(known)), known, np.exp(-np.asarray(listeners) / RARE)])

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        arrays: Arrays = {"calibrations": self.calibrations, "weights": self.weights}
        return arrays, {"names": list(self.names), "most": self.most}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make it of what was kept on disk."""
        stored: Any = arrays
        return cls(tuple(settings["names"]), stored["calibrations"], stored["weights"], settings["most"])

    def _known(self, listeners: NDArray[np.int64]) -> Reals:
        """Return u, which grows with the listeners of a query, from 0 for none."""
        return np.asarray(np.log1p(np.minimum(listeners, self.most)) / SCALE)

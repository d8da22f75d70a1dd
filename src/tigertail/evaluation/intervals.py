"""Intervals: how far a mean over queries would move with other listeners."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Estimate:
    """A mean with its interval.

    Parameters
    ----------
    mean
        Mean over queries.
    low, high
        Bounds of the 95 % interval.
    """

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.4f} [{self.low:.4f}, {self.high:.4f}]"


@dataclass(frozen=True, eq=False)
class ClusterBootstrap:
    """A 95 % percentile bootstrap that draws whole listeners, whose queries depend on one another.

    After Field and Welsh, "Bootstrapping clustered data" (JRSS B 2007): the cluster bootstrap.

    Parameters
    ----------
    listeners
        Listener of each query; int32, (queries,).
    samples
        Number of resamples.
    seed
        Seed of the draws: all systems of one report are resampled alike.

    Examples
    --------
    A difference that is the same for every listener has an interval of no width.

    >>> boot = ClusterBootstrap(np.array([0, 0, 1, 2], np.int32))
    >>> print(boot.estimate(np.array([0.5, 0.5, 0.5, 0.5])))
    0.5000 [0.5000, 0.5000]
    """

    listeners: NDArray[np.int32]
    samples: int = 1000
    seed: int = 0

    def estimate(self, values: NDArray[np.float64]) -> Estimate:
        """Return the mean of one value a query, and its interval; NaN values do not count.

        Parameters
        ----------
        values
            Float64, (queries,).
        """
        counted = ~np.isnan(values)
        if not counted.any():
            return Estimate(np.nan, np.nan, np.nan)
        size = self._draws.shape[1]
        sums = np.bincount(self.listeners[counted], values[counted], size)
        counts = np.bincount(self.listeners[counted], minlength=size)
        drawn = self._draws @ counts
        means = (self._draws @ sums)[drawn > 0] / drawn[drawn > 0]
        low, high = np.quantile(means, [0.025, 0.975])
        return Estimate(float(values[counted].mean()), float(low), float(high))

    @cached_property
    def _draws(self) -> NDArray[np.float64]:
        """How often each listener is drawn in each resample."""
        size = int(self.listeners.max()) + 1
        rng = np.random.default_rng(self.seed)
        drawn = rng.integers(0, size, (self.samples, size))
        flat = drawn + np.arange(self.samples)[:, None] * size
        counts = np.bincount(flat.ravel(), minlength=self.samples * size)
        return counts.reshape(self.samples, size).astype(np.float64)

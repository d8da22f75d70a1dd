"""Confidence intervals and significance tests over listeners.

Queries of one listener depend on one another, so whole listeners are resampled: the cluster bootstrap of Field
and Welsh, "Bootstrapping clustered data" (JRSS B 2007). All systems of a report have the same resamples, so
differences are paired.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A number with its interval.

    Parameters
    ----------
    mean
        The number, from all listeners.
    low, high
        Bounds of the 95 % interval; NaN where there is none.
    """

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, mean: float, resampled: Reals) -> Self:
        """Return a number with the 95 % interval of its resamples; NaN bounds if no resample has a value.

        Examples
        --------
        >>> Estimate.of(2.0, np.array([1.0, np.nan, 3.0]))
        Estimate(mean=2.0, low=1.05, high=2.95)
        """
        if np.isnan(resampled).all():
            return cls(mean, np.nan, np.nan)
        low, high = np.nanquantile(resampled, [0.025, 0.975])
        return cls(mean, float(low), float(high))

    def __str__(self) -> str:
        return self.shown()

    def shown(self, digits: int = 4) -> str:
        """Return the number and its interval with so many decimals; - stands for what there is not.

        Examples
        --------
        >>> Estimate(0.25, 0.125, 0.5).shown(3), Estimate(0.25, np.nan, np.nan).shown(3)
        ('0.250 [0.125, 0.500]', '0.250 [-, -]')
        """
        mean, low, high = (
            "-" if math.isnan(value) else f"{value:.{digits}f}" for value in (self.mean, self.low, self.high)
        )
        return f"{mean} [{low}, {high}]"


def clusters_needed(estimate: Estimate, bound: float, clusters: int) -> int | None:
    """Return how many clusters would bring the end of an interval to a bound, were the number to stay as it is.

    The width of an interval falls with the root of the number of clusters.

    Parameters
    ----------
    estimate
        The number and its interval.
    bound
        What the interval is to reach no further than.
    clusters
        Clusters that the interval is from.

    Returns
    -------
    int or None
        None where the number is the bound or next to it, so that no number of clusters would do, and where it is NaN.

    Examples
    --------
    >>> clusters_needed(Estimate(0.1, -0.1, 0.3), 0.0, clusters=50)
    200
    >>> clusters_needed(Estimate(0.1, 0.05, 0.15), 0.0, clusters=50)
    13
    """
    distance = abs(estimate.mean - bound)
    width = estimate.mean - estimate.low if estimate.mean > bound else estimate.high - estimate.mean
    ratio = width / distance if distance else math.nan
    needed = clusters * round(ratio * ratio, 9)  # else a rounding error could make it one more
    return math.ceil(needed) if math.isfinite(needed) else None


@dataclass(frozen=True, eq=False)
class ClusterBootstrap:
    """Percentile intervals from resampled listeners.

    Memory grows with samples times listeners, and in the randomisation test with rounds times listeners.

    Parameters
    ----------
    listeners
        Listener of each query, coded from 0; int32, (queries,), at least one.
    samples
        Number of resamples.
    seed
        Seed of the draws.

    Examples
    --------
    Two listeners, one always right and one always wrong: a resample may have any mean from 0 to 1.

    >>> boot = ClusterBootstrap(np.array([0, 0, 1, 1], np.int32))
    >>> print(boot.estimate(np.array([0.0, 0.0, 1.0, 1.0])))
    0.5000 [0.0000, 1.0000]

    A difference that is the same for every query has an interval of no width.

    >>> print(boot.estimate(np.array([0.5, 0.5, 1.5, 1.5]) - np.array([0.0, 0.0, 1.0, 1.0])))
    0.5000 [0.5000, 0.5000]

    One listener says nothing of how listeners differ, so there is no interval.

    >>> print(boot.estimate(np.array([0.0, 1.0, np.nan, np.nan])))
    0.5000 [-, -]
    """

    listeners: NDArray[np.int32]
    samples: int = 1000
    seed: int = 0

    def estimate(self, values: Reals) -> Estimate:
        """Return the mean of one value per query, and its interval; NaN values do not count.

        Parameters
        ----------
        values
            Float64, (queries,).
        """
        if np.isnan(values).all():
            return Estimate(np.nan, np.nan, np.nan)
        return Estimate.of(float(np.nanmean(values)), self.means(values[:, None])[:, 0])

    def means(self, values: Reals) -> Reals:
        """Return the mean of each column in each resample.

        Parameters
        ----------
        values
            Float64, (queries, columns); NaN does not count.

        Returns
        -------
        NDArray[np.float64]
            Float64, (samples, columns); NaN where a resample has no value, and where fewer than two listeners have one.
        """
        counted = ~np.isnan(values)
        sums = self._of_listeners(np.where(counted, values, 0.0))
        of_listeners = self._of_listeners(counted.astype(np.float64))
        several = (of_listeners > 0).sum(axis=0) > 1
        counts = self._draws @ of_listeners
        with np.errstate(invalid="ignore"):
            means = (self._draws @ sums) / counts
        return np.where(several, means, np.nan)

    def frontier_area(self, sweep: Reals) -> tuple[Estimate, Reals]:
        """Return the area of a frontier with its interval, and that of each resample.

        Only the exponents that no other beats in both metrics add to the area. Which these are depends in a resample
        on its luck too, so its area tends to be larger: the interval lies high, and may even leave the area itself out.

        Parameters
        ----------
        sweep
            nDCG and IPS-nDCG of every query at each popularity exponent; float64, (exponents, 2, queries). NaN
            does not count.

        Returns
        -------
        tuple[Estimate, NDArray[np.float64]]
            The area; and that of each resample, float64, (samples,).
        """
        exponents = len(sweep)
        means = np.nanmean(sweep, axis=2)
        drawn = self.means(sweep.reshape(2 * exponents, -1).T).reshape(-1, exponents, 2)
        areas = dominated_area(drawn)
        return Estimate.of(float(dominated_area(means[None])[0]), areas), areas

    def compare(self, resampled: Reals, reference: Reals, value: float) -> Estimate:
        """Return an estimate of a difference from the resamples of both systems.

        Parameters
        ----------
        resampled, reference
            What each resample gives for the system, and for the one it is compared with; float64, (samples,).
        value
            The difference from all listeners.
        """
        return Estimate.of(value, resampled - reference)

    def randomisation_test(self, differences: Reals, rounds: int = 2000) -> float:
        """Return the two-sided p-value of a paired difference.

        Each listener's differences change their sign together with probability one half (Fisher's
        randomisation test, as Smucker, Allan and Carterette, CIKM 2007, recommend for retrieval).

        Parameters
        ----------
        differences
            Difference of two systems for each query; float64, (queries,). NaN does not count.
        rounds
            Number of random signs drawn; the smallest p-value is ``1 / (rounds + 1)``.
        """
        counted = ~np.isnan(differences)
        sums = np.bincount(self.listeners[counted], differences[counted])
        # Other random numbers than those of the resamples.
        signs = np.random.default_rng(self.seed + 1).choice([-1.0, 1.0], (rounds, len(sums)))
        # The tolerance counts ties that differ only by rounding.
        tolerance = 1e-9 * np.abs(sums).sum()
        as_far = np.abs(signs @ sums) >= np.abs(sums.sum()) - tolerance
        return float((1 + as_far.sum()) / (rounds + 1))

    def _of_listeners(self, values: Reals) -> Reals:
        """Return the sum of each column over each listener's queries; (listeners, columns)."""
        size = self._draws.shape[1]
        return np.stack([np.bincount(self.listeners, column, size) for column in values.T], axis=1)

    @cached_property
    def _draws(self) -> Reals:
        """Number of times each listener is drawn in each resample."""
        size = int(self.listeners.max()) + 1
        drawn = np.random.default_rng(self.seed).integers(0, size, (self.samples, size))
        flat = drawn + np.arange(self.samples)[:, None] * size
        counts = np.bincount(flat.ravel(), minlength=self.samples * size)
        return counts.reshape(self.samples, size).astype(np.float64)


def dominated_area(points: Reals) -> Reals:
    """Return the area dominated by points, from (0, 0): the hypervolume of Zitzler and Thiele (1998).

    Parameters
    ----------
    points
        Curves of points, of which both coordinates are to be maximised; float64, (curves, points, 2).

    Returns
    -------
    NDArray[np.float64]
        One area a curve; float64, (curves,).

    Examples
    --------
    Two rectangles, 1 x 3 and 2 x 1, that overlap in 1 x 1.

    >>> dominated_area(np.array([[[1.0, 3.0], [2.0, 1.0]]]))
    array([4.])
    """
    order = np.argsort(-points[:, :, 0], axis=1, kind="stable")
    x, y = (np.take_along_axis(points[:, :, axis], order, axis=1) for axis in (0, 1))
    tops = np.maximum.accumulate(np.maximum(y, 0), axis=1)
    rises = np.diff(tops, axis=1, prepend=0)
    return np.asarray((np.maximum(x, 0) * rises).sum(axis=1))


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for their number (Holm, Scandinavian Journal of Statistics 1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    scaled = np.asarray(p_values)[order] * np.arange(len(p_values), 0, -1)
    corrected = np.minimum(np.maximum.accumulate(scaled), 1.0)
    out = np.empty(len(p_values))
    out[order] = corrected
    return [float(p) for p in out]

"""Bootstrap over the listeners of a log.

The cluster bootstrap of :mod:`tigertail.evaluation.statistics.intervals`, but one resample at a time: a log may have so
many listeners that the draws of all resamples would not fit in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.evaluation.statistics.intervals import Estimate

Reals = NDArray[np.float64]

SAMPLES: Final = 300
"""Number of resamples for the 95 % intervals of a log."""


def resamples(listeners: int, samples: int = SAMPLES, seed: int = 0) -> Iterator[Reals]:
    """Yield the number of times each listener is drawn, for each resample; float64, (listeners,).

    Examples
    --------
    >>> [int(drawn.sum()) for drawn in resamples(3, samples=2)]
    [3, 3]
    """
    rng = np.random.default_rng(seed)
    for _ in range(samples):
        drawn = rng.integers(0, listeners, listeners)
        yield np.bincount(drawn, minlength=listeners).astype(np.float64)


def ratios(numerators: Reals, denominators: Reals, samples: int = SAMPLES, seed: int = 0) -> list[Estimate]:
    """Return the ratio of two sums over listeners, for each column, with its interval; NaN where both are 0.

    One listener says nothing of how listeners differ, so there is no interval.

    Parameters
    ----------
    numerators
        Of each listener; float64, (listeners, columns).
    denominators
        Of each listener, 0 only where the numerators are; the same shape, or one column for all.
    samples, seed
        Number of resamples, and their seed.

    Examples
    --------
    One listener plays 1 of 10 items, the other 9 of 10.

    >>> print(*ratios(np.array([[1.0], [9.0]]), np.array([[10.0], [10.0]])))
    0.5000 [0.1000, 0.9000]
    >>> print(*ratios(np.array([[1.0]]), np.array([[10.0]])))
    0.1000 [-, -]
    """
    with np.errstate(invalid="ignore"):
        values = numerators.sum(axis=0) / denominators.sum(axis=0)
        resampled = np.stack(
            [
                (drawn @ numerators) / (drawn @ denominators)
                for drawn in resamples(len(numerators), samples, seed)
            ]
        )
    several = (np.broadcast_to(denominators, numerators.shape) > 0).sum(axis=0) > 1
    resampled = np.where(several, resampled, np.nan)
    return [Estimate.of(float(value), column) for value, column in zip(values, resampled.T, strict=True)]

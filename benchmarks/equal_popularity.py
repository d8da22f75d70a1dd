"""Where the dial of popularity makes answers as popular as another system's, for benchmarks that compare there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def mean_popularity(popularity: NDArray[np.float64], lists: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the mean popularity of each list's items; NaN for an empty list.

    Parameters
    ----------
    popularity
        Of each item; (items,).
    lists
        Item codes, -1 after the end of a list; (queries, n).
    """
    listed = lists >= 0
    lengths = listed.sum(axis=1)
    sums = np.where(listed, popularity[np.maximum(lists, 0)], 0).sum(axis=1)
    return np.where(lengths > 0, sums / np.maximum(lengths, 1), np.nan)


def nearest(popularity: NDArray[np.float64], goal: float) -> int:
    """Return the place of the exponent at which the mean popularity of the answers is nearest to a goal.

    Parameters
    ----------
    popularity
        What :func:`mean_popularity` returns at each exponent; (exponents, queries).
    goal
        A mean popularity.
    """
    return int(np.abs(np.nanmean(popularity, axis=1) - goal).argmin())

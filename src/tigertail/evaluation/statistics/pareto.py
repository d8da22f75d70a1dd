"""Pareto sets: what nothing else is better than by every measure at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def undominated(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points belong to the Pareto set.

    A point is dominated by another that is at least as large in every coordinate and larger in one.

    Parameters
    ----------
    points
        Measures to be maximised; float64, (points, measures).

    Returns
    -------
    NDArray[np.bool_]
        Bool, (points,).

    Examples
    --------
    The last point is smaller than the second by both measures; the first two are a matter of taste.

    >>> undominated(np.array([[1.0, 3.0], [2.0, 2.0], [1.5, 1.0]]))
    array([ True,  True, False])
    """
    at_least = (points[None] >= points[:, None]).all(axis=2)
    larger = (points[None] > points[:, None]).any(axis=2)
    return np.asarray(~np.any(at_least & larger, axis=1))

"""Folding in: vectors of listeners whom a model has not kept, from the item vectors it has.

With the item vectors fixed, the vector of listener u is

    x_u = argmin_x  sum_{heard i} c_ui (1 - x.y_i)^2 + alpha0 sum_{others} (x.y_i)^2 + lambda_u |x|^2

which is one half-sweep of implicit ALS (:mod:`tigertail.factorization.als`), solved from 0 and to the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization.half_sweep import half_sweep
from tigertail.sparse import CSR

STEPS = 16


def fold_in(
    heard: CSR,
    items: NDArray[np.float32],
    gram: NDArray[np.float64],
    *,
    alpha0: float,
    penalty: NDArray[np.floating],
) -> NDArray[np.float32]:
    """Solve vectors of listeners with the item vectors fixed.

    Parameters
    ----------
    heard
        Listeners by the items given; each value is the confidence c of an observed pair.
    items
        Vectors of the items that these listeners have heard, at least; float32, (items, factors).
    gram
        Y'Y of the vectors of all items, heard by these listeners or not; float64, (factors, factors).
    alpha0
        Weight of an unobserved pair.
    penalty
        lambda_u of each listener; (listeners,).

    Returns
    -------
    NDArray[np.float32]
        Float32, (listeners, factors); 0 for those who have heard nothing.

    Examples
    --------
    Whoever has heard the first of two unrelated items lies on it, a little short of it for the penalty.

    >>> heard = CSR.build([0], [0], [1.0], shape=(1, 2))
    >>> fold_in(heard, np.eye(2, dtype=np.float32), np.eye(2), alpha0=0.5, penalty=np.array([0.25])).round(3)
    array([[0.8, 0. ]], dtype=float32)
    """
    start = np.zeros((heard.rows, items.shape[1]), np.float32)
    penalties = np.asarray(penalty, np.float32)
    return half_sweep(heard, items, start, alpha0=alpha0, penalty=penalties, steps=STEPS, product=gram)

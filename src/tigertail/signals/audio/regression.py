"""Kernel ridge regression whose predictions leave each artist out, in closed form.

Leaving out by refitting in folds gives every fold a space of its own, and likeness across folds suffers.
Here all predictions come from one model, each without what its own artist taught.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.audio.targets import Targets

Reals = NDArray[np.float64]

_JITTER: Final = 1e-6  # keeps the kernel of equal landmarks positive definite
_CONSTANT: Final = 10.0  # a constant feature this large is a mean that hardly costs a penalty


def predict(
    features: Reals,
    targets: Targets,
    artists: NDArray[np.int64],
    *,
    width: float,
    penalty: float,
    landmarks: int,
    leave_out: bool,
    seed: int,
) -> Reals:
    """Predict targets from features.

    The kernel is exp(-width |a - b|^2 / features), spanned by landmarks (Williams and Seeger, "Using the
    Nystroem method to speed up kernel machines", 2001). With H the hat matrix of the ridge regression and r
    its residuals, the targets of a group g predicted without that group are

        t_g - (I - H_gg)^-1 r_g

    (Golub, Heath and Wahba, "Generalized cross-validation", 1979, for one; Cook and Weisberg, Residuals and
    Influence in Regression, 1982, for groups).

    Parameters
    ----------
    features
        Float64, (items, features).
    targets
        What those that teach are to be mapped to.
    artists
        A number for the artist of each item: they are left out together; int64, (items,).
    width, penalty, landmarks, leave_out, seed
        See :class:`tigertail.signals.audio.config.AudioConfig`.

    Returns
    -------
    Reals
        Float64, (items, dimensions).
    """
    from scipy.linalg import cho_factor, cho_solve

    teachers = np.flatnonzero(targets.teaches)
    spanned = _spanned(features, teachers, width, landmarks, seed)
    taught, wanted = spanned[teachers], targets.values[teachers]
    gram = taught.T @ taught
    gram[np.diag_indices_from(gram)] += penalty
    factor = cho_factor(gram, lower=True)
    predicted = spanned @ cho_solve(factor, taught.T @ wanted)
    if leave_out:
        residuals = wanted - predicted[teachers]
        influence = cho_solve(factor, taught.T).T
        predicted[teachers] = wanted - _left_out(taught, influence, residuals, artists[teachers])
    return np.asarray(predicted)


def _spanned(features: Reals, teachers: NDArray[np.int64], width: float, landmarks: int, seed: int) -> Reals:
    """Return features whose dot products are the kernel, and a constant."""
    from scipy.linalg import cholesky, solve_triangular

    if len(teachers) > landmarks:
        chosen = np.random.default_rng(seed).choice(len(teachers), landmarks, replace=False)
        landmark = features[teachers[np.sort(chosen)]]
    else:
        landmark = features[teachers]
    own = _kernel(landmark, landmark, width)
    own[np.diag_indices_from(own)] += _JITTER
    kernel = _kernel(features, landmark, width)
    spanned = solve_triangular(cholesky(own, lower=True), kernel.T, lower=True).T
    return np.column_stack([spanned, np.full(len(features), _CONSTANT)])


def _kernel(one: Reals, other: Reals, width: float) -> Reals:
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None, :] - 2 * one @ other.T
    return np.asarray(np.exp(-width / max(1, one.shape[1]) * np.maximum(squares, 0)))


def _left_out(taught: Reals, influence: Reals, residuals: Reals, artists: NDArray[np.int64]) -> Reals:
    """Return what the residuals would be had each artist been left out."""
    order = np.argsort(artists, kind="stable")
    _, starts = np.unique(artists[order], return_index=True)
    alone = np.maximum(1 - (taught * influence).sum(axis=1), 1e-9)
    left_out: Reals = residuals / alone[:, None]
    for group in np.split(order, starts[1:]):
        if len(group) > 1:
            rest = np.eye(len(group)) - taught[group] @ influence[group].T
            left_out[group] = np.linalg.solve(rest, residuals[group])
    return left_out

"""Kernel ridge regression whose predictions leave out the artist of an item that teaches, in closed form.

Leaving out by refitting in folds gives every fold a space of its own, and likeness across folds suffers.
Here all predictions come from one model, that of an item that teaches without what its own artist taught; an item
that does not is predicted from all that do, those of its artist too. The kernel is worked out anew wherever it is read,
some items at a time, and all of one artist together: memory does not grow with items times landmarks, but where artists
are left out with the square of the items of the one that has most.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.audio.targets import Targets

Reals = NDArray[np.float64]

_JITTER: Final = 1e-6  # keeps the kernel of equal landmarks positive definite
_BLOCK: Final = 2048  # items whose kernel is held at a time
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
        Float64, (items, dimensions); 0 where no item teaches.
    """
    from scipy.linalg import block_diag, cholesky, solve_triangular

    teachers = np.flatnonzero(targets.teaches)
    landmark = features[_landmarks(teachers, landmarks, seed)]
    span = cholesky(_kernel(landmark, landmark, width) + _JITTER * np.eye(len(landmark)), lower=True)
    gram = penalty * np.eye(len(landmark) + 1)
    products = np.zeros((len(gram), targets.values.shape[1]))
    for some in _blocks(teachers):
        rows = _constant_beside(solve_triangular(span, _kernel(landmark, features[some], width), lower=True))
        gram += rows @ rows.T
        products += rows @ targets.values[some]
    root = cholesky(gram, lower=True)
    # With x the row of an item in the span of the landmarks, root root' the system and u = root^-1 x: its prediction is
    # u' weights, and the hat matrix has the products u_a' u_b. One matrix takes its kernel to u.
    weights = solve_triangular(root, products, lower=True)
    to_u = block_diag(span, 1.0) @ root

    def among(items: NDArray[np.int64]) -> Reals:
        """Return u of some items, in columns."""
        kernel = _constant_beside(_kernel(landmark, features[items], width))
        return np.asarray(solve_triangular(to_u, kernel, lower=True, overwrite_b=True))

    predicted = np.empty((len(features), products.shape[1]))
    for some in _blocks(np.flatnonzero(~targets.teaches)):
        predicted[some] = among(some).T @ weights
    by_artist = teachers[np.argsort(artists[teachers], kind="stable")]
    for some in _blocks(by_artist, artists):
        columns = among(some)
        predicted[some] = columns.T @ weights
        if leave_out:
            residuals = targets.values[some] - predicted[some]
            predicted[some] = targets.values[some] - _left_out(columns, residuals, artists[some])
    return predicted


def _landmarks(teachers: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """Return the items that the kernel is spanned by: some of those that teach, or all where they are few."""
    if len(teachers) <= count:
        return teachers
    return np.sort(np.random.default_rng(seed).choice(teachers, count, replace=False))


def _kernel(one: Reals, other: Reals, width: float) -> Reals:
    """Return the kernel between two sets of items; float64, (one, other)."""
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None, :] - 2 * one @ other.T
    return np.asarray(np.exp(-width / max(1, one.shape[1]) * np.maximum(squares, 0)))


def _constant_beside(rows: Reals) -> Reals:
    """Return the features of some items, in columns, with the constant as the last."""
    return np.vstack([rows, np.full(rows.shape[1], _CONSTANT)])


def _blocks(items: NDArray[np.int64], artists: NDArray[np.int64] | None = None) -> list[NDArray[np.int64]]:
    """Cut items into blocks; where they are in the order of their artists, no artist is cut in two."""
    begins = np.arange(0, len(items), _BLOCK)
    if artists is not None:
        begins = np.unique(np.searchsorted(artists[items], artists[items[begins]]))
    return np.split(items, begins[1:]) if len(items) else []


def _left_out(columns: Reals, residuals: Reals, artists: NDArray[np.int64]) -> Reals:
    """Return what the residuals would be had each artist been left out; items are in the order of their artists."""
    alone = np.maximum(1 - (columns**2).sum(axis=0), 1e-9)  # but for rounding above 0, as the penalty is
    left_out: Reals = residuals / alone[:, None]
    starts = np.flatnonzero(np.diff(artists, prepend=artists[0] - 1))
    for first, last in pairwise([*starts.tolist(), len(artists)]):
        if last - first > 1:
            own = columns[:, first:last]
            left_out[first:last] = np.linalg.solve(np.eye(last - first) - own.T @ own, residuals[first:last])
    return left_out

"""The listening that labels predict.

Two artists can be alike without a label in common: "mpb" and "música popular brasileira", "hip hop" and "grime" are
used of artists with the same listeners. So the direction z_i of an item in the base model is predicted from its
labels and annotators by a ridge regression. With the rows x_i of the signal and its floor s,

    f_i = x_i / (|x_i|^2 + s^2)^(1/2)
    B   = argmin  sum_i |z_i - B' f_i|^2 + penalty |B|^2,   p_i = B' f_i / |B' f_i|

over the items with listeners enough. It is the mapping from attributes to factors of Z. Gantner et al., "Learning
Attribute-to-Feature Mappings for Cold-Start Recommendations" (ICDM 2010), with a ridge penalty (A. E. Hoerl and R. W.
Kennard, Technometrics 12, 1970). z is centred: what all items share says nothing of one.

An item's own listening stays out of its prediction: items are split into folds, and each is predicted from the
others. B of items without listeners, and of later ones, is the mean over the folds.

B is found in its dual form, F' (F F' + penalty I)^-1 Z, by conjugate gradients (M. R. Hestenes and E. Stiefel,
1952), which need products of a sparse matrix alone. The number of steps is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.annotation.config import AnnotationConfig
from tigertail.signals.contract import Arrays
from tigertail.signals.products import blocks, products
from tigertail.signals.remap import ItemRemap
from tigertail.sparse import CSR

if TYPE_CHECKING:
    from scipy import sparse

Vectors = NDArray[np.float32]

NAMES: Final = ("predicted", "coefficients")
FOLDS: Final = 4
STEPS: Final = 10  # of conjugate gradients; with half as many lists are a little worse
_TINY: Final = 1e-12


@dataclass(frozen=True, eq=False)
class Prediction:
    """The direction of each item's listeners, as its labels predict it.

    Parameters
    ----------
    vectors
        p: of length 1, or 0 where labels predict nothing; float32, (items, factors).
    coefficients
        B of each label, without those of annotators; float32, (labels, factors).
    weight
        Share of the prediction in the affinity.
    """

    vectors: Vectors
    coefficients: Vectors
    weight: float

    def affinity(self, queries: NDArray[np.int32]) -> Vectors:
        """Return max(0, p_A . p_B) from each query to every item; float32, (queries, items)."""
        return np.maximum(products(self.vectors[queries], self._blocks, len(self.vectors)), np.float32(0))

    def between(self, a: int, b: int) -> float:
        """Return max(0, p_A . p_B) of two items."""
        return max(0.0, float(self.vectors[a].astype(np.float64) @ self.vectors[b]))

    def reindexed(self, to: ItemRemap) -> Self:
        """Return the prediction with its items under new codes; nothing is predicted of new items."""
        return replace(self, vectors=to.moved(self.vectors))

    def with_items(self, weights: CSR, floor: float) -> Self:
        """Return the prediction with further items, and zero coefficients for labels that it lacks.

        Parameters
        ----------
        weights
            Weights of labels; rows of items that have a prediction are empty.
        floor
            s.
        """
        coefficients = np.zeros((weights.shape[1], self.vectors.shape[1]), np.float32)
        coefficients[: len(self.coefficients)] = self.coefficients
        added = _directions(_scaled(weights.to_scipy(), floor) @ coefficients)
        fresh = weights.row_sizes > 0
        return replace(self, vectors=np.where(fresh[:, None], added, self.vectors), coefficients=coefficients)

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        arrays: Arrays = dict(zip(NAMES, (self.vectors, self.coefficients), strict=True))
        return arrays, {"prediction_weight": self.weight}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self | None:
        """Make the prediction of what was kept; None of a signal that kept none."""
        if NAMES[0] not in arrays:
            return None
        stored: Any = arrays
        return cls(stored[NAMES[0]], stored[NAMES[1]], settings["prediction_weight"])

    @cached_property
    def _blocks(self) -> Any:
        return blocks(np.asarray(self.vectors))


def fit_prediction(
    weights: sparse.csr_array,
    labels: int,
    factors: Vectors,
    listeners: NDArray[np.int64],
    config: AnnotationConfig,
) -> Prediction | None:
    """Learn to predict listening from labels.

    Parameters
    ----------
    weights
        Rows of the signal: labels, and after these annotators; sparse, (items, columns).
    labels
        How many of the columns are labels.
    factors
        The base model's item vectors; float32, (items, factors).
    listeners
        Listeners of each item; int64, (items,).
    config
        Settings.

    Returns
    -------
    Prediction | None
        None where fewer than two items have listeners and labels enough.
    """
    rows = _scaled(weights, config.norm_floor)
    teaches = (listeners >= config.prediction_min_listeners) & (np.diff(rows.indptr) > 0)
    if np.count_nonzero(teaches) < 2:
        return None
    targets = _directions(np.asarray(factors, np.float32))
    targets = _directions(targets - targets[teaches].mean(axis=0))
    # Codes run from the most popular item down, so that these folds are alike.
    fold = np.where(teaches, np.cumsum(teaches) % FOLDS, -1)
    predicted = np.zeros_like(targets)
    mean = np.zeros((rows.shape[1], targets.shape[1]), np.float32)
    for one in range(FOLDS):
        others, own = np.flatnonzero(teaches & (fold != one)), np.flatnonzero(fold == one)
        found = _ridge(rows[others], targets[others], config.prediction_penalty)
        predicted[own] = rows[own] @ found
        mean += found / FOLDS
    rest = np.flatnonzero(~teaches)
    predicted[rest] = rows[rest] @ mean
    return Prediction(_directions(predicted), mean[:labels].copy(), config.prediction_weight)


def _ridge(features: sparse.csr_array, targets: Vectors, penalty: float) -> Vectors:
    """Return B, (features, dimensions)."""
    turned = features.T.tocsr()
    solution = np.zeros_like(targets)
    residual = targets.copy()
    direction = residual.copy()
    size = (residual**2).sum(axis=0)
    for _ in range(STEPS):
        image = features @ (turned @ direction) + np.float32(penalty) * direction
        step = size / np.maximum((direction * image).sum(axis=0), _TINY)
        solution += step * direction
        residual -= step * image
        after = (residual**2).sum(axis=0)
        direction = residual + after / np.maximum(size, _TINY) * direction
        size = after
    return np.asarray(turned @ solution)


def _scaled(weights: sparse.csr_array, floor: float) -> sparse.csr_array:
    """Return rows divided by their length, with the floor added to its square; float32."""
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    squares = np.bincount(rows, weights.data.astype(np.float64) ** 2, weights.shape[0]) + floor**2
    scaled = weights.astype(np.float32)
    scaled.data = (weights.data / np.sqrt(np.maximum(squares, _TINY))[rows]).astype(np.float32)
    return scaled


def _directions(vectors: Vectors) -> Vectors:
    """Return vectors of length 1; 0 stays 0."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > _TINY, lengths, 1), np.float32)

"""The listening that labels predict.

Two artists can be alike without a label in common: "mpb" and "música popular brasileira", "hip hop" and "grime" are
used of artists with the same listeners. So the direction of an item's vector in the base model is predicted from the
item's labels and annotators by a ridge regression. With x_i the row of item i in the signal (weights of its labels,
then of its annotators), s the setting ``norm_floor``, and z_i the direction of its vector in the base model,

    f_i = x_i / (|x_i|^2 + s^2)^(1/2)
    B   = argmin  sum_i |z_i - B' f_i|^2 + penalty |B|^2        p_i = B' f_i / |B' f_i|

The sum is over the examples: items with labels or annotators, and ``prediction_min_listeners`` listeners or more. z is
centred, since what all items share says nothing of one: the mean over the examples is subtracted from the directions,
and the differences have length 1 again. It is the mapping from attributes to factors of Z. Gantner et al., "Learning
Attribute-to-Feature Mappings for Cold-Start Recommendations" (ICDM 2010), with a ridge penalty (A. E. Hoerl and R. W.
Kennard, Technometrics 12, 1970).

An item's own listening stays out of the B that predicts it: examples are split into folds, and each fold is predicted
with the B of the others. (It is in the mean that is subtracted, as that of every example is: predictions show it where
the examples are a few dozen.) All other items are predicted with the mean of these B, and so are items that are added
later: from their labels alone, since the rows of annotators are not kept. Where there are fewer examples than folds, an
empty fold has the B of all.

B is found in its dual form, F' (F F' + penalty I)^-1 Z, where F has the rows f_i and Z the rows z_i, by conjugate
gradients (M. R. Hestenes and E. Stiefel, 1952), which need products with a sparse matrix alone. The number of steps is
fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.signals.annotation.config import AnnotationConfig
from tigertail.signals.clusters import ClusteredVectors
from tigertail.signals.contract import Arrays
from tigertail.signals.directions import directions, lengths
from tigertail.signals.dot_products import blocks, dots
from tigertail.signals.remap import ItemRemap
from tigertail.sparse import CSR

if TYPE_CHECKING:
    from scipy import sparse

Vectors = NDArray[np.float32]

NAMES: Final = ("predicted", "coefficients")
FOLDS: Final = 4
STEPS: Final = 10  # of conjugate gradients; half as many make lists a little worse
_TINY: Final = 1e-12
_ROUNDING: Final = 1e-6  # of directions, whose length is 1


@dataclass(frozen=True, eq=False)
class Prediction:
    """The direction of each item in the base model, as its labels and annotators predict it.

    Parameters
    ----------
    vectors
        p of each item: of length 1, or 0 where nothing is predicted; float32, (items, factors).
    coefficients
        The labels' rows of the mean of the folds' B, without those of annotators; float32, (labels, factors).
    weight
        Share of the prediction in the affinity of the annotation signal.
    """

    vectors: Vectors
    coefficients: Vectors
    weight: float

    def affinity(self, queries: NDArray[np.int32]) -> Vectors:
        """Return max(0, p_A . p_B) from each query to every item; float32, (queries, items)."""
        return np.maximum(dots(self.vectors[queries], self._blocks, len(self.vectors)), np.float32(0))

    def nearest(
        self, queries: NDArray[np.int32], n: int, band: NDArray[np.uint8], gain: Vectors
    ) -> NDArray[np.int32]:
        """Return the items with the largest affinity times a gain, as :meth:`ClusteredVectors.largest` finds them."""
        clusters = self._clusters
        return clusters.largest(self.vectors[queries], clusters.cluster_of[queries], n, band, gain)

    def between(self, a: int, b: int) -> float:
        """Return max(0, p_A . p_B) of two items, the same as :meth:`affinity` but for rounding."""
        return max(0.0, float(self.vectors[a].astype(np.float64) @ self.vectors[b]))

    def leading(self, row: tuple[NDArray[np.int32], Vectors], towards: int) -> int | None:
        """Return the label that leads most to the predicted listeners of another item; None where none does.

        It is told by the mean of the folds' B, also of an item that one of these predicts.

        Parameters
        ----------
        row
            Columns of an item in the signal, ascending, and their weights; (columns,) each.
        towards
            The other item.
        """
        columns, weights = row
        labels = columns[: columns.searchsorted(len(self.coefficients))]  # those of annotators come after
        leads = weights[: len(labels)] * (self.coefficients[labels] @ self.vectors[towards])
        best = leads.argmax() if len(leads) else None
        return None if best is None or leads[best] <= 0 else int(labels[best])

    def reindexed(self, to: ItemRemap) -> Self:
        """Return the prediction with its items under new codes; nothing is predicted of new items."""
        return replace(self, vectors=to.move(self.vectors))

    def with_items(self, weights: CSR, floor: float) -> Self:
        """Return the prediction with further items, and zero coefficients for labels that it lacks.

        Further items have codes and vectors of 0 by now: see :meth:`reindexed`.

        Parameters
        ----------
        weights
            Weights of the labels of items that have no prediction yet, the other rows empty; items by labels, first the
            known labels in their order.
        floor
            The setting ``norm_floor``.
        """
        coefficients = np.zeros((weights.shape[1], self.vectors.shape[1]), np.float32)
        coefficients[: len(self.coefficients)] = self.coefficients
        added = directions(_scaled(weights.to_scipy(), floor) @ coefficients)
        is_new = weights.row_sizes > 0
        return replace(
            self, vectors=np.where(is_new[:, None], added, self.vectors), coefficients=coefficients
        )

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
    def _clusters(self) -> ClusteredVectors:
        return ClusteredVectors.of(self.vectors)

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
    """Learn to predict the direction of items in the base model from labels and annotators.

    Parameters
    ----------
    weights
        Rows of the signal: weights of labels, then of annotators; sparse, (items, columns).
    labels
        How many of the columns are labels, the first ones.
    factors
        The base model's item vectors; float32, (items, factors).
    listeners
        Listeners of each item; int64, (items,).
    config
        Settings.

    Returns
    -------
    Prediction | None
        None where there are fewer than two examples.
    """
    rows = _scaled(weights, config.norm_floor)
    is_example = (listeners >= config.prediction_min_listeners) & (np.diff(rows.indptr) > 0)
    if np.count_nonzero(is_example) < 2:
        return None
    examples = np.flatnonzero(is_example)
    targets = directions(np.asarray(factors[examples], np.float32))
    targets -= targets.mean(axis=0)
    targets[lengths(targets) < _ROUNDING] = 0  # all alike: rounding is no direction
    targets = directions(targets)
    predicted = np.zeros(factors.shape, np.float32)
    mean = np.zeros((rows.shape[1], targets.shape[1]), np.float32)
    # Codes run from the most popular item down, so that folds of every fourth example are alike in popularity.
    # Which of them comes first has no meaning.
    fold = np.arange(1, len(examples) + 1) % FOLDS
    for one in range(FOLDS):
        others, own = np.flatnonzero(fold != one), examples[fold == one]
        coefficients = _ridge(rows[examples[others]], targets[others], config.prediction_penalty)
        predicted[own] = directions(rows[own] @ coefficients)
        mean += coefficients / FOLDS
    rest = np.flatnonzero(~is_example & (np.diff(rows.indptr) > 0))
    predicted[rest] = directions(rows[rest] @ mean)
    return Prediction(predicted, mean[:labels].copy(), config.prediction_weight)


def _ridge(features: sparse.csr_array, targets: Vectors, penalty: float) -> Vectors:
    """Return B after :data:`STEPS` of conjugate gradients, one system for each factor; float32, (features, factors)."""
    transposed = features.T.tocsr()
    solution = np.zeros_like(targets)
    residual = targets.copy()
    direction = residual.copy()
    squared = (residual**2).sum(axis=0)
    for _ in range(STEPS):
        product = features @ (transposed @ direction) + np.float32(penalty) * direction
        step = squared / np.maximum((direction * product).sum(axis=0), _TINY)
        solution += step * direction
        residual -= step * product
        after = (residual**2).sum(axis=0)
        direction = residual + after / np.maximum(squared, _TINY) * direction
        squared = after
    return np.asarray(transposed @ solution)


def _scaled(weights: sparse.csr_array, floor: float) -> sparse.csr_array:
    """Return the rows f_i: x_i / (|x_i|^2 + floor^2)^(1/2); float32."""
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    squares = np.bincount(rows, weights.data.astype(np.float64) ** 2, weights.shape[0]) + floor**2
    scaled = weights.astype(np.float32)
    scaled.data = (weights.data / np.sqrt(np.maximum(squares, _TINY))[rows]).astype(np.float32)
    return scaled

"""Calibration: every signal's affinities become the probability that the next item of a listener of A is B.

With n_B the listeners of B, x the affinity from A to B as a share of the mean of A's fifty best (0 where it is
negative), and coefficients a, b, m, g, d that are linear in u = log(1 + n_A) / 8,

    h(A, B)    = a log(1 + x / 0.02) + b log(1 + x / 0.3) + m [the signal has no data about the pair]
                 + g log max(n_B, 1) + d log(n_B / (n_B + 3))
    aff_i(A -> B) = exp h(A, B) / sum_C exp h(A, C)

The two logarithms let the curve bend once, between the best few and the rest. A pair without data gets the popularity
prior: m is learned like the others. The last term is the evidence for B: an affinity to an item with two listeners is
less certain. An item without listeners counts as 0.3 of a listener there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.retrieval.topk import top_k

BENDS: Final = (0.02, 0.3)
BEST: Final = 50  # affinities of a query that its scale is the mean of
EVIDENCE: Final = 3.0  # listeners at which the evidence for an item is half
NO_LISTENER: Final = 0.3  # listeners that an item without any counts as there
AT_A_TIME: Final = 2**20  # affinities calibrated at a time


@dataclass(frozen=True, eq=False)
class PopularityFeatures:
    """The popularity of each item; what is computed for one popularity is shared by its items.

    Parameters
    ----------
    level
        Which popularity each item has; int32, (items,).
    popularity, evidence
        The two terms of each popularity; float64, (levels,).
    """

    level: NDArray[np.int32]
    popularity: NDArray[np.float64]
    evidence: NDArray[np.float64]

    @classmethod
    def of(cls, listeners: NDArray[np.int64]) -> Self:
        """Take in the listeners of each item."""
        levels, level = np.unique(listeners, return_inverse=True)
        some = np.maximum(levels, NO_LISTENER)
        return cls(level.astype(np.int32), np.log(np.maximum(levels, 1)), np.log(some / (some + EVIDENCE)))


def scales(affinities: NDArray[np.float32], queries: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return the mean of each query's best affinities, 1 where it has none above 0; float32, (queries,)."""
    best = top_k(affinities, BEST, queries)[1]
    given = np.isfinite(best)
    total = np.where(given, np.maximum(best, 0), 0).sum(axis=1, dtype=np.float64)
    mean = total / np.maximum(given.sum(axis=1), 1)
    return np.where(mean > 0, mean, 1).astype(np.float32)


def calibrate(
    affinities: NDArray[np.float32],
    queries: NDArray[np.int32],
    terms: NDArray[np.float64],
    fame: PopularityFeatures,
) -> None:
    """Replace affinities by probabilities, in place; they sum to 1 over all items but the query, which has 0.

    Parameters
    ----------
    affinities
        Of one signal; float32, (queries, items).
    queries
        Item codes; int32, (queries,).
    terms
        Coefficients for each query; float64, (queries, 5).
    fame
        How well known the items are.
    """
    rows = max(1, AT_A_TIME // max(1, affinities.shape[1]))
    for start in range(0, len(queries), rows):
        some = slice(start, start + rows)
        _calibrate(affinities[some], queries[some], terms[some], fame)


def _calibrate(
    affinities: NDArray[np.float32],
    queries: NDArray[np.int32],
    terms: NDArray[np.float64],
    fame: PopularityFeatures,
) -> None:
    row = np.arange(len(queries))
    scale = scales(affinities, queries)
    a, b, m, g, d = (terms[:, term, None] for term in range(5))
    # What an item of its popularity may expect is worked out once a popularity, not once an item.
    levels = (g * fame.popularity + d * fame.evidence).astype(np.float32)
    heights = levels.take(fame.level, axis=1)
    silent, above = affinities == -np.inf, affinities > 0
    heights += np.where(silent, m.astype(np.float32), np.float32(0))
    place = np.flatnonzero(above)  # cheaper to take by than a mask
    asking = place // affinities.shape[1]
    x = affinities.take(place) / scale[asking]
    first, second = (np.log(1 + x / np.float32(bend)) for bend in BENDS)
    a, b = a[asking, 0].astype(np.float32), b[asking, 0].astype(np.float32)
    heights.reshape(-1)[place] += a * first + b * second
    heights[row, queries] = -np.inf
    top = heights.max(axis=1, keepdims=True)
    values = np.exp(heights - np.where(np.isfinite(top), top, 0))
    total = values.sum(axis=1, keepdims=True, dtype=np.float64)
    affinities[:] = values / np.where(total > 0, total, 1)


def shapes(
    affinities: NDArray[np.float32],
    scale: NDArray[np.float32],
    items: NDArray[np.int32],
    fame: PopularityFeatures,
) -> NDArray[np.float32]:
    """Return the five terms of h for some pairs.

    Parameters
    ----------
    affinities, scale
        Affinity of each pair, and the scale of its query; float32, (pairs,).
    items
        B of each pair; int32, (pairs,).
    fame
        How well known the items are.

    Returns
    -------
    NDArray[np.float32]
        Float32, (pairs, 5).
    """
    silent = np.isneginf(affinities)
    x = np.where(silent, 0, np.maximum(affinities, 0)) / scale
    level = fame.level[items]
    curves = [np.log1p(x / np.float32(bend)) for bend in BENDS]
    return np.column_stack([*curves, silent, fame.popularity[level], fame.evidence[level]]).astype(np.float32)

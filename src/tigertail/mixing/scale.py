"""The scale of a query in a part: the mean of its fifty best affinities, by which affinities are divided.

Where a part knows little of the query (:class:`~tigertail.signals.contract.HasConfidence`) its best affinities are no
sign of likeness: the mean is then divided by its confidence (:func:`less_confident`).

Negative affinities count as 0; the scale is 1 where none is above 0. It is computed in three places: from the
affinities to all items (:func:`scales`), from those to some items (:func:`scale_of`), and from those to the pools of
many queries (:func:`scales_of_pools`). The last two know the fifty best only as far as these are among their items.
Where they know all fifty, the three agree, but for the rounding of a float64 sum, whose order differs.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit, prange
from tigertail.ranking.topk import put_largest, sort_best_first, top_k
from tigertail.signals.contract import HasConfidence, Signal, has_capability

Floats = NDArray[np.float32]

BEST: Final = 50  # of a query's affinities, the number of the best
_NOTHING: Final = np.float32(-np.inf)


def scales(affinities: Floats, queries: NDArray[np.int32]) -> Floats:
    """Return the scale of some queries from their affinities to all items, but themselves; float32, (queries,)."""
    best = top_k(affinities, BEST, queries)[1]
    given = np.isfinite(best)
    total = np.where(given, np.maximum(best, 0), 0).sum(axis=1, dtype=np.float64)
    # Rounded before it is compared: the smallest means become 0.
    mean = (total / np.maximum(given.sum(axis=1), 1)).astype(np.float32)
    return np.where(mean > 0, mean, np.float32(1))


def less_confident(scale: Floats, part: Signal, queries: NDArray[np.int32]) -> Floats:
    """Return the scale of some queries in a part, larger where its confidence in them is low; float32, (queries,)."""
    return scale / part.confidence[queries] if has_capability(part, HasConfidence) else scale


def scale_of(affinities: Floats) -> np.float32:
    """Return the scale of one query from its affinities to other items."""
    given = affinities[np.isfinite(affinities)]
    best = given if len(given) <= BEST else np.partition(given, -BEST)[-BEST:]
    mean = np.float32(np.maximum(best, 0).mean(dtype=np.float64)) if len(best) else np.float32(0)
    return mean if mean > 0 else np.float32(1)


@njit(parallel=True, cache=True)
def scales_of_pools(affinities, sample_weight, starts, rows):
    """Return the scale of some queries from the affinities to their pools; float32, (rows,).

    Parameters
    ----------
    affinities, sample_weight, starts
        Of one part, as in :class:`tigertail.mixing.pool.Pools`; items that stand for others do not count.
    rows
        Places of the queries; int64.
    """
    means = np.empty(len(rows), np.float32)
    for place in prange(len(rows)):
        begin, end = starts[rows[place]], starts[rows[place] + 1]
        positive = np.empty(end - begin + 1, np.float32)
        places = np.empty(end - begin + 1, np.int32)
        given, size = 0, 0
        # Each is written, and counted if it is above 0.
        for entry in range(begin, end):
            affinity = affinities[entry]
            is_given = (affinity > _NOTHING) & (sample_weight[entry] == 0)
            positive[size], places[size] = affinity, entry - begin
            given += is_given
            size += is_given & (affinity > 0)
        # One more than needed: sort_best_first takes a full array for a heap.
        best, of_best = np.empty(BEST + 1, np.float32), np.empty(BEST + 1, np.int32)
        count = min(size, BEST)
        put_largest(positive[:size], places[:size], of_best[:count])
        for rank in range(count):
            best[rank] = affinities[begin + of_best[rank]]
        # What put_largest writes has no order, and the order of a sum changes its bits.
        sort_best_first(best, of_best, count)
        total = 0.0
        for rank in range(count):
            total += best[rank]
        mean = np.float32(total / max(min(given, BEST), 1))
        means[place] = mean if mean > 0 else np.float32(1)
    return means

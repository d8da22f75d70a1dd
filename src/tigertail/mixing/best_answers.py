"""The best answers of one signal at several popularity exponents: with them a mixture's choice sets begin."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.ranking.popularity_exponent import at_exponents
from tigertail.ranking.topk import top_k

EXPONENTS: Final = (0.5, 0.0, -0.5)
"""On top of the signal's own: rarer items, the signal as it is, more popular ones."""


def best_answers(
    affinities: NDArray[np.float32],
    queries: NDArray[np.int32] | None,
    listeners: NDArray[np.int64],
    n: int,
) -> list[NDArray[np.int32]]:
    """Return the best answers of a signal to each query, so many at each of :data:`EXPONENTS`.

    Parameters
    ----------
    affinities
        Of one signal; float32, (queries, items).
    queries
        Item codes, which are no answers; int32, (queries,). None leaves none out, where the items lack the query.
    listeners
        Of each item; int64, (items,).
    n
        Answers at each exponent.

    Returns
    -------
    list[NDArray[np.int32]]
        Distinct items of each query, ascending.
    """
    best = [top_k(scores, n, queries)[0] for scores in at_exponents(affinities, listeners, EXPONENTS)]
    lists = [np.unique(row) for row in np.concatenate(best, axis=1)]
    return [items[items >= 0] for items in lists]

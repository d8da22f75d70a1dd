"""The popularity exponent: re-weight affinities by a power of the listener count."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def at_exponents(
    scores: NDArray[np.float32], popularity: NDArray[np.int64], exponents: tuple[float, ...]
) -> Iterator[NDArray[np.float32]]:
    """Yield affinities at each popularity exponent beta: divided by listeners(B)^beta.

    A beta above 0 lowers popular items, one below 0 raises them; 0 yields ``scores`` itself. The sign is that of
    ``beta`` in every signal, on top of which this comes. An affinity that is not positive stays as it is: divided, one
    below 0 would rise.

    Parameters
    ----------
    scores
        Affinities; float32, (queries, items).
    popularity
        Listeners of each item; int64, (items,).
    exponents
        The exponents.
    """
    for beta in exponents:
        if beta == 0:
            yield scores
        else:
            weights = (np.maximum(popularity, 1) ** float(-beta)).astype(np.float32)
            yield np.where(scores > 0, scores * weights, scores)

"""The popularity dial: how far a list favours popular items, or obscure ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def dialled(
    scores: NDArray[np.float32], popularity: NDArray[np.int64], dial: tuple[float, ...]
) -> Iterator[NDArray[np.float32]]:
    """Yield affinities at each setting gamma: multiplied by listeners(B)^gamma.

    An affinity that is not positive is not changed.

    Parameters
    ----------
    scores
        Affinities; float32, (queries, items).
    popularity
        Listeners of each item; int64, (items,).
    dial
        The settings.
    """
    for gamma in dial:
        if gamma == 0:
            yield scores
        else:
            weights = (np.maximum(popularity, 1) ** gamma).astype(np.float32)
            yield np.where(scores > 0, scores * weights, scores)

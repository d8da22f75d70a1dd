"""Lengths of vectors, and vectors divided by them."""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Reals = TypeVar("Reals", np.float32, np.float64)

_AT_A_TIME: Final = 2**16  # rows whose squares are held


def directions(vectors: NDArray[Reals]) -> NDArray[Reals]:
    """Return rows divided by their length; a row of 0 stays 0; (rows, dimensions).

    Examples
    --------
    >>> directions(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    whole = lengths(vectors)[:, None]
    return np.asarray(vectors / np.where(whole > 0, whole, 1), vectors.dtype)


def lengths(vectors: NDArray[Reals]) -> NDArray[Reals]:
    """Return the length of each row; (rows,).

    Examples
    --------
    >>> lengths(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [5.0, 0.0]
    """
    whole = np.empty(len(vectors), vectors.dtype)
    for start in range(0, len(vectors), _AT_A_TIME):
        some = slice(start, start + _AT_A_TIME)
        whole[some] = np.linalg.norm(vectors[some], axis=1)
    return whole

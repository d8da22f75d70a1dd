"""Vectors divided by their length."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Reals = TypeVar("Reals", np.float32, np.float64)


def directions(vectors: NDArray[Reals]) -> NDArray[Reals]:
    """Return rows divided by their length; a row of 0 stays 0; (rows, dimensions).

    Examples
    --------
    >>> directions(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), vectors.dtype)

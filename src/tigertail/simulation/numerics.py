"""Products of large matrices, a block of rows at a time, the same on any number of cores."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

BLOCK_CELLS: Final = 2**20  # numbers in the largest matrix at work


def row_blocks(rows: int, columns: int) -> list[slice]:
    """Cut the rows of a matrix into blocks that fit into memory."""
    step = max(1, BLOCK_CELLS // columns)
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]


def product(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply two matrices on one thread: one order of summation, so one result on any number of cores."""
    with threadpool_limits(1, user_api="blas"):
        result: NDArray[np.float64] = left @ right
    return result

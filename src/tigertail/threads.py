"""How many threads our own loops use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numba
import scipy.linalg  # noqa: F401 - Numba's products go to its BLAS, which must be loaded to be limited
from threadpoolctl import threadpool_limits


@contextmanager
def limited(threads: int | None) -> Iterator[None]:
    """Use ``threads`` threads in our own loops and one in the BLAS inside them; None means all."""
    before = numba.get_num_threads()
    numba.set_num_threads(min(threads, before) if threads else before)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        numba.set_num_threads(before)

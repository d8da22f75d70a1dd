"""How many threads our own loops use, and how many processors this process may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LITTLE: Final = 2**22  # multiplications, two milliseconds or so, that are not worth waking other threads for


def processors() -> int:
    """Return how many processors this process is bound to: a cpuset or a batch job may have a few of the machine's.

    A quota of their time, as of ``docker --cpus``, is not seen.
    """
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def threads_for(work: int) -> Iterator[None]:
    """Use one thread in our own loops where there is little to do.

    On a busy machine threads wait for one another much longer than a small loop takes.

    Parameters
    ----------
    work
        About how many multiplications there are.
    """
    import numba

    before = numba.get_num_threads()
    numba.set_num_threads(1 if work < LITTLE else before)
    try:
        yield
    finally:
        numba.set_num_threads(before)


def rows_of_thread(rows: int, least: int) -> int:
    """Return how many rows each of our threads gets: its share, rounded up, or ``least`` where that is more.

    Rows of one thread share what they read.
    """
    import numba

    return max(least, -(-rows // numba.get_num_threads()))


@contextmanager
def limited(threads: int | None) -> Iterator[None]:
    """Use ``threads`` threads in our own loops, never more than there are now, and one in every BLAS of the process.

    None leaves our own loops the threads that they have.
    """
    import numba
    import scipy.linalg  # noqa: F401 - Numba's products go to its BLAS, which must be loaded to be limited
    from threadpoolctl import threadpool_limits

    before = numba.get_num_threads()
    numba.set_num_threads(min(threads, before) if threads else before)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        numba.set_num_threads(before)

"""What bounds the solver: its kernels' time, and how much of the largest is waiting for memory.

    .venv/bin/python benchmarks/als_profile.py

Solving the rows is a walk over the other side's vectors, in the order of the entries, once for the residual
and once a conjugate-gradient step. The first walk of a row waits for its vectors, the others find them in the
cache. Beside the listeners' time stands that of as many entries whose vectors are always in the cache: the
difference is the wait.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from als import synthetic
from tigertail.cli.output import print_table
from tigertail.factorization import ALSConfig, fit_als, kernels
from tigertail.sparse import CSR

SWEEPS: Final = 5
NAMES: Final = ("gram_blocks", "rotate", "solve_rows")


def timed(seconds: dict[str, list[float]], name: str, kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a kernel so that its calls are timed."""

    def call(*arguments: Any) -> Any:
        begun = time.perf_counter()
        result = kernel(*arguments)
        seconds[name].append(time.perf_counter() - begun)
        return result

    return call


def profile(matrix: CSR, factors: int) -> list[float]:
    """Return the seconds of Gram matrices and turns in the last sweep; and, as medians, of all listeners and items."""
    seconds: dict[str, list[float]] = defaultdict(list)
    plain = {name: getattr(kernels, name) for name in NAMES}
    for name in NAMES:
        setattr(kernels, name, timed(seconds, name, plain[name]))
    fit_als(matrix, ALSConfig(factors=factors, iterations=SWEEPS, reg=0.01, alpha0=1.0, nu=0))
    for name in NAMES:
        setattr(kernels, name, plain[name])
    last = [sum(seconds[name][-len(seconds[name]) // SWEEPS :]) for name in NAMES[:2]]
    return last + [float(np.median(seconds["solve_rows"][side::2][1:])) for side in (0, 1)]


def in_first_columns(matrix: CSR) -> CSR:
    """Return a matrix with as many entries in each row, in its first columns, whose vectors fit in the cache."""
    places = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], matrix.row_sizes)
    shape = (matrix.shape[0], int(matrix.row_sizes.max()))
    return CSR(matrix.indptr, places.astype(np.int32), matrix.data, shape)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--factors", type=int, nargs="+", default=[64, 128])
    arguments = parser.parse_args()
    matrix = synthetic()
    cached = in_first_columns(matrix)
    rows = []
    for d in arguments.factors:
        gram, turn, listeners, items = profile(matrix, d)
        from_cache = profile(cached, d)[2]
        rows.append([d, *(f"{one:.2f}" for one in (gram, turn, listeners, items, from_cache))])
    print_table(["factors", "Gram s", "turn s", "listeners s", "items s", "listeners in cache s"], rows)


if __name__ == "__main__":
    main()

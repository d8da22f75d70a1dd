"""What bounds the solver: its kernels' time, and the memory traffic behind the largest of them.

    .venv/bin/python benchmarks/als_profile.py

Solving the rows is a walk over the other side's vectors, in the order of the entries, once for the residual
and once a conjugate-gradient step. Beside the kernel's traffic stands that of a loop that does nothing but
read the same vectors in the same order: the nearer the two, the less is left to gain without moving less.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

from als import synthetic
from tigertail.cli.output import print_table
from tigertail.factorization import ALSConfig, fit_als, kernels
from tigertail.factorization.als import padded, padded_width
from tigertail.instructions import number_at, prefetch
from tigertail.kernels import njit, prange


@njit(parallel=True, fastmath=True)
def read_rows(vectors, indices, d):  # type: ignore[no-untyped-def]
    """Read the vector of every entry, asking ahead for it as the solver does."""
    total = np.float32(0)
    for k in prange(len(indices)):
        ahead = np.uint64(indices[min(k + kernels.AHEAD, len(indices) - 1)]) * np.uint64(d)
        for line in range(0, d, 2 * kernels.LINE):
            prefetch(vectors, ahead + np.uint64(line))
        start = np.uint64(indices[k]) * np.uint64(d)
        for j in range(d):
            total += number_at(vectors, start + np.uint64(j))
    return total


def timed(seconds: dict[str, list[float]], name: str, kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a kernel so that its calls are timed."""

    def call(*arguments: Any) -> Any:
        begun = time.perf_counter()
        result = kernel(*arguments)
        seconds[name].append(time.perf_counter() - begun)
        return result

    return call


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--factors", type=int, nargs="+", default=[64, 128])
    arguments = parser.parse_args()
    matrix = synthetic()
    rows = []
    for d in arguments.factors:
        seconds: dict[str, list[float]] = defaultdict(list)
        names = ("gram_blocks", "rotate", "solve_rows")
        plain = {name: getattr(kernels, name) for name in names}
        for name in names:
            setattr(kernels, name, timed(seconds, name, plain[name]))
        config = ALSConfig(factors=d, iterations=5, reg=0.01, alpha0=1.0, nu=0)
        items = fit_als(matrix, config).items
        for name in names:
            setattr(kernels, name, plain[name])
        gram, rotate = (sum(seconds[name][-len(seconds[name]) // 5 :]) for name in names[:2])
        users, by_item = (float(np.median(seconds["solve_rows"][side::2][1:])) for side in (0, 1))
        width = padded_width(d)
        gigabytes = matrix.nnz * width * 2 / 1e9  # float16
        flat = kernels.halved(padded(items), np.ones(width, np.float32)).reshape(-1)
        read_rows(flat, matrix.indices[:1000], width)
        begun = time.perf_counter()
        read_rows(flat, matrix.indices, width)
        reading = time.perf_counter() - begun
        rows.append(
            [
                d,
                f"{gram:.2f}",
                f"{rotate:.2f}",
                f"{users:.2f}",
                f"{by_item:.2f}",
                f"{(config.cg_steps + 1) * gigabytes / users:.0f}",
                f"{gigabytes / reading:.0f}",
            ]
        )
    headings = ["factors", "Gram s", "turn s", "listeners s", "items s", "kernel GB/s", "only reading GB/s"]
    print_table(headings, rows)


if __name__ == "__main__":
    main()

"""What local models cost: training beside the global fit, memory, and queries with and without the lens.

    .venv/bin/python benchmarks/local_speed.py [--countries 40]

Synthetic data of the shape of Last.fm-360K (359,347 listeners, 292,385 items), its listeners dealt to countries
whose sizes fall as 1 / rank. Both fits run in one process, each once before the clock starts on a small matrix, so
that nothing compiles while it is timed. Queries are asked one at a time, 1,000 of them from all over the
popularity ranking.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from als import synthetic
from tigertail.cli.output import print_table
from tigertail.factorization import Factors, fit_als
from tigertail.model.config import BaseConfig
from tigertail.ranking.topk import top_k
from tigertail.signals.listening import GroupedCoListening, Groups, ListeningConfig, fit_listening
from tigertail.sparse import CSR

QUERIES = 1000


def peak() -> str:
    """Return the process's peak memory."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB"


def countries(listeners: int, count: int) -> Groups:
    """Deal listeners to countries."""
    share = 1 / np.arange(1, count + 1)
    member = np.random.default_rng(0).choice(count, listeners, p=share / share.sum())
    return Groups(tuple(f"country {code + 1}" for code in range(count)), member.astype(np.int32))


def fit(matrix: CSR, groups: Groups) -> tuple[Factors, GroupedCoListening, float, float]:
    """Fit both models; return them and the seconds each took."""
    settings = BaseConfig().solver(matrix)
    began = time.perf_counter()
    factors = fit_als(matrix, settings)
    between = time.perf_counter()
    listening = fit_listening(matrix, factors, groups, ListeningConfig(), alpha0=settings.alpha0)
    return factors, listening, between - began, time.perf_counter() - between


def milliseconds(signal: GroupedCoListening, queries: np.ndarray) -> np.ndarray:
    """Return how long each query takes, answered with the best hundred."""
    taken = []
    for query in queries:
        one = np.array([query], np.int32)
        began = time.perf_counter()
        top_k(signal.affinity(one), 100, one)
        taken.append(1000 * (time.perf_counter() - began))
    return np.array(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--countries", type=int, default=40)
    count = parser.parse_args().countries
    matrix = synthetic()
    few = matrix.select_rows(np.arange(3000))
    fit(few, countries(few.rows, 3))
    groups = countries(matrix.shape[0], count)
    factors, listening, base, local = fit(matrix, groups)
    print(
        f"{matrix.shape[0]:,} listeners, {matrix.shape[1]:,} items, {matrix.nnz:,} entries, {count} countries"
    )
    print(f"global fit {base:.1f} s, local models {local:.1f} s: {local / base:.2f} x; peak memory {peak()}")
    kept = listening.local_vectors.nbytes + listening.local_items.nbytes
    print(
        f"{len(listening.local_items):,} item vectors of groups, {kept / 2**30:.2f} GiB, "
        f"beside {factors.items.nbytes / 2**30:.2f} GiB of the world's"
    )
    heard = np.flatnonzero(listening.popularity)
    ranked = heard[np.argsort(-listening.popularity[heard], kind="stable")]
    spread = ranked[np.unique(np.geomspace(1, len(ranked), 4 * QUERIES).astype(np.int64) - 1)]
    queries = np.random.default_rng(1).permutation(spread)[:QUERIES]
    rows = []
    for name, signal in (("no lens", listening), ("lens", listening.localised_by_group([3]))):
        milliseconds(signal, queries[:5])
        taken = milliseconds(signal, queries)
        rows.append([name, len(taken), *(f"{np.percentile(taken, q):.1f}" for q in (50, 90, 99))])
    print_table(["queries", "asked", "median ms", "p90 ms", "p99 ms"], rows, left=["queries"])
    print(f"peak memory {peak()}")


if __name__ == "__main__":
    main()

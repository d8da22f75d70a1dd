"""Our implicit-ALS solver beside `implicit` and `irspack`, in one run on one matrix.

    make benchmark                                     synthetic data of the shape of Last.fm-360K
    .venv/bin/python benchmarks/als.py --dataset DIR   any Tigertail dataset
    ... --before OTHER/.venv/bin/python                another release of ours as well, in its own environment

All three minimise the same objective (Hu et al. 2008: nu = 0, alpha0 = 1) from the same initial factors with
the same number of threads, each with its own default of conjugate-gradient steps (ours 2, theirs 3). Each
runs in a process of its own; the first iteration, which may compile or page in, is not counted. The objective
is computed afterwards, for all alike, in float64; peak memory includes the matrix and the libraries.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tigertail.cli.output import print_table
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.factorization import ALSConfig, Factors, als_objective, fit_als
from tigertail.sparse import CSR

LISTENERS, ITEMS, ENTRIES_A_LISTENER = 359_347, 292_385, 46
ACTIVITY = 0.35  # sigma of the logarithm of a listener's entries
SHIFT, EXPONENT = 20.0, 0.95  # Zipf-Mandelbrot: the item of rank r has (r + shift)^-exponent of the entries
REG, ALPHA0 = 0.01, 1.0
OURS, BEFORE = "tigertail", "tigertail, before"
SYSTEMS = (OURS, "implicit", "irspack")
Run = tuple[list[float], Factors]
"""When the run began and when each iteration ended, and the factors found."""


def synthetic(seed: int = 0) -> CSR:
    """Draw a matrix of the shape of Last.fm-360K: its listeners and artists, Zipf-Mandelbrot popularity."""
    rng = np.random.default_rng(seed)
    sizes = np.clip(rng.lognormal(np.log(ENTRIES_A_LISTENER), ACTIVITY, LISTENERS), 1, 400).astype(np.int64)
    popularity = (np.arange(ITEMS) + SHIFT) ** -EXPONENT
    listeners = np.repeat(np.arange(LISTENERS, dtype=np.int64), sizes)
    drawn = np.searchsorted(np.cumsum(popularity) / popularity.sum(), rng.random(len(listeners)))
    items = rng.permutation(ITEMS)[np.minimum(drawn, ITEMS - 1)]
    cells = np.unique(listeners * ITEMS + items)
    confidence = 1 + np.log1p(rng.geometric(0.02, len(cells)))
    return CSR.from_coo(cells // ITEMS, cells % ITEMS, confidence, (LISTENERS, ITEMS))


def initial(shape: tuple[int, int], factors: int) -> Factors:
    """Return the factors every system starts from."""
    rng = np.random.default_rng(1)
    listeners, items = (
        (rng.standard_normal((size, factors), np.float32) * 0.1 / np.sqrt(factors)).astype(np.float32)
        for size in shape
    )
    return Factors(listeners, items)


def run_tigertail(matrix: CSR, start: Factors, factors: int, iterations: int, threads: int) -> Run:
    config = ALSConfig(factors=factors, iterations=iterations, reg=REG, alpha0=ALPHA0, nu=0)
    times = [time.perf_counter()]
    found = fit_als(
        matrix,
        config,
        initial=start,
        threads=threads,
        after_sweep=lambda sweep: times.append(time.perf_counter()),
    )
    return times, found


def run_implicit(matrix: CSR, start: Factors, factors: int, iterations: int, threads: int) -> Run:
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    # implicit asks its users to keep BLAS to one thread.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors, regularization=REG, alpha=ALPHA0, iterations=iterations, num_threads=threads
        )
        model.user_factors, model.item_factors = start.listeners.copy(), start.items.copy()
        times = [time.perf_counter()]
        model.fit_callback = lambda *args: times.append(time.perf_counter())
        model.fit(_scipy(matrix, matrix.data), show_progress=False)
    return times, Factors(model.user_factors, model.item_factors)


def run_irspack(matrix: CSR, start: Factors, factors: int, iterations: int, threads: int) -> Run:
    from irspack.recommenders.ials import IALSTrainer, str_to_loss_type, str_to_solver_type

    # Its "original" loss weighs an observed pair alpha0 + x, so x is the confidence without alpha0.
    observed = _scipy(matrix, matrix.data - np.float32(ALPHA0))
    trainer = IALSTrainer(
        observed,
        n_components=factors,
        alpha0=ALPHA0,
        reg=REG,
        nu=0.0,
        init_std=0.1,
        solver_type=str_to_solver_type("CG"),
        max_cg_steps=3,
        ialspp_subspace_dimension=64,
        loss_type=str_to_loss_type("ORIGINAL"),
        random_seed=0,
        n_threads=threads,
        prediction_time_max_cg_steps=5,
        prediction_time_ialspp_iteration=1,
    )
    trainer.core_trainer.user, trainer.core_trainer.item = start.listeners, start.items
    times = [time.perf_counter()]
    for _ in range(iterations):
        trainer.run_epoch()
        times.append(time.perf_counter())
    return times, Factors(np.asarray(trainer.core_trainer.user), np.asarray(trainer.core_trainer.item))


RUNNERS: dict[str, Callable[..., Run]] = {
    OURS: run_tigertail,
    BEFORE: run_tigertail,
    "implicit": run_implicit,
    "irspack": run_irspack,
}


def _scipy(matrix: CSR, values: np.ndarray) -> Any:
    import scipy.sparse as sp

    return sp.csr_matrix((values, matrix.indices, matrix.indptr.astype(np.int32)), shape=matrix.shape)


def worker(arguments: argparse.Namespace) -> None:
    """Run one system and print its figures as JSON."""
    stored = np.load(arguments.matrix)
    matrix = CSR.from_arrays(stored, int(stored["columns"]))
    start = initial(matrix.shape, arguments.factors)
    times, found = RUNNERS[arguments.worker](
        matrix, start, arguments.factors, arguments.iterations, arguments.threads
    )
    peak = _peak_mib()
    config = ALSConfig(
        factors=arguments.factors, iterations=arguments.iterations, reg=REG, alpha0=ALPHA0, nu=0
    )
    seconds = np.diff(times)
    print(
        json.dumps(
            {
                "first": seconds[0],
                "median": float(np.median(seconds[1:])),
                "fastest": seconds[1:].min(),
                "peak": peak,
                "objective": als_objective(matrix, found, config),
            }
        )
    )


def _peak_mib() -> float:
    """Return the peak of this process alone; what getrusage says is inherited from the parent on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare(matrix: CSR, arguments: argparse.Namespace) -> None:
    """Run every system at every number of factors, twice in turn, and print the table."""
    print(
        f"{matrix.shape[0]:,} x {matrix.shape[1]:,}, {matrix.nnz:,} entries, "
        f"{arguments.iterations} iterations, {arguments.threads} threads, {arguments.rounds} rounds in turn"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "matrix.npz"
        np.savez(file, columns=matrix.shape[1], **matrix.to_arrays())
        rows = []
        systems = (*SYSTEMS, BEFORE) if arguments.before else SYSTEMS
        for factors in arguments.factors:
            runs: dict[str, list[dict[str, float]]] = {system: [] for system in systems}
            for _ in range(arguments.rounds):
                for system in systems:
                    runs[system].append(_run_worker(system, factors, file, arguments))
            best = {s: min(runs[s], key=lambda run: run["median"]) for s in systems}
            ours = best[OURS]
            for system, run in best.items():
                rows.append(
                    [
                        factors,
                        system,
                        f"{run['median']:.2f}",
                        f"{run['median'] / ours['median']:.2f}",
                        f"{run['peak']:,.0f}",
                        f"{run['objective']:,.0f}",
                        f"{run['objective'] / ours['objective'] - 1:+.4%}",
                    ]
                )
    headings = ["factors", "system", "s / iteration", "times ours", "peak MiB", "objective", "against ours"]
    print_table(headings, rows, left=["system"])


def _run_worker(system: str, factors: int, matrix: Path, arguments: argparse.Namespace) -> dict[str, float]:
    python = arguments.before if system == BEFORE else sys.executable
    # The folder of the sources must not lie on the path of the other release.
    command = [python, "-P", __file__, "--worker", system, "--matrix", str(matrix)]
    command += ["--factors", str(factors), "--iterations", str(arguments.iterations)]
    command += ["--threads", str(arguments.threads)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--dataset", type=Path, help="a Tigertail dataset instead of synthetic data")
    parser.add_argument("--factors", type=int, nargs="+", default=[64, 128])
    parser.add_argument("--iterations", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--before", metavar="PYTHON", help="Python of another release's environment")
    parser.add_argument("--worker", choices=list(RUNNERS), help=argparse.SUPPRESS)
    parser.add_argument("--matrix", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        arguments.factors = arguments.factors[0]
        worker(arguments)
    elif arguments.dataset:
        plays = Interactions.of(Dataset.open(arguments.dataset)).plays
        compare(plays.with_data(1 + np.log1p(plays.data)), arguments)
    else:
        compare(synthetic(), arguments)


if __name__ == "__main__":
    main()

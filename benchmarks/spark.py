"""What sweeps cost on Spark beside one machine: processor seconds and peak memory of the whole process tree.

    build/spark/bin/python -m benchmarks.spark [--part 1] [--sweeps 3] [--memory 3072]

It needs the environment of `make test-spark`. Two executors of one core each are processes of this machine; the matrix
is that of `benchmarks/als.py`, or the listeners of a part of it. Both systems find the same bits, which is checked. The
first sweep is not counted. Memory is the proportional set size of all processes together, looked at twice a second.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np

from benchmarks.als import synthetic
from benchmarks.spark_paper import Counts, Half, short
from tigertail.cli.output import print_table
from tigertail.factorization import ALSConfig, fit_als
from tigertail.factorization.blocks import group_rows
from tigertail.sparse import CSR

TICKS = os.sysconf("SC_CLK_TCK")
CONF = {"spark.ui.enabled": "false", "spark.driver.host": "localhost", "spark.driver.memory": "2g"}


class Tree:
    """Processor seconds and memory of a process and all that descend from it, as they are seen."""

    def __init__(self, root: int) -> None:
        self.seen, self.seconds, self.peak = {root}, dict[tuple[int, str], float](), 0.0
        self.over = threading.Event()
        self.lock = threading.Lock()
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self) -> None:
        """Look until it is over."""
        while not self.over.wait(0.5):
            self.look()

    def look(self) -> float:
        """Return the processor seconds up to now."""
        with self.lock:
            total = 0
            for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
                with suppress(OSError, IndexError):  # it ended just now
                    state = (folder / "stat").read_text().rpartition(")")[2].split()
                    pid = int(folder.name)
                    if int(state[1]) in self.seen:
                        self.seen.add(pid)
                    if pid in self.seen:
                        self.seconds[pid, state[19]] = (int(state[11]) + int(state[12])) / TICKS
                        rolled = (folder / "smaps_rollup").read_text()
                        total += int(rolled.partition("\nPss:")[2].split()[0])
            self.peak = max(self.peak, total / 2**20)
            return sum(self.seconds.values())


def matrix_of(part: float) -> CSR:
    """Return the first listeners of the matrix."""
    matrix = synthetic()
    rows = np.arange(int(matrix.shape[0] * part))
    return matrix.select_rows(rows)


def run(system: str, part: float, factors: int, sweeps: int, memory: int) -> None:
    """Fit in this process, and print a line a sweep and the digest of what was found."""
    matrix, config = (
        matrix_of(part),
        ALSConfig(factors=factors, iterations=sweeps, reg=0.03, nu=1, alpha0=0.02),
    )

    def after(sweep: int) -> None:
        print("sweep", sweep, flush=True)

    if system == "one machine":
        found = fit_als(matrix, config, after_sweep=after)
    else:
        from tigertail.spark.session import SparkCluster, spark_session
        from tigertail.spark.solver import DistributedALS

        conf = CONF | {"spark.executor.memory": f"{memory}m"}
        with (
            tempfile.TemporaryDirectory() as work,
            spark_session(f"local-cluster[2,1,{memory}]", conf) as session,
        ):
            found = DistributedALS(SparkCluster(session), work)(matrix, config, after_sweep=after)
    print("digest", hashlib.sha256(found.listeners.tobytes() + found.items.tobytes()).hexdigest(), flush=True)


def measured(system: str, arguments: list[str]) -> tuple[float, float, str]:
    """Return processor seconds a sweep, peak GiB and the digest of a run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.spark", "--run", system, *arguments]
    environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        tree, ends, digest = Tree(process.pid), [], ""
        assert process.stdout is not None
        for line in process.stdout:
            kind, _, rest = line.strip().partition(" ")
            if kind == "sweep":
                ends.append(tree.look())
            digest = rest if kind == "digest" else digest
        tree.over.set()
    if process.returncode:
        raise SystemExit(f"{system} failed")
    return (ends[-1] - ends[0]) / (len(ends) - 1), tree.peak, digest


def linking(sides: tuple[CSR, CSR]) -> float:
    """Return the processor microseconds of an entry that is linked, here, as a task does it."""
    begun = time.process_time()
    for matrix in sides:
        group_rows(matrix)
    return (time.process_time() - begun) * 1e6 / (2 * sides[0].nnz)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--part", type=float, default=1.0, help="of the listeners")
    parser.add_argument("--factors", type=int, default=128)
    parser.add_argument("--sweeps", type=int, default=3)
    parser.add_argument("--memory", type=int, default=3072, help="MiB of an executor's heap")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run(asked.run, asked.part, asked.factors, asked.sweeps, asked.memory)
        return
    names = ("part", "factors", "sweeps", "memory")
    arguments = [text for name in names for text in (f"--{name}", str(getattr(asked, name)))]
    systems = ("one machine", "Spark")
    results = [measured(system, arguments) for system in systems]
    if results[0][2] != results[1][2]:
        raise SystemExit("the two found different bits")
    matrix = matrix_of(asked.part)
    sides = matrix, matrix.transpose()
    blocks = max(2, -(-matrix.nnz // 4_000_000))
    moved = sum(
        Half(*(*one.shape, one.nnz, Counts.of(other.row_sizes)), blocks=blocks, factors=asked.factors).moved
        for one, other in (sides, sides[::-1])
    )
    more = results[1][0] - results[0][0]
    print_table(
        ["system", "processor s a sweep", "times one machine", "peak GiB"],
        [
            [name, f"{cost:.1f}", f"{cost / results[0][0]:.1f}", f"{peak:.1f}"]
            for name, (cost, peak, _) in zip(systems, results, strict=True)
        ],
        title=f"{matrix.shape[0]:,} x {matrix.shape[1]:,}, {matrix.nnz:,} entries, {asked.factors} factors",
        left=["system"],
    )
    print(
        f"Through shuffles: {moved / 2**30:.2f} GiB a sweep, {more / (moved / 2**30):.1f} processor seconds a GiB."
    )
    print(f"Linking: {linking(sides):.2f} processor microseconds an entry and side.")
    print(f"Solving: {short(2 * matrix.nnz / results[0][0])} entries a second and core.")


if __name__ == "__main__":
    main()

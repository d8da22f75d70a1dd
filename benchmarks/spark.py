"""What sweeps cost on Spark beside one machine: processor seconds and peak memory of the whole process tree.

    build/spark/bin/python -m benchmarks.spark [--part 1] [--sweeps 3] [--memory 1024] [--mllib]

It needs the environment of `make test-spark`. Two executors of one core each are processes of this machine; the matrix
is that of `benchmarks/als.py`, or the listeners of a part of it. Both systems find the same bits, which is checked. The
first sweep is not counted. Memory is the proportional set size of all processes together, looked at twice a second.

With `--mllib` Spark's own ALS fits the same entries, with as many factors and blocks; its penalty is another one. It
says nothing between sweeps, so a sweep is what a fit of two costs more than a fit of one.
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
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from benchmarks.als import synthetic
from benchmarks.spark_paper import Counts, Half, short
from tigertail.cli.output import print_table
from tigertail.factorization import ALSConfig, fit_als
from tigertail.factorization.blocks import group_rows
from tigertail.spark.solver import BLOCK_ENTRIES
from tigertail.sparse import CSR

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PARTS = {
    "pyspark.daemon": "tasks",
    "CoarseGrainedExecutorBackend": "executors (JVM)",
    "java": "driver (JVM)",
}
DRIVER = "driver"
ALONE, SPARK, MLLIB = "one machine", "Spark", "Spark's MLlib"
TICKS = os.sysconf("SC_CLK_TCK")
CONF = {"spark.ui.enabled": "false", "spark.driver.host": "localhost", "spark.driver.memory": "2g"}


class Tree:
    """Processor seconds and memory of a process and all that descend from it, as they are seen."""

    def __init__(self, root: int) -> None:
        self.seen, self.seconds, self.peak = {root}, dict[tuple[int, str], float](), 0.0
        self.parts: dict[tuple[int, str], str] = {}
        self.over = threading.Event()
        self.lock = threading.Lock()
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self) -> None:
        """Look until it is over."""
        while not self.over.wait(0.5):
            self.look()

    def look(self) -> dict[str, float]:
        """Return the processor seconds up to now, by the part that the processes play."""
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
                        self.parts[pid, state[19]] = part_of((folder / "cmdline").read_text())
                        rolled = (folder / "smaps_rollup").read_text()
                        total += int(rolled.partition("\nPss:")[2].split()[0])
            self.peak = max(self.peak, total / 2**20)
            spent: dict[str, float] = {}
            for process, seconds in self.seconds.items():
                part = self.parts[process]
                spent[part] = spent.get(part, 0) + seconds
            return spent


def part_of(command: str) -> str:
    """Return what part a process of this command plays."""
    for word, part in PARTS.items():
        if word in command:
            return part
    return DRIVER


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

    if system == ALONE:
        found = fit_als(matrix, config, after_sweep=after)
    else:
        from tigertail.spark.session import SparkCluster, spark_session
        from tigertail.spark.solver import DistributedALS

        conf = CONF | {"spark.executor.memory": f"{memory}m"}
        with (
            tempfile.TemporaryDirectory() as work,
            spark_session(f"local-cluster[2,1,{memory}]", conf) as session,
        ):
            if system == MLLIB:
                fit_mllib(session, matrix, config, Path(work))
                return
            found = DistributedALS(SparkCluster(session), work)(matrix, config, after_sweep=after)
    print("digest", hashlib.sha256(found.listeners.tobytes() + found.items.tobytes()).hexdigest(), flush=True)


def fit_mllib(session: SparkSession, matrix: CSR, config: ALSConfig, work: Path) -> None:
    """Fit one sweep, then two, by the ALS of Spark's MLlib, and print a line at the beginning and end of each fit."""
    from pyspark.ml.recommendation import ALS

    rows = np.repeat(np.arange(matrix.shape[0], dtype=np.int32), matrix.row_sizes)
    pl.DataFrame({"user": rows, "item": matrix.indices, "rating": matrix.data}).write_parquet(
        work / "entries.parquet"
    )
    entries = session.read.parquet(str(work / "entries.parquet")).cache()
    entries.count()
    blocks = blocks_of(matrix)
    for sweeps in (1, 2):
        print("fit", sweeps, flush=True)
        ALS(
            rank=config.factors,
            maxIter=sweeps,
            implicitPrefs=True,
            numUserBlocks=blocks,
            numItemBlocks=blocks,
        ).fit(entries)
        print("fitted", sweeps, flush=True)


def blocks_of(matrix: CSR) -> int:
    """Return the number of blocks that a side has, unless another is asked for."""
    return max(2, -(-matrix.nnz // BLOCK_ENTRIES))


def measured(system: str, arguments: list[str]) -> tuple[dict[str, float], float, str]:
    """Return processor seconds a sweep, by part, peak GiB and the digest of a run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.spark", "--run", system, *arguments]
    environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        tree, ends, fits, digest = Tree(process.pid), [], [], ""
        assert process.stdout is not None
        for line in process.stdout:
            kind, _, rest = line.strip().partition(" ")
            if kind == "sweep":
                ends.append(tree.look())
            if kind in ("fit", "fitted"):
                fits.append(tree.look())
            digest = rest if kind == "digest" else digest
        tree.over.set()
    if process.returncode:
        raise SystemExit(f"{system} failed")
    if system == MLLIB:
        one, two = (difference(fits[place], fits[place + 1]) for place in (0, 2))
        return difference(one, two), tree.peak, digest
    spent = {part: seconds / (len(ends) - 1) for part, seconds in difference(ends[0], ends[-1]).items()}
    return spent, tree.peak, digest


def difference(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Return what was spent between two looks, by part."""
    return {part: seconds - before.get(part, 0) for part, seconds in after.items()}


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
    parser.add_argument("--memory", type=int, default=1024, help="MiB of an executor's heap")
    parser.add_argument("--mllib", action="store_true", help="measure Spark's own ALS too")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run(asked.run, asked.part, asked.factors, asked.sweeps, asked.memory)
        return
    names = ("part", "factors", "sweeps", "memory")
    arguments = [text for name in names for text in (f"--{name}", str(getattr(asked, name)))]
    systems = (ALONE, SPARK, MLLIB) if asked.mllib else (ALONE, SPARK)
    results = [measured(system, arguments) for system in systems]
    if results[0][2] != results[1][2]:
        raise SystemExit("the two found different bits")
    matrix = matrix_of(asked.part)
    sides = matrix, matrix.transpose()
    moved = sum(
        Half(
            *(*one.shape, one.nnz, Counts.of(other.row_sizes)),
            blocks=blocks_of(matrix),
            factors=asked.factors,
        ).moved
        for one, other in (sides, sides[::-1])
    )
    costs = [sum(spent.values()) for spent, _, _ in results]
    alone, many = costs[:2]
    print_table(
        ["system", "processor s a sweep", "times one machine", "peak GiB"],
        [
            [name, f"{cost:.1f}", f"{cost / alone:.1f}", f"{peak:.1f}"]
            for name, cost, (_, peak, _) in zip(systems, costs, results, strict=True)
        ],
        title=f"{matrix.shape[0]:,} x {matrix.shape[1]:,}, {matrix.nnz:,} entries, {asked.factors} factors",
        left=["system"],
    )
    more = (many - alone) / (moved / 2**30)
    print(f"Tasks read and write {moved / 2**30:.2f} GiB a sweep: {more:.1f} processor seconds a GiB.")
    spent = ", ".join(f"{part} {seconds:.1f}" for part, seconds in sorted(results[1][0].items()))
    print(f"Processor seconds of a sweep on Spark: {spent}.")
    print(f"Linking: {linking(sides):.2f} processor microseconds an entry and side.")
    print(f"Solving: {short(2 * matrix.nnz / alone)} entries a second and core.")


if __name__ == "__main__":
    main()

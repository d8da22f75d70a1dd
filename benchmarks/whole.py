"""What the whole costs: each command in a new process, from start to exit, with its peak memory.

    .venv/bin/python benchmarks/whole.py DATASET [--runs 3]

Fit a model with every signal the dataset has tables for, and the mixture of them; list the hundred nearest of every
item; ask one question. benchmarks/cold.py has more of the last.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tigertail.cli.output import print_table

COMMAND = "from tigertail.cli import main; main()"


def run(*arguments: object) -> tuple[float, float]:
    """Run a command; return the seconds it took and the GiB it needed at most."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *(str(argument) for argument in arguments)],
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed: tigertail {arguments[0]}")
    return time.perf_counter() - began, usage.ru_maxrss / 2**20


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as place:
        model, lists = Path(place) / "model", Path(place) / "lists.parquet"
        for name, arguments in (
            ("fit, all signals and the mixture", ("fit", asked.dataset, model)),
            ("neighbours of all, top 100", ("neighbours", model, "--out", lists, "--top", 100)),
            ("similar, one question", ("similar", model, "Radiohead")),
        ):
            taken, memory = zip(*(run(*arguments) for _ in range(asked.runs)), strict=True)
            rows.append([name, f"{min(taken):.2f}", f"{max(taken):.2f}", f"{max(memory):.2f}"])
    headings = ["command", "least seconds", "most seconds", "peak GiB"]
    print_table(headings, rows, title=f"{asked.dataset.name}, {os.cpu_count()} cores", left=["command"])


if __name__ == "__main__":
    main()

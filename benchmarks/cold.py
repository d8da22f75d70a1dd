"""What one query costs: from a cold command line, and in a process that goes on asking.

    .venv/bin/python benchmarks/cold.py MODEL [NAME] [--runs 20]

Cold: ``tigertail similar MODEL NAME`` in a new process each time, its files in the page cache, from start to exit;
and, in new processes too, the first query of each signal of the model, from its files to its affinities, and
then a second; the mixture comes last, when the files of its parts are read. Warm: ``Model.similar`` in one process,
items drawn from all strata, each with a listener, once with each backend (``tigertail/kernels.py``).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

import tigertail
from tigertail import kernels
from tigertail.cli.output import print_table
from tigertail.model import Model

A_STRATUM = 120  # warm queries
COMMAND = "from tigertail.cli import main; main()"
SIGNALS = """
import json, sys, time
import numpy as np
import tigertail
from tigertail.kernels import backend
model = tigertail.load(sys.argv[1])
code, taken = model.index.match(sys.argv[2]).code, {}
for name in model.signals:
    took = []
    for query in (code, (code + 1) % len(model.items)):
        began = time.perf_counter()
        with backend("numpy"):
            model.signals[name].affinity(np.array([query], np.int32))
        took.append(1000 * (time.perf_counter() - began))
    taken[name] = took
print(json.dumps(taken))
"""


def new_process(code: str, *arguments: str) -> str:
    """Run Python code in a new process; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


def cold(arguments: Sequence[str], runs: int) -> list[float]:
    """Return how many milliseconds the command line takes, in rising order."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        new_process(COMMAND, *arguments)
        taken.append(1000 * (time.perf_counter() - began))
    return sorted(taken)


def warm(model: Model, items: Sequence[str]) -> np.ndarray:
    """Return how many milliseconds each query takes."""
    taken = []
    for item in items:
        began = time.perf_counter()
        model.similar(item)
        taken.append(1000 * (time.perf_counter() - began))
    return np.array(taken)


def from_all_strata(model: Model) -> list[str]:
    """Draw items that have a listener, as many of each stratum, and mix them."""
    heard = model.items.filter(pl.col("listeners") > 0).sample(fraction=1, shuffle=True, seed=0)
    drawn = heard.group_by("stratum", maintain_order=True).head(A_STRATUM)
    return drawn.sample(fraction=1, shuffle=True, seed=1)["item_id"].to_list()


def peak(whose: int) -> str:
    """Return the most memory a process has held."""
    return f"{resource.getrusage(whose).ru_maxrss / 2**10:,.0f} MiB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--runs", type=int, default=20)
    given = parser.parse_args()
    folder = str(given.model)
    model = tigertail.load(folder)
    name = given.name or model.items["name"][0]
    print(f"{folder}: {len(model.items):,} items, signals {', '.join(model.signals)}")
    rows = [
        ("nothing but --help", cold(["--help"], given.runs)),
        (f"similar MODEL '{name}'", cold(["similar", folder, name], given.runs)),
    ]
    print_table(
        ["new process", "runs", "min ms", "median ms", "max ms"],
        [[what, len(ms), *(f"{np.percentile(ms, q):.0f}" for q in (0, 50, 100))] for what, ms in rows],
        left=["new process"],
    )
    print(f"peak memory {peak(resource.RUSAGE_CHILDREN)}")
    asked = [json.loads(new_process(SIGNALS, folder, name)) for _ in range(5)]
    best = {signal: np.min([run[signal] for run in asked], axis=0) for signal in model.signals}
    print_table(
        ["signal", "first ms", "second ms"],
        [[signal, *(f"{ms:.1f}" for ms in took)] for signal, took in best.items()],
        title="Affinities of a signal in a new process, the best of 5",
        left=["signal"],
    )
    items, warmed = from_all_strata(model), []
    for how in ("NumPy", "Numba"):
        with kernels.backend(how.lower()):
            warm(model, items[:20])
            taken = warm(model, items)
        warmed.append([how, len(taken), *(f"{np.percentile(taken, q):.1f}" for q in (0, 50, 99, 100))])
    print_table(
        ["similar in one process", "asked", "min ms", "median ms", "p99 ms", "max ms"],
        warmed,
        left=["similar in one process"],
    )
    print(f"peak memory {peak(resource.RUSAGE_SELF)}")


if __name__ == "__main__":
    main()

"""Try random input on everything that reads what others wrote, and print what came of it.

    python -m benchmarks.fuzz [--inputs 1000000] [--seconds 3600] [--seed 0] [--area NAME ...] [--keep FOLDER]
    python -m benchmarks.fuzz --area NAME --seed SEED --only NUMBER

Each area has its share of the inputs and of the time, and a process of its own. What fails is printed with the command
that makes it again, and kept in FOLDER.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Final

from tigertail.cli.output import print_table

from .area import Area, Tally, run
from .files import Files
from .http import Http
from .names import Names
from .recipes import Recipes

AREAS: Final[dict[str, type[Area]]] = {area.name: area for area in (Recipes, Http, Files, Names)}


def main() -> None:
    """Run the areas, one after the other, and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--inputs", type=int, default=1_000_000, help="of all areas")
    parser.add_argument("--seconds", type=float, default=3600, help="for all areas")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--area", nargs="+", choices=AREAS, default=list(AREAS))
    parser.add_argument("--keep", type=Path, help="folder for what fails")
    parser.add_argument("--only", type=int, help="make one attempt, by its number")
    arguments = parser.parse_args()
    tallies: dict[str, Tally] = {}
    end = time.monotonic() + arguments.seconds
    whole = sum(AREAS[name].share for name in arguments.area)
    for place, name in enumerate(arguments.area):
        area = AREAS[name]
        inputs = round(arguments.inputs * area.share / whole)
        seconds = (end - time.monotonic()) / (len(arguments.area) - place)
        tallies[name] = _apart(area, arguments.seed, inputs, seconds, arguments.keep, arguments.only)
    _print(tallies, arguments.seed)
    sys.exit(1 if any(tally.failures for tally in tallies.values()) else 0)


def _apart(
    area: type[Area], seed: int, inputs: int, seconds: float, keep: Path | None, only: int | None
) -> Tally:
    """Run an area in a process of its own, which may crash."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as processes:
        try:
            return processes.submit(run, area, seed, inputs, seconds, keep, only).result()
        except BrokenProcessPool as error:
            print(f"{area.name}: the process has crashed: {error}", file=sys.stderr)
            return Tally(failures=1)


def _print(tallies: dict[str, Tally], seed: int) -> None:
    whole = Tally(seconds=sum(tally.seconds for tally in tallies.values()))
    for tally in tallies.values():
        whole.add(tally)
        whole.failures += tally.failures
        whole.slowest = max(whole.slowest, tally.slowest)
        whole.megabytes = max(whole.megabytes, tally.megabytes)
    columns = ["area", "inputs", "seconds", "accepted", "rejected", "failures", "slowest (s)", "peak MiB"]
    rows = [_row(name, tally) for name, tally in (tallies | {"all": whole}).items()]
    print_table(columns, rows, title=f"Random input, seed {seed}", left=["area"])
    reasons = [
        (name, f"{count:,}", reason)
        for name, tally in tallies.items()
        for reason, count in tally.rejected.most_common()
        if count
    ]
    print_table(["area", "inputs", "rejected with"], reasons, left=["area", "rejected with"])
    counts = [(f"{count:,}", what) for what, count in whole.counts.items()]
    if counts:
        print_table(["count", "of"], counts, left=["of"])


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    return (
        name,
        f"{tally.inputs:,}",
        f"{tally.seconds:,.0f}",
        f"{tally.accepted:,}",
        f"{tally.rejected.total():,}",
        f"{tally.failures:,}",
        f"{tally.slowest:.1f}",
        f"{tally.megabytes:,}",
    )


if __name__ == "__main__":
    main()

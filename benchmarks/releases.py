"""Two releases side by side: the same lists from the same dataset, and what one cold query costs.

    .venv/bin/python benchmarks/releases.py OTHER/.venv/bin/python DATASET [NAME] [--runs 20]

``OTHER`` is an environment with another release. Each release fits the dataset and lists the 100 nearest of every item;
the lists are compared row by row. Then ``tigertail similar`` runs in new processes, the releases in turn.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from tigertail.cli.output import print_table

COMMAND = "from tigertail.cli import main; main()"


def tigertail(python: str, *arguments: object) -> float:
    """Run a command with a release; return the seconds it took."""
    began = time.perf_counter()
    # The folder of the sources must not lie on the path of the other release.
    subprocess.run(
        [python, "-P", "-c", COMMAND, *map(str, arguments)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
    )
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("other", help="Python of the other release's environment")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--runs", type=int, default=20)
    arguments = parser.parse_args()
    dataset = arguments.dataset.resolve()
    releases = {"other": str(Path(arguments.other).absolute()), "this": sys.executable}
    with tempfile.TemporaryDirectory() as folder:
        lists = {}
        for release, python in releases.items():
            model, file = Path(folder, release), Path(folder, f"{release}.parquet")
            tigertail(python, "fit", dataset, model)
            tigertail(python, "neighbours", model, "--out", file, "--top", 100)
            lists[release] = pl.read_parquet(file)
        same = lists["this"].equals(lists["other"])
        print(
            f"{len(lists['this']):,} rows of lists: {'equal' if same else 'DIFFERENT'}, scores to the last bit"
        )
        name = arguments.name or lists["this"]["target_item_id"][0]
        took: dict[str, list[float]] = {release: [] for release in releases}
        for _ in range(arguments.runs):
            for release, python in releases.items():
                took[release].append(tigertail(python, "similar", Path(folder, release), name))
    other = statistics.median(took["other"])
    rows = [
        [
            release,
            *(f"{1000 * q:.0f}" for q in (min(t), statistics.median(t))),
            f"{statistics.median(t) / other:.2f}",
        ]
        for release, t in took.items()
    ]
    print_table(["similar, cold", "min ms", "median ms", "ratio"], rows, left=["similar, cold"])
    raise SystemExit(not same)


if __name__ == "__main__":
    main()

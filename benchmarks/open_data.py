"""What it costs to build the recipe ``open``: listens a second, and peak memory, on dumps that are made up.

    .venv/bin/python benchmarks/open_data.py [--listens 100] [--listeners 30000] [--artists 300000] [--keep FOLDER]

The dumps have the layout of ListenBrainz and MusicBrainz, in members of a million listens, by 30,000 listeners, some
very active, to 300,000 artists. Peak memory is that of the process of ``tigertail build``, its maximum resident set.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tigertail.cli.output import print_table
from tigertail.ingest.shipped import copy_recipe
from tigertail.testing import OpenWorld

COMMAND = "from tigertail.cli import main; main()"
LISTENS = "listenbrainz-spark-dump-1-20260101-000000-full.tar"


def write_dumps(folder: Path, world: OpenWorld, listens: int) -> None:
    """Write what is not there yet."""
    for name in ("listenbrainz", "musicbrainz"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    if not (folder / "listenbrainz" / LISTENS).exists():
        world.write_listens(folder / "listenbrainz" / LISTENS, listens)
    if not (folder / "musicbrainz" / "artist.tar.gz").exists():
        world.write_artists(folder / "musicbrainz" / "artist.tar.gz")


def build(recipe: Path, dataset: Path, data: Path) -> tuple[float, float]:
    """Build the dataset in a new process; return the seconds it took and the GiB it needed at most."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "build", str(recipe), str(dataset)],
        stdout=subprocess.DEVNULL,
        env=os.environ | {"TIGERTAIL_DATA": str(data)},
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("the build failed")
    return time.perf_counter() - began, usage.ru_maxrss / 2**20


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--listens", type=float, default=100, help="in millions")
    parser.add_argument("--listeners", type=int, default=30_000)
    parser.add_argument("--artists", type=int, default=300_000)
    parser.add_argument("--keep", type=Path, help="a folder for the dumps, used again if they are there")
    asked = parser.parse_args()
    world = OpenWorld(artists=asked.artists, listeners=asked.listeners)
    listens = int(asked.listens * 1_000_000)
    with tempfile.TemporaryDirectory() as place:
        data = asked.keep or Path(place) / "data"
        # In a process of its own: on Linux the peak memory of the build is at least that of the process that starts it.
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            pool.submit(write_dumps, data, world, listens).result()
        recipe = copy_recipe("open", Path(place))
        seconds, memory = build(recipe, Path(place) / "open", data)
        rows = json.loads((Path(place) / "open/manifest.json").read_text("utf-8"))["tables"]["plays"]
        size = (data / "listenbrainz" / LISTENS).stat().st_size / 2**30
    headings = ["listens", "dump, GiB", "rows of plays", "seconds", "listens a second", "peak GiB"]
    row = [
        f"{listens:,}",
        f"{size:.2f}",
        f"{rows:,}",
        f"{seconds:.0f}",
        f"{listens / seconds:,.0f}",
        f"{memory:.2f}",
    ]
    print_table(headings, [row], title=f"tigertail build, recipe open, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()

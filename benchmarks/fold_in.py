"""What adding to a model is worth and costs, beside a full fit to everything.

    .venv/bin/python benchmarks/fold_in.py DATASET [--shares 0.02,0.2] [--seed 0]

A share of the listeners comes later, and of the items that at least five of them play one in ten is hidden until
then. A model is fitted to the rest and they are added; beside it a full fit to the same plays, and one more from
another seed, for no two fits agree altogether. Overlaps are of the 20
nearest, by the mixture or by another --signal. "Left alone"
is the model without the addition. Times are the best of three, and everything that compiles is compiled before a
clock starts. Both fits have all tables of the dataset; what is added are plays, items and listeners.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.model import Model, ModelConfig, add, drift, fit
from tigertail.simulation import WorldConfig, simulate

T = TypeVar("T")
FEWEST, HIDDEN, TOP, MOST, TIMES = 5, 0.1, 20, 500, 3


@dataclass(frozen=True)
class Split:
    """What a model is fitted to, what comes later, both together, and the items hidden until then."""

    first: Dataset
    later: Dataset
    whole: Dataset
    hidden: list[str]


def split(dataset: Dataset, share: float, seed: int, folder: Path) -> Split:
    """Let a share of the listeners come later, with items that were hidden."""
    plays = dataset.plays
    listeners = plays[c.LISTENER_ID].unique().sort()
    late = listeners.sample(fraction=share, seed=seed)
    is_late = pl.col(c.LISTENER_ID).is_in(late.implode())
    heard = plays.filter(is_late).group_by(c.ITEM_ID).len().filter(pl.col("len") >= FEWEST)
    hidden = heard[c.ITEM_ID].sort().sample(fraction=HIDDEN, seed=seed + 1)
    first = plays.filter(~is_late & ~pl.col(c.ITEM_ID).is_in(hidden.implode()))
    later = plays.filter(is_late)
    parts = {"first": first, "later": later, "whole": pl.concat([first, later])}
    tables = {c.ITEMS_TABLE: dataset.items, c.LISTENERS_TABLE: dataset.listeners}
    beside = {name: dataset.scan(name) for name in dataset.manifest["tables"] if name != c.PLAYS_TABLE}
    made = {
        name: Dataset.write(
            folder / name,
            {**(tables if name == "later" else beside), c.PLAYS_TABLE: part},
            name=name,
            simulated=dataset.simulated,
        )
        for name, part in parts.items()
    }
    return Split(made["first"], made["later"], made["whole"], hidden.to_list())


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what work makes, and the seconds it takes: the fewest of a few times, others work here too."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        made = work()
        taken.append(time.perf_counter() - began)
    return made, min(taken)


def overlap(model: Model, other: Model, queries: list[str], signal: str | None) -> str:
    """Return the share of nearest items that two models have in common, in percent."""
    one, two = (lists(each, queries, signal) for each in (model, other))
    shared = [len(one.get(query, set()) & two[query]) / max(1, len(two[query])) for query in two]
    return f"{100 * np.mean(shared):.1f} %" if shared else "-"


def lists(model: Model, queries: list[str], signal: str | None) -> dict[str, set[str]]:
    """Return the nearest items of some."""
    there = set(model.items[c.ITEM_ID])
    asked = [query for query in queries if query in there]
    found = model.neighbours(asked, TOP, signal=signal).group_by(c.TARGET_ITEM_ID).agg(c.ITEM_ID)
    return {row[0]: set(row[1]) for row in found.iter_rows()}


def measure(dataset: Dataset, share: float, seed: int, signal: str | None = None) -> list[str]:
    """Return a row of the table."""
    with tempfile.TemporaryDirectory() as place:
        parts = split(dataset, share, seed, Path(place))
        before = fit(parts.first)
        after, adding = timed(lambda: add(before, parts.later))
        full, fitting = timed(lambda: fit(parts.whole))
        other = fit(parts.whole, ModelConfig(seed=seed + 1))
    known = after.items.filter((pl.col("listeners") >= FEWEST) & ~pl.col(c.ITEM_ID).is_in(parts.hidden))
    old = known[c.ITEM_ID].sample(min(MOST, len(known)), seed=seed).to_list()
    far = drift(after)
    thousands = after.training_summary["added"][-1]["plays"] / 1000
    return [
        f"{share:.0%}".replace("%", " %"),
        f"{thousands * 1000:,.0f}",
        f"{far.pairs:.1%}".replace("%", " %"),
        f"{len(parts.hidden):,}",
        overlap(after, full, parts.hidden, signal),
        overlap(other, full, parts.hidden, signal),
        overlap(after, full, old, signal),
        overlap(before, full, old, signal),
        overlap(other, full, old, signal),
        f"{adding:.1f}",
        f"{adding / thousands:.3f}",
        f"{fitting:.1f}",
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--shares", default="0.02,0.2", help="shares of the listeners that come later")
    parser.add_argument("--signal", help="whose neighbours are compared; the mixture by default")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        measure(simulate(Path(place) / "world", WorldConfig(listeners=400, artists=400)), 0.5, 0)
    dataset = Dataset.open(asked.dataset)
    columns = [
        "later",
        "plays added",
        "grown by",
        "new items",
        "overlap",
        "other seed",
        "old items",
        "left alone",
        "other seed",
        "seconds",
        "a 1,000 plays",
        "full fit",
    ]
    rows = [measure(dataset, float(share), asked.seed, asked.signal) for share in asked.shares.split(",")]
    print_table(columns, rows, title=f"Added to {dataset.name}, beside a full fit")
    print_memory()


if __name__ == "__main__":
    main()

"""The worth of annotations of new items without a fit, beside a full fit to everything.

    .venv/bin/python benchmarks/fold_in_annotations.py DATASET [--shares 0.01,0.1,0.3] [--seed 0]

A share of the annotated items comes later, with all their annotations; they need no listeners. The annotation
signal is fitted to the others, without factors, so that labels predict nothing, and these are added to it; beside it a
full fit to the same annotations. Overlaps are of the 20 nearest by annotation: of the new items, of those with at least
ten annotations, and of the items that were there. "Without annotators" compares the full fit with one without
annotators in common, which new items cannot have. "Listed" counts how often new items are among the 20 nearest of items
that were there, beside the full fit.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.ranking.topk import top_k
from tigertail.signals.annotation import Annotation, AnnotationConfig, fit_annotation, update_annotations
from tigertail.signals.remap import ItemRemap

TOP, MUCH = 20, 10


def nearest(signal: Annotation, queries: NDArray[np.int32]) -> list[set[int]]:
    """Return the nearest items of some."""
    found = [
        top_k(signal.affinity(part), TOP, part)[0]
        for part in np.array_split(queries, len(queries) // 500 + 1)
    ]
    return [{int(item) for item in row if item >= 0} for row in np.concatenate(found)]


def overlap(ours: list[set[int]], theirs: list[set[int]]) -> str:
    """Return the share of their nearest items that are ours too, in percent."""
    shares = [len(one & two) / max(1, len(two)) for one, two in zip(ours, theirs, strict=True)]
    return f"{100 * np.mean(shares):.1f} %"


def measure(dataset: Dataset, share: float, seed: int, folder: Path) -> list[str]:
    """Return a row of the table."""
    interactions, config = Interactions.of(dataset), AnnotationConfig()
    said = dataset.scan(c.ANNOTATIONS_TABLE).collect()
    hidden = said[c.ITEM_ID].unique().sort().sample(fraction=share, seed=seed)
    later = pl.col(c.ITEM_ID).is_in(hidden.implode())
    beside: dict[str, pl.DataFrame] = {c.PLAYS_TABLE: dataset.plays, c.ITEMS_TABLE: dataset.items}
    parts = [
        Dataset.write(folder / name, {**beside, c.ANNOTATIONS_TABLE: said.filter(rows)}, name=name)
        for name, rows in (("first", ~later), ("later", later))
    ]
    before = fit_annotation(parts[0], interactions, config)
    names = pl.DataFrame({c.ITEM_ID: interactions.items.ids}).join(
        dataset.items, on=c.ITEM_ID, how="left", maintain_order="left"
    )
    began = time.perf_counter()
    assert before.lexicon is not None
    # An addition moves the signal first, so the seconds count that too; here each item keeps its code.
    stay = ItemRemap(np.arange(len(names), dtype=np.int32), len(names))
    taken = update_annotations(before.reindexed(stay), before.lexicon, parts[1], names, config)
    seconds = time.perf_counter() - began
    full = fit_annotation(dataset, interactions, config)
    apart = fit_annotation(dataset, interactions, AnnotationConfig(co_annotation_weight=0))
    new = np.flatnonzero(taken.signal.known & ~before.known).astype(np.int32)
    old = np.flatnonzero(before.known).astype(np.int32)
    rows = said.group_by(c.ITEM_ID).len()
    told = names.join(rows, on=c.ITEM_ID, how="left", maintain_order="left")["len"].fill_null(0).to_numpy()
    ours, theirs, alone = (nearest(signal, new) for signal in (taken.signal, full, apart))
    old_ours, old_theirs = (nearest(signal, old) for signal in (taken.signal, full))
    much = np.flatnonzero(told[new] >= MUCH)
    fresh = set(new.tolist())
    listed = [sum(len(row & fresh) for row in lists) for lists in (old_ours, old_theirs)]
    return [
        f"{share:.0%}".replace("%", " %"),
        f"{taken.annotated:,}",
        f"{taken.annotations:,}",
        overlap(ours, theirs),
        overlap([ours[row] for row in much], [theirs[row] for row in much]) if len(much) else "-",
        overlap(alone, theirs),
        overlap(old_ours, old_theirs),
        f"{listed[0]:,} / {listed[1]:,}",
        f"{seconds:.1f}",
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument(
        "--shares", default="0.01,0.1,0.3", help="shares of the annotated items that come later"
    )
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    dataset = Dataset.open(asked.dataset)
    columns = [
        "later",
        "new items",
        "annotations",
        "overlap",
        f"{MUCH} or more",
        "without annotators",
        "old items",
    ]
    rows = []
    for share in asked.shares.split(","):
        with tempfile.TemporaryDirectory() as place:
            rows.append(measure(dataset, float(share), asked.seed, Path(place)))
    print_table([*columns, "listed", "seconds"], rows, title=f"Annotations added to {dataset.name}")


if __name__ == "__main__":
    main()

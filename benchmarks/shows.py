"""What DJs play, judged by the shows of all of them: each curator is held out once.

    .venv/bin/python benchmarks/shows.py DATASET [--parts 5]

``truths.py`` holds out a fifth of the curators, whose intervals are wide. Here the curators are dealt into parts by
chance, and each part is held out in turn: systems are fitted without the shows, the repertoires and the tags of its
curators, and judged by recall@20 of what each of these plays in a show with the query. The shipped constants of
kinship have seen shows of four of the five parts, so for each part they are learned anew, as ``kinship.py DATASET
learn`` does, without its curators; the popularity exponent and the place between taste and kinship were chosen by
other truths. All parts are one table: 95 % intervals are from a bootstrap over curators, differences are paired.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kinship import Learned, with_kinship
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import curators_with_shows, hold_out_shows
from tigertail.evaluation.ground_truth import GRADED_METRICS, full_split, graded_metrics, query_clusters
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.mixing import Mixture
from tigertail.model.registry import MIXTURE
from tigertail.progress import track
from truths import Measure, fits, print_claims, print_strata, usual

METRIC = "recall@20"


def parts_of(curators: pl.Series, parts: int) -> list[pl.Series]:
    """Deal the curators into parts by chance."""
    order = np.random.default_rng(0).permutation(len(curators))
    return [curators.gather(np.sort(one)) for one in np.array_split(order, parts)]


def judged(dataset: Dataset, curators: pl.Series) -> Measure:
    """Score every system by the shows of some curators, fitted without these."""
    shows = hold_out_shows(dataset, curators=curators.to_list())
    split = full_split(shows.train, shows.truth, k=20)
    clusters = ClusterBootstrap(query_clusters(split))
    measure = Measure("shows", METRIC, "", split.strata[split.query_items], clusters)
    constants = Learned.of(shows.train).constants
    for name, signal in fits(split, usual()):
        ours = with_kinship(cast("Mixture", signal), constants) if name == MIXTURE else signal
        scores = graded_metrics(ranked_lists(ours, split)[0], split.relevant)
        measure.values[name] = scores[:, GRADED_METRICS.index("Recall")]
    return measure


def together(parts: Sequence[Measure], curators: int) -> Measure:
    """Return one measure of all parts, in which no curator is twice."""
    codes: list[NDArray[np.int32]] = []
    for part in parts:
        first = codes[-1].max() + 1 if codes else 0
        codes.append((part.bootstrap.listeners + first).astype(np.int32))
    return Measure(
        "shows",
        METRIC,
        f"what {curators} curators, each held out once, play in a show with the query",
        np.concatenate([part.levels for part in parts]),
        ClusterBootstrap(np.concatenate(codes)),
        {name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--parts", type=int, default=5)
    arguments = parser.parse_args()
    began = time.perf_counter()
    dataset = Dataset.open(arguments.dataset)
    curators = curators_with_shows(dataset)
    if not 2 <= arguments.parts <= len(curators):
        parser.error(f"--parts is from 2 to {len(curators)}, the curators with shows")
    parts = [judged(dataset, part) for part in track(parts_of(curators, arguments.parts), "parts")]
    measure = together(parts, len(curators))
    print(f"{measure.label}: {len(measure.levels):,} queries, {measure.basis}.\n")
    print_strata(measure, MIXTURE)
    print_claims([measure], MIXTURE)
    print(f"{time.perf_counter() - began:.0f} s")
    print_memory()


if __name__ == "__main__":
    main()

"""How many answers have no listener, beside curated lists, by the listeners of the query.

    .venv/bin/python benchmarks/unheard.py DATASET [--queries 400]

A model is fitted to the whole dataset. Of its first ten answers to some queries of each kind, drawn at random, and of
what the SAS lists (found through TIGERTAIL_DATA; their reporting half) name: the share without a listener, at the taste
end, at the default and at the kinship end. Lists do not know who listens in this dataset, so their share is what to
expect of an artist that is alike.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import cast

import numpy as np

import tigertail
from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import halves, read_sas
from tigertail.evaluation.ground_truth import full_split
from tigertail.mixing import Mixture
from tigertail.model.registry import MIXTURE
from tigertail.progress import track

KINDS = ((0, 0), (1, 1), (2, 5), (6, 20), (21, 100), (101, None))
ENDS = {"taste": 0.0, "default": None, "kinship": 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--queries", type=int, default=400, help="of each kind, at most")
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    mixture = cast("Mixture", tigertail.fit(dataset).signals[MIXTURE])
    split = full_split(dataset, halves(read_sas(None, dataset))[1], k=10, seed=0)
    listeners = split.popularity
    listed, query_of = split.relevant.indices, split.query_items[split.relevant.entry_rows()]
    random = np.random.default_rng(0)
    rows = []
    for low, high in track(KINDS, "kinds of query"):
        most = np.inf if high is None else high
        able = np.flatnonzero((listeners >= low) & (listeners <= most) & mixture.known)
        drawn = np.sort(random.choice(able, min(arguments.queries, len(able)), replace=False)).astype(
            np.int32
        )
        shares = []
        for character in ENDS.values():
            asked = mixture if character is None else mixture.with_character(character)
            affinity = asked.affinity(drawn)
            affinity[np.arange(len(drawn)), drawn] = -np.inf
            first = np.argpartition(-affinity, 10, axis=1)[:, :10]
            shares.append(f"{(listeners[first] == 0).mean():.1%}")
        named = listed[(listeners[query_of] >= low) & (listeners[query_of] <= most)]
        lists = f"{(listeners[named] == 0).mean():.1%}" if len(named) else ""
        label = f"{low:,}" if low == high else f"{low:,} or more" if high is None else f"{low:,} to {high:,}"
        rows.append([label, len(able), *shares, lists, len(named)])
    print_table(
        ["listeners of the query", "queries", *ENDS, "lists", "answers of lists"],
        rows,
        title="Share of the first ten answers without a listener",
        left=["listeners of the query"],
    )
    print_memory()


if __name__ == "__main__":
    main()

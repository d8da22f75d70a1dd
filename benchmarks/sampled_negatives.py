"""Why evaluation ranks the full catalogue: what sampled negatives make of popularity.

    .venv/bin/python benchmarks/sampled_negatives.py DATASET

For every query one answer is drawn and ranked among 99 random items the listener does not have, as much of
the literature does; HR@10 is how often it is among the first ten. Beside it the same systems on the same
queries, full ranking.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tigertail.cli.output import print_table
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, Split, default_systems, hold_out
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.scoring import ranked_lists
from tigertail.signals.contract import Signal

NEGATIVES = 99


def sampled_hit_rate(signal: Signal, split: Split, seed: int = 0) -> float:
    """Return HR@10 of one answer among 99 sampled negatives; ties count half."""
    rng = np.random.default_rng(seed)
    items = len(split.popularity)
    hits = []
    for start in range(0, len(split.query_items), 1024):
        queries = split.query_items[start : start + 1024]
        scores = signal.affinity(queries)
        for row, listener in enumerate(split.query_listeners[start : start + 1024]):
            liked = split.relevant.row(listener)[0]
            answer = rng.choice(liked[liked != queries[row]])
            drawn = rng.integers(0, items, 4 * NEGATIVES)
            negatives = drawn[~np.isin(drawn, liked)][:NEGATIVES]
            better = (scores[row, negatives] > scores[row, answer]).sum()
            equal = (scores[row, negatives] == scores[row, answer]).sum()
            hits.append(better + equal / 2 < 10)
    return float(np.mean(hits))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    arguments = parser.parse_args()
    split = hold_out(Dataset.open(arguments.dataset), ProtocolConfig(queries=3))
    rows = []
    for system in default_systems():
        signal = system.fit(split)
        lists = ranked_lists(signal, split)[0]
        judged = score_lists(
            lists, split.relevant, split.query_listeners, split.query_items, split.popularity
        )
        ndcg, ips = (np.nanmean(judged[:, METRICS.index(name)]) for name in ("nDCG", "IPS-nDCG"))
        rows.append([system.name, f"{sampled_hit_rate(signal, split):.3f}", f"{ndcg:.4f}", f"{ips:.4f}"])
    print_table(["system", "HR@10, 99 sampled", "nDCG@20, full", "IPS-nDCG@20, full"], rows, left=["system"])


if __name__ == "__main__":
    main()

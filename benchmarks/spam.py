"""What spammers cost: simulated worlds with more and more of them, judged by the true affinity.

    .venv/bin/python benchmarks/spam.py

Each share of spammers is of all who tag; spammers come on top of the honest, and tag artists at random (see
tigertail/simulation/tagging.py). At every share the queries are the artists whom honest people tag; nDCG@20
with the true affinity as the grade, means over several worlds. Our settings were chosen on world 0.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from annotation import CONFIGS
from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation.ground_truth.evaluation import full_split, graded_metrics
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.ground_truth.simulated import read_true
from tigertail.progress import track
from tigertail.signals.annotation import fit_annotation
from tigertail.simulation import WorldConfig, simulate

SHARES = (0.0, 0.1, 0.3)


def qualities(dataset: Dataset, honest: pl.Series) -> dict[str, pl.DataFrame]:
    """Return the nDCG of each honestly tagged query, by system: columns item_id, nDCG."""
    split = full_split(dataset, read_true(dataset), k=20)
    asked = split.interactions.items.ids.gather(split.query_items)
    found = {}
    for name, config in CONFIGS.items():
        signal = fit_annotation(dataset, split.interactions, config)
        ndcg = graded_metrics(ranked_lists(signal, split)[0], split.relevant)[:, 0]
        rows = pl.DataFrame({c.ITEM_ID: asked, "nDCG": ndcg})
        found[name] = rows.filter(pl.col(c.ITEM_ID).is_in(honest.implode())).sort(c.ITEM_ID)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--worlds", type=int, nargs="+", default=[1, 2, 3])
    worlds = parser.parse_args().worlds
    values: dict[tuple[str, float], list[np.ndarray]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for world in track(worlds, "worlds"):
            honest = pl.Series(dtype=pl.String)
            for share in SHARES:
                config = WorldConfig(seed=world, spam_annotators=share)
                dataset = simulate(Path(folder) / f"{world}-{share}", config)
                if share == 0:
                    honest = dataset.scan(c.ANNOTATIONS_TABLE).select(c.ITEM_ID).unique().collect()[c.ITEM_ID]
                for name, rows in qualities(dataset, honest).items():
                    values.setdefault((name, share), []).append(rows["nDCG"].to_numpy())
    rows = []
    for name in CONFIGS:
        clean, *spammed = (np.concatenate(values[name, share]) for share in SHARES)
        bootstrap = ClusterBootstrap(np.arange(len(clean), dtype=np.int32))
        losses = [bootstrap.estimate(clean - spam) for spam in spammed]
        shown = [f"{np.nanmean(each):.4f}" for each in (clean, *spammed)]
        rows.append([name, *shown, *map(str, losses), f"{losses[-1].mean / np.nanmean(clean):.0%}"])
    headings = ["system", *(f"{share:.0%} spam" for share in SHARES)]
    headings += [*(f"lost at {share:.0%}" for share in SHARES[1:]), "share lost"]
    print_table(headings, rows, title=f"nDCG@20 against the truth, worlds {worlds}", left=headings[:1])


if __name__ == "__main__":
    main()

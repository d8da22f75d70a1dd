"""What each signal finds of the true affinity, in simulated worlds some of whose artists are cold.

    .venv/bin/python benchmarks/simulated_signals.py

Every signal is fitted on the whole of each world and asked for neighbours of every artist; nDCG@20 with the true
affinity as the grade (tigertail/evaluation/ground_truth/evaluation.py), by stratum of the query, means and 95 %
intervals over the queries of all worlds. True affinity has no popularity in it, so each signal stands there as it is
and at the further popularity exponent that is best for it over all queries, in hindsight. What a signal does not know
counts as a miss. Cold artists are mostly those of ``cold``: no listener comes across them, whatever their popularity.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from tigertail.cli.output import print_table
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import baselines
from tigertail.evaluation.ground_truth.evaluation import full_split, graded_metrics
from tigertail.evaluation.scoring import EXPONENTS, ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.evaluation.systems.own import OwnSignal
from tigertail.ground_truth.simulated import read_true
from tigertail.model.registry import (
    ANNOTATION,
    AUDIO,
    CO_LISTENING,
    FACTORS,
    LISTENING,
    SEQUENCES,
    WEB,
)
from tigertail.progress import track
from tigertail.simulation import WorldConfig, simulate

AS_IS = EXPONENTS.index(0.0)
SIGNALS = (FACTORS, CO_LISTENING, LISTENING, ANNOTATION, AUDIO, WEB, SEQUENCES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--worlds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--cold", type=float, default=0.1)
    parser.add_argument("--facts", type=float, default=0.5)
    asked = parser.parse_args()
    systems = [baselines.RandomRanking(), *(OwnSignal(signal=name) for name in SIGNALS)]
    values: dict[str, list[np.ndarray]] = {}
    strata = []
    with tempfile.TemporaryDirectory() as folder:
        for world in track(asked.worlds, "worlds"):
            config = WorldConfig(seed=world, cold=asked.cold, facts=asked.facts)
            dataset = simulate(Path(folder) / str(world), config)
            split = full_split(dataset, read_true(dataset), k=20)
            strata.append(split.strata[split.query_items])
            for system in systems:
                lists = ranked_lists(system.fit(split), split, EXPONENTS)
                found = np.stack([graded_metrics(one, split.relevant)[:, 0] for one in lists])
                values.setdefault(system.label, []).append(found)
    stratum = np.concatenate(strata)
    groups = [(each.label, stratum == each) for each in Stratum]
    groups = [(label, member) for label, member in groups if member.any()]
    rows = []
    for name, parts in values.items():
        ndcg = np.concatenate(parts, axis=1)
        best = int(ndcg.mean(axis=1).argmax())
        for exponent in dict.fromkeys((AS_IS, best)):
            row = [name, f"{EXPONENTS[exponent]:+g}"]
            for _, member in groups:
                bootstrap = ClusterBootstrap(np.arange(member.sum(), dtype=np.int32))
                row.append(str(bootstrap.estimate(ndcg[exponent, member])))
            rows.append(row)
    headings = ["signal", "further exponent", *(f"{label} ({member.sum():,})" for label, member in groups)]
    title = (
        f"nDCG@20 against the truth, worlds {asked.worlds}, {asked.cold:.0%} cold, facts of {asked.facts:.0%}"
    )
    print_table(headings, rows, title=title, left=headings[:1])


if __name__ == "__main__":
    main()

"""What curated sequences are worth beside listening, by stratum.

    .venv/bin/tigertail build recipes/everything.toml demo/everything
    .venv/bin/python benchmarks/sequences.py demo/everything [--tune]

`--tune` looks for settings, one after another, that make the frontier largest on inner held-out listeners of
the training part, and prints every step. Without it the shipped settings are judged beside listening on
held-out listeners that nothing was tuned on, and beside the plainest reading of the same table: curators as
listeners, item-item cosine.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.cli.report import print_report
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import ProtocolConfig, Split, System, default_systems, evaluate, hold_out
from tigertail.evaluation.scoring import score_system
from tigertail.evaluation.statistics.intervals import dominated_area
from tigertail.signals.co_listening import CoListening, CoListeningConfig, fit_co_listening
from tigertail.signals.sequences.signal import Sequences, SequencesConfig, fit_sequences
from tigertail.sparse import CSR

CHOICES = {
    "beta": (0.75, 1.0, 1.25),
    "curator": (0.01, 0.05, 0.1, 0.25, 1.0),
    "reach": (5.0, 20.0, 50.0, 1000.0),
    "shrinkage": (0.0, 1.0, 2.0, 3.0, 5.0, 10.0),
    "repertoire": (False, True),
}
START = SequencesConfig(reach=20.0, curator=0.05, beta=1.0, shrinkage=2.0)
ROUNDS = 2


def frontier(config: SequencesConfig, split: Split) -> float:
    """Return the size of the frontier on a split."""
    sweep = score_system(System("sequences", fitting(config)), split).sweep
    return float(dominated_area(np.nanmean(sweep, axis=2)[None])[0])


def fitting(config: SequencesConfig):  # type: ignore[no-untyped-def]
    def fit(split: Split) -> Sequences:
        return fit_sequences(split.train, split.interactions, config)

    return fit


def tuned(split: Split) -> SequencesConfig:
    """Search one setting after another, twice round."""
    best = START
    known = {best: frontier(best, split)}
    for _ in range(ROUNDS):
        for setting, values in CHOICES.items():
            for value in values:
                tried = best.model_copy(update={setting: value})
                if tried not in known:
                    known[tried] = frontier(tried, split)
                    print(f"{1000 * known[tried]:.4f}  {tried}", flush=True)
            best = max(known, key=lambda config: known[config])
    return best


def curators_as_listeners(split: Split) -> CoListening:
    """Read the table as if each curator were a listener: binary item-item cosine."""
    codes = pl.DataFrame({c.ITEM_ID: split.interactions.items.ids}).with_row_index("item")
    rows = split.train.scan(c.SEQUENCES_TABLE).collect().join(codes, on=c.ITEM_ID)
    pairs = (
        rows.select((pl.col(c.CURATOR).rank("dense") - 1).alias("who"), "item").unique().sort("who", "item")
    )
    shape = (pairs["who"].n_unique(), len(codes))
    weights = CSR.from_coo(pairs["who"], pairs["item"], np.ones(len(pairs)), shape)
    return fit_co_listening(weights, CoListeningConfig())


def print_coverage(systems: list[System], split: Split) -> None:
    """Print how many items each system can speak about, by stratum."""
    rows = []
    for system in systems:
        known = system.fit(split).known
        of = [(split.strata == stratum, stratum.label) for stratum in Stratum]
        rows.append([system.name, *(f"{known[own].sum():,} of {own.sum():,}" for own, _ in of)])
    print_table(["knows", *(s.label for s in Stratum)], rows, title="Items known, by stratum", left=["knows"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tune", action="store_true")
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    config = ProtocolConfig(seed=arguments.seed)
    split = hold_out(dataset, config)
    if arguments.tune:
        inner = hold_out(split.train, config.model_copy(update={"seed": arguments.seed + 100}))
        print("best:", tuned(inner))
        return
    usual = {system.name: system for system in default_systems()}
    names = [name for name in usual if name in ("popularity", "item-item cosine", "base, beta 0.5")]
    systems = [
        *(usual[name] for name in names),
        System("curators as listeners", curators_as_listeners),
        System("sequences", fitting(SequencesConfig())),
    ]
    print_report(evaluate(dataset, systems, config))
    print_coverage(systems[-2:], split)


if __name__ == "__main__":
    main()

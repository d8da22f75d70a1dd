"""Fit the coefficients of kinship, and choose the default place between taste and kinship, on inner truths alone.

    .venv/bin/python benchmarks/kinship.py DATASET learn  > src/tigertail/mixing/kinship.toml
    .venv/bin/python benchmarks/kinship.py DATASET choose

The outer held-out listeners and curators are left out first, so what is reported elsewhere was seen by nothing here.

learn: four fifths of the choices come from the inner half of the SAS lists (found through TIGERTAIL_DATA), one fifth
from the shows of curators held out of the rest. Constants are learned from both, each list and each show as one query.

choose: at every place (a popularity exponent, its slope, and a character), nDCG@20 and IPS-nDCG@20 of inner held-out
listeners and recall@10 of the inner half of the SAS lists, each in head, mid and tail. The rule: the place where the
mean of the logarithms of all nine is largest, where no truth gains a percent without the others losing one together.
The default lies near the top and nearer to taste, because kinship was learned from these very lists.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import ProtocolConfig, halves, hold_out, hold_out_shows, read_sas
from tigertail.evaluation.ground_truth import GRADED_METRICS, full_split, graded_metrics
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.scoring import ranked_lists
from tigertail.ground_truth.ground_truth import grade_matrix
from tigertail.mixing import MixtureConfig, fit_kinship, listed_queries
from tigertail.model.config import ModelConfig
from tigertail.model.fit_mixture import curated_queries, fit_mixture, mixed_names
from tigertail.model.registry import SIGNALS, FitContext, fit_signals
from tigertail.progress import track

SHOWS = 0.2  # share of the choices that are those of shows
INNER = 7001  # seed of the inner splits
JUDGED = (Stratum.HEAD, Stratum.MID, Stratum.TAIL)


def learn(dataset: Dataset) -> None:
    """Print the constants, as the file that is shipped."""
    shows = hold_out_shows(dataset, seed=INNER)
    judged = full_split(shows.train, shows.truth, k=20, seed=0)
    context = FitContext(shows.train, judged.interactions, ModelConfig())
    listed = curated_queries(judged, halves(read_sas(None, dataset))[0])
    assert listed is not None
    played = listed_queries(
        grade_matrix(shows.truth, judged.interactions),
        judged.popularity,
        judged.strata,
        judged.adjusted_listeners,
    )
    amount = listed.hits.data.sum() / played.hits.data.sum() * SHOWS / (1 - SHOWS)
    played = replace(played, hits=played.hits.with_data((played.hits.data * amount).astype(np.float32)))
    signals = fit_signals(context)
    names = mixed_names(context.dataset, context.config.mixture)
    constants = fit_kinship(
        {name: signals[name] for name in names},
        listed.concatenated(played),
        MixtureConfig(),
        plays_only=[name for name in names if SIGNALS[name].is_listening],
    )
    print(
        "# What each term counts for what is alike: where u = 0, and its slope in u = log(1 + listeners of A) / 8."
    )
    print("# Printed by benchmarks/kinship.py learn, on the dataset of recipes/everything.toml.")
    print(f"# Learned from the inner half of the SAS lists ({len(listed.queries):,} queries)")
    print(
        f"# and the shows of {len(shows.curators)} curators held out ({len(played.queries):,} queries), four to one."
    )
    print("[terms]")
    for name, (value, slope) in constants.items():
        print(f'"{name}" = [{value:.3f}, {slope:.3f}]')


def choose(dataset: Dataset) -> None:
    """Print what the inner truths say of each place."""
    split = hold_out(dataset, ProtocolConfig(seed=INNER))
    context = FitContext(split.train, split.interactions, ModelConfig())
    mixture = fit_mixture(context, fit_signals(context))
    assert mixture is not None
    lists = full_split(split.train, halves(read_sas(None, dataset))[0], k=10, seed=0)
    played, listed = (one.strata[one.query_items] for one in (split, lists))
    rows = []
    places = list(product((0.54, 0.64, 0.74, 0.84), (0.0, 0.2, 0.4), (0.0, 0.1, 0.2, 0.3, 0.45)))
    for beta, slope, character in track(places, "places"):
        line = replace(mixture.parameters, exponent_line=(beta, slope))
        placed = replace(mixture, parameters=line, beta=beta, character=character)
        ranked = ranked_lists(placed, split)[0]
        of_plays = score_lists(
            ranked, split.relevant, split.query_listeners, split.query_items, split.adjusted_listeners
        )
        of_lists = graded_metrics(ranked_lists(placed, lists)[0], lists.relevant)
        values = [
            np.nanmean(scores[levels == level, column])
            for scores, levels, column in (
                (of_plays, played, METRICS.index("nDCG")),
                (of_plays, played, METRICS.index("IPS-nDCG")),
                (of_lists, listed, GRADED_METRICS.index("Recall")),
            )
            for level in JUDGED
        ]
        cells = [" / ".join(f"{value:.3f}" for value in values[start : start + 3]) for start in (0, 3, 6)]
        rows.append(
            (
                float(np.log(values).mean()),
                [f"{beta:g}", f"{slope:g}", f"{character:g}", *cells],
            )
        )
    rows.sort(key=lambda row: -row[0])
    print_table(
        [
            "exponent",
            "slope",
            "character",
            "nDCG@20",
            "IPS-nDCG@20",
            "lists, recall@10",
            "mean log",
        ],
        [[*cells, f"{total:.4f}"] for total, cells in rows],
        title="Places by the rule, the best first; head / mid / tail",
    )
    print_memory()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("what", choices=["learn", "choose"])
    arguments = parser.parse_args()
    dataset = hold_out(Dataset.open(arguments.dataset), ProtocolConfig(seed=0)).train
    inner = hold_out_shows(dataset, seed=0).train
    {"learn": learn, "choose": choose}[arguments.what](inner)


if __name__ == "__main__":
    main()

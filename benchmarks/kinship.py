"""Fit the coefficients of kinship, and choose the default place between taste and kinship, on inner truths alone.

    .venv/bin/python benchmarks/kinship.py DATASET learn  > src/tigertail/mixing/kinship.toml
    .venv/bin/python benchmarks/kinship.py DATASET choose
    .venv/bin/python benchmarks/kinship.py DATASET exposure

The outer held-out listeners and curators are left out first, so what is reported elsewhere was seen by nothing here.

learn: four fifths of the choices come from the inner half of the SAS lists (found through TIGERTAIL_DATA), one fifth
from the shows of curators held out of the rest. Constants are learned from both, each list and each show as one query.

choose: at every place (a popularity exponent, its slope, and a character), nDCG@20 and IPS-nDCG@20 of inner held-out
listeners and recall@10 of the inner half of the SAS lists, each in head, mid and tail. The rule: the place where the
mean of the logarithms of all nine is largest, where no truth gains a percent without the others losing one together.
The default lies near the top and nearer to taste, because kinship was learned from these very lists.

exposure: the same nine of the default mixture, at every setting of ``listening.exposure`` (how much more a common
listener counts where fewer could play the answer), and the likelihood by which a fit chooses between its ends.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import cast

import numpy as np

from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import ProtocolConfig, Split, halves, hold_out, hold_out_shows, read_sas
from tigertail.evaluation.ground_truth import GRADED_METRICS, full_split, graded_metrics
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.scoring import ranked_lists
from tigertail.ground_truth.ground_truth import grade_matrix
from tigertail.mixing import (
    Mixture,
    MixtureConfig,
    fit_kinship,
    likelihood_of_each,
    listed_queries,
    training_set,
)
from tigertail.model.config import ModelConfig
from tigertail.model.fit_mixture import (
    EXPOSURES,
    MAX_COMPARED,
    curated_queries,
    fit_held_out,
    fit_mixture,
    mixed_names,
)
from tigertail.model.registry import LISTENING, SIGNALS, FitContext, fit_signals
from tigertail.progress import track
from tigertail.signals.listening import GroupedCoListening, ListeningConfig

SHOWS = 0.2  # share of the choices that are those of shows
INNER = 7001  # seed of the inner splits
JUDGED = (Stratum.HEAD, Stratum.MID, Stratum.TAIL)
TRUTHS = ["nDCG@20", "IPS-nDCG@20", "lists, recall@10", "mean log"]


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


@dataclass(frozen=True, eq=False)
class InnerTruths:
    """Inner held-out listeners and the inner half of curated lists, for signals fitted without these listeners."""

    played: Split
    listed: Split

    @classmethod
    def of(cls, dataset: Dataset) -> InnerTruths:
        """Hold listeners out."""
        split = hold_out(dataset, ProtocolConfig(seed=INNER))
        return cls(split, full_split(split.train, halves(read_sas(None, dataset))[0], k=10, seed=0))

    @property
    def context(self) -> FitContext:
        """What signals are fitted to, with the shipped settings."""
        return FitContext(self.played.train, self.played.interactions, ModelConfig())

    def values(self, mixture: Mixture) -> list[float]:
        """Return nDCG@20, IPS-nDCG@20 and recall@10 of lists, each in head, mid and tail."""
        played, listed = self.played, self.listed
        of_plays = score_lists(
            ranked_lists(mixture, played)[0],
            played.relevant,
            played.query_listeners,
            played.query_items,
            played.adjusted_listeners,
        )
        of_lists = graded_metrics(ranked_lists(mixture, listed)[0], listed.relevant)
        return [
            float(np.nanmean(scores[split.strata[split.query_items] == level, column]))
            for split, scores, column in (
                (played, of_plays, METRICS.index("nDCG")),
                (played, of_plays, METRICS.index("IPS-nDCG")),
                (listed, of_lists, GRADED_METRICS.index("Recall")),
            )
            for level in JUDGED
        ]


def cells(values: list[float]) -> list[str]:
    """Return the nine values by truth, and the mean of their logarithms."""
    by_truth = [" / ".join(f"{value:.3f}" for value in values[start : start + 3]) for start in (0, 3, 6)]
    return [*by_truth, f"{np.log(values).mean():.4f}"]


def choose(dataset: Dataset) -> None:
    """Print what the inner truths say of each place."""
    truths = InnerTruths.of(dataset)
    context = truths.context
    mixture = fit_mixture(context, fit_signals(context))
    assert mixture is not None
    rows = []
    places = list(product((0.54, 0.64, 0.74, 0.84), (0.0, 0.2, 0.4), (0.0, 0.1, 0.2, 0.3, 0.45)))
    for beta, slope, character in track(places, "places"):
        line = replace(mixture.parameters, exponent_line=(beta, slope))
        values = truths.values(replace(mixture, parameters=line, beta=beta, character=character))
        rows.append([f"{beta:g}", f"{slope:g}", f"{character:g}", *cells(values)])
    rows.sort(key=lambda row: -float(row[-1]))
    print_table(
        ["exponent", "slope", "character", *TRUTHS],
        rows,
        title="Places by the rule, the best first; head / mid / tail",
    )
    print_memory()


def exposure(dataset: Dataset) -> None:
    """Print what the inner truths say of each exposure of listening, and how likely it makes the training choices."""
    truths = InnerTruths.of(dataset)
    context = truths.context
    signals = fit_signals(context)
    held_out = fit_held_out(context, mixed_names(context.dataset, context.config.mixture))
    assert held_out is not None
    blind, seeing = (cast("GroupedCoListening", one[LISTENING]) for one in (held_out.signals, signals))
    training = training_set(held_out.split).at_most(MAX_COMPARED, context.config.seed)
    compared = {f"{one:g}": blind.with_exposure(one) for one in EXPOSURES}
    likelihoods = likelihood_of_each(compared, training, context.config.mixture, seed=context.config.seed)
    hits = training.hits.data.sum()
    rows = []
    for one in track(EXPOSURES, "exposures"):
        mixture = fit_mixture(
            replace(context, config=ModelConfig(listening=ListeningConfig(exposure=one))),
            {**signals, LISTENING: seeing.with_exposure(one)},
            held_out=replace(held_out, signals={**held_out.signals, LISTENING: blind.with_exposure(one)}),
        )
        assert mixture is not None
        likelihood = likelihoods[f"{one:g}"].sum() / hits
        rows.append([f"{one:g}", *cells(truths.values(mixture)), f"{likelihood:.4f}"])
    print_table(
        ["exposure", *TRUTHS, "likelihood of choices"],
        rows,
        title="Exposures of listening; head / mid / tail",
    )
    print_memory()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("what", choices=["learn", "choose", "exposure"])
    arguments = parser.parse_args()
    dataset = hold_out(Dataset.open(arguments.dataset), ProtocolConfig(seed=0)).train
    inner = hold_out_shows(dataset, seed=0).train
    {"learn": learn, "choose": choose, "exposure": exposure}[arguments.what](inner)


if __name__ == "__main__":
    main()

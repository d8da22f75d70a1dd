"""Fit the coefficients of kinship, and choose the default place between taste and kinship, on inner truths alone.

    .venv/bin/python benchmarks/kinship.py DATASET learn  > src/tigertail/mixing/kinship.toml
    .venv/bin/python benchmarks/kinship.py DATASET choose
    .venv/bin/python benchmarks/kinship.py DATASET exposure

The outer held-out listeners and curators are left out first, so what is reported elsewhere was seen by nothing here.

learn: four fifths of the choices come from the inner half of the SAS lists (found through TIGERTAIL_DATA), one fifth
from the shows of curators held out of the rest. Constants are learned from both, each list and each show as one query.

choose: the default place between the ends, on three inner splits. A default must not be worse than what people could
have elsewhere, so the character is the largest, in steps of 0.05, at which in no stratum the frontier of inner held-out
listeners is smaller than that of a baseline. At this character the popularity exponent and its slope are those of the
largest mean logarithm of nine figures: nDCG@20 and IPS-nDCG@20 of the listeners and recall@10 of the inner half of the
SAS lists, each in head, mid and tail. Lists are judged by a kinship learned from the other half of them and from shows.

exposure: the nine figures of the default mixture, at every setting of ``listening.exposure`` (how much more a common
listener counts where fewer could play the answer), and the likelihood by which a fit chooses between its ends.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mixture import FEW
from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import ProtocolConfig, Split, halves, hold_out, hold_out_shows, read_sas
from tigertail.evaluation.ground_truth import GRADED_METRICS, full_split, graded_metrics
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.scoring import ranked_lists, score_system
from tigertail.evaluation.statistics.intervals import dominated_area
from tigertail.ground_truth.ground_truth import GroundTruth, grade_matrix
from tigertail.mixing import (
    Mixture,
    MixtureConfig,
    TrainingQueries,
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
from tigertail.signals.contract import Signal
from tigertail.signals.listening import GroupedCoListening, ListeningConfig
from usual_systems import ALS_COSINE, EASE, ITEM_ITEM, RP3BETA, fitted

SHOWS = 0.2  # share of the choices that are those of shows
INNER = 7001  # seed of the inner splits
SPLITS = 3
CHARACTERS = tuple(round(0.05 * step, 2) for step in range(10))
BETAS, SLOPES = (0.54, 0.64, 0.74, 0.84, 0.94), (0.0, 0.2, 0.4)
BASELINES = (ITEM_ITEM, RP3BETA, EASE, ALS_COSINE)
JUDGED = (Stratum.HEAD, Stratum.MID, Stratum.TAIL)
TRUTHS = ["nDCG@20", "IPS-nDCG@20", "lists, recall@10", "mean log"]


def inner_lists(dataset: Dataset) -> GroundTruth:
    """Return the half of the SAS lists that chooses and teaches."""
    return halves(read_sas(None, dataset))[0]


def shown_queries(shows: GroundTruth, split: Split, listed: TrainingQueries) -> TrainingQueries:
    """Return lists and, as a share of all choices, the shows of curators."""
    played = listed_queries(
        grade_matrix(shows, split.interactions), split.popularity, split.strata, split.adjusted_listeners
    )
    amount = listed.hits.data.sum() / played.hits.data.sum() * SHOWS / (1 - SHOWS)
    hits = played.hits.with_data((played.hits.data * amount).astype(np.float32))
    return listed.concatenated(replace(played, hits=hits))


def kinship_of(signals: Mapping[str, Signal], choices: TrainingQueries) -> dict[str, list[float]]:
    """Learn the constants from nothing but these choices."""
    return fit_kinship(
        signals,
        choices,
        MixtureConfig(),
        plays_only=[name for name in signals if SIGNALS[name].is_listening],
    )


@dataclass(frozen=True, eq=False)
class Learned:
    """The constants, and of how many queries and curators they are.

    Parameters
    ----------
    constants
        Of each term, its coefficient where u = 0, and its slope in u.
    listed, shown
        Queries of the lists, and of the shows.
    curators
        Curators of the shows.
    """

    constants: dict[str, list[float]]
    listed: int
    shown: int
    curators: int

    @classmethod
    def of(cls, dataset: Dataset) -> Learned:
        """Learn from the inner half of the SAS lists, and from the shows of a fifth of the curators."""
        shows = hold_out_shows(dataset, seed=INNER)
        judged = full_split(shows.train, shows.truth, k=20, seed=0)
        context = FitContext(shows.train, judged.interactions, ModelConfig())
        listed = curated_queries(judged, inner_lists(dataset))
        assert listed is not None
        signals = fit_signals(context)
        mixed = {name: signals[name] for name in mixed_names(context.dataset, context.config.mixture)}
        choices = shown_queries(shows.truth, judged, listed)
        shown = len(choices.queries) - len(listed.queries)
        return cls(kinship_of(mixed, choices), len(listed.queries), shown, len(shows.curators))


def learn(dataset: Dataset) -> None:
    """Print the constants, as the file that is shipped."""
    learned = Learned.of(dataset)
    print(
        "# What each term counts for what is alike: where u = 0, and its slope in u = log(1 + listeners of A) / 8."
    )
    print("# Printed by benchmarks/kinship.py learn, on the dataset of recipes/everything.toml.")
    print(f"# Learned from the inner half of the SAS lists ({learned.listed:,} queries)")
    print(
        f"# and the shows of {learned.curators} curators held out ({learned.shown:,} queries), four to one."
    )
    print("[terms]")
    for name, (value, slope) in learned.constants.items():
        print(f'"{name}" = [{value:.3f}, {slope:.3f}]')


def with_kinship(mixture: Mixture, constants: dict[str, list[float]]) -> Mixture:
    """Return a mixture with other constants of kinship."""
    kinship = np.array([constants[name] for name in mixture.parameters.terms.names])
    return replace(mixture, parameters=replace(mixture.parameters, kinship=kinship))


@dataclass(frozen=True, eq=False)
class InnerTruths:
    """Inner held-out listeners, and inner curated lists, for signals fitted without these listeners.

    Parameters
    ----------
    played
        The split by listeners.
    listed
        Parts of the lists.
    """

    played: Split
    listed: tuple[Split, ...]

    @classmethod
    def of(cls, dataset: Dataset, parts: Sequence[GroundTruth], seed: int = INNER) -> InnerTruths:
        """Hold listeners out, and judge by parts of the lists."""
        split = hold_out(dataset, ProtocolConfig(seed=seed))
        return cls(split, tuple(full_split(split.train, part, k=10, seed=0) for part in parts))

    @property
    def context(self) -> FitContext:
        """What signals are fitted to, with the shipped settings."""
        return FitContext(self.played.train, self.played.interactions, ModelConfig())

    def values(self, *mixtures: Mixture) -> list[float]:
        """Return nDCG@20, IPS-nDCG@20 and recall@10 of lists, each in head, mid and tail.

        Each part of the lists judges a mixture of its own; listeners judge the first.
        """
        played = self.played
        of_plays = score_lists(
            ranked_lists(mixtures[0], played)[0],
            played.relevant,
            played.query_listeners,
            played.query_items,
            played.adjusted_listeners,
        )
        of_lists = np.concatenate(
            [
                graded_metrics(ranked_lists(mixture, listed)[0], listed.relevant)
                for mixture, listed in zip(mixtures, self.listed, strict=True)
            ]
        )
        levels = np.concatenate([listed.strata[listed.query_items] for listed in self.listed])
        return [
            float(np.nanmean(scores[strata == level, column]))
            for strata, scores, column in (
                (played.strata[played.query_items], of_plays, METRICS.index("nDCG")),
                (played.strata[played.query_items], of_plays, METRICS.index("IPS-nDCG")),
                (levels, of_lists, GRADED_METRICS.index("Recall")),
            )
            for level in JUDGED
        ]


def cells(values: Sequence[float]) -> list[str]:
    """Return the nine values by truth, and the mean of their logarithms."""
    by_truth = [" / ".join(f"{value:.3f}" for value in values[start : start + 3]) for start in (0, 3, 6)]
    return [*by_truth, f"{np.log(values).mean():.4f}"]


@dataclass(frozen=True, eq=False)
class InnerSplit:
    """A mixture that has seen neither the listeners nor the lists that judge it.

    Parameters
    ----------
    truths
        What judges it, the lists in halves.
    mixture
        The mixture as it ships.
    cross_fitted
        For each half of the lists, the mixture with a kinship learned from the other half.
    """

    truths: InnerTruths
    mixture: Mixture
    cross_fitted: list[Mixture]

    @classmethod
    def of(cls, dataset: Dataset, seed: int) -> InnerSplit:
        """Hold curators and listeners out, fit, and learn kinship from each half of the lists."""
        shows = hold_out_shows(dataset, seed=seed)
        parts = halves(inner_lists(dataset), bit=1)
        truths = InnerTruths.of(shows.train, parts, seed)
        mixture = fit_mixture(truths.context, fit_signals(truths.context))
        assert mixture is not None
        taught = []
        for part in parts:
            listed = curated_queries(truths.played, part)
            assert listed is not None
            choices = shown_queries(shows.truth, truths.played, listed)
            taught.append(with_kinship(mixture, kinship_of(mixture.parts, choices)))
        return cls(truths, mixture, taught[::-1])

    def frontiers(self) -> dict[str, NDArray[np.float64]]:
        """Return the frontier of every baseline, and of each character, in each group of queries."""
        split = self.truths.played
        levels, listeners = split.strata[split.query_items], split.popularity[split.query_items]
        groups = [*(levels == stratum for stratum in Stratum), (listeners > 0) & (listeners <= FEW)]
        ours = {f"{one:g}": self.mixture.with_character(one) for one in CHARACTERS}
        found = {}
        for system in track([*BASELINES, *(fitted(*one) for one in ours.items())], "systems"):
            sweep = score_system(system, split).sweep
            means = np.stack([np.nanmean(sweep[..., group], axis=2) for group in groups])
            found[system.name] = np.asarray(dominated_area(means))
        return found

    def values(self, character: float, beta: float, slope: float) -> list[float]:
        """Return the nine figures of a place."""

        def at_place(mixture: Mixture) -> Mixture:
            line = replace(mixture.parameters, exponent_line=(beta, slope))
            return replace(mixture, parameters=line, beta=beta, character=character)

        return self.truths.values(*map(at_place, self.cross_fitted))


def choose(dataset: Dataset) -> None:
    """Print the frontier of each character beside the best baseline's, and the places at the character of the rule."""
    splits = [InnerSplit.of(dataset, INNER + number) for number in range(SPLITS)]
    by_split = [one.frontiers() for one in splits]
    frontiers = {name: np.mean([one[name] for one in by_split], axis=0) for name in by_split[0]}
    ours = [f"{one:g}" for one in CHARACTERS]
    theirs = [system.name for system in BASELINES]
    sizes = np.stack([frontiers[name] for name in theirs])
    best, which = sizes.max(axis=0), sizes.argmax(axis=0)
    rows = [
        ["best baseline", *(theirs[one] if size else "none" for one, size in zip(which, best, strict=True))]
    ]
    rows += [
        [
            name,
            *(f"{own / size:.3f}" if size else "" for own, size in zip(frontiers[name], best, strict=True)),
        ]
        for name in ours
    ]
    headings = ["character", *(stratum.label for stratum in Stratum), f"1 to {FEW} listeners"]
    print_table(headings, rows, title="Frontier, as a share of the best baseline's", left=["character"])
    character = max(one for one in CHARACTERS if (frontiers[f"{one:g}"] >= best).all())
    print(f"The largest character at which none is smaller: {character:g}")
    rows = []
    for beta, slope in track(list(product(BETAS, SLOPES)), "places"):
        values = np.mean([one.values(character, beta, slope) for one in splits], axis=0)
        rows.append([f"{beta:g}", f"{slope:g}", *cells(values.tolist())])
    rows.sort(key=lambda row: -float(row[-1]))
    title = f"Places of character {character:g}, the best first; head / mid / tail"
    print_table(["exponent", "slope", *TRUTHS], rows, title=title)
    print_memory()


def exposure(dataset: Dataset) -> None:
    """Print what the inner truths say of each exposure of listening, and how likely it makes the training choices."""
    truths = InnerTruths.of(dataset, [inner_lists(dataset)])
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

"""What the mixture is worth: beside every baseline and every single signal, on held-out listeners and curated lists.

    .venv/bin/python benchmarks/mixture.py DATASET [--seeds 1] [--sas [FOLDER]]

Frontiers (hypervolume of nDCG@20 and IPS-nDCG@20 over popularity exponents) by stratum of the query, and how many
times those of plain ALS and of the best other system the mixture's are; both metrics at its own setting; nDCG@20
where its lists are just as popular as those of the plain ALS cosine; weights that depend on the query against
constant ones, and the taste end. Square brackets are 95 % cluster-bootstrap intervals over listeners.

With --sas, instead: recall@10 of Last.fm's own ten similar artists (the SAS data set; docs/evaluation-truth.md), also
of mixtures that learned from lists: each query is asked of one that has seen the other half of the lists alone. And
what learning from all the lists does to held-out listeners.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from local_models import members, percent
from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import (
    ProtocolConfig,
    Split,
    System,
    baselines,
    cache_fits,
    evaluate_against,
    hold_out,
    read_sas,
)
from tigertail.evaluation.metrics.ranking import score_lists
from tigertail.evaluation.scoring import EXPONENTS, ranked_lists, score_system
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate
from tigertail.evaluation.systems.own import ListeningSignal, OwnSignal
from tigertail.ground_truth.ground_truth import GroundTruth
from tigertail.mixing import Mixture, MixtureConfig
from tigertail.model.config import ModelConfig
from tigertail.model.fit_mixture import fit_mixture
from tigertail.model.registry import SIGNALS, FitContext, fit_signals
from tigertail.progress import track
from tigertail.signals.contract import Signal
from usual_systems import ALS_COSINE, EASE, ITEM_ITEM, RP3BETA

OWN = EXPONENTS.index(0.0)
FEW = 14  # listeners: a part of the tail that hardly anybody hears
ALS, LISTENING, MIXTURE, CONSTANT = ALS_COSINE.name, "listening", "mixture", "mixture, constant weights"
TASTE = "mixture, taste alone"
LENSES = ("listening, lens", "mixture, lens")
Sweeps = dict[str, NDArray[np.float64]]


def systems(dataset: Dataset) -> list[System]:
    """Return the baselines, each signal alone, and the mixture."""
    constant = ModelConfig(mixture=MixtureConfig(coefficients="constant"))
    alone = [name for name, family in SIGNALS.items() if family.has_data(dataset)]
    mixture = cache_fits(System(MIXTURE, OwnSignal(signal=MIXTURE).fit))

    def taste(split: Split) -> Signal:
        fitted = mixture.fit(split)
        assert isinstance(fitted, Mixture)
        return fitted.with_character(0.0)

    return [
        System("popularity", baselines.WorldPopularity().fit),
        System("session counts", baselines.SessionCounts().fit),
        *(ITEM_ITEM, RP3BETA, EASE, ALS_COSINE),
        *(System(name, OwnSignal(signal=name).fit) for name in alone),
        System(CONSTANT, OwnSignal(signal=MIXTURE, model=constant).fit),
        System(TASTE, taste),
        mixture,
        System(LENSES[0], ListeningSignal().fit, lens=True),
        System(LENSES[1], mixture.fit, lens=True),
    ]


def times(bootstrap: ClusterBootstrap, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> str:
    """Return how many times one frontier is another."""
    (a, drawn_a), (b, drawn_b) = bootstrap.frontier_area(ours), bootstrap.frontier_area(theirs)
    if not b.mean:
        return "nothing there"
    return factor(Estimate.of(a.mean / b.mean, drawn_a / np.maximum(drawn_b, 1e-12)))


def factor(ratio: Estimate) -> str:
    """Return a ratio with its interval."""
    return f"{ratio.mean:.3f} x [{ratio.low:.3f}, {ratio.high:.3f}]"


def gain(
    bootstrap: ClusterBootstrap, ours: NDArray[np.float64], theirs: NDArray[np.float64], metric: int
) -> str:
    """Return how much better a metric is at the systems' own settings."""
    difference = bootstrap.estimate(ours[OWN, metric] - theirs[OWN, metric])
    of = float(np.nanmean(theirs[OWN, metric]))
    return percent(difference, of) if of else "nothing there"


def frontiers(sweeps: Sweeps, bootstrap: ClusterBootstrap, groups: dict[str, NDArray[np.bool_]]) -> None:
    rows = []
    for name, sweep in sweeps.items():
        sizes = [bootstrap.frontier_area(members(sweep, member))[0] for member in groups.values()]
        spans = [f"{size.mean:.4f} [{size.low:.4f}, {size.high:.4f}]" for size in sizes]
        rows.append([name, *(span.replace("0.", ".") for span in spans)])
    title = "Frontier, by stratum of the query, and of queries with 1 to 14 listeners"
    print_table(["system", *groups], rows, title=title, left=["system"])
    rows = []
    for name, sweep in sweeps.items():
        own = [np.nanmean(np.where(member, sweep[OWN], np.nan), axis=1) for member in groups.values()]
        rows.append([name, *(f"{ndcg:.4f} / {ips:.4f}" for ndcg, ips in own)])
    print_table(["system", *groups], rows, title="nDCG@20 / IPS-nDCG@20", left=["system"])


def ratios(sweeps: Sweeps, bootstrap: ClusterBootstrap, groups: dict[str, NDArray[np.bool_]]) -> None:
    rows = []
    alone = [name for name in SIGNALS if name in sweeps]
    others = [name for name in sweeps if name not in (MIXTURE, TASTE, CONSTANT, *LENSES)]
    for group, member in groups.items():
        there = {name: members(sweep, member) for name, sweep in sweeps.items()}
        size = {name: bootstrap.frontier_area(sweep)[0].mean for name, sweep in there.items()}
        signal, other = max(alone, key=size.__getitem__), max(others, key=size.__getitem__)
        rows += [
            [group, ours, times(bootstrap, there[ours], there[ALS]), signal]
            + [times(bootstrap, there[ours], there[name]) for name in (signal,)]
            + [other, times(bootstrap, there[ours], there[other])]
            for ours in (MIXTURE, TASTE, LENSES[1])
        ]
    headings = ["query", "ours", "against ALS", "best signal", "against it", "best of all", "against it "]
    print_table(headings, rows, title="How many times other frontiers ours are", left=["query", "ours"])


def pairs(sweeps: Sweeps, bootstrap: ClusterBootstrap, groups: dict[str, NDArray[np.bool_]]) -> None:
    for theirs in (LISTENING, TASTE, CONSTANT):
        rows = []
        for group, member in groups.items():
            a, b = members(sweeps[MIXTURE], member), members(sweeps[theirs], member)
            rows.append([group, gain(bootstrap, a, b, 0), gain(bootstrap, a, b, 1), times(bootstrap, a, b)])
        headings = ["query", "nDCG@20", "IPS-nDCG@20", "frontier"]
        print_table(headings, rows, title=f"The mixture against: {theirs}", left=["query"])


def as_popular(split: Split, groups: dict[str, NDArray[np.bool_]]) -> None:
    """Compare where lists of both are equally popular, in the mean of log listeners."""
    mixture = OwnSignal(signal=MIXTURE).fit(split)
    plain = ALS_COSINE.fit(split)
    exponents = tuple(np.arange(-0.3, 0.201, 0.02).round(2).tolist())
    ours, theirs = ranked_lists(mixture, split, exponents), ranked_lists(plain, split)[0]

    def judged(lists: NDArray[np.int32]) -> NDArray[np.float64]:
        return score_lists(
            np.ascontiguousarray(lists),
            split.relevant,
            split.query_listeners,
            split.query_items,
            split.adjusted_listeners,
        )[:, :2]

    def fame(lists: NDArray[np.int32], member: NDArray[np.bool_]) -> float:
        listed = lists[member]
        return float(np.log(np.maximum(split.popularity[listed[listed >= 0]], 1)).mean())

    reference = judged(theirs)
    at = {setting: judged(ours[setting]) for setting in range(len(exponents))}
    bootstrap = ClusterBootstrap(split.query_listeners)
    rows = []
    for group, member in groups.items():
        if group == "cold":
            continue  # plain ALS lists nothing there
        goal = fame(theirs, member)
        setting = min(at, key=lambda one: abs(fame(ours[one], member) - goal))
        a, b = np.where(member[:, None], at[setting], np.nan), np.where(member[:, None], reference, np.nan)
        drawn = bootstrap.means(np.column_stack([a, b]))
        cells = []
        for metric in (0, 1):
            before, after = float(np.nanmean(b[:, metric])), float(np.nanmean(a[:, metric]))
            cells.append(f"{before:.4f} -> {after:.4f}")
            cells.append(factor(Estimate.of(after / before, drawn[:, metric] / drawn[:, 2 + metric])))
        rows.append([group, f"{np.exp(goal):.0f}", f"{np.exp(fame(ours[setting], member)):.0f}", *cells])
    print_table(
        ["query", "ALS", "ours", "nDCG@20", "times", "IPS-nDCG@20", "times "],
        rows,
        title="Where lists are as popular as those of the plain ALS cosine (columns: listeners of what is listed)",
        left=["query"],
    )


@dataclass(frozen=True)
class Halves:
    """Two signals, each of which answers the queries that the other has learned from."""

    one: Signal
    other: Signal
    for_other: NDArray[np.bool_]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Items either knows."""
        return self.one.known | self.other.known

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Ask whichever has not seen a query's list."""
        there = self.for_other[queries]
        return np.where(there[:, None], self.other.affinity(queries), self.one.affinity(queries))


def learned_from_lists(truth: GroundTruth, config: ModelConfig) -> Callable[[Split], Signal]:
    """Return how to fit a mixture for each half of the lists, which learns from the other half."""
    queries = truth.pairs["target_item_id"].unique().sort()
    half = set(queries.sample(fraction=0.5, seed=0))

    def fit(split: Split) -> Signal:
        given = FitContext(split.train, split.interactions, config)
        signals = fit_signals(given)
        in_half = pl.col("target_item_id").is_in(list(half))
        one, other = (
            fit_mixture(given, signals, replace(truth, pairs=truth.pairs.filter(seen)))
            for seen in (in_half, ~in_half)
        )
        assert one is not None
        assert other is not None
        return Halves(one, other, split.interactions.items.ids.is_in(list(half)).to_numpy())

    return fit


def with_lists(dataset: Dataset, truth: GroundTruth, config: ModelConfig) -> None:
    """Compare mixtures with and without lists on held-out listeners."""
    split = hold_out(dataset, ProtocolConfig())

    def fit(split: Split) -> Signal:
        given = FitContext(split.train, split.interactions, config)
        taught = fit_mixture(given, fit_signals(given), truth)
        assert taught is not None
        return taught

    theirs = score_system(System(MIXTURE, OwnSignal(signal=MIXTURE).fit), split).sweep
    ours = score_system(System("lists", fit), split).sweep
    bootstrap, level = ClusterBootstrap(split.query_listeners), split.strata[split.query_items]
    groups = {"all": level >= 0} | {s.label: level == s for s in Stratum}
    rows = []
    for group, member in groups.items():
        a, b = members(ours, member), members(theirs, member)
        rows.append([group, gain(bootstrap, a, b, 0), gain(bootstrap, a, b, 1), times(bootstrap, a, b)])
    title = "On held-out listeners: learned from all the lists too, against the mixture without them"
    print_table(["query", "nDCG@20", "IPS-nDCG@20", "frontier"], rows, title=title, left=["query"])


def sas(dataset: Dataset, folder: Path | None) -> None:
    """Judge by Last.fm's own lists of ten."""
    config = ModelConfig()
    truth = read_sas(folder, dataset)
    compared = [system for system in systems(dataset) if not system.lens]
    compared.append(System("mixture, other lists", learned_from_lists(truth, config)))
    found = evaluate_against(dataset, truth, compared, k=10)
    groups = list(dict.fromkeys(row.group for row in found.rows))
    rows = []
    for system in [row.system for row in found.rows if row.group == groups[0]]:
        mine = [row for row in found.rows if row.system == system]
        rows.append([system, *(str(row.metrics["Recall"]) for row in mine)])
    print_table(["system", *groups], rows, title="Recall@10", left=["system"])
    rows = [
        [row.system, row.group, str(row.differences["Recall"])]
        for row in found.rows
        if row.differences is not None
    ]
    title = f"Recall@10 minus that of: {found.reference}"
    print_table(["system", "query", "difference"], rows, title=title, left=["system", "query"])
    with_lists(dataset, truth, config)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--sas", type=Path, nargs="?", const=Path(), default=None)
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    began = time.perf_counter()
    if arguments.sas is not None:
        sas(dataset, arguments.sas if arguments.sas != Path() else None)
        return
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    splits = [hold_out(dataset, ProtocolConfig(seed=seed)) for seed in seeds]
    ids = [split.profiles["listener_id"].to_numpy()[split.query_listeners] for split in splits]
    bootstrap = ClusterBootstrap(np.unique(np.concatenate(ids), return_inverse=True)[1].astype(np.int32))
    sweeps = {
        system.name: np.concatenate([score_system(system, split).sweep for split in splits], axis=2)
        for system in track(systems(dataset), "systems")
    }
    levels = np.concatenate([split.strata[split.query_items] for split in splits])
    heard = np.concatenate([split.popularity[split.query_items] for split in splits])
    groups = {"all": np.ones(len(levels), np.bool_)} | {s.label: levels == s for s in Stratum}
    groups[f"1 to {FEW} listeners"] = (heard > 0) & (heard <= FEW)
    parts: tuple[Callable[..., None], ...] = (frontiers, ratios, pairs)
    for part in parts:
        part(sweeps, bootstrap, groups)
    first = len(splits[0].query_items)
    as_popular(splits[0], {name: member[:first] for name, member in groups.items()})
    print(f"{len(levels):,} queries, seeds {list(seeds)}, {time.perf_counter() - began:.0f} s")
    print_memory()


if __name__ == "__main__":
    main()

"""Local models and the lens beside the strongest global models, on held-out listeners.

    .venv/bin/python benchmarks/local_models.py DATASET [--seeds 3] [--from 200] [--strength | --hindsight]

Frontiers (hypervolume of nDCG@20 and IPS-nDCG@20 over popularity exponents), paired differences with 95 %
cluster-bootstrap intervals, overall and for every country with at least so many listeners; what the lens adds
to listening and to the mixture at their own setting; the same with groups learned from what listeners play,
the country hidden, and how those groups meet the countries. "One world" is the same signal without groups.

With --strength, instead: the lens's strengths compared on inner listeners, held out of the training part. With
--hindsight: what the lens adds to listening in each country at the strength that is best there for the outer
listeners, a bound. "Plays apart" is the share of a country's pairs of listener and artist that would have to be of
other artists to be those of the world.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score

from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, Split, System, baselines, hold_out
from tigertail.evaluation.metrics.locality import listener_countries
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.scoring import EXPONENTS, ranked_lists, score_system
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate, clusters_needed
from tigertail.evaluation.systems.own import ListeningSignal, OwnSignal
from tigertail.model.config import ModelConfig
from tigertail.model.registry import MIXTURE, FitContext
from tigertail.progress import track
from tigertail.signals.contract import Signal
from tigertail.signals.listening import GroupedCoListening, ListeningConfig, group_listeners
from usual_systems import ITEM_ITEM, RP3BETA

OWN = EXPONENTS.index(0.0)
WORLD, COUNTRIES, LANGUAGES, LEARNED = (
    "listening, one world",
    "listening, by country",
    "listening, by country-language",
    "listening, learned groups",
)
LENS = "by country, lens"
MIXED, MIXED_LENS = "mixture", "mixture, lens"
AIMS = (5, 15)  # percent of nDCG@20 and of IPS-nDCG@20 that the lens is to add in every country
STRENGTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
Sweeps = dict[str, NDArray[np.float64]]


def systems() -> list[System]:
    """Return the global models, and ours with every kind of group."""
    config = ModelConfig()
    return [
        *(ITEM_ITEM, RP3BETA),
        System("base, cosine", baselines.ALS(**{**dict(config.base), "beta": 1.0}, exposure=True).fit),
        System("base", baselines.ALS(**dict(config.base), exposure=True).fit),
        System(WORLD, ListeningSignal(groups="none").fit),
        System(COUNTRIES, ListeningSignal().fit),
        System(LANGUAGES, ListeningSignal(groups="country-language").fit),
        System(LEARNED, ListeningSignal(groups="learned").fit),
        System(LENS, ListeningSignal().fit, lens=True),
        System(MIXED, mixture),
        System(MIXED_LENS, mixture, lens=True),
    ]


@cache
def mixture(split: Split) -> Signal:
    """Fit the mixture to a split, once for both systems."""
    return OwnSignal(signal=MIXTURE).fit(split)


def relative(difference: Estimate, of: float) -> Estimate:
    """Return a difference in percent of what it is a difference from."""
    return Estimate(*(100 * value / of for value in (difference.mean, difference.low, difference.high)))


def shown(change: Estimate) -> str:
    return f"{change.mean:+.2f} % [{change.low:+.2f}, {change.high:+.2f}]"


def percent(difference: Estimate, of: float) -> str:
    """Return a difference in percent of what it is a difference from, with its interval, as text."""
    return shown(relative(difference, of))


def frontier(bootstrap: ClusterBootstrap, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> str:
    """Return how much larger one frontier is than another."""
    (a, drawn_a), (b, drawn_b) = bootstrap.frontier_area(ours), bootstrap.frontier_area(theirs)
    return percent(bootstrap.compare(drawn_a, drawn_b, a.mean - b.mean), b.mean)


def gains(
    bootstrap: ClusterBootstrap, ours: NDArray[np.float64], theirs: NDArray[np.float64]
) -> list[Estimate]:
    """Return how much better nDCG and IPS-nDCG are at the model's own popularity exponent, in percent."""
    return [
        relative(
            bootstrap.estimate(ours[OWN, metric] - theirs[OWN, metric]),
            float(np.nanmean(theirs[OWN, metric])),
        )
        for metric in (0, 1)
    ]


def members(sweep: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return a sweep with only some queries counted."""
    return np.where(chosen, sweep, np.nan)


def overall(sweeps: Sweeps, bootstrap: ClusterBootstrap) -> None:
    rows = []
    for name, sweep in sweeps.items():
        size, _ = bootstrap.frontier_area(sweep)
        own = [str(bootstrap.estimate(sweep[OWN, metric])) for metric in (0, 1)]
        against = "" if name == COUNTRIES else frontier(bootstrap, sweeps[COUNTRIES], sweep)
        rows.append([name, *own, f"{size.mean:.5f} [{size.low:.5f}, {size.high:.5f}]", against])
    print_table(
        ["system", "nDCG@20", "IPS-nDCG@20", "frontier", "by country against it"],
        rows,
        title="Overall",
        left=["system"],
    )


def by_country(
    sweeps: Sweeps, bootstrap: ClusterBootstrap, lives: NDArray[np.str_], chosen: list[str]
) -> None:
    rows = []
    for country in chosen:
        there = {name: members(sweep, lives == country) for name, sweep in sweeps.items()}
        best = max(
            ("item-item cosine", "RP3beta", "base"),
            key=lambda name: bootstrap.frontier_area(there[name])[0].mean,
        )
        rows.append(
            [
                country,
                len(np.unique(bootstrap.listeners[lives == country])),
                frontier(bootstrap, there[COUNTRIES], there["base"]),
                best,
                frontier(bootstrap, there[COUNTRIES], there[best]),
                frontier(bootstrap, there[COUNTRIES], there[WORLD]),
            ]
        )
    print_table(
        [
            "country",
            "held out",
            "frontier against the base",
            "best global",
            "against the best",
            "against one world",
        ],
        rows,
        title="Local models, no lens, by the listener's country",
        left=["country", "best global"],
    )


def lens(
    sweeps: Sweeps,
    bootstrap: ClusterBootstrap,
    lives: NDArray[np.str_],
    chosen: list[str],
    names: tuple[str, str],
) -> None:
    everyone, (without, through) = lives != "", names
    rows = []
    for name, member in [("all", everyone), *((country, lives == country) for country in chosen)]:
        ours, theirs = members(sweeps[through], member), members(sweeps[without], member)
        judges, found = len(np.unique(bootstrap.listeners[member])), gains(bootstrap, ours, theirs)
        needed = [clusters_needed(change, aim, judges) for change, aim in zip(found, AIMS, strict=True)]
        rows.append(
            [
                name,
                f"{judges:,}",
                *map(shown, found),
                *("" if one is None else f"{one:,}" for one in needed),
                frontier(bootstrap, ours, theirs),
            ]
        )
    print_table(
        ["country", "held out", "nDCG@20", "IPS-nDCG@20", "needed", "needed, IPS", "frontier"],
        rows,
        title=f"{through} against {without}, listeners of known country",
        left=["country"],
    )
    print(
        "Needed: held-out listeners that would put the intervals above or below +{} % and +{} %, were the gains to"
        " stay.".format(*AIMS)
    )


def learned(sweeps: Sweeps, bootstrap: ClusterBootstrap, split: Split) -> None:
    print("Learned groups against the base, frontier:", frontier(bootstrap, sweeps[LEARNED], sweeps["base"]))
    print(
        "By country     against the base, frontier:", frontier(bootstrap, sweeps[COUNTRIES], sweeps["base"])
    )
    lives, _ = listener_countries(split)
    factors = FitContext(split.train, split.interactions, ModelConfig()).factors
    for clusters in (5, 10, 20, 40):
        config = ListeningConfig(groups="learned", clusters=clusters)
        groups = group_listeners(split.train, split.interactions, factors, config)
        told = lives != ""
        score = adjusted_mutual_info_score(lives[told], groups.group_of[told])
        print(f"{clusters} clusters meet the countries with an adjusted mutual information of {score:.3f}")


def strengths(dataset: Dataset, seed: int) -> None:
    """Compare strengths of the lens on listeners held out of the training part."""
    inner = hold_out(hold_out(dataset, ProtocolConfig(seed=seed)).train, ProtocolConfig(seed=seed + 100))
    told = listener_countries(inner)[1][inner.query_listeners] != ""
    bootstrap = ClusterBootstrap(inner.query_listeners)
    plain = members(score_system(System(COUNTRIES, ListeningSignal().fit), inner).sweep, told)
    rows = []
    for strength in track(STRENGTHS, "strengths"):
        sweep = score_system(System(LENS, ListeningSignal(lens=strength).fit, lens=True), inner).sweep
        rows.append([strength, *map(shown, gains(bootstrap, members(sweep, told), plain))])
    print_table(["strength", "nDCG@20", "IPS-nDCG@20"], rows, title="Inner listeners, against no lens")


def hindsight(dataset: Dataset, seed: int, least: int) -> None:
    """Print what the lens adds in each country at the strength that is best there in hindsight."""
    split = hold_out(dataset, ProtocolConfig(seed=seed))
    fitted = cast("GroupedCoListening", ListeningSignal().fit(split))
    lives = listener_countries(split)[1][split.query_listeners]
    bootstrap = ClusterBootstrap(split.query_listeners)

    def scored(strength: float) -> NDArray[np.float64]:
        config = fitted.config.model_copy(update={"lens": strength})
        lists = ranked_lists(replace(fitted, config=config), split, lens=strength > 0)[0]
        scores = score_lists(
            lists, split.relevant, split.query_listeners, split.query_items, split.adjusted_listeners
        )
        return np.asarray(scores[:, METRICS.index("nDCG")])

    plain = scored(0.0)
    by_strength = {strength: scored(strength) for strength in track((*STRENGTHS, 1.0), "strengths")}
    plays = split.train.plays.join(split.train.listeners.select("listener_id", "country"), on="listener_id")
    world = plays["item_id"].value_counts(normalize=True, name="world")
    rows = []
    for country in countries_of(dataset, least):
        there = lives == country
        gains = {
            strength: relative(
                bootstrap.estimate(np.where(there, values - plain, np.nan)), float(plain[there].mean())
            )
            for strength, values in by_strength.items()
        }
        best = max(gains, key=lambda strength: gains[strength].mean)
        own = plays.filter(pl.col("country") == country)["item_id"].value_counts(normalize=True, name="own")
        apart = world.join(own, on="item_id", how="left").select(
            (pl.col("own").fill_null(0) - pl.col("world")).abs().sum() / 2
        )
        shipped = gains[ListeningConfig().lens]
        rows.append([country, f"{apart.item():.0%}", shown(shipped), f"{best:g}", shown(gains[best])])
    print_table(
        ["country", "plays apart", "nDCG@20, shipped", "best strength", "nDCG@20 at it"],
        rows,
        title="The lens of listening, by country, in hindsight",
        left=["country"],
    )


def countries_of(dataset: Dataset, least: int) -> list[str]:
    """Return the countries of at least so many listeners, the largest first."""
    profiles = dataset.listeners["country"].value_counts(sort=True).drop_nulls()
    return [country for country, listeners in profiles.iter_rows() if listeners >= least]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--from", dest="min_group_size", type=int, default=200)
    parser.add_argument("--strength", action="store_true")
    parser.add_argument("--hindsight", action="store_true")
    arguments = parser.parse_args()
    dataset = Dataset.open(arguments.dataset)
    if arguments.strength:
        strengths(dataset, arguments.seed)
        return
    if arguments.hindsight:
        hindsight(dataset, arguments.seed, arguments.min_group_size)
        return
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    splits = [hold_out(dataset, ProtocolConfig(seed=seed)) for seed in seeds]
    ids = [split.profiles["listener_id"].to_numpy()[split.query_listeners] for split in splits]
    bootstrap = ClusterBootstrap(np.unique(np.concatenate(ids), return_inverse=True)[1].astype(np.int32))
    lives = np.concatenate([listener_countries(split)[1][split.query_listeners] for split in splits])
    sweeps = {
        system.name: np.concatenate([score_system(system, split).sweep for split in splits], axis=2)
        for system in track(systems(), "systems")
    }
    chosen = countries_of(dataset, arguments.min_group_size)
    overall(sweeps, bootstrap)
    by_country(sweeps, bootstrap, lives, chosen)
    lens(sweeps, bootstrap, lives, chosen, (COUNTRIES, LENS))
    lens(sweeps, bootstrap, lives, chosen, (MIXED, MIXED_LENS))
    learned(sweeps, bootstrap, splits[0])
    print_memory()


if __name__ == "__main__":
    main()

"""Local models in simulated worlds, where the true affinity is known.

    .venv/bin/python benchmarks/local_worlds.py [--listeners 10000] [--scenes 15] [--worlds 3]

One kind of world has strong local scenes and a diaspora, more scenes than the base model has factors; the
other no local structure at all. nDCG@20 of the lists against the true affinities, by kind of artist: "local,
small" are artists little known abroad, at home in a country with less than 3 % of the listeners. Differences are
paired over artists, with 95 % intervals, all worlds of a kind together. Each system has the popularity exponent that
it is shipped with; the truth knows no fame.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tigertail.cli.output import print_table
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import Split, System, baselines
from tigertail.evaluation.ground_truth.evaluation import full_split, graded_metrics
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.evaluation.systems.own import ListeningSignal
from tigertail.ground_truth.simulated import read_true
from tigertail.model.config import BaseConfig
from tigertail.progress import track
from tigertail.simulation import WorldConfig, simulate
from tigertail.simulation.world import listener_shares, make_world
from usual_systems import ITEM_ITEM

SMALL = 0.03  # share of the listeners below which a country is small
BASE, WORLD, COUNTRIES, LEARNED = "base", "one world", "by country", "learned groups"


def systems() -> list[System]:
    """Return the global models and the local ones, as shipped."""
    return [
        System(BASE, baselines.ALS(**dict(BaseConfig()), exposure=True).fit),
        ITEM_ITEM,
        System(WORLD, ListeningSignal(groups="none").fit),
        System(COUNTRIES, ListeningSignal().fit),
        System(LEARNED, ListeningSignal(groups="learned").fit),
    ]


def kinds(config: WorldConfig, split: Split) -> dict[str, NDArray[np.bool_]]:
    """Return which queries are artists of each kind."""
    first = np.random.SeedSequence(config.seed).spawn(1)[0]  # the stream that simulate() makes the world from
    world = make_world(config, np.random.default_rng(first))
    number = split.interactions.items.ids.str.extract(r"(\d+)$").cast(int).to_numpy() - 1
    asked = number[split.query_items]
    heard = split.popularity[split.query_items] > 0
    local = world.local[asked] & heard
    small = listener_shares(config)[world.home[asked]] < SMALL
    strata = split.strata[split.query_items]
    return {
        "all": heard,
        "head": strata == Stratum.HEAD,
        "tail": strata == Stratum.TAIL,
        "local, small": local & small,
        "local, large": local & ~small,
        "international": ~world.local[asked] & heard,
    }


def measure(
    config: WorldConfig, folder: Path
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.bool_]]]:
    """Return the nDCG of every query by system, and the kinds of query."""
    dataset = simulate(folder, config)
    split = full_split(dataset, read_true(dataset), k=20)
    found = {
        system.name: graded_metrics(ranked_lists(system.fit(split), split)[0], split.relevant)[:, 0]
        for system in systems()
    }
    return found, kinds(config, split)


def show(title: str, configs: list[WorldConfig]) -> None:
    """Judge some worlds together and print a row for each kind of artist."""
    with tempfile.TemporaryDirectory() as folder:
        judged = [measure(config, Path(folder) / str(config.seed)) for config in track(configs, title)]
    values = {name: np.concatenate([found[name] for found, _ in judged]) for name in judged[0][0]}
    rows = []
    for kind in judged[0][1]:
        member = np.concatenate([groups[kind] for _, groups in judged])
        if not member.any():
            continue
        bootstrap = ClusterBootstrap(np.arange(int(member.sum()), dtype=np.int32))
        means = {name: float(np.nanmean(value[member])) for name, value in values.items()}
        apart = []
        for ours, theirs in ((COUNTRIES, BASE), (COUNTRIES, WORLD), (LEARNED, WORLD)):
            found = bootstrap.estimate(values[ours][member] - values[theirs][member])
            low, mean, high = (100 * each / means[theirs] for each in (found.low, found.mean, found.high))
            apart.append(f"{mean:+.1f} % [{low:+.1f}, {high:+.1f}]")
        rows.append([kind, int(member.sum()), *(f"{mean:.4f}" for mean in means.values()), *apart])
    print_table(
        ["artists", "queries", *values, "country over base", "over one world", "learned over one world"],
        rows,
        title=title,
        left=["artists"],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--listeners", type=int, default=10_000)
    parser.add_argument("--scenes", type=int, default=15)
    parser.add_argument("--worlds", type=int, default=3)
    arguments = parser.parse_args()
    local = WorldConfig(listeners=arguments.listeners, scenes_per_country=arguments.scenes, diaspora=0.1)
    flat = WorldConfig(listeners=arguments.listeners, local_structure=0.0)
    for title, config in (("Local scenes and a diaspora", local), ("No local structure", flat)):
        show(title, [config.model_copy(update={"seed": seed}) for seed in range(1, arguments.worlds + 1)])


if __name__ == "__main__":
    main()

"""What it is worth to use the catalogues of services, in simulated worlds where the truth is known.

    .venv/bin/python benchmarks/exposure.py [--listeners 5000] [--worlds 3] [--catalogue 0.06] [--exposure 0]

Most listeners of each world use a service that has the famous artists alone. Four models are fitted, each with the
shipped settings (``--exposure`` sets ``listening.exposure`` instead of having it learned):

- aware: to all listeners, with the service of each;
- blind: to the same plays, without ``listeners.source`` and ``availability``;
- full alone: to the listeners of the service that has all artists, without the others;
- open: a bound, to the same listeners in a world where all can hear everything.

Two signals of each are judged, ``listening`` and the mixture: nDCG@20 with the true affinity as the grade, for every
artist. Differences are ratios of means, paired over artists, with 95 % intervals, all worlds together. "Missing" are
the artists that the large service does not have, "others" those that it has. In the row "missing answers" the missing
alone count as true answers, after every query. Strata are by the listeners that an artist would have if all could hear
it.

The truth has no popularity in it, so a model that lists less popular artists gains by that alone. The next parts
therefore move the popularity exponent of every model, in all worlds alike, until the mean popularity of its answers is
that of the full service alone at its default: one exponent for all queries, and one for each row, as ``sources.py``
does on real data.
Popularity is the logarithm of the listeners that an artist would have if all could hear it. A source never hurts if
the aware model is then nowhere below the full service alone. An oracle shows what its coefficients cost: the aware
mixture with the coefficients that were learned from the full service alone.

The last part bounds what knowledge of catalogues can be worth, by oracles that no model has: the aware mixture with
the "true" popularity, the listeners of each artist in the open world; and the "best" of the aware and of the blind
mixture, each artist's list at the one exponent that is best for it by the truth.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from equal_popularity import mean_popularity, nearest
from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.cli.report import print_memory
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum, strata
from tigertail.evaluation import Split
from tigertail.evaluation.ground_truth.evaluation import full_split, graded_metrics
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.ground_truth.ground_truth import GroundTruth
from tigertail.ground_truth.simulated import read_true
from tigertail.mixing import Mixture
from tigertail.model import ModelConfig, fit
from tigertail.model.registry import LISTENING, MIXTURE
from tigertail.progress import track
from tigertail.signals.contract import Signal
from tigertail.signals.listening import GroupedCoListening, ListeningConfig
from tigertail.simulation import WorldConfig, simulate
from tigertail.simulation.config import FULL, GLOBAL
from tigertail.sparse import CSR

MODELS = AWARE, BLIND, ALONE, OPEN = "aware", "blind", "full alone", "open"
EVERY, AS_ANSWERS = "all", "missing answers"
PAIRS = ((AWARE, BLIND), (AWARE, ALONE), (BLIND, ALONE), (OPEN, AWARE))
TAUGHT = "full's coefficients"
TAUGHT_PAIRS = ((AWARE, ALONE), (TAUGHT, ALONE))
TRUE, BEST, BLIND_BEST = "true", "best", "blind best"
BOUNDS = ((TRUE, BLIND), (BEST, BLIND), (BLIND_BEST, BLIND))
STEPS = np.linspace(-0.5, 0.5, 81)
EXPONENTS = tuple(STEPS.round(4).tolist())  # further exponents of popularity that are tried
AS_IS = EXPONENTS.index(0.0)
ALL, MISSING = 0, 1  # what counts as a true answer: every artist, or the missing ones


ByGroup = dict[str, dict[str, NDArray[np.float64]]]
"""nDCG of every query by group and model; (queries, 2)."""


@dataclass(frozen=True, eq=False)
class Answered:
    """What the lists of one signal are worth at each exponent, the queries in the order of their ids.

    Parameters
    ----------
    ndcg
        nDCG@20 with all artists, and with the missing alone, as true answers; (exponents, queries, 2).
    popularity
        Mean popularity of the answers; NaN where there is none; (exponents, queries).
    """

    ndcg: NDArray[np.float64]
    popularity: NDArray[np.float64]

    @property
    def best(self) -> NDArray[np.float64]:
        """Return the nDCG of each query at the exponent that is best for it; all answers count; (queries, 2)."""
        place = self.ndcg[:, :, ALL].argmax(axis=0)
        return np.asarray(self.ndcg[place, np.arange(len(place))])

    def place_for(self, like: Answered, member: NDArray[np.bool_]) -> int:
        """Return the place of the exponent at which some answers are as popular as those of another as it is."""
        theirs, ours = like.popularity[AS_IS, member], self.popularity[:, member]
        if np.isnan(theirs).all() or np.isnan(ours).all():
            return AS_IS  # one of them has no answer
        return nearest(ours, float(np.nanmean(theirs)))


@dataclass(frozen=True, eq=False)
class Asked:
    """One signal of one model, the queries, and what is the same for all models, by item code."""

    signal: Signal
    split: Split
    popularity: NDArray[np.float64]
    missing: NDArray[np.bool_]

    def answered(self, exponents: tuple[float, ...] = EXPONENTS) -> Answered:
        """Return what the lists at each exponent are worth."""
        lists = ranked_lists(self.signal, self.split, exponents)
        grades = self.split.relevant
        kept = self.missing[grades.indices]
        rows, columns, values = grades.entry_rows()[kept], grades.indices[kept], grades.data[kept]
        truths = (grades, CSR.from_coo(rows, columns, values, grades.shape))
        ndcg = [np.stack([graded_metrics(one, truth)[:, 0] for truth in truths], axis=1) for one in lists]
        means = [mean_popularity(self.popularity, one) for one in lists]
        order = in_order_of_ids(self.split)
        return Answered(np.stack(ndcg)[:, order], np.stack(means)[:, order])

    def with_popularity_of(self, other: Asked) -> Asked:
        """Return the same mixture with the listeners of each artist in another world, as if they were its own."""
        mixture, split = cast("Mixture", self.signal), self.split
        codes = other.split.interactions.items.codes(split.interactions.items.ids)
        listeners = np.maximum(other.split.popularity[codes], 1).astype(np.float64)
        listening = cast("GroupedCoListening", mixture.parts[LISTENING])
        listening = listening.with_beta(listening.beta)  # a copy
        vars(listening)["adjusted_listeners"] = listeners  # a cached property
        parts = {**mixture.parts, LISTENING: listening}
        changed = replace(mixture, parts=parts, adjusted_listeners=listeners, candidates=None)
        return replace(self, signal=changed)

    def with_coefficients_of(self, other: Asked) -> Asked:
        """Return the same mixture with the coefficients of another."""
        parameters = cast("Mixture", other.signal).parameters
        changed = replace(cast("Mixture", self.signal), parameters=parameters, candidates=None)
        return replace(self, signal=changed)


def in_order_of_ids(split: Split) -> NDArray[np.integer]:
    """Return the order of the queries by the id of their item, which is the same for every model."""
    return split.interactions.items.ids.gather(split.query_items).arg_sort().to_numpy()


def without_source(dataset: Dataset, folder: Path) -> Dataset:
    """Write the same dataset without what it says of exposure."""
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        name: dataset.scan(name) for name in dataset.manifest["tables"] if name != c.AVAILABILITY_TABLE
    }
    tables[c.LISTENERS_TABLE] = dataset.listeners.drop(c.SOURCE)
    return Dataset.write(folder, tables, name=f"{dataset.name}, blind", simulated=True)


def datasets(config: WorldConfig, folder: Path) -> dict[str, Dataset]:
    """Return what each model is fitted to."""
    world = simulate(folder / "world", config)
    others = world.listeners.filter(pl.col(c.SOURCE) != FULL)[c.LISTENER_ID]
    return {
        AWARE: world,
        BLIND: without_source(world, folder / "blind"),
        ALONE: world.without(others),
        OPEN: simulate(folder / "open", config.model_copy(update={"services": None})),
    }


@dataclass(frozen=True, eq=False)
class Measured:
    """The answers for every artist of one world by signal and model, those of oracles, and the groups of artists."""

    answered: dict[str, dict[str, Answered]]
    true: NDArray[np.float64]
    taught: Answered
    groups: dict[str, NDArray[np.bool_]]
    exposure: float


def measure(config: WorldConfig, folder: Path, exposure: float | None) -> Measured:
    """Fit every model to one world, and judge it at every exponent."""
    data = datasets(config, folder)
    truth = read_true(data[AWARE])
    items = of_items(data[AWARE], truth)
    settings = ModelConfig(listening=ListeningConfig(exposure=exposure))
    models = {name: ask(dataset, truth, items, settings) for name, dataset in data.items()}
    aware = cast("GroupedCoListening", models[AWARE][LISTENING].signal)
    return Measured(
        {
            signal: {name: asked[signal].answered() for name, asked in models.items()}
            for signal in (LISTENING, MIXTURE)
        },
        models[AWARE][MIXTURE].with_popularity_of(models[OPEN][MIXTURE]).answered((0.0,)).ndcg[0],
        models[AWARE][MIXTURE].with_coefficients_of(models[ALONE][MIXTURE]).answered(),
        groups(items),
        aware.config.exposure or 0.0,
    )


def of_items(world: Dataset, truth: GroundTruth) -> pl.DataFrame:
    """Return of each artist its listeners, those there would be if all could hear it, and whether it is missing."""
    split = full_split(world, truth, k=20)
    listed = world.scan(c.AVAILABILITY_TABLE).filter(pl.col(c.SOURCE) == GLOBAL).collect()
    return pl.DataFrame(
        {
            c.ITEM_ID: split.interactions.items.ids,
            "listeners": split.popularity,
            "propensity": split.adjusted_listeners,
        }
    ).with_columns(missing=~pl.col(c.ITEM_ID).is_in(listed[c.ITEM_ID].unique().implode()))


def ask(dataset: Dataset, truth: GroundTruth, items: pl.DataFrame, config: ModelConfig) -> dict[str, Asked]:
    """Fit a model and return its signals with their queries."""
    model = fit(dataset, config)
    split = full_split(dataset, truth, k=20)
    codes = split.interactions.items.codes(items[c.ITEM_ID])
    popularity, missing = np.empty(len(items)), np.empty(len(items), np.bool_)
    popularity[codes], missing[codes] = np.log1p(items["propensity"]), items["missing"]
    return {name: Asked(model.signals[name], split, popularity, missing) for name in (LISTENING, MIXTURE)}


def groups(items: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """Return which artists are in each group, in the order of the ids."""
    items = items.sort(c.ITEM_ID)
    played, missing = (items["listeners"] > 0).to_numpy(), items["missing"].to_numpy()
    levels = strata(items["propensity"].round().cast(pl.Int64).to_numpy())
    return {
        "missing": missing & played,
        "others": ~missing & played,
        **{stratum.label: levels == stratum for stratum in Stratum},
        EVERY: np.ones(len(items), np.bool_),
        AS_ANSWERS: played,
    }


def show(
    title: str,
    values: ByGroup,
    groups: dict[str, NDArray[np.bool_]],
    pairs: tuple[tuple[str, str], ...] = PAIRS,
) -> None:
    """Print the means of each model by group, and the ratios of pairs; values by group and model."""
    rows = []
    for group, member in groups.items():
        scored = {
            name: value[member, MISSING if group == AS_ANSWERS else ALL]
            for name, value in values[group].items()
        }
        bootstrap = ClusterBootstrap(np.arange(int(member.sum()), dtype=np.int32))
        means = {name: float(np.nanmean(value)) for name, value in scored.items()}
        ratios = []
        for ours, theirs in pairs:
            found = bootstrap.estimate(scored[ours] - scored[theirs])
            known = means[theirs] > 0
            ends = [100 * each / means[theirs] for each in (found.mean, found.low, found.high) if known]
            ratios.append("{:+.1f} [{:+.1f}, {:+.1f}]".format(*ends) if known else "")
        rows.append([group, f"{member.sum():,}", *(f"{mean:.4f}" for mean in means.values()), *ratios])
    models = next(iter(values.values()))
    headings = ["artists", "queries", *models, *(f"{ours} / {theirs}, %" for ours, theirs in pairs)]
    print_table(headings, rows, title=title, left=["artists"])


def level(answered: dict[str, Answered], groups: dict[str, NDArray[np.bool_]]) -> dict[str, dict[str, int]]:
    """Return by group and model the place of the exponent at which its answers are as popular as the full alone's."""
    return {
        group: {name: one.place_for(answered[ALONE], member) for name, one in answered.items()}
        for group, member in groups.items()
    }


def at_places(answered: dict[str, Answered], places: dict[str, dict[str, int]]) -> ByGroup:
    return {
        group: {name: one.ndcg[of_group[name]] for name, one in answered.items()}
        for group, of_group in places.items()
    }


def show_level(signal: str, answered: dict[str, Answered], groups: dict[str, NDArray[np.bool_]]) -> None:
    """Print each model at the popularity of the full service alone, in all queries together and in each group."""
    of_group = level(answered, groups)
    of_all = dict.fromkeys(groups, of_group[EVERY])
    for which, places in (("in all queries together", of_all), ("in each row", of_group)):
        title = f"A source never hurts: {signal}, at the popularity of the full service alone {which}"
        show(title, at_places(answered, places), groups)
    rows = [
        [group, *(f"{EXPONENTS[place]:+.4f}" for place in places.values())]
        for group, places in of_group.items()
    ]
    print_table(
        ["artists", *answered], rows, title=f"{signal}: further exponents in each row", left=["artists"]
    )


def together(worlds: Sequence[Answered]) -> Answered:
    return Answered(
        np.concatenate([world.ndcg for world in worlds], axis=1),
        np.concatenate([world.popularity for world in worlds], axis=1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--listeners", type=int, default=5_000)
    parser.add_argument("--artists", type=int, default=4_000)
    parser.add_argument("--services", default="global=0.85,full=0.1,regional=0.05")
    parser.add_argument("--catalogue", type=float, default=0.06)
    parser.add_argument("--exposure", type=float, help="the setting listening.exposure; default: learned")
    parser.add_argument("--worlds", type=int, default=3)
    arguments = parser.parse_args()
    began = time.perf_counter()
    sizes = {"listeners": arguments.listeners, "artists": arguments.artists}
    worlds = WorldConfig.checked(**sizes, services=arguments.services, catalogue=arguments.catalogue)
    if not worlds.services or not {GLOBAL, FULL} <= set(worlds.services):
        parser.error(f"--services needs {GLOBAL} and {FULL}")
    measured = []
    for seed in track(list(range(1, arguments.worlds + 1)), "worlds"):
        with tempfile.TemporaryDirectory() as folder:
            measured.append(
                measure(worlds.model_copy(update={"seed": seed}), Path(folder), arguments.exposure)
            )
    members = {name: np.concatenate([one.groups[name] for one in measured]) for name in measured[0].groups}
    print(
        f"SIMULATED: {arguments.worlds} worlds of {arguments.listeners:,} listeners, {arguments.services}\n"
    )
    answered = {
        signal: {name: together([one.answered[signal][name] for one in measured]) for name in MODELS}
        for signal in (LISTENING, MIXTURE)
    }
    for signal, models in answered.items():
        values = {name: one.ndcg[AS_IS] for name, one in models.items()}
        show(f"{signal}, as it is: nDCG@20 by the true affinity", dict.fromkeys(members, values), members)
    for signal, models in answered.items():
        show_level(signal, models, members)
    taught = together([one.taught for one in measured])
    compared = {AWARE: answered[MIXTURE][AWARE], TAUGHT: taught, ALONE: answered[MIXTURE][ALONE]}
    title = "What coefficients cost: mixture, at the popularity of the full service alone in each row"
    show(title, at_places(compared, level(compared, members)), members, TAUGHT_PAIRS)
    aware, blind = answered[MIXTURE][AWARE], answered[MIXTURE][BLIND]
    bounds = {
        AWARE: aware.ndcg[AS_IS],
        BLIND: blind.ndcg[AS_IS],
        TRUE: np.concatenate([one.true for one in measured]),
        BEST: aware.best,
        BLIND_BEST: blind.best,
    }
    title = "Bounds: mixture, nDCG@20 by the true affinity, with oracles"
    show(title, dict.fromkeys(members, bounds), members, BOUNDS)
    learned = (one.exposure for one in measured)
    print("Exposure of listening:", ", ".join(f"{one:g}" for one in learned))
    print(f"{time.perf_counter() - began:.0f} s")
    print_memory()


if __name__ == "__main__":
    main()

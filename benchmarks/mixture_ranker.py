"""Gradient-boosted trees in the place of the mixture, which has only a few coefficients.

    .venv/bin/python benchmarks/mixture_ranker.py DATASET [--settings]

Trees (LightGBM) learn from what the mixture learns from: the same inner held-out listeners, the same signals
fitted without them, the best answers of all signals at three settings of the popularity dial and some background.
Each knows of a pair every signal's affinity as a share of the mean of the query's best fifty (missing where the
signal is silent), that mean, and the listeners of both items.

- "trees, rate": a Poisson regression on hits per asker, times n_B^-beta with the mixture's beta.
- "trees, lambdarank": LambdaMART for nDCG, gains linear in hits; exp of its score to a power that is fitted to the
  inner listeners' choices, times the same.
- "mixture, constant weights": weights that do not depend on the query.
- "mixture, of the trees' candidates": the mixture itself, listing only what the trees may list.

All are judged on the same outer held-out listeners. The trees list the best answers of all signals (no background)
and nothing else; the mixture ranks the full catalogue. Differences are paired, with 95 % cluster-bootstrap intervals.

With --settings, instead: settings of the trees compared on inner listeners. The trees learn from four fifths of them
and are judged on the last fifth.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from local_models import frontier, gains, members
from tigertail.cli.output import print_table
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation import ProtocolConfig, Split, System, hold_out
from tigertail.evaluation.scoring import DIAL, score_system
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.mixing import Mixture, MixtureConfig, TrainingQueries, learn, training_set
from tigertail.mixing.calibration import scales
from tigertail.mixing.candidates import best_answers, choices_of
from tigertail.mixing.conditional_logit import Choices, fit_conditional_logit
from tigertail.model.config import ModelConfig
from tigertail.model.fit_mixture import fit_held_out
from tigertail.model.registry import SIGNALS, FitContext
from tigertail.progress import track
from tigertail.signals.contract import Signal

OWN: Final = DIAL.index(0.0)
MIXTURE: Final = "mixture"
RATE: Final = "trees, rate"
LAMBDARANK: Final = "trees, lambdarank"
SETTINGS: Final[dict[str, Any]] = {
    "num_leaves": 31,
    "learning_rate": 0.05,
    "min_data_in_leaf": 200,
    "num_threads": 2,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 0,
    "verbosity": -1,
}
ROUNDS: Final = 300
OTHERS: Final[dict[str, dict[str, Any]]] = {
    "as they are": {},
    "100 rounds": {"num_iterations": 100},
    "600 rounds": {"num_iterations": 600},
    "7 leaves": {"num_leaves": 7},
    "127 leaves": {"num_leaves": 127},
    "2,000 pairs a leaf": {"min_data_in_leaf": 2000},
}
BACKGROUND: Final = 100  # of the most popular items, and so many at random
NOTHING: Final = 1e-6  # share of the scale that an affinity of 0 counts as
BLOCK: Final = 256  # queries asked at a time
Sweeps = dict[str, NDArray[np.float64]]
Pools = list[NDArray[np.int32]]
Reals = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Ranker:
    """Trees over the candidates of some signals, which are a signal again."""

    parts: Mapping[str, Signal]
    trees: Any
    power: float
    listeners: NDArray[np.int64]
    beta: float

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Items that any part knows."""
        return np.any([part.known for part in self.parts.values()], axis=0)

    def affinity(self, queries: NDArray[np.int32]) -> Reals:
        """Return exp(power * score) n_B^-beta of the candidates, -inf elsewhere; float32, (queries, items)."""
        scores = np.full((len(queries), len(self.listeners)), -np.inf, np.float32)
        for start, pools, values in gather(self.parts, queries, self.listeners):
            sizes = [len(pool) for pool in pools]
            if not sum(sizes):
                continue
            rows = start + np.repeat(np.arange(len(pools)), sizes)
            items = np.concatenate(pools)
            height = self.power * self.trees.predict(np.concatenate(values), raw_score=True)
            scores[rows, items] = np.exp(height) * np.maximum(self.listeners[items], 1.0) ** -self.beta
        return scores


@dataclass(frozen=True, eq=False)
class Restricted:
    """A mixture that lists only what the trees may list."""

    mixture: Mixture

    @property
    def known(self) -> NDArray[np.bool_]:
        """Items that any part knows."""
        return self.mixture.known

    def affinity(self, queries: NDArray[np.int32]) -> Reals:
        """Return the mixture's affinity for the candidates, -inf elsewhere; float32, (queries, items)."""
        scores = self.mixture.affinity(queries)
        listed = np.zeros(scores.shape, np.bool_)
        for start, pools, _ in gather(self.mixture.parts, queries, self.mixture.listeners):
            for row, pool in enumerate(pools, start):
                listed[row, pool] = True
        return np.where(listed, scores, -np.inf).astype(np.float32)


@dataclass(eq=False)
class Costs:
    """Seconds that steps took, and the most memory held until their end."""

    rows: dict[str, list[str]] = field(default_factory=dict)

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        """Note what a step costs."""
        start = time.perf_counter()
        yield
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.rows[step] = [f"{time.perf_counter() - start:.1f}", f"{peak:,.0f}", ""]

    def ask(self, name: str, signal: Signal, split: Split) -> None:
        """Note how long a signal needs for a query, where many are asked together."""
        distinct = np.unique(split.query_items)
        queries = np.sort(np.random.default_rng(0).choice(distinct, min(512, len(distinct)), replace=False))
        start = time.perf_counter()
        signal.affinity(queries)
        self.rows[name][2] = f"{1000 * (time.perf_counter() - start) / len(queries):.1f}"


def gather(
    parts: Mapping[str, Signal],
    queries: NDArray[np.int32],
    listeners: NDArray[np.int64],
    background: int = 0,
) -> Iterator[tuple[int, Pools, list[Reals]]]:
    """Yield candidates of queries and what is known of them, a block of queries, from which on, at a time."""
    rng = np.random.default_rng(0)
    popular = np.argsort(-listeners, kind="stable")[:background].astype(np.int32)
    most = MixtureConfig().candidates
    for start in range(0, len(queries), BLOCK):
        block = queries[start : start + BLOCK]
        affinities = np.full((len(parts), len(block), len(listeners)), -np.inf, np.float32)
        scale = np.full((len(parts), len(block)), np.nan, np.float32)
        found: list[list[NDArray[np.int32]]] = [
            [popular, rng.integers(0, len(listeners), background, np.int32)] for _ in block
        ]
        for place, part in enumerate(parts.values()):
            rows = np.flatnonzero(part.known[block])
            asked = np.asarray(part.affinity(block[rows]), np.float32)
            affinities[place, rows], scale[place, rows] = asked, scales(asked, block[rows])
            best = best_answers(asked, block[rows], listeners, most)
            for row, items in zip(rows.tolist(), best, strict=True):
                found[row].append(items)
        pools = [np.setdiff1d(np.concatenate(lists), item) for lists, item in zip(found, block, strict=True)]
        yield (
            start,
            pools,
            [
                features(affinities[:, row, pool], scale[:, row], listeners[pool], listeners[block[row]])
                for row, pool in enumerate(pools)
            ],
        )


def features(affinities: Reals, scale: Reals, listeners: NDArray[np.int64], heard: np.int64) -> Reals:
    """Return what the trees know of one query's candidates; float32, (candidates, 2 signals + 2)."""
    x = np.where(np.isneginf(affinities), np.nan, np.maximum(affinities, 0)) / scale[:, None]
    of_query = np.concatenate([np.log(scale), [np.log1p(heard)]])
    return np.column_stack(
        [
            np.log(x + NOTHING).T,
            np.log1p(listeners),
            np.broadcast_to(of_query, (len(listeners), len(of_query))),
        ]
    ).astype(np.float32)


def candidates(signals: Mapping[str, Signal], lessons: TrainingQueries) -> Choices:
    """Return what the trees learn from: candidates, their features, and how often each was right."""
    pools: Pools = []
    values: list[Reals] = []
    for _, some, known in gather(signals, lessons.queries, lessons.listeners, BACKGROUND):
        pools += some
        values += known
    return choices_of(pools, values, lessons, lessons.hits.data, np.arange(len(pools)))


def grow(
    choices: Choices, lessons: TrainingQueries, askers: NDArray[np.int64], objective: str, **other: Any
) -> Any:
    """Grow trees; strata of queries weigh as they do for the mixture."""
    import lightgbm

    settings = {"num_iterations": ROUNDS, **SETTINGS, **other, "objective": objective}
    sizes = np.diff(choices.offsets)
    rows = lessons.hits.entry_rows()
    many = len(lessons.queries)
    weighed = np.bincount(rows, lessons.weights(MixtureConfig().balance, 0.0), many)
    weight = askers * weighed / np.maximum(np.bincount(rows, lessons.hits.data, many), 1)
    if objective == "poisson":
        data = lightgbm.Dataset(
            choices.values, choices.hits / np.repeat(askers, sizes), weight=np.repeat(weight, sizes)
        )
    else:
        settings["label_gain"] = list(range(int(choices.hits.max()) + 1))
        weights = np.repeat(weight / weight.mean(), sizes)
        data = lightgbm.Dataset(choices.values, choices.hits, group=sizes, weight=weights)
    return lightgbm.train(settings, data)


def power(trees: Any, choices: Choices) -> float:
    """Return the power of exp(score) under which the candidates' shares fit the choices best."""
    scores = trees.predict(choices.values, raw_score=True).astype(np.float32)
    one = np.ones((len(choices.offsets) - 1, 1))
    single = replace(choices, values=scores[:, None])
    return float(fit_conditional_logit(single, one, np.ones((1, 1)), MixtureConfig().penalty)[0, 0])


def asked(split: Split) -> NDArray[np.int64]:
    """Return how many listeners ask each distinct query."""
    return np.unique(split.query_items, return_counts=True)[1]


def outer(dataset: Dataset) -> tuple[Split, FitContext, list[str]]:
    """Return the outer held-out listeners, what is fitted to, and the signals that are mixed."""
    split = hold_out(dataset, ProtocolConfig(seed=0))
    names = [name for name, spec in SIGNALS.items() if spec.has_data(split.train) and spec.in_mixture]
    return split, FitContext(split.train, split.interactions, ModelConfig()), names


def learned(dataset: Dataset, costs: Costs) -> tuple[Split, dict[str, Signal]]:
    """Fit the signals and learn every way to put them together, without the outer held-out listeners."""
    split, given, names = outer(dataset)
    with costs.of("the signals"):
        signals: dict[str, Signal] = {name: SIGNALS[name].fit(given) for name in track(names, "signals")}
    with costs.of("the signals without the inner listeners"):
        held_out = fit_held_out(given, names)
    if held_out is None:
        raise SystemExit("too few listeners to learn from")
    lessons = training_set(held_out.split)
    parts = {name: signals[name] for name in held_out.signals}
    systems: dict[str, Signal] = {}
    for name, config in {
        MIXTURE: MixtureConfig(),
        "mixture, constant weights": MixtureConfig(weights="constant"),
    }.items():
        with costs.of(name):
            coefficients = learn(held_out.signals, lessons, config, seed=given.config.seed)
        systems[name] = Mixture(parts, coefficients, split.popularity, config.beta)
    with costs.of("the trees' candidates"):
        choices = candidates(held_out.signals, lessons)
    print(
        f"{len(lessons.queries):,} queries and {lessons.hits.data.sum():,.0f} hits to learn from, of which the "
        f"trees' {len(choices.values):,} candidates hold {100 * choices.hits.sum() / lessons.hits.data.sum():.1f} %."
    )
    for name, objective in {RATE: "poisson", LAMBDARANK: "lambdarank"}.items():
        with costs.of(name):
            trees = grow(choices, lessons, asked(held_out.split), objective)
            exponent = 1.0 if name == RATE else power(trees, choices)
        print(f"{name}: exp(score) to the power of {exponent:.2f}")
        systems[name] = Ranker(parts, trees, exponent, split.popularity, MixtureConfig().beta)
    mixture = systems[MIXTURE]
    assert isinstance(mixture, Mixture)
    return split, systems | {"mixture, of the trees' candidates": Restricted(mixture)}


def report(sweeps: Sweeps, split: Split) -> None:
    """Print how every system does, and against the mixture, over all queries and by their stratum."""
    bootstrap = ClusterBootstrap(split.query_listeners)
    rows = []
    for name, sweep in sweeps.items():
        own = [str(bootstrap.estimate(sweep[OWN, metric])) for metric in (0, 1)]
        size, _ = bootstrap.hypervolume(sweep)
        rows.append([name, *own, f"{size.mean:.5f} [{size.low:.5f}, {size.high:.5f}]"])
    headings = ["system", "nDCG@20", "IPS-nDCG@20", "frontier"]
    print_table(headings, rows, title="All queries", left=["system"])
    stratum = split.strata[split.query_items]
    everyone = np.ones(len(stratum), np.bool_)
    groups = [("all", everyone), *((each.label, stratum == each) for each in Stratum)]
    rows = []
    for label, group in groups:
        judged = group & ~np.isnan(sweeps[MIXTURE][OWN, 0])
        if not judged.any():
            continue
        theirs = members(sweeps[MIXTURE], judged)
        for name in [name for name in sweeps if name != MIXTURE]:
            ours = members(sweeps[name], judged)
            differences = [*gains(bootstrap, ours, theirs), frontier(bootstrap, ours, theirs)]
            rows.append([label, f"{judged.sum():,}", name, *differences])
    print_table(
        ["query", "queries", *headings],
        rows,
        title="Against the mixture, by stratum of the query",
        left=["query", "system"],
    )


def settings(dataset: Dataset) -> None:
    """Compare settings of the trees on a fifth of the inner listeners; the outer ones stay unseen."""
    _, given, names = outer(dataset)
    held_out = fit_held_out(given, names)
    if held_out is None:
        raise SystemExit("too few listeners to learn from")
    last = (
        np.random.default_rng(0).random(held_out.split.relevant.shape[0])[held_out.split.query_listeners]
        < 0.2
    )
    taught, judged = (
        replace(
            held_out.split,
            query_listeners=held_out.split.query_listeners[chosen],
            query_items=held_out.split.query_items[chosen],
        )
        for chosen in (~last, last)
    )
    lessons = training_set(taught)
    choices = candidates(held_out.signals, lessons)
    beta, listeners = MixtureConfig().beta, held_out.split.popularity
    systems: dict[str, Signal] = {
        MIXTURE: Mixture(held_out.signals, learn(held_out.signals, lessons, MixtureConfig()), listeners, beta)
    }
    for name, other in track(list(OTHERS.items()), "settings"):
        trees = grow(choices, lessons, asked(taught), "poisson", **other)
        systems[f"{RATE}, {name}"] = Ranker(held_out.signals, trees, 1.0, listeners, beta)
    report(sweeps_of(systems, judged), judged)


def sweeps_of(systems: Mapping[str, Signal], split: Split) -> Sweeps:
    def sweep(signal: Signal) -> NDArray[np.float64]:
        return score_system(System("", lambda _: signal), split).sweep

    return {name: sweep(signal) for name, signal in track(list(systems.items()), "judging")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--settings", action="store_true", help="compare settings of the trees instead")
    arguments = parser.parse_args()
    if find_spec("lightgbm") is None:
        parser.error("LightGBM is missing: pip install -c constraints.txt lightgbm")
    dataset = Dataset.open(arguments.dataset)
    if arguments.settings:
        settings(dataset)
        return
    costs = Costs()
    split, systems = learned(dataset, costs)
    report(sweeps_of(systems, split), split)
    for name, signal in systems.items():
        if name in costs.rows:
            costs.ask(name, signal, split)
    print_table(
        ["step", "seconds", "peak MiB so far", "ms a query"],
        [[name, *row] for name, row in costs.rows.items()],
        title="Costs",
        left=["step"],
    )


if __name__ == "__main__":
    main()

"""The search: spread-out points and steps around the best, in turn.

Trial 0 of a family is its default; the next are points of a scrambled Halton sequence (J. H. Halton,
Numerische Mathematik 1960), which covers the space more evenly than random numbers. From :data:`SPREAD`
trials on, every second one is a step from the best so far instead, along about half of the settings and shorter
each time. What is tried next depends on the seed and on the trials so far, not on the budget: a longer search
begins with the shorter one.

Listeners whom ``tigertail evaluate`` holds out with the same seed are never seen: they are held out first, and
the search holds others out of those that are left. The objective is the size of the frontier, relative
to that of the family's default where there are several datasets.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from scipy.stats import qmc

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.scoring import DIAL, ranked_lists
from tigertail.evaluation.statistics.intervals import dominated
from tigertail.model.config import ModelConfig
from tigertail.progress import Tick, progress
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out
from tigertail.tuning.budget import Budget
from tigertail.tuning.space import BASE, CO_LISTENING, FAMILIES, Family, Point
from tigertail.tuning.trail import Scores, Trail

SPREAD: Final = 8  # trials of a family before the first step around the best
STEP: Final = 0.25  # standard deviation of the first step, in the unit cube
SHORTER: Final = 0.93  # what each step is shorter by
INNER: Final = 100  # added to the seed for the listeners the search holds out

FRONTIER: Final = "frontier"


@dataclass(frozen=True)
class Outcome:
    """One configuration, tried on every dataset.

    Parameters
    ----------
    family
        Name of the family.
    number
        Which of the family's trials it was.
    config
        The configuration.
    score
        Mean over datasets of the frontier's size relative to that of the family's default.
    scores
        Frontier's size and metrics on each dataset, in their order.
    """

    family: str
    number: int
    config: ModelConfig
    score: float
    scores: list[Scores]


@dataclass
class Tuning:
    """What a search has found.

    Parameters
    ----------
    outcomes
        Trials of each family, in order.
    fresh
        Trials on one dataset that were not in the folder before.
    interrupted
        Whether somebody stopped it.
    """

    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    fresh: int = 0
    interrupted: bool = False

    def ranked(self, family: str) -> list[Outcome]:
        """Return a family's distinct configurations, the best first, equals in the order of trial."""
        distinct = {outcome.config.model_dump_json(): outcome for outcome in reversed(self._of(family))}
        return sorted(distinct.values(), key=lambda outcome: (-outcome.score, outcome.number))

    def best(self, family: str) -> ModelConfig | None:
        """Return a family's best configuration, None before its first trial."""
        ranked = self.ranked(family)
        return ranked[0].config if ranked else None

    def model(self) -> ModelConfig | None:
        """Return the best configuration of the whole model, None before the first trial of its base."""
        base, listening = self.best(BASE), self.best(CO_LISTENING)
        if base is None or listening is None:
            return base
        return base.model_copy(update={"co_listening": listening.co_listening})

    def _of(self, family: str) -> list[Outcome]:
        return self.outcomes.get(family, [])


def tune(
    datasets: Sequence[Dataset], folder: Path | str, budget: Budget | None = None, *, seed: int = 0
) -> Tuning:
    """Search for the settings of every family, one after another.

    Parameters
    ----------
    datasets
        What to be good at, all alike.
    folder
        Where the trials are kept; a search that was stopped there goes on.
    budget
        How long; None means 30 trials a family.
    seed
        Seed of the split of :func:`tigertail.evaluation.evaluate` whose listeners must not be seen, and of
        the search.

    Raises
    ------
    ConfigError
        If a dataset is given twice, or the folder holds another search.
    DataError
        If a dataset has too few listeners to judge.
    """
    budget = budget or Budget(trials=30)
    if len({dataset.fingerprint for dataset in datasets}) < len(datasets):
        raise ConfigError("a dataset is given twice", remedy="name each once")
    trials = [inner_trial(dataset, seed) for dataset in datasets]
    found = Tuning()
    total = len(FAMILIES) * budget.trials if budget.trials else budget.seconds
    with Trail.open(folder, datasets, seed) as trail, progress("trials", total) as tick:
        search = _Search(datasets, trials, trail, found, budget, _ticker(budget, tick))
        try:
            for place, family in enumerate(FAMILIES, start=1):
                search.family(family, seed + place, place / len(FAMILIES))
        except (KeyboardInterrupt, SystemError) as error:
            if not _stopped(error):
                raise
            found.interrupted = True
    return found


def inner_trial(dataset: Dataset, seed: int) -> Split:
    """Hold listeners out of those whom an evaluation with this seed leaves to be learnt from."""
    outer = hold_out(dataset, ProtocolConfig(seed=seed))
    return hold_out(outer.train, ProtocolConfig(seed=seed + INNER))


def score(family: Family, config: ModelConfig, trial: Split) -> Scores:
    """Return the frontier's size and the metrics of a configuration."""
    lists = ranked_lists(family.baseline(config).fit(trial), trial, DIAL)
    means = [
        np.nanmean(
            score_lists(
                np.ascontiguousarray(mine),
                trial.relevant,
                trial.query_listeners,
                trial.query_items,
                trial.popularity,
            ),
            axis=0,
        )
        for mine in lists
    ]
    plane = [METRICS.index("nDCG"), METRICS.index("IPS-nDCG")]
    own = means[DIAL.index(0.0)]
    size = float(dominated(np.stack(means)[None, :, plane])[0])
    return {FRONTIER: size} | {metric: float(own[i]) for i, metric in enumerate(METRICS)}


def propose(family: Family, number: int, past: Sequence[tuple[Point, float]], seed: int) -> Point:
    """Return the point of the unit cube to try next.

    Parameters
    ----------
    family
        What is searched.
    number
        Number of the trial, from 1; trial 0 is the default.
    past
        Points of the family's earlier trials, and their scores.
    seed
        Seed of the family.
    """
    size = len(family.dimensions)
    if number <= SPREAD or number % 2:
        spread = number if number <= SPREAD else SPREAD + (number - SPREAD + 1) // 2
        return np.asarray(qmc.Halton(size, seed=seed).random(spread)[-1])
    rng = np.random.default_rng([seed, number])
    best = max(past, key=lambda trial: trial[1])[0]
    along = rng.random(size) < 0.5
    along[rng.integers(size)] = True
    steps = (number - SPREAD) // 2
    moved = best + along * rng.normal(0, STEP * SHORTER**steps, size)
    # What leaves the cube is reflected at its wall.
    return np.asarray(np.clip(1 - np.abs(1 - np.abs(moved)), 0, 1))


@dataclass
class _Search:
    """What the trials of a search have in common."""

    datasets: Sequence[Dataset]
    trials: Sequence[Split]
    trail: Trail
    found: Tuning
    budget: Budget
    tick: Callable[[str], None]
    began: float = field(default_factory=time.monotonic)

    def family(self, family: Family, seed: int, share: float) -> None:
        """Search one family until its share of the budget is spent."""
        outcomes = self.found.outcomes.setdefault(family.name, [])
        start = self._start(family)
        default: list[float] = []
        past: list[tuple[Point, float]] = []
        while not self.budget.spent(len(outcomes), time.monotonic() - self.began, share):
            number = len(outcomes)
            config = start if number == 0 else family.config(start, propose(family, number, past, seed))
            scores = [self._score(family, number, config, place) for place in range(len(self.trials))]
            sizes = [one[FRONTIER] for one in scores]
            default = default or sizes
            relative = float(np.mean(np.array(sizes) / np.maximum(default, 1e-12)))
            outcomes.append(Outcome(family.name, number, config, relative, scores))
            past.append((family.point(config), relative))
            self.tick(family.name)

    def _start(self, family: Family) -> ModelConfig:
        """Return the family's default, with the confidence of the best base for co-listening."""
        base = self.found.best(BASE)
        if family.name != CO_LISTENING or base is None:
            return family.default
        return family.default.model_copy(update={"confidence": base.confidence})

    def _score(self, family: Family, number: int, config: ModelConfig, place: int) -> Scores:
        done = self.trail.find(family.name, config, self.datasets[place])
        if done is not None:
            return done
        began = time.monotonic()
        scores = score(family, config, self.trials[place])
        self.trail.add(family.name, number, config, self.datasets[place], scores, time.monotonic() - began)
        self.found.fresh += 1
        return scores


def _stopped(error: BaseException | None) -> bool:
    """Say whether somebody pressed Ctrl-C; inside compiled code that comes wrapped in a SystemError."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _ticker(budget: Budget, tick: Tick) -> Callable[[str], None]:
    """Return what advances the bar: by one trial, or by the time since the last."""
    last = time.monotonic()

    def advance(note: str) -> None:
        nonlocal last
        now = time.monotonic()
        tick(1 if budget.trials is not None else now - last, note)
        last = now

    return advance

"""The report: every system on the same queries, with intervals, frontiers and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.data.dataset import Dataset
from tigertail.data.strata import Stratum
from tigertail.evaluation.homes import UNKNOWN, item_homes, listener_countries
from tigertail.evaluation.intervals import ClusterBootstrap, Estimate, holm
from tigertail.evaluation.judging import DIAL, Judgement, judge_system
from tigertail.evaluation.metrics import METRICS
from tigertail.evaluation.protocol import ProtocolConfig, Trial, hold_out
from tigertail.evaluation.systems import System, default_systems
from tigertail.progress import progress

OVERALL: Final = "overall"
FEWEST_LISTENERS: Final = 30  # held-out listeners below which a country has no row of its own


@dataclass(frozen=True)
class Row:
    """How one system did on one group of queries.

    Parameters
    ----------
    system
        The system's name.
    by
        What the group is a part of: "overall", or by stratum of the "query" or of the "target", by the
        listener's "country", or by the query's "home" country.
    group
        The part.
    queries
        Number of queries judged.
    metrics
        Mean and interval of each metric, by name.
    frontier
        Size of the frontier, where the whole lists are judged (not by target).
    """

    system: str
    by: str
    group: str
    queries: int
    metrics: dict[str, Estimate]
    frontier: Estimate | None


@dataclass(frozen=True)
class Comparison:
    """How one system differs from the reference, on the same queries.

    Parameters
    ----------
    system, reference
        Their names.
    metrics
        Difference of each metric, the system minus the reference.
    frontier
        Difference of the frontiers.
    p_values
        Randomisation test of each metric, corrected by Holm over all systems and metrics of the report.
    """

    system: str
    reference: str
    metrics: dict[str, Estimate]
    frontier: Estimate
    p_values: dict[str, float]


@dataclass(frozen=True)
class Report:
    """An evaluation, ready to print.

    Parameters
    ----------
    dataset
        Name of the dataset.
    simulated
        Whether it is invented.
    listeners
        Number of held-out listeners.
    config
        The protocol.
    seeds
        Seeds of the splits judged together.
    rows
        Results, by group and then by system.
    comparisons
        Differences from the reference.
    curves
        Points (nDCG, IPS-nDCG) of each system over the dial, by name.
    lists
        Figures beyond accuracy, by system and name.
    """

    dataset: str
    simulated: bool
    listeners: int
    config: ProtocolConfig
    seeds: list[int]
    rows: list[Row]
    comparisons: list[Comparison]
    curves: dict[str, list[tuple[float, float]]]
    lists: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def k(self) -> int:
        """Length of the lists judged."""
        return self.config.k

    def group(self, by: str, group: str = OVERALL) -> list[Row]:
        """Return the rows of one group, in the order of the systems."""
        return [row for row in self.rows if row.by == by and row.group == group]

    def groups(self, by: str) -> list[str]:
        """Return the names of the groups of one kind, in order."""
        return list(dict.fromkeys(row.group for row in self.rows if row.by == by))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON, which knows no NaN: it becomes None."""
        plain: dict[str, Any] = _without_nan(asdict(self))
        return plain | {"config": self.config.model_dump(), "dial": list(DIAL)}


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and np.isnan(value) else value


@dataclass(frozen=True, eq=False)
class _Questions:
    """The queries of all splits, side by side, and the groups they belong to."""

    trials: list[Trial]

    @property
    def listeners(self) -> NDArray[np.int32]:
        """Listener of each query, coded over all splits: one who is held out twice is one cluster."""
        ids = [trial.held["listener_id"].to_numpy()[trial.query_listeners] for trial in self.trials]
        return np.unique(np.concatenate(ids), return_inverse=True)[1].astype(np.int32)

    def groups(self) -> list[tuple[str, str, NDArray[np.bool_]]]:
        """Return the groups of queries: kind, name, and which queries."""
        strata = np.concatenate([trial.strata[trial.query_items] for trial in self.trials])
        lives = np.concatenate([listener_countries(trial)[1][trial.query_listeners] for trial in self.trials])
        homes = np.concatenate([item_homes(trial)[trial.query_items] for trial in self.trials])
        groups = [(OVERALL, OVERALL, np.ones(len(strata), np.bool_))]
        groups += [("query", stratum.label, strata == stratum) for stratum in Stratum]
        for by, where in (("country", lives), ("home", homes)):
            groups += [(by, country, where == country) for country in self._large(where)]
        return groups

    def _large(self, where: NDArray[np.str_]) -> list[str]:
        """Return the countries with enough held-out listeners, most first."""
        listeners = self.listeners
        sizes = {
            str(country): len(np.unique(listeners[where == country]))
            for country in np.unique(where[where != UNKNOWN])
        }
        large = [country for country, size in sizes.items() if size >= FEWEST_LISTENERS]
        return sorted(large, key=lambda country: (-sizes[country], country))


def evaluate(
    dataset: Dataset,
    systems: Sequence[System] | None = None,
    config: ProtocolConfig | None = None,
    *,
    seeds: Sequence[int] = (),
    reference: str | None = None,
) -> Report:
    """Hold listeners out, fit every system on the others, and judge its lists for those held out.

    Parameters
    ----------
    dataset
        The data.
    systems
        What to compare; None means the baselines and the base model.
    config
        Protocol settings.
    seeds
        Seeds of several splits to be judged together; none means the one of ``config``.
    reference
        Name of the system the others are compared with; None means the last.

    Raises
    ------
    DataError
        If there are too few listeners to judge.
    """
    systems = list(systems or default_systems())
    config = config or ProtocolConfig()
    seeds = list(seeds) or [config.seed]
    trials = [hold_out(dataset, config.model_copy(update={"seed": seed})) for seed in seeds]
    questions = _Questions(trials)
    judged: dict[str, Judgement] = {}
    with progress("systems", len(systems) * len(trials)) as tick:
        for system in systems:
            parts = []
            for trial in trials:
                parts.append(judge_system(system, trial))
                tick(note=system.name)
            judged[system.name] = _together(parts)
    bootstrap = ClusterBootstrap(questions.listeners)
    return Report(
        dataset.name,
        dataset.simulated,
        int(questions.listeners.max()) + 1,
        config,
        seeds,
        _rows(judged, questions, bootstrap),
        _comparisons(judged, reference or systems[-1].name, bootstrap),
        {name: _curve(judgement) for name, judgement in judged.items()},
        {name: judgement.lists for name, judgement in judged.items()},
    )


def _together(parts: list[Judgement]) -> Judgement:
    """Lay the queries of several splits side by side; figures of lists are averaged."""
    return Judgement(
        np.concatenate([part.values for part in parts]),
        {s: np.concatenate([part.targets[s] for part in parts]) for s in parts[0].targets},
        np.concatenate([part.sweep for part in parts], axis=2),
        {name: float(np.mean([part.lists[name] for part in parts])) for name in parts[0].lists},
    )


def _rows(judged: dict[str, Judgement], questions: _Questions, bootstrap: ClusterBootstrap) -> list[Row]:
    rows = []
    for by, group, member in questions.groups():
        for name, judgement in judged.items():
            values = np.where(member[:, None], judgement.values, np.nan)
            if np.isnan(values[:, 0]).all():
                continue
            sweep = np.where(member, judgement.sweep, np.nan)
            size, _ = bootstrap.hypervolume(sweep)
            rows.append(_row(name, by, group, values, bootstrap, size))
    for stratum in Stratum:
        for name, judgement in judged.items():
            if not np.isnan(judgement.targets[stratum][:, 0]).all():
                rows.append(_row(name, "target", stratum.label, judgement.targets[stratum], bootstrap, None))
    return rows


def _row(
    name: str,
    by: str,
    group: str,
    values: NDArray[np.float64],
    bootstrap: ClusterBootstrap,
    frontier: Estimate | None,
) -> Row:
    metrics = {metric: bootstrap.estimate(values[:, column]) for column, metric in enumerate(METRICS)}
    return Row(name, by, group, int((~np.isnan(values[:, 0])).sum()), metrics, frontier)


def _comparisons(
    judged: dict[str, Judgement], reference: str, bootstrap: ClusterBootstrap
) -> list[Comparison]:
    base = judged[reference]
    base_size, base_sizes = bootstrap.hypervolume(base.sweep)
    found = []
    for name, judgement in judged.items():
        if name == reference:
            continue
        differences = judgement.values - base.values
        size, sizes = bootstrap.hypervolume(judgement.sweep)
        metrics = {m: bootstrap.estimate(differences[:, i]) for i, m in enumerate(METRICS)}
        p_values = {m: bootstrap.randomisation_test(differences[:, i]) for i, m in enumerate(METRICS)}
        frontier = bootstrap.compare(sizes, base_sizes, size.mean - base_size.mean)
        found.append(Comparison(name, reference, metrics, frontier, p_values))
    corrected = iter(holm([p for one in found for p in one.p_values.values()]))
    for one in found:
        one.p_values.update({metric: next(corrected) for metric in one.p_values})
    return found


def _curve(judgement: Judgement) -> list[tuple[float, float]]:
    means = np.nanmean(judgement.sweep, axis=2)
    return [(float(ndcg), float(ips)) for ndcg, ips in means]

"""Evaluating: every system fitted and judged on the same queries, the results gathered in a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation.metrics.locality import UNKNOWN, item_homes, listener_countries
from tigertail.evaluation.metrics.ranking import METRICS
from tigertail.evaluation.report import OVERALL, Comparison, Report, Row
from tigertail.evaluation.scoring import QueryScores, judge_system
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate, holm
from tigertail.evaluation.systems.system import System, default_systems
from tigertail.progress import progress
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out

FEWEST_LISTENERS: Final = 30  # held-out listeners below which a country has no row of its own


@dataclass(frozen=True, eq=False)
class _Questions:
    """The queries of all splits, side by side, and the groups they belong to."""

    trials: list[Split]

    @property
    def listeners(self) -> NDArray[np.int32]:
        """Listener of each query, coded over all splits: one who is held out twice is one cluster."""
        ids = [trial.held[c.LISTENER_ID].to_numpy()[trial.query_listeners] for trial in self.trials]
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
    systems = list(systems or default_systems(dataset=dataset))
    config = config or ProtocolConfig()
    seeds = list(seeds) or [config.seed]
    trials = [hold_out(dataset, config.model_copy(update={"seed": seed})) for seed in seeds]
    questions = _Questions(trials)
    judged: dict[str, QueryScores] = {}
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


def _together(parts: list[QueryScores]) -> QueryScores:
    """Lay the queries of several splits side by side; figures of lists are averaged."""
    return QueryScores(
        np.concatenate([part.values for part in parts]),
        {s: np.concatenate([part.targets[s] for part in parts]) for s in parts[0].targets},
        np.concatenate([part.sweep for part in parts], axis=2),
        {name: float(np.mean([part.lists[name] for part in parts])) for name in parts[0].lists},
    )


def _rows(judged: dict[str, QueryScores], questions: _Questions, bootstrap: ClusterBootstrap) -> list[Row]:
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
    judged: dict[str, QueryScores], reference: str, bootstrap: ClusterBootstrap
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


def _curve(judgement: QueryScores) -> list[tuple[float, float]]:
    means = np.nanmean(judgement.sweep, axis=2)
    return [(float(ndcg), float(ips)) for ndcg, ips in means]

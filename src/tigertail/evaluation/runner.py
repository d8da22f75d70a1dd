"""Evaluation: fit every system, score it on the same queries, and collect the results in a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.errors import ConfigError
from tigertail.evaluation.metrics.locality import UNKNOWN, item_countries, listener_countries
from tigertail.evaluation.metrics.ranking import METRICS
from tigertail.evaluation.report import OVERALL, Comparison, Report, Row
from tigertail.evaluation.scoring import QueryScores, Ranker, rank_here, score_system
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate, holm
from tigertail.evaluation.systems.system import System, check_names, default_systems
from tigertail.progress import progress
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out

MIN_LISTENERS: Final = 30
"""Held-out listeners that a country or a source needs for a row of its own."""
ITEM_COUNTRY: Final = "item_country"  # of the query, where c.COUNTRY is the listener's
LONG: Final = 0.9  # quantile of the held-out listeners' histories; a longer one is long


@dataclass(frozen=True, eq=False)
class _Queries:
    """The queries of all splits, concatenated, and their groups."""

    splits: list[Split]

    @cached_property
    def table(self) -> pl.DataFrame:
        """A row for each query: where it is from, and what it is; null where that is unknown."""
        parts = []
        for split in self.splits:
            who, what = split.query_listeners, split.query_items
            parts.append(
                pl.DataFrame(
                    {
                        "seed": np.full(len(what), split.config.seed),
                        c.LISTENER_ID: split.profiles[c.LISTENER_ID].gather(who),
                        c.COUNTRY: listener_countries(split)[1][who],
                        "query": split.interactions.items.ids.gather(what),
                        c.STRATUM: [c.STRATA[stratum] for stratum in split.strata[what]],
                        ITEM_COUNTRY: item_countries(split)[what],
                    }
                )
            )
        return pl.concat(parts).with_columns(pl.col(c.COUNTRY, ITEM_COUNTRY).replace(UNKNOWN, None))

    @property
    def listeners(self) -> NDArray[np.int32]:
        """Listener of each query, coded over all splits: a listener held out twice is one cluster."""
        ids = self.table[c.LISTENER_ID].to_numpy()
        return np.unique(ids, return_inverse=True)[1].astype(np.int32)

    def groups(self) -> list[tuple[str, str, NDArray[np.bool_]]]:
        """Return the groups of queries: kind, name, and mask of queries."""
        strata = self.table[c.STRATUM]
        groups = [(OVERALL, OVERALL, np.ones(len(strata), np.bool_))]
        groups += [("query", label, (strata == label).to_numpy()) for label in c.STRATA]
        groups.append(
            ("history", "longest tenth", np.concatenate([_is_long(split) for split in self.splits]))
        )
        for by, column in (("country", c.COUNTRY), ("item country", ITEM_COUNTRY)):
            countries = self.table[column].fill_null(UNKNOWN).to_numpy().astype(np.str_)
            groups += [(by, country, countries == country) for country in self._large(countries)]
        sources = np.concatenate(
            [listener_sources(split.profiles)[split.query_listeners] for split in self.splits]
        )
        if len(np.unique(sources[sources != UNKNOWN])) > 1:
            groups += [("source", source, sources == source) for source in self._large(sources)]
        return groups

    def _large(self, names: NDArray[np.str_]) -> list[str]:
        """Return the countries or sources with enough held-out listeners, most first."""
        listeners = self.listeners
        sizes = {
            str(name): len(np.unique(listeners[names == name])) for name in np.unique(names[names != UNKNOWN])
        }
        large = [name for name, size in sizes.items() if size >= MIN_LISTENERS]
        return sorted(large, key=lambda name: (-sizes[name], name))


def listener_sources(profiles: pl.DataFrame) -> NDArray[np.str_]:
    """Return the source of each listener of a table of profiles; "" where unknown."""
    if c.SOURCE not in profiles.columns:
        return np.full(len(profiles), UNKNOWN)
    return profiles[c.SOURCE].fill_null(UNKNOWN).to_numpy().astype(np.str_)


def _catalogues(splits: list[Split]) -> dict[str, float]:
    """Return the share of the items that each catalogue of held-out listeners has, by its name: the mean of the splits.

    Splits differ where held-out listeners alone play an item that the table of items lacks.
    """
    shares = defaultdict(list)
    for split in splits:
        for row in np.unique(split.exposure.catalogue_of):
            shares[split.exposure.names[row]].append(split.exposure.offered[row].mean())
    return {name: float(np.mean(of_splits)) for name, of_splits in sorted(shares.items())}


def _is_long(split: Split) -> NDArray[np.bool_]:
    """Return of each query whether its listener has a longer history than nine tenths of the held-out listeners."""
    sizes = split.history_sizes
    return np.asarray((sizes > np.quantile(sizes, LONG, method="lower"))[split.query_listeners])


def evaluate(
    dataset: Dataset,
    systems: Sequence[System] | None = None,
    config: ProtocolConfig | None = None,
    *,
    seeds: Sequence[int] = (),
    reference: str | None = None,
    rank: Ranker = rank_here,
) -> Report:
    """Hold out listeners, fit every system on the others, and score its lists by the held-out listeners.

    Parameters
    ----------
    dataset
        The data.
    systems
        What to compare; None means the usual systems.
    config
        Protocol settings.
    seeds
        Seeds of several splits to score together; empty means the seed of ``config``.
    reference
        Name of the system the others are compared with; None means the last.
    rank
        What ranks the lists.

    Raises
    ------
    ConfigError
        If two systems have one name, or none has that of ``reference``; if ``config``, ``seeds`` or a system is of
        another type, a seed is there twice, or a system returns what is no affinity.
    DataError
        If there are too few listeners to hold out.
    """
    if config is not None and not isinstance(config, ProtocolConfig):
        raise ConfigError(
            f"config is of type {type(config).__name__}",
            remedy="give a protocol, such as ProtocolConfig(k=10)",
        )
    systems = list(systems or default_systems(dataset=dataset))
    reference = _reference(systems, reference)
    config = config or ProtocolConfig()
    seeds = _distinct(seeds) or [config.seed]
    splits = [hold_out(dataset, config.model_copy(update={"seed": seed})) for seed in seeds]
    queries = _Queries(splits)
    scores: dict[str, QueryScores] = {}
    with progress("systems", len(systems) * len(splits)) as tick:
        for system in systems:
            parts = []
            for split in splits:
                parts.append(score_system(system, split, rank))
                tick(note=system.name)
            scores[system.name] = _concatenated(parts)
    bootstrap = ClusterBootstrap(queries.listeners)
    return Report(
        dataset.name,
        dataset.simulated,
        int(queries.listeners.max()) + 1,
        config,
        seeds,
        _rows(scores, queries, bootstrap),
        _comparisons(scores, reference, bootstrap),
        {name: _curve(of_system) for name, of_system in scores.items()},
        {name: of_system.lists for name, of_system in scores.items()},
        _catalogues(splits),
        _by_query(scores, queries),
        dataset.fingerprint,
    )


def _distinct(seeds: Sequence[int]) -> list[int]:
    if not isinstance(seeds, Iterable):
        raise ConfigError(f"seeds is of type {type(seeds).__name__}", remedy="give several: seeds=(0, 1)")
    found = list(seeds)
    if len(set(found)) < len(found):
        raise ConfigError("seeds has one seed twice", remedy="give each once: its split would count twice")
    return found


def _reference(systems: list[System], name: str | None) -> str:
    check_names(systems)
    names = [system.name for system in systems]
    if name is None:
        return names[-1]
    if name not in names:
        raise ConfigError(f"no system has the name '{name}'", remedy=f"choose one of: {', '.join(names)}")
    return name


def _concatenated(parts: list[QueryScores]) -> QueryScores:
    """Concatenate the queries of several splits; figures of lists are averaged."""
    return QueryScores(
        np.concatenate([part.values for part in parts]),
        {s: np.concatenate([part.targets[s] for part in parts]) for s in parts[0].targets},
        np.concatenate([part.sweep for part in parts], axis=2),
        {name: float(np.mean([part.lists[name] for part in parts])) for name in parts[0].lists},
    )


def _rows(scores: dict[str, QueryScores], queries: _Queries, bootstrap: ClusterBootstrap) -> list[Row]:
    rows = []
    for by, group, member in queries.groups():
        for name, of_system in scores.items():
            values = np.where(member[:, None], of_system.values, np.nan)
            # A query without a relevant item has NaN in every metric, so the first one tells.
            if np.isnan(values[:, 0]).all():
                continue
            sweep = np.where(member, of_system.sweep, np.nan)
            area, _ = bootstrap.frontier_area(sweep)
            rows.append(_row(name, by, group, values, bootstrap, area))
    for stratum in Stratum:
        for name, of_system in scores.items():
            if not np.isnan(of_system.targets[stratum][:, 0]).all():
                rows.append(_row(name, "target", stratum.label, of_system.targets[stratum], bootstrap, None))
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
    scores: dict[str, QueryScores], reference: str, bootstrap: ClusterBootstrap
) -> list[Comparison]:
    base = scores[reference]
    base_area, base_areas = bootstrap.frontier_area(base.sweep)
    comparisons = []
    for name, of_system in scores.items():
        if name == reference:
            continue
        differences = of_system.values - base.values
        area, areas = bootstrap.frontier_area(of_system.sweep)
        metrics = {m: bootstrap.estimate(differences[:, i]) for i, m in enumerate(METRICS)}
        p_values = {m: bootstrap.randomisation_test(differences[:, i]) for i, m in enumerate(METRICS)}
        frontier = bootstrap.compare(areas, base_areas, area.mean - base_area.mean)
        comparisons.append(Comparison(name, reference, metrics, frontier, p_values))
    corrected = iter(holm([p for one in comparisons for p in one.p_values.values()]))
    for one in comparisons:
        one.p_values.update({metric: next(corrected) for metric in one.p_values})
    return comparisons


def _by_query(scores: dict[str, QueryScores], queries: _Queries) -> pl.DataFrame:
    """Return the scores that the rows of a report are means of, as :class:`Report` describes them."""
    return pl.concat(
        queries.table.select(
            pl.lit(name).alias("system"),
            pl.all(),
            *(pl.Series(metric, of_system.values[:, i]).fill_nan(None) for i, metric in enumerate(METRICS)),
        )
        for name, of_system in scores.items()
    )


def _curve(of_system: QueryScores) -> list[tuple[float, float]]:
    means = np.nanmean(of_system.sweep, axis=2)
    return [(float(ndcg), float(ips)) for ndcg, ips in means]

"""Score one system on one split: its lists, their metrics, and its frontier over popularity exponents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.strata import Stratum
from tigertail.evaluation.metrics.beyond_accuracy import list_figures
from tigertail.evaluation.metrics.locality import UNKNOWN, listener_countries
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.systems.system import System
from tigertail.ranking.popularity_exponent import at_exponents
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import GroupAware, Signal
from tigertail.splitting.hold_out import Split

EXPONENTS: Final = (0.6, 0.4, 0.25, 0.12, 0.0, -0.12, -0.25, -0.4, -0.6, -1.0)
"""Popularity exponents beta of a frontier: a system's affinity for B is divided by listeners(B)^beta,
where it is positive.

They come on top of a system's own exponent: 0 is the system as it is.
"""

BLOCK: Final = 512  # queries ranked at a time


@dataclass(frozen=True, eq=False)
class QueryScores:
    """Metrics of one system, query by query.

    Parameters
    ----------
    values
        Metrics of the system as it is, in the order of :data:`METRICS`; float64, (queries, metrics).
    targets
        The same where only the targets in one stratum are relevant, by stratum.
    sweep
        nDCG and IPS-nDCG at each exponent of :data:`EXPONENTS`; float64, (exponents, 2, queries).
    lists
        Figures of the lists of the system as it is that are not of accuracy, such as coverage, by name.
    """

    values: NDArray[np.float64]
    targets: dict[Stratum, NDArray[np.float64]]
    sweep: NDArray[np.float64]
    lists: dict[str, float]


def score_system(system: System, split: Split) -> QueryScores:
    """Fit a system on the training data of a split and score its lists for every query."""
    signal = system.fit(split)
    lists = ranked_lists(signal, split, EXPONENTS, lens=system.lens)
    as_is = EXPONENTS.index(0.0)
    values = [_scores(split, lists[setting]) for setting in range(len(EXPONENTS))]
    return QueryScores(
        values[as_is],
        {stratum: _scores(split, lists[as_is], split.strata == stratum) for stratum in Stratum},
        np.stack([value[:, : METRICS.index("IPS-nDCG") + 1].T for value in values]),
        list_figures(lists[as_is], signal, split),
    )


def ranked_lists(
    signal: Signal, split: Split, exponents: tuple[float, ...] = (0.0,), *, lens: bool = False
) -> NDArray[np.int32]:
    """Rank, for every query, the catalogue of the query's listener, at each of some popularity exponents.

    Parameters
    ----------
    signal
        The affinities; with a lens, a :class:`~tigertail.signals.contract.GroupAware` signal.
    split
        The queries.
    exponents
        Popularity exponents.
    lens
        Whether each query is localised to its listener's country.

    Returns
    -------
    NDArray[np.int32]
        Items, best first, -1 after the end of a list; int32, (exponents, queries, k).
    """
    if not lens:
        return _ranked(signal, split, np.arange(len(split.query_items)), exponents)
    if not isinstance(signal, GroupAware):
        raise TypeError(f"{type(signal).__name__} has no lens")
    lists = np.empty((len(exponents), len(split.query_items), split.config.k), np.int32)
    country_of_query = listener_countries(split)[1][split.query_listeners]
    for country in np.unique(country_of_query):
        localised = signal if country == UNKNOWN else signal.localised(str(country))
        queries = np.flatnonzero(country_of_query == country)
        lists[:, queries] = _ranked(localised, split, queries, exponents)
    return lists


def _ranked(
    signal: Signal, split: Split, queries: NDArray[np.integer], exponents: tuple[float, ...]
) -> NDArray[np.int32]:
    """Do what :func:`ranked_lists` does without a lens, once for each pair of query item and source's catalogue."""
    offered = split.exposure.offered
    items = split.query_items[queries]
    catalogues = split.exposure.catalogue_of[split.query_listeners[queries]]
    distinct = np.unique(items)
    pairs, pair_of_query = np.unique(items.astype(np.int64) * len(offered) + catalogues, return_inverse=True)
    item, catalogue = (part.astype(np.int32) for part in np.divmod(pairs, len(offered)))
    lists = np.empty((len(exponents), len(pairs), split.config.k), np.int32)
    lists.fill(-1)
    for start, scores in _affinities(signal, distinct):
        block = distinct[start : start + len(scores)]
        first = np.searchsorted(item, block[0])
        last = np.searchsorted(item, block[-1], side="right")
        for setting, weighted in enumerate(at_exponents(scores, split.popularity, exponents)):
            for one in np.unique(catalogue[first:last]):
                rows = first + np.flatnonzero(catalogue[first:last] == one)
                scored = weighted[np.searchsorted(block, item[rows])]
                scored[:, ~offered[one]] = -np.inf
                found, _ = top_k(scored, split.config.k, item[rows])
                lists[setting, rows, : found.shape[1]] = found
    return lists[:, pair_of_query]


def _affinities(signal: Signal, queries: NDArray[np.int32]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the affinities of :data:`BLOCK` queries at a time, after the index of the first of them."""
    for start in range(0, len(queries), BLOCK):
        yield start, signal.affinity(queries[start : start + BLOCK])


def _scores(
    split: Split, lists: NDArray[np.int32], targets: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    return score_lists(
        np.ascontiguousarray(lists),
        split.relevant,
        split.query_listeners,
        split.query_items,
        split.adjusted_listeners,
        targets,
    )

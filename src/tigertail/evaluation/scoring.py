"""Judging one system on one trial: its lists, their metrics, and its whole frontier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.strata import Stratum
from tigertail.evaluation.metrics.beyond_accuracy import describe_lists
from tigertail.evaluation.metrics.locality import UNKNOWN, listener_countries
from tigertail.evaluation.metrics.ranking import METRICS, judge
from tigertail.evaluation.systems.system import System
from tigertail.retrieval.popularity_dial import dialled
from tigertail.retrieval.topk import top_k
from tigertail.signals.contract import GroupAware, Signal
from tigertail.splitting.hold_out import Split

DIAL: Final = (-0.6, -0.4, -0.25, -0.12, 0.0, 0.12, 0.25, 0.4, 0.6, 1.0)
"""Exponents gamma of the popularity dial: a system's affinity for B is multiplied by listeners(B)^gamma."""

BLOCK: Final = 512  # queries ranked at a time


@dataclass(frozen=True, eq=False)
class QueryScores:
    """How a system did, query by query.

    Parameters
    ----------
    values
        Metrics in the order of :data:`METRICS`; float64, (queries, metrics).
    targets
        The same with only the items of one stratum relevant, by stratum.
    sweep
        nDCG and IPS-nDCG at each setting of the dial; float64, (dial, 2, queries).
    lists
        Figures of the lists beyond accuracy, by name.
    """

    values: NDArray[np.float64]
    targets: dict[Stratum, NDArray[np.float64]]
    sweep: NDArray[np.float64]
    lists: dict[str, float]


def judge_system(system: System, trial: Split) -> QueryScores:
    """Fit a system on a trial's training data and judge its lists for every query."""
    signal = system.fit(trial)
    lists = ranked_lists(signal, trial, DIAL, lens=system.lens)
    own = DIAL.index(0.0)
    values = [_judged(trial, lists[setting]) for setting in range(len(DIAL))]
    return QueryScores(
        values[own],
        {stratum: _judged(trial, lists[own], trial.strata == stratum) for stratum in Stratum},
        np.stack([value[:, : METRICS.index("IPS-nDCG") + 1].T for value in values]),
        describe_lists(lists[own], signal, trial),
    )


def ranked_lists(
    signal: Signal, trial: Split, dial: tuple[float, ...] = (0.0,), *, lens: bool = False
) -> NDArray[np.int32]:
    """Rank the full catalogue for every query, at every setting of the popularity dial.

    Parameters
    ----------
    signal
        The affinities; with a lens, a :class:`~tigertail.signals.contract.GroupAware` signal.
    trial
        The queries.
    dial
        Settings of the dial.
    lens
        Whether each query is asked from its listener's country.

    Returns
    -------
    NDArray[np.int32]
        Items, best first, -1 where a list has ended; int32, (dial, queries, k).
    """
    if not lens:
        return _ranked(signal, trial, trial.query_items, dial)
    if not isinstance(signal, GroupAware):
        raise TypeError(f"{type(signal).__name__} has no lens")
    lists = np.empty((len(dial), len(trial.query_items), trial.config.k), np.int32)
    where = listener_countries(trial)[1][trial.query_listeners]
    for country in np.unique(where):
        seen = signal if country == UNKNOWN else signal.localised(str(country))
        there = np.flatnonzero(where == country)
        lists[:, there] = _ranked(seen, trial, trial.query_items[there], dial)
    return lists


def _ranked(
    signal: Signal, trial: Split, queries: NDArray[np.int32], dial: tuple[float, ...]
) -> NDArray[np.int32]:
    distinct, query = np.unique(queries, return_inverse=True)
    lists = np.empty((len(dial), len(distinct), trial.config.k), np.int32)
    lists.fill(-1)
    for start, scores in _affinities(signal, distinct):
        block = distinct[start : start + len(scores)]
        for setting, weighted in enumerate(dialled(scores, trial.popularity, dial)):
            found, _ = top_k(weighted, trial.config.k, block)
            lists[setting, start : start + len(block), : found.shape[1]] = found
    return lists[:, query]


def _affinities(signal: Signal, queries: NDArray[np.int32]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    for start in range(0, len(queries), BLOCK):
        yield start, signal.affinity(queries[start : start + BLOCK])


def _judged(
    trial: Split, lists: NDArray[np.int32], targets: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    return judge(
        np.ascontiguousarray(lists),
        trial.relevant,
        trial.query_listeners,
        trial.query_items,
        trial.popularity,
        targets,
    )

"""The report: every system judged on the same queries, overall and by stratum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.data.dataset import Dataset
from tigertail.data.strata import Stratum
from tigertail.evaluation.intervals import ClusterBootstrap, Estimate
from tigertail.evaluation.metrics import METRICS, judge
from tigertail.evaluation.protocol import ProtocolConfig, Trial, hold_out
from tigertail.evaluation.systems import System, default_systems
from tigertail.progress import track
from tigertail.retrieval.topk import top_k
from tigertail.signals.contract import Signal

OVERALL: Final = "overall"
BLOCK: Final = 1024  # queries ranked at a time


@dataclass(frozen=True)
class Row:
    """How one system did on one group of queries.

    Parameters
    ----------
    system
        The system's name.
    by
        What the group is a stratum of: "overall", "query" or "target".
    stratum
        The stratum; "overall" for all queries.
    queries
        Number of queries judged.
    metrics
        Mean and interval of each metric, by name.
    """

    system: str
    by: str
    stratum: str
    queries: int
    metrics: dict[str, Estimate]


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
    k
        Length of the lists.
    rows
        Results, system by system within each group.
    """

    dataset: str
    simulated: bool
    listeners: int
    k: int
    rows: list[Row]

    def group(self, by: str, stratum: str = OVERALL) -> list[Row]:
        """Return the rows of one group, in the order of the systems."""
        return [row for row in self.rows if row.by == by and row.stratum == stratum]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        rows = [
            {"system": row.system, "by": row.by, "stratum": row.stratum, "queries": row.queries}
            | {f"{name}@{self.k}": vars(estimate) for name, estimate in row.metrics.items()}
            for row in self.rows
        ]
        head = {"dataset": self.dataset, "simulated": self.simulated, "listeners": self.listeners}
        return head | {"k": self.k, "rows": rows}


def evaluate(
    dataset: Dataset, systems: Sequence[System] | None = None, config: ProtocolConfig | None = None
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

    Raises
    ------
    DataError
        If there are too few listeners to judge.
    """
    trial = hold_out(dataset, config or ProtocolConfig())
    bootstrap = ClusterBootstrap(trial.query_listeners)
    rows: list[Row] = []
    for system in track(systems or default_systems(), "systems"):
        rows += judge_system(system, trial, bootstrap)
    order = {OVERALL: 0, "query": 1, "target": 2}
    strata = [OVERALL, *(stratum.label for stratum in Stratum)]
    rows.sort(key=lambda row: (order[row.by], strata.index(row.stratum)))
    return Report(dataset.name, dataset.simulated, trial.relevant.rows, trial.config.k, rows)


def judge_system(system: System, trial: Trial, bootstrap: ClusterBootstrap) -> list[Row]:
    """Fit a system and judge it on all queries, by stratum of the query, and by stratum of the target."""
    lists = ranked_lists(system.fit(trial), trial)

    def judged(targets: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        return judge(
            lists, trial.relevant, trial.query_listeners, trial.query_items, trial.popularity, targets
        )

    def row(by: str, stratum: str, values: NDArray[np.float64]) -> Row:
        metrics = {name: bootstrap.estimate(values[:, column]) for column, name in enumerate(METRICS)}
        return Row(system.name, by, stratum, int((~np.isnan(values[:, 0])).sum()), metrics)

    overall = judged()
    rows = [row(OVERALL, OVERALL, overall)]
    of_query = trial.strata[trial.query_items]
    for stratum in Stratum:
        rows.append(row("query", stratum.label, np.where((of_query == stratum)[:, None], overall, np.nan)))
        rows.append(row("target", stratum.label, judged(trial.strata == stratum)))
    return [result for result in rows if result.queries]


def ranked_lists(signal: Signal, trial: Trial) -> NDArray[np.int32]:
    """Rank the full catalogue for every query; int32, (queries, k), -1 where a list has ended."""
    distinct, query = np.unique(trial.query_items, return_inverse=True)
    blocks = [distinct[start : start + BLOCK] for start in range(0, len(distinct), BLOCK)]
    lists = np.concatenate([top_k(signal.affinity(block), trial.config.k, block)[0] for block in blocks])
    return np.ascontiguousarray(lists[query])

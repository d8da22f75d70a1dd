"""How well systems agree with a truth that is no listener's: curated lists, or a simulated world's own.

Systems are fitted on the whole dataset, since nobody in it has to be held out. With g_r the grade of the item
at rank r, 0 where the truth does not list it, and R the items it lists for the query:

    nDCG@k   = sum_r g_r / log2(r + 1)  /  the same for the best possible list
    Recall@k = items of R in the list  /  min(k, |R|)

nDCG is that of Järvelin and Kekäläinen (TOIS 2002) with the grade itself as the gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.strata import Stratum, strata
from tigertail.evaluation.report import OVERALL
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate
from tigertail.evaluation.systems.system import System, default_systems
from tigertail.progress import progress
from tigertail.sparse import CSR
from tigertail.splitting.ground_truth import GroundTruth, grade_matrix
from tigertail.splitting.hold_out import ProtocolConfig, Split

AGREEMENT_METRICS: Final = ("nDCG", "Recall")
MOST_QUERIES: Final = 5000  # queries judged; where there are more they are drawn at random


@dataclass(frozen=True)
class AgreementRow:
    """How one system agrees with the truth on the queries of one stratum.

    Parameters
    ----------
    group
        The stratum of the query, or "overall".
    system
        The system's name.
    queries
        Number of queries judged.
    metrics
        Mean and interval over queries of each metric, by name.
    differences
        The same for the difference from the reference; None for the reference itself.
    """

    group: str
    system: str
    queries: int
    metrics: dict[str, Estimate]
    differences: dict[str, Estimate] | None


@dataclass(frozen=True)
class Agreement:
    """Systems judged by a truth, ready to print.

    Parameters
    ----------
    dataset, truth
        Names of the dataset and the truth.
    simulated
        Whether the dataset is invented.
    graded
        Whether the truth says how similar.
    k
        Length of the lists judged.
    read, queries_read
        Pairs and queries in the truth's source.
    pairs, queries
        Pairs and queries whose items the dataset has.
    left_out
        Pairs that could not be used, by reason.
    examples
        Some items the dataset does not have.
    judged
        Queries judged, where there are too many for all.
    reference
        System the others are compared with.
    rows
        Results, by stratum and then by system.
    """

    dataset: str
    truth: str
    simulated: bool
    graded: bool
    k: int
    read: int
    queries_read: int
    pairs: int
    queries: int
    left_out: dict[str, int]
    examples: tuple[str, ...]
    judged: int
    reference: str
    rows: list[AgreementRow]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        return asdict(self)


def agree(
    dataset: Dataset,
    truth: GroundTruth,
    systems: Sequence[System] | None = None,
    *,
    k: int = 20,
    seed: int = 0,
) -> Agreement:
    """Fit every system on the whole dataset and judge its lists by a truth.

    Parameters
    ----------
    dataset
        The data.
    truth
        What is similar to what.
    systems
        What to judge; None means the baselines and the base model. The others are compared with the last.
    k
        Length of the lists.
    seed
        Seed of the choice of queries where there are more than :data:`MOST_QUERIES`.
    """
    systems = list(systems or default_systems(dataset=dataset))
    trial = nobody_held(dataset, truth, k=k, seed=seed)
    values = {}
    with progress("systems", len(systems)) as tick:
        for system in systems:
            values[system.name] = graded_metrics(ranked_lists(system.fit(trial), trial)[0], trial.relevant)
            tick(note=system.name)
    reference = systems[-1].name
    return Agreement(
        dataset.name,
        truth.name,
        dataset.simulated,
        truth.graded,
        k,
        truth.read,
        truth.queries_read,
        len(truth.pairs),
        truth.queries,
        truth.left_out,
        truth.examples,
        len(trial.query_items),
        reference,
        _rows(values, reference, trial.strata[trial.query_items]),
    )


def nobody_held(dataset: Dataset, truth: GroundTruth, *, k: int, seed: int = 0) -> Split:
    """Return a trial in which systems see every listener and are asked the queries of a truth.

    Row q of its ``relevant`` holds the grades of what is similar to query q.
    """
    interactions = Interactions.of(dataset)
    grades = grade_matrix(truth, interactions)
    queries = np.flatnonzero(grades.row_sizes)
    if len(queries) > MOST_QUERIES:
        queries = np.sort(np.random.default_rng(seed).choice(queries, MOST_QUERIES, replace=False))
    return Split(
        ProtocolConfig(k=k, seed=seed),
        dataset,
        interactions,
        dataset.listeners.clear(),
        grades.select_rows(queries),
        np.arange(len(queries), dtype=np.int32),
        queries.astype(np.int32),
        strata(interactions.item_listeners),
    )


def graded_metrics(lists: NDArray[np.int32], grades: CSR) -> NDArray[np.float64]:
    """Judge lists by grades.

    Parameters
    ----------
    lists
        Items listed for each query, best first, -1 where the list has ended; int32, (queries, k).
    grades
        Queries by items, the grade above 0 of each similar item.

    Returns
    -------
    NDArray[np.float64]
        One column a metric, in the order of :data:`AGREEMENT_METRICS`; (queries, metrics). NaN where the
        truth lists nothing.

    Examples
    --------
    Item 1 is worth 2, item 2 worth 1; the list has them the wrong way round.

    >>> grades = CSR.from_coo([0, 0], [1, 2], [2, 1], shape=(1, 3))
    >>> graded_metrics(np.array([[2, 1]], np.int32), grades).round(4)
    array([[0.8597, 1.    ]])
    """
    k = lists.shape[1]
    discount = 1 / np.log2(np.arange(k) + 2)
    row = grades.entry_rows()
    gain = _grades_of(lists, grades, row)
    order = np.lexsort((-grades.data, row))
    rank = np.arange(grades.nnz) - grades.indptr[:-1][row]
    first = rank < k
    best = np.bincount(row[first], (grades.data[order][first] * discount[rank[first]]), grades.shape[0])
    with np.errstate(invalid="ignore"):
        ndcg = (gain * discount).sum(axis=1) / best
        recall = (gain > 0).sum(axis=1) / np.minimum(k, grades.row_sizes)
    return np.stack([ndcg, recall], axis=1)


def _grades_of(lists: NDArray[np.int32], grades: CSR, row: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the grade of each place of each list; float64, (queries, k)."""
    if not grades.nnz:
        return np.zeros(lists.shape)
    cells = row.astype(np.int64) * grades.shape[1] + grades.indices
    asked = np.arange(len(lists), dtype=np.int64)[:, None] * grades.shape[1] + lists
    place = np.minimum(np.searchsorted(cells, asked), len(cells) - 1)
    return np.where((cells[place] == asked) & (lists >= 0), grades.data[place], 0.0)


def _rows(
    values: dict[str, NDArray[np.float64]], reference: str, query_strata: NDArray[np.int8]
) -> list[AgreementRow]:
    """Return the mean of each stratum; every query is a cluster of its own."""
    rows = []
    groups = [(OVERALL, np.ones(len(query_strata), np.bool_))]
    groups += [(stratum.label, query_strata == stratum) for stratum in Stratum]
    for group, member in groups:
        if not member.any():
            continue
        bootstrap = ClusterBootstrap(np.arange(int(member.sum()), dtype=np.int32))
        for name, value in values.items():
            mine = _estimates(bootstrap, value[member])
            apart = _estimates(bootstrap, (value - values[reference])[member]) if name != reference else None
            rows.append(AgreementRow(group, name, int(member.sum()), mine, apart))
    return rows


def _estimates(bootstrap: ClusterBootstrap, values: NDArray[np.float64]) -> dict[str, Estimate]:
    return {metric: bootstrap.estimate(values[:, i]) for i, metric in enumerate(AGREEMENT_METRICS)}

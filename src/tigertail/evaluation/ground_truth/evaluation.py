"""Score systems by a ground truth: curated lists, shows held out, or the true affinity of a simulated world.

Systems are fitted on the whole dataset that is given; no listener is held out. With g_r the grade of the item at rank
r, 0 where the ground truth does not list it, and R the items it lists for the query:

    nDCG@k   = sum_r g_r / log2(r + 1)  /  the same for the best possible list
    Recall@k = items of R in the list  /  min(k, |R|)

nDCG is that of Järvelin and Kekäläinen (TOIS 2002) with the grade itself as the gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import ValidationError

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.strata import Stratum
from tigertail.errors import ConfigError, setting_at_fault
from tigertail.evaluation.report import OVERALL, without_nan
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate
from tigertail.evaluation.systems.system import System, check_names, default_systems
from tigertail.ground_truth.ground_truth import GroundTruth, graded_queries
from tigertail.progress import progress
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import ProtocolConfig, Split, without_hold_out

GRADED_METRICS: Final = ("nDCG", "Recall")
MAX_QUERIES: Final = 5000  # queries scored; of more, as many are drawn at random


@dataclass(frozen=True)
class GroundTruthRow:
    """Scores of one system on the queries of one stratum.

    Parameters
    ----------
    group
        The stratum of the query, or "overall".
    system
        The system's name.
    queries
        Number of queries scored.
    metrics
        Mean of each metric over queries, by name, with its interval: queries are drawn for it, or curators with all
        their queries where the ground truth names them.
    differences
        The same for the difference from the reference system; None for the reference itself.
    """

    group: str
    system: str
    queries: int
    metrics: dict[str, Estimate]
    differences: dict[str, Estimate] | None


@dataclass(frozen=True)
class GroundTruthReport:
    """Systems scored by a ground truth, ready to print.

    Parameters
    ----------
    dataset, truth
        Names of the dataset and the ground truth.
    simulated
        Whether the dataset is simulated.
    graded
        Whether the ground truth has grades.
    k
        Length of the lists scored.
    read, queries_read
        Pairs and queries in the source of the ground truth.
    pairs, queries
        Pairs and queries whose items the dataset has.
    left_out
        Pairs that could not be used, by reason.
    examples
        Some names that mean no item of the dataset, or several.
    scored
        Queries scored: all, or a random sample of :data:`MAX_QUERIES`.
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
    scored: int
    reference: str
    rows: list[GroundTruthRow]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, NaN as None."""
        return dict(without_nan(asdict(self)))


def evaluate_against(
    dataset: Dataset,
    truth: GroundTruth,
    systems: Sequence[System] | None = None,
    *,
    k: int = 20,
    seed: int = 0,
) -> GroundTruthReport:
    """Fit every system on the whole dataset and score its lists by a ground truth.

    Parameters
    ----------
    dataset
        The data.
    truth
        What is similar to what.
    systems
        What to score; None means the usual systems. The others are compared with the last. Those with a lens are left
        out: there is no listener whose country it could be.
    k
        Length of the lists.
    seed
        Seed of the choice of queries where there are more than :data:`MAX_QUERIES`.

    Raises
    ------
    ConfigError
        If every system has a lens, or two systems have the same name; if the truth or a system is of another type, or
        a system returns what is no affinity; or as :func:`full_split`.
    """
    if not isinstance(truth, GroundTruth):
        raise ConfigError(
            f"truth is of type {type(truth).__name__}",
            remedy="read a file of lists with read_curated(path, dataset)",
        )
    systems = list(systems or default_systems(dataset=dataset))
    check_names(systems)
    systems = without_lens(systems)
    split = full_split(dataset, truth, k=k, seed=seed)
    values = {}
    with progress("systems", len(systems)) as tick:
        for system in systems:
            [lists] = ranked_lists(system.fit(split), split, name=system.name)
            values[system.name] = graded_metrics(lists, split.relevant)
            tick(note=system.name)
    reference = systems[-1].name
    return GroundTruthReport(
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
        len(split.query_items),
        reference,
        _rows(values, reference, split.strata[split.query_items], query_clusters(split)),
    )


def without_lens(systems: Sequence[System]) -> list[System]:
    """Return the systems without a lens.

    Raises
    ------
    ConfigError
        If every system has one.
    """
    found = [system for system in systems if not system.lens]
    if not found:
        raise ConfigError(
            "every system has a lens, and a ground truth has no listener to take the country from",
            remedy="give a system without lens_on",
        )
    return found


def full_split(dataset: Dataset, truth: GroundTruth, *, k: int, seed: int = 0) -> Split:
    """Return a split without held-out listeners, whose queries are those of a ground truth.

    Row q of its ``relevant`` holds the grades of the items similar to query q. Where the ground truth names curators,
    row q of its ``profiles`` is the curator of query q.

    Raises
    ------
    ConfigError
        If ``k`` or ``seed`` is no whole number, or too small.
    """
    try:
        config = ProtocolConfig(k=k, seed=seed)
    except ValidationError as error:
        name, problem = setting_at_fault(error)
        raise ConfigError(f"{name}: {problem}", remedy="give k from 1, and a seed from 0") from None
    interactions = Interactions.of(dataset)
    graded = graded_queries(truth, interactions)
    queries = np.arange(len(graded.items))
    if len(queries) > MAX_QUERIES:
        queries = np.sort(np.random.default_rng(seed).choice(queries, MAX_QUERIES, replace=False))
    curators = None
    if graded.curators is not None:
        curators = graded.curators.gather(queries).alias(c.LISTENER_ID).to_frame()
    return without_hold_out(
        dataset,
        interactions,
        config,
        graded.items[queries],
        graded.grades.select_rows(queries),
        curators,
    )


def query_clusters(split: Split) -> NDArray[np.int32]:
    """Return the cluster of each query of :func:`full_split`, for the bootstrap; int32, (queries,).

    The queries of one curator are one cluster; without curators every query is a cluster of its own.
    """
    if split.profiles.is_empty():
        return split.query_listeners
    who = split.profiles[c.LISTENER_ID].gather(split.query_listeners)
    return (who.rank("dense") - 1).cast(pl.Int32).to_numpy()


def graded_metrics(lists: NDArray[np.int32], grades: CSR) -> NDArray[np.float64]:
    """Score lists by grades.

    Parameters
    ----------
    lists
        Items listed for each query, best first, -1 after the end of the list; int32, (queries, k).
    grades
        Queries by items, the grade above 0 of each similar item.

    Returns
    -------
    NDArray[np.float64]
        One column per metric, in the order of :data:`GRADED_METRICS`; (queries, metrics). NaN where the
        ground truth lists nothing.

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
    listed = np.arange(len(lists), dtype=np.int64)[:, None] * grades.shape[1] + lists
    place = np.minimum(np.searchsorted(cells, listed), len(cells) - 1)
    return np.where((cells[place] == listed) & (lists >= 0), grades.data[place], 0.0)


def _rows(
    values: dict[str, NDArray[np.float64]],
    reference: str,
    query_strata: NDArray[np.int8],
    clusters: NDArray[np.int32],
) -> list[GroundTruthRow]:
    """Return the mean of each stratum, with its interval."""
    rows = []
    groups = [(OVERALL, np.ones(len(query_strata), np.bool_))]
    groups += [(stratum.label, query_strata == stratum) for stratum in Stratum]
    for group, member in groups:
        if not member.any():
            continue
        bootstrap = ClusterBootstrap(np.unique(clusters[member], return_inverse=True)[1].astype(np.int32))
        for name, value in values.items():
            metrics = _estimates(bootstrap, value[member])
            difference = (value - values[reference])[member]
            differences = _estimates(bootstrap, difference) if name != reference else None
            rows.append(GroundTruthRow(group, name, int(member.sum()), metrics, differences))
    return rows


def _estimates(bootstrap: ClusterBootstrap, values: NDArray[np.float64]) -> dict[str, Estimate]:
    return {metric: bootstrap.estimate(values[:, i]) for i, metric in enumerate(GRADED_METRICS)}

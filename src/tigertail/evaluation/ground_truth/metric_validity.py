"""Validity of held-out metrics: whether they order systems as the true affinity of a simulated world does.

Every system is fitted once, on the training listeners, and its lists at every popularity exponent are
scored twice: by the held-out listeners, and by the true affinity (nDCG with the affinity as the grade), over the
same queries: those that both judge, each item as often as held-out listeners ask it. The agreement of the two orders
is Kendall's tau-b (M. G. Kendall, "The treatment of ties in ranking problems", Biometrika 1945); listeners are
resampled for its interval. Settings of a system with the same lists count once.

Cold queries are in none of the strata, because few systems answer them.

A whole system is scored by the size of its frontier, and by the largest value of a metric over the exponents; its true
score is the largest true nDCG.

The cost of a wrong order is the regret: the true nDCG lost by choosing lists with the metric, as a share of the
largest true nDCG. Where several lists have the largest value of the metric, their mean true nDCG counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation.ground_truth.evaluation import graded_metrics, without_lens
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.report import OVERALL, without_nan
from tigertail.evaluation.scoring import EXPONENTS, ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate, Reals, dominated_area
from tigertail.evaluation.systems.system import System, default_systems
from tigertail.ground_truth.ground_truth import grade_matrix
from tigertail.ground_truth.simulated import read_true
from tigertail.progress import progress
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out

AREA: Final = "nDCG x IPS-nDCG"  # what one setting alone dominates
FRONTIER: Final = "frontier"

_SAMPLES: Final = 500  # resamples of the listeners


@dataclass(frozen=True)
class MetricValidityRow:
    """Agreement of one metric with the true affinity, on the queries of one stratum.

    Parameters
    ----------
    group
        The stratum of the query, or "overall".
    compared
        "lists" (systems at every popularity exponent) or "systems" (each over the exponents).
    metric
        The held-out metric.
    points
        Number of lists or systems in the order.
    tau
        Kendall's tau-b with the order by true affinity.
    regret
        Share of the best true nDCG that is lost by choosing with the metric.
    """

    group: str
    compared: str
    metric: str
    points: int
    tau: Estimate
    regret: Estimate


@dataclass(frozen=True)
class MetricValidity:
    """All rows of one simulated world.

    Parameters
    ----------
    dataset
        The world.
    listeners
        Number of held-out listeners.
    seed
        Seed of the split.
    systems
        Their names.
    rows
        By stratum, then by what is compared, then by metric.
    """

    dataset: str
    listeners: int
    seed: int
    systems: list[str]
    rows: list[MetricValidityRow]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, NaN as None."""
        return dict(without_nan(asdict(self)))


def validate_metrics(
    dataset: Dataset, systems: Sequence[System] | None = None, config: ProtocolConfig | None = None
) -> MetricValidity:
    """Measure how well each held-out metric orders systems, by the true affinity of a simulated world.

    Parameters
    ----------
    dataset
        A simulated world.
    systems
        What to order; None means the usual ones of listening. Those with a lens are left out, as in
        :func:`tigertail.evaluation.evaluate_against`.
    config
        Protocol settings.

    Raises
    ------
    DataError
        If the dataset is real, there are too few listeners to hold out, or the plays have no times for a split by
        time.
    ConfigError
        If every system has a lens.
    """
    systems = without_lens(systems or default_systems())
    truth = read_true(dataset)
    split = hold_out(dataset, config or ProtocolConfig())
    grades = grade_matrix(truth, split.interactions).select_rows(split.query_items)
    values, owners = [], []
    with progress("systems", len(systems)) as tick:
        for number, system in enumerate(systems):
            points_of_system = _points(system, split, grades)
            values += points_of_system
            owners += [number] * len(points_of_system)
            tick(note=system.name)
    points = np.stack(values)
    rows: list[MetricValidityRow] = []
    stratum_of = split.strata[split.query_items]
    judged = ~np.isnan(points).any(axis=(0, 1))
    groups = [(OVERALL, judged)]
    groups += [
        (stratum.label, judged & (stratum_of == stratum))
        for stratum in (Stratum.HEAD, Stratum.MID, Stratum.TAIL)
    ]
    for group, member in groups:
        if member.any():
            rows += _rows(group, points[:, :, member], split.query_listeners[member], np.array(owners))
    return MetricValidity(
        dataset.name, split.relevant.shape[0], split.config.seed, [s.name for s in systems], rows
    )


def kendall(x: Reals, y: Reals) -> Reals:
    """Return Kendall's tau-b of the columns of two tables, row by row; NaN where all of a row are equal.

    Examples
    --------
    The same order, its reverse, and one pair of three that y ties.

    >>> x = np.array([[1.0, 2.0, 3.0]] * 3)
    >>> kendall(x, np.array([[1.0, 5.0, 6.0], [3.0, 2.0, 1.0], [1.0, 1.0, 2.0]])).round(4)
    array([ 1.    , -1.    ,  0.8165])
    """
    first, second = np.triu_indices(x.shape[1], 1)
    signs_x = np.sign(x[:, first] - x[:, second])
    signs_y = np.sign(y[:, first] - y[:, second])
    untied = np.sqrt((signs_x**2).sum(axis=1) * (signs_y**2).sum(axis=1))
    with np.errstate(invalid="ignore"):
        return np.asarray((signs_x * signs_y).sum(axis=1) / np.where(untied > 0, untied, np.nan))


def _points(system: System, split: Split, grades: CSR) -> list[Reals]:
    """Return, for every distinct popularity exponent, held-out metrics and true nDCG; (metrics + 1, queries).

    NaN where a held-out listener has no relevant item for a query, or the ground truth none.
    """
    lists = ranked_lists(system.fit(split), split, EXPONENTS, name=system.name)
    points = []
    for setting, listed in enumerate(lists):
        if any(np.array_equal(listed, other) for other in lists[:setting]):
            continue
        held_out = score_lists(
            np.ascontiguousarray(listed),
            split.relevant,
            split.query_listeners,
            split.query_items,
            split.adjusted_listeners,
        )
        true = graded_metrics(listed, grades)[:, 0]
        points.append(np.concatenate([held_out.T, true[None]]))
    return points


def _rows(
    group: str, points: Reals, listeners: NDArray[np.int32], owners: NDArray[np.int64]
) -> list[MetricValidityRow]:
    """Compare the orders on some queries: of all lists, and of the systems.

    Parameters
    ----------
    group
        Name of the queries.
    points
        What :func:`_points` returns for each list; (lists, metrics + 1, queries).
    listeners
        Listener of each query; (queries,).
    owners
        System of each list; (lists,).
    """
    clusters = np.unique(listeners, return_inverse=True)[1].astype(np.int32)
    bootstrap = ClusterBootstrap(clusters, _SAMPLES)
    lists, kinds, queries = points.shape
    # The first row is the data itself, those after it the resamples.
    drawn = bootstrap.means(points.reshape(lists * kinds, queries).T).reshape(-1, lists, kinds)
    means = np.concatenate([points.mean(axis=2)[None], drawn])
    held_out = {metric: means[:, :, i] for i, metric in enumerate(METRICS)}
    ndcg, ips = held_out["nDCG"], held_out["IPS-nDCG"]
    held_out[AREA] = ndcg * ips
    true = means[:, :, -1]
    rows = [_row(group, "lists", metric, value, true) for metric, value in held_out.items()]
    members = [owners == owner for owner in np.unique(owners)]
    best_true = np.stack([true[:, own].max(axis=1) for own in members], axis=1)
    best = {
        metric: np.stack([value[:, own].max(axis=1) for own in members], axis=1)
        for metric, value in held_out.items()
    }
    curves = np.stack([ndcg, ips], axis=2)
    best[FRONTIER] = np.stack([dominated_area(curves[:, own]) for own in members], axis=1)
    return rows + [_row(group, "systems", metric, value, best_true) for metric, value in best.items()]


def _row(group: str, compared: str, metric: str, value: Reals, true: Reals) -> MetricValidityRow:
    best = value == value.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        chosen = np.where(best, true, 0).sum(axis=1) / best.sum(axis=1)
        regret = 1 - chosen / true.max(axis=1)
    return MetricValidityRow(
        group, compared, metric, value.shape[1], _estimate(kendall(value, true)), _estimate(regret)
    )


def _estimate(values: Reals) -> Estimate:
    """Return the first of some values, with the interval of the others."""
    return Estimate.of(float(values[0]), values[1:])

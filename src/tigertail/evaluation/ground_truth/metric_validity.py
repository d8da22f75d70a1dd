"""Which held-out metrics can be believed: whether they order systems as the truth of a simulated world does.

Every system is fitted once, on the listeners who are not held out, and its lists at every setting of the
popularity dial are judged twice: by the held-out listeners, and by the true affinity (nDCG with the affinity
as the grade), over the same queries, each as often as held-out listeners ask it. How far a metric orders
these lists as the truth does is Kendall's tau-b (M. G. Kendall, "The treatment of ties in ranking problems",
Biometrika 1945); listeners are drawn anew for its interval. Settings whose lists are the same count once.

Cold queries are in none of the strata, for hardly a system answers them.

A system as a whole is judged by the size of its frontier, and by the largest value that a metric reaches over
the dial; the truth by the largest value that the true nDCG reaches.

What a wrong order costs is the regret: how much less true nDCG the lists have that the metric would choose
than the best lists have, as a share of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum
from tigertail.evaluation.ground_truth.agreement import graded_metrics
from tigertail.evaluation.metrics.ranking import METRICS, judge
from tigertail.evaluation.report import OVERALL
from tigertail.evaluation.scoring import DIAL, ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate, Reals, dominated
from tigertail.evaluation.systems.system import System, default_systems
from tigertail.progress import progress
from tigertail.splitting.ground_truth import GroundTruth, grade_matrix, read_true
from tigertail.splitting.hold_out import ProtocolConfig, Split, hold_out

AREA: Final = "nDCG x IPS-nDCG"  # what one setting alone dominates
FRONTIER: Final = "frontier"

_SAMPLES: Final = 500


@dataclass(frozen=True)
class ConcordanceRow:
    """How one metric orders what the truth orders, on the queries of one stratum.

    Parameters
    ----------
    group
        The stratum of the query, or "overall".
    compared
        "lists" (systems at every setting of the dial) or "systems" (each over its whole dial).
    metric
        The held-out metric.
    points
        How many lists or systems are ordered.
    tau
        Kendall's tau-b with the truth.
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
    rows: list[ConcordanceRow]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        return asdict(self)


def validate_metrics(
    dataset: Dataset, systems: Sequence[System] | None = None, config: ProtocolConfig | None = None
) -> MetricValidity:
    """Say how well each held-out metric orders systems, by the truth of a simulated world.

    Parameters
    ----------
    dataset
        A simulated world.
    systems
        What to order; None means the baselines and the base model.
    config
        Protocol settings.

    Raises
    ------
    DataError
        If the dataset is real, or there are too few listeners to judge.
    """
    systems = list(systems or default_systems())
    truth = read_true(dataset)
    trial = hold_out(dataset, config or ProtocolConfig())
    values, owners = [], []
    with progress("systems", len(systems)) as tick:
        for number, system in enumerate(systems):
            mine = _judged(system, trial, truth)
            values += mine
            owners += [number] * len(mine)
            tick(note=system.name)
    points = np.stack(values)
    rows: list[ConcordanceRow] = []
    stratum_of = trial.strata[trial.query_items]
    groups = [(OVERALL, np.ones(len(stratum_of), np.bool_))]
    groups += [
        (stratum.label, stratum_of == stratum) for stratum in (Stratum.HEAD, Stratum.MID, Stratum.TAIL)
    ]
    for group, member in groups:
        if member.any():
            rows += _rows(group, points[:, :, member], trial.query_listeners[member], np.array(owners))
    return MetricValidity(
        dataset.name, trial.relevant.shape[0], trial.config.seed, [s.name for s in systems], rows
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


def _judged(system: System, trial: Split, truth: GroundTruth) -> list[Reals]:
    """Return, for every distinct setting of the dial, held-out metrics and true nDCG; (metrics + 1, queries).

    NaN where a held-out listener has no answer to a query, or the truth none.
    """
    grades = grade_matrix(truth, trial.interactions)
    lists = ranked_lists(system.fit(trial), trial, DIAL)
    points = []
    for setting, mine in enumerate(lists):
        if any(np.array_equal(mine, other) for other in lists[:setting]):
            continue
        heard = judge(
            np.ascontiguousarray(mine),
            trial.relevant,
            trial.query_listeners,
            trial.query_items,
            trial.popularity,
        )
        items, first, query = np.unique(trial.query_items, return_index=True, return_inverse=True)
        true = graded_metrics(mine[first], grades.select_rows(items))[query, 0]
        points.append(np.concatenate([heard.T, true[None]]))
    return points


def _rows(
    group: str, points: Reals, listeners: NDArray[np.int32], owners: NDArray[np.int64]
) -> list[ConcordanceRow]:
    """Compare the orders on some queries: of all lists, and of the systems."""
    clusters = np.unique(listeners, return_inverse=True)[1].astype(np.int32)
    bootstrap = ClusterBootstrap(clusters, _SAMPLES)
    lists, kinds, queries = points.shape
    # The first row is the data itself, those after it the resamples.
    drawn = bootstrap.means(points.reshape(lists * kinds, queries).T).reshape(-1, lists, kinds)
    means = np.concatenate([np.nanmean(points, axis=2)[None], drawn])
    heard = {metric: means[:, :, i] for i, metric in enumerate(METRICS)}
    ndcg, ips = heard["nDCG"], heard["IPS-nDCG"]
    heard[AREA] = ndcg * ips
    true = means[:, :, -1]
    rows = [_row(group, "lists", metric, value, true) for metric, value in heard.items()]
    mine = [owners == owner for owner in np.unique(owners)]
    best_true = np.stack([true[:, own].max(axis=1) for own in mine], axis=1)
    best = {
        metric: np.stack([value[:, own].max(axis=1) for own in mine], axis=1)
        for metric, value in heard.items()
    }
    curves = np.stack([ndcg, ips], axis=2)
    best[FRONTIER] = np.stack([dominated(curves[:, own]) for own in mine], axis=1)
    return rows + [_row(group, "systems", metric, value, best_true) for metric, value in best.items()]


def _row(group: str, compared: str, metric: str, value: Reals, true: Reals) -> ConcordanceRow:
    chosen = np.take_along_axis(true, value.argmax(axis=1)[:, None], axis=1)[:, 0]
    with np.errstate(invalid="ignore"):
        regret = 1 - chosen / true.max(axis=1)
    return ConcordanceRow(
        group, compared, metric, value.shape[1], _estimate(kendall(value, true)), _estimate(regret)
    )


def _estimate(values: Reals) -> Estimate:
    """Return the first of some values, with the interval of the others."""
    if np.isnan(values[1:]).all():
        return Estimate(float(values[0]), np.nan, np.nan)
    low, high = np.nanquantile(values[1:], [0.025, 0.975])
    return Estimate(float(values[0]), float(low), float(high))

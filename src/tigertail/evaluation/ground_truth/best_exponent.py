"""True nDCG of systems: as they are, and at the best popularity exponent.

A ground truth of similarity has no popularity in it, so a system that favours popular items scores low until its
popularity exponent is changed. Every system is therefore scored twice: as it is, and at the one exponent with the
largest true nDCG over all queries. (:mod:`tigertail.evaluation.ground_truth.metric_validity` takes the best exponent
of each stratum, over the queries that held-out listeners judge too.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.exposure import Exposure
from tigertail.dataset.strata import Stratum
from tigertail.evaluation.ground_truth.evaluation import graded_metrics
from tigertail.evaluation.scoring import EXPONENTS, ranked_lists
from tigertail.evaluation.systems.system import System
from tigertail.ground_truth.ground_truth import GroundTruth, grade_matrix
from tigertail.signals.contract import Signal
from tigertail.splitting.hold_out import ProtocolConfig, Split


@dataclass(frozen=True)
class BestExponent:
    """True nDCG of one system.

    Parameters
    ----------
    system
        The system's name.
    as_is
        Mean over the queries of each stratum, by its label, with the system as it is.
    beta_change
        What is added to the system's own popularity exponent for the best mean: one of
        :data:`tigertail.evaluation.scoring.EXPONENTS`, 0 where none is better.
    best
        The means at that exponent.
    """

    system: str
    as_is: Mapping[str, float]
    beta_change: float
    best: Mapping[str, float]


def at_best_exponent(
    split: Split, truth: GroundTruth, systems: Sequence[System]
) -> tuple[dict[str, int], list[BestExponent]]:
    """Fit systems on the training part of a split, and score their lists for every query of a ground truth.

    Returns
    -------
    tuple
        Queries of each stratum, by its label; and the true nDCG of each system. A stratum without a query is in
        neither. A ground truth has no country, so systems with a lens are left out.
    """
    grades = grade_matrix(truth, split.interactions)
    queries = np.flatnonzero(grades.row_sizes).astype(np.int32)
    # Each query is as of a listener of its own, who was offered all; without a lens nothing reads the profiles.
    true_split = replace(
        split,
        relevant=grades.select_rows(queries),
        query_listeners=np.arange(len(queries), dtype=np.int32),
        query_items=queries,
        exposure=Exposure.full(len(queries), len(split.popularity)),
    )
    stratum = split.strata[queries]
    counts = {one.label: int((stratum == one).sum()) for one in Stratum if (stratum == one).any()}
    rows = []
    for system in systems:
        if system.lens:
            continue
        lists = ranked_lists(system.fit(split), true_split, EXPONENTS, name=system.name)
        values = np.stack([graded_metrics(setting, true_split.relevant)[:, 0] for setting in lists])
        totals, unchanged = values.sum(axis=1), EXPONENTS.index(0.0)
        best = int(totals.argmax()) if totals.max() > totals[unchanged] else unchanged
        as_is = _by_stratum(values[unchanged], stratum)
        rows.append(BestExponent(system.name, as_is, EXPONENTS[best], _by_stratum(values[best], stratum)))
    return counts, rows


def cache_fits(system: System) -> System:
    """Return a system that fits each split once and keeps the signal.

    Only for splits of one dataset: they are told apart by their config alone.
    """
    signals: dict[ProtocolConfig, Signal] = {}

    def fit(split: Split) -> Signal:
        if split.config not in signals:
            signals[split.config] = system.fit(split)
        return signals[split.config]

    return replace(system, fit=fit)


def _by_stratum(values: NDArray[np.float64], stratum: NDArray[np.int8]) -> dict[str, float]:
    return {one.label: float(values[stratum == one].mean()) for one in Stratum if (stratum == one).any()}

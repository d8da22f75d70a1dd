"""What systems reach by a truth: as they are, and at the best setting of the popularity dial.

A truth about taste knows no fame, so a system that lets stars rise has it against itself until its dial is turned
the other way. Every system is therefore judged twice: as it is, and at the one setting at which its true nDCG over
all queries is largest, as :mod:`tigertail.evaluation.ground_truth.metric_validity` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.strata import Stratum
from tigertail.evaluation.ground_truth.agreement import graded_metrics
from tigertail.evaluation.scoring import DIAL, ranked_lists
from tigertail.evaluation.systems.system import System
from tigertail.signals.contract import Signal
from tigertail.splitting.ground_truth import GroundTruth, grade_matrix
from tigertail.splitting.hold_out import ProtocolConfig, Split


@dataclass(frozen=True)
class Reach:
    """True nDCG of one system.

    Parameters
    ----------
    system
        The system's name.
    own
        Mean over the queries of each stratum, by its label, as the system is.
    gamma
        The best setting of the dial.
    best
        The means at that setting.
    """

    system: str
    own: Mapping[str, float]
    gamma: float
    best: Mapping[str, float]


def reach(trial: Split, truth: GroundTruth, systems: Sequence[System]) -> tuple[dict[str, int], list[Reach]]:
    """Fit systems on the training part of a trial, and judge their lists for every query of a truth.

    Returns
    -------
    tuple
        Queries of each stratum, by its label; and what each system reaches. A truth stands nowhere, so systems
        with a lens are left out.
    """
    grades = grade_matrix(truth, trial.interactions)
    queries = np.flatnonzero(grades.row_sizes).astype(np.int32)
    asked = replace(
        trial,
        relevant=grades.select_rows(queries),
        query_listeners=np.arange(len(queries), dtype=np.int32),
        query_items=queries,
    )
    stratum = trial.strata[queries]
    counts = {one.label: int((stratum == one).sum()) for one in Stratum if (stratum == one).any()}
    found = []
    for system in systems:
        if system.lens:
            continue
        lists = ranked_lists(system.fit(trial), asked, DIAL)
        values = np.stack([graded_metrics(mine, asked.relevant)[:, 0] for mine in lists])
        best = int(values.mean(axis=1).argmax())
        own = _by_stratum(values[DIAL.index(0.0)], stratum)
        found.append(Reach(system.name, own, DIAL[best], _by_stratum(values[best], stratum)))
    return counts, found


def fitted_once(system: System) -> System:
    """Return a system that remembers what it has learned from each split of one dataset."""
    learned: dict[ProtocolConfig, Signal] = {}

    def fit(trial: Split) -> Signal:
        if trial.config not in learned:
            learned[trial.config] = system.fit(trial)
        return learned[trial.config]

    return replace(system, fit=fit)


def _by_stratum(values: NDArray[np.float64], stratum: NDArray[np.int8]) -> dict[str, float]:
    return {one.label: float(values[stratum == one].mean()) for one in Stratum if (stratum == one).any()}

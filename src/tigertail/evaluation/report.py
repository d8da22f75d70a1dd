"""The report of an evaluation: metrics with intervals, frontiers and comparisons."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

from tigertail.evaluation.scoring import EXPONENTS
from tigertail.evaluation.statistics.intervals import Estimate
from tigertail.splitting.hold_out import ProtocolConfig
from tigertail.version import __version__

OVERALL: Final = "overall"


@dataclass(frozen=True)
class Row:
    """Results of one system on one group of queries.

    Parameters
    ----------
    system
        The system's name.
    by
        Kind of the group; with it goes what ``group`` is:

        - ``"overall"``: ``"overall"``
        - ``"query"``, ``"target"``: the stratum of the query, or of the target
        - ``"history"``: ``"longest tenth"``, listeners with a longer history than nine tenths of those held out;
          a history is counted in items, in a split by time in those up to its moment
        - ``"country"``, ``"source"``: of the listener; sources where there are two or more
        - ``"item country"``: of the item of the query

        Countries, item countries and sources whose queries have fewer than ``MIN_LISTENERS`` (of the runner) held-out
        listeners are left out.
    group
        The group of that kind.
    queries
        Number of queries that are scored: those with a relevant item, for ``"target"`` with one in the stratum.
    metrics
        Mean and interval of each metric, by its name, at the system's own popularity exponent.
    frontier
        Area dominated by the frontier of nDCG and IPS-nDCG over the popularity exponents: larger is better; None for
        ``"target"``: lists at other exponents than the system's own are not scored by stratum of the target.
    """

    system: str
    by: str
    group: str
    queries: int
    metrics: dict[str, Estimate]
    frontier: Estimate | None


@dataclass(frozen=True)
class Comparison:
    """Differences of one system from the reference, over all queries.

    Parameters
    ----------
    system, reference
        Their names.
    metrics
        Difference of each metric, by its name: the system minus the reference, each at its own popularity exponent.
    frontier
        Difference of the frontiers.
    p_values
        By name of the metric, of a two-sided randomisation test, with Holm's correction over all systems and metrics of
        the report; the frontier has none.
    """

    system: str
    reference: str
    metrics: dict[str, Estimate]
    frontier: Estimate
    p_values: dict[str, float]


@dataclass(frozen=True)
class Report:
    """An evaluation, ready to print.

    Parameters
    ----------
    dataset
        Name of the dataset.
    simulated
        Whether it is simulated.
    listeners
        Number of held-out listeners; one whom several splits hold out counts once.
    config
        The protocol. Its seed does not count where ``seeds`` has others.
    seeds
        Seeds of the splits scored together.
    rows
        Results, by group and then by system.
    comparisons
        Differences from the reference system.
    curves
        Points (nDCG, IPS-nDCG) of each system over the exponents, by name.
    lists
        Figures of the lists that are not of accuracy (coverage, share of the tail (APLT) and others), by system and
        then by name; the mean over the splits.
    catalogues
        Share of the items that each catalogue of held-out listeners offers, from 0 to 1, by its name; the mean over the
        splits.
    scores
        What the rows are means of, for tests and groups of one's own: a row for each system and query, with ``system``,
        ``seed`` (of the split), ``listener_id``, ``country`` (of the listener), ``query`` (the id of the item),
        ``stratum`` and ``item_country`` (of the query), and a column for each metric. Null is what is not known, and
        the metrics of a query without a relevant item.
    fingerprint
        That of the dataset; "" where it is not known.
    """

    dataset: str
    simulated: bool
    listeners: int
    config: ProtocolConfig
    seeds: list[int]
    rows: list[Row]
    comparisons: list[Comparison]
    curves: dict[str, list[tuple[float, float]]]
    lists: dict[str, dict[str, float]] = field(default_factory=dict)
    catalogues: dict[str, float] = field(default_factory=dict)
    scores: pl.DataFrame = field(default_factory=pl.DataFrame, compare=False, repr=False)
    fingerprint: str = ""

    @property
    def k(self) -> int:
        """Length of the lists."""
        return self.config.k

    def group(self, by: str, group: str | None = None) -> list[Row]:
        """Return the rows of one group, in the order of the systems.

        Parameters
        ----------
        by
            Kind of the group, as in :class:`Row`.
        group
            The group of that kind; it may be left out where ``by`` is ``"overall"``, which has one only.

        Raises
        ------
        TypeError
            If the group is left out, and its kind is another than ``"overall"``.
        """
        if group is None:
            if by != OVERALL:
                raise TypeError(f"name a group of '{by}': {', '.join(self.groups(by)) or 'there is none'}")
            group = OVERALL
        return [row for row in self.rows if row.by == by and row.group == group]

    def groups(self, by: str) -> list[str]:
        """Return the names of the groups of one kind, in the order of ``rows``.

        Countries and sources with the most held-out listeners come first.
        """
        return list(dict.fromkeys(row.group for row in self.rows if row.by == by))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON, NaN and infinity as None, without the scores of single queries.

        With it go the exponents of the curves, and the version of Tigertail.
        """
        plain: dict[str, Any] = without_nan(asdict(self))
        del plain["scores"]
        return plain | {
            "config": self.config.model_dump(),
            "exponents": list(EXPONENTS),
            "version": __version__,
        }


def without_nan(value: Any) -> Any:
    """Return plain values with every number that JSON cannot hold, NaN or infinite, replaced by None."""
    if isinstance(value, dict):
        return {key: without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(one) for one in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value

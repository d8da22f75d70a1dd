"""The short form of an evaluation: the main figures on half a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from tigertail.cli.output import print_table
from tigertail.columns import STRATA
from tigertail.errors import ConfigError

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.evaluation import BestExponent, ProtocolConfig, Report, System
    from tigertail.evaluation.statistics.intervals import Estimate

METRICS = ("nDCG", "IPS-nDCG")  # of the table of held-out listeners, beside the frontier


def check_brief(*, ground_truth: bool, countries: bool, as_json: bool) -> None:
    """Refuse options that the short form does not support.

    Raises
    ------
    ConfigError
        If there are any.
    """
    options = {"--ground-truth": ground_truth, "--countries": countries, "--json": as_json}
    if given := " and ".join(name for name, is_given in options.items() if is_given):
        raise ConfigError(
            f"--brief does not support {given}",
            remedy=f"leave out --brief, or {given}; for a simulated world --brief prints the true nDCG anyway",
        )


def print_briefly(
    report: Report, dataset: Dataset, systems: Sequence[System], protocol: ProtocolConfig
) -> None:
    """Print a table of the held-out listeners and, in a simulated world, one of its true affinity.

    The table of true affinity is of the protocol's split, without systems that have a lens.

    Parameters
    ----------
    report
        Of the held-out listeners.
    dataset, systems, protocol
        What it is of.
    """
    from tigertail import evaluation

    simulated = "SIMULATED: " if report.simulated else ""
    typer.echo(
        f"{simulated}{report.listeners:,} listeners held out, full ranking. Leave --brief out for the full report."
    )
    _print_held_out(report)
    if dataset.simulated:
        split = evaluation.hold_out(dataset, protocol)
        _print_best_exponent(
            *evaluation.at_best_exponent(split, evaluation.read_true(dataset), systems), report.k
        )


def _print_held_out(report: Report) -> None:
    """Print a row for each system: both metrics by stratum of the query, and the frontier of all queries."""
    by_stratum = {(row.system, row.group): row for row in report.rows if row.by == "query"}
    rows = []
    for row in report.group("overall"):
        cells = [by_stratum.get((row.system, stratum)) for stratum in STRATA]
        rows.append(
            [
                row.system,
                *(
                    _figure(cell.metrics[metric].mean if cell else None)
                    for metric in METRICS
                    for cell in cells
                ),
                _interval(row.frontier),
            ]
        )
    counts = {row.group: row.queries for row in by_stratum.values()}  # the same for every system
    rows.append(_queries(counts))
    headings = ["", *(heading for metric in METRICS for heading in _headings(metric)), "frontier"]
    title = f"Held-out listeners: nDCG@{report.k} and IPS-nDCG@{report.k} by stratum of the query"
    print_table(headings, rows, title=title, left=[""])


def _print_best_exponent(counts: dict[str, int], found: list[BestExponent], k: int) -> None:
    """Print true nDCG with each system's own popularity exponent, and with the best; ``counts`` is of queries."""
    rows = [
        [
            one.system,
            *(_figure(one.as_is.get(stratum)) for stratum in STRATA),
            f"{one.beta_change:+.2f}",
            *(_figure(one.best.get(stratum)) for stratum in STRATA),
        ]
        for one in found
    ]
    rows.append(_queries(counts))
    headings = ["", *_headings("as is"), "change\nof beta", *_headings("at the best")]
    print_table(
        headings,
        rows,
        title=f"True affinity of the simulated world: nDCG@{k} by stratum of the query",
        left=[""],
    )


def _queries(counts: Mapping[str, int]) -> list[str]:
    """Return the row that says how many queries each stratum has, and blank cells for the other columns."""
    return ["queries", *(f"{counts.get(stratum, 0):,}" for stratum in STRATA), *[""] * (len(STRATA) + 1)]


def _headings(over: str) -> list[str]:
    """Return the strata, the first below what all of them are of."""
    return [f"{over}\n{STRATA[0]}", *(f"\n{stratum}" for stratum in STRATA[1:])]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(value: Estimate | None) -> str:
    return "-" if value is None else value.shown(3)

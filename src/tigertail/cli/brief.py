"""An evaluation on half a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from tigertail.cli.output import print_table
from tigertail.columns import STRATA
from tigertail.errors import ConfigError

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.evaluation import ProtocolConfig, Reach, Report, System
    from tigertail.evaluation.statistics.intervals import Estimate

METRICS = ("nDCG", "IPS-nDCG")


def check_brief(*, truth: bool, countries: bool, as_json: bool) -> None:
    """Refuse options that ask for what a brief has no room for.

    Raises
    ------
    ConfigError
        If there are any.
    """
    if truth or countries or as_json:
        raise ConfigError(
            "--brief has no room for --truth, --countries and --json",
            remedy="leave one out; of a simulated world --brief shows the truth anyway",
        )


def evaluate_briefly(
    dataset: Dataset, systems: Sequence[System], protocol: ProtocolConfig, seeds: Sequence[int]
) -> Report:
    """Judge systems by held-out listeners and, in a simulated world, by its truth too; print one table of each."""
    from tigertail import evaluation as room

    if dataset.simulated:  # judged twice, but the mixture takes long to fit
        systems = [room.fitted_once(system) for system in systems]
    report = room.evaluate(dataset, systems, protocol, seeds=seeds)
    simulated = "SIMULATED: " if report.simulated else ""
    typer.echo(
        f"{simulated}{report.listeners:,} listeners held out, full ranking; without --brief there is more."
    )
    _print_held_out(report)
    if dataset.simulated:
        trial = room.hold_out(dataset, protocol.model_copy(update={"seed": seeds[0]}))
        _print_reach(*room.reach(trial, room.read_true(dataset), systems), report.k)
    return report


def _print_held_out(report: Report) -> None:
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
    counts = {row.group: row.queries for row in by_stratum.values()}
    rows.append(["queries", *(f"{counts.get(stratum, 0):,}" for stratum in STRATA), *[""] * 5])
    headings = ["", *_headings("nDCG"), *_headings("IPS"), "frontier"]
    title = f"What held-out listeners play besides: nDCG@{report.k} and IPS-nDCG@{report.k} by stratum of the query"
    print_table(headings, rows, title=title, left=[""])


def _print_reach(counts: dict[str, int], found: list[Reach], k: int) -> None:
    rows = [
        [
            one.system,
            *(_figure(one.own.get(stratum)) for stratum in STRATA),
            f"{one.gamma:+.2f}",
            *(_figure(one.best.get(stratum)) for stratum in STRATA),
        ]
        for one in found
    ]
    rows.append(["queries", *(f"{counts.get(stratum, 0):,}" for stratum in STRATA), *[""] * 5])
    headings = ["", *_headings("as is"), "best dial", *_headings("there")]
    print_table(headings, rows, title=f"True affinity, which knows no fame: nDCG@{k}", left=[""])


def _headings(over: str) -> list[str]:
    """Return the strata, with a word over the first."""
    return [f"{over}\n{STRATA[0]}", *(f"\n{stratum}" for stratum in STRATA[1:])]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(value: Estimate | None) -> str:
    return "-" if value is None else f"{value.mean:.3f} [{value.low:.3f}, {value.high:.3f}]"

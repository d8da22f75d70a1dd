"""Printing and writing the report of an evaluation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tigertail.cli.output import print_table
from tigertail.errors import printable

if TYPE_CHECKING:
    from tigertail.evaluation import Report

# Those that are printed, of differences the first two alone. report.json has all.
METRICS = ("nDCG", "IPS-nDCG", "Recall")
FRONTIERS = "frontier.png"
SCORES = "scores.parquet"
STATUS = Path("/proc/self/status")  # of this process, where the system has it
TITLES = {
    "overall": "All queries",
    "query": "By stratum of the query",
    "target": "By stratum of the target",
    "history": "By the length of the listener's history",
    "country": "By the listener's country",
    "item country": "By the country of the query",
    "source": "By the listener's source",
}


def print_report(report: Report, *, countries: bool = False) -> None:
    """Print a report as tables; by country only on request."""
    from tigertail.dataset.summary_sources import SMALL_CATALOGUE

    splits = f"{len(report.seeds)} splits" if len(report.seeds) > 1 else f"split {report.seeds[0]}"
    typer.echo(
        f"{printable(report.dataset)}: {report.listeners:,} listeners held out ({splits}), full ranking."
    )
    typer.echo("Square brackets: 95 % intervals over listeners.")
    if report.simulated:
        typer.echo("SIMULATED: no listener or artist in it is real.")
    for name, share in report.catalogues.items():
        if share < SMALL_CATALOGUE:
            typer.echo(
                f"Catalogue of {printable(name)}: {share:.1%} of the items. Lists for its listeners rank only these; "
                "the figures do not measure the others."
            )
    for by, title in TITLES.items():
        if countries or by not in ("country", "item country"):
            _print_rows(report, by, title)
    _print_comparisons(report)
    _print_lists(report)


def check_report(folder: Path) -> None:
    """Refuse, before anything is evaluated, a report whose plot cannot be drawn.

    Raises
    ------
    ConfigError
        If matplotlib is not installed.
    """
    from tigertail.plotting import check_format

    check_format(folder / FRONTIERS)


def write_report(report: Report, folder: Path) -> None:
    """Write report.json, the scores of single queries, and the plot of the frontiers into a folder."""
    from tigertail.evaluation.frontier_plot import plot_frontiers
    from tigertail.storage import replaced_file, to_json

    with replaced_file(folder / "report.json") as file:
        file.write_text(to_json(report.to_dict()), encoding="utf-8")
    with replaced_file(folder / SCORES) as file:
        report.scores.write_parquet(file)
    plot_frontiers(report, folder / FRONTIERS)
    typer.echo(
        f"Written to {folder}: report.json (all results, by country too), {SCORES} (query by query) and {FRONTIERS}.",
        err=True,
    )


def print_memory() -> None:
    """Print the peak memory of this process."""
    typer.echo(f"Peak memory: {peak_memory():,.0f} MiB.")


def peak_memory() -> float:
    """Return the peak memory of this process, in MiB."""
    import resource
    import sys

    # First, since what getrusage says is inherited from the parent on Linux.
    if STATUS.exists() and (own := re.search(r"^VmHWM:\s*(\d+) kB", STATUS.read_text("utf-8"), re.MULTILINE)):
        return int(own[1]) / 2**10
    unit = 1 if sys.platform == "darwin" else 1024  # bytes: macOS counts in bytes, Linux in KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def _print_rows(report: Report, by: str, title: str) -> None:
    members = [row for row in report.rows if row.by == by]
    order = report.groups(by)
    members.sort(key=lambda row: order.index(row.group))
    frontiers = any(row.frontier for row in members)
    rows = [
        [
            row.group,
            row.system,
            f"{row.queries:,}",
            *(str(row.metrics[metric]) for metric in METRICS),
            *([str(row.frontier)] if frontiers else []),
        ]
        for row in members
    ]
    headings = ["group", "system", "queries", *(f"{metric}@{report.k}" for metric in METRICS)]
    if rows:
        headings += ["frontier"] if frontiers else []
        print_table(headings, rows, title=title, left=["group", "system"])


def _print_comparisons(report: Report) -> None:
    if not report.comparisons:
        return
    rows = [
        [
            one.system,
            *(f"{one.metrics[metric]} p={one.p_values[metric]:.3f}" for metric in METRICS[:2]),
            str(one.frontier),
        ]
        for one in report.comparisons
    ]
    headings = [
        "minus " + report.comparisons[0].reference,
        *(f"{m}@{report.k}" for m in METRICS[:2]),
        "frontier",
    ]
    title = "Paired differences; p by randomisation test with Holm correction"
    print_table(headings, rows, title=title, left=headings[:1])


def _print_lists(report: Report) -> None:
    if not report.lists:
        return
    names = list(next(iter(report.lists.values())))
    rows = [
        [system, *("-" if value != value else f"{value:.3f}" for value in figures.values())]
        for system, figures in report.lists.items()
    ]
    print_table(["system", *names], rows, title="Beyond accuracy (docs/evaluation.md)", left=["system"])

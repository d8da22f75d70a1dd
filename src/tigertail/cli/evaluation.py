"""Commands that say how good the lists are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tigertail.cli.output import print_table

if TYPE_CHECKING:
    from tigertail.evaluation import Report


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("evaluate")(evaluate)


def evaluate(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder.")],
    config: Annotated[Path | None, typer.Option(help="A TOML file of model settings.")] = None,
    held_out: Annotated[float, typer.Option(help="Share of listeners held out.")] = 0.2,
    seed: Annotated[int, typer.Option(help="Seed of the choice of listeners.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Hold listeners out, rank the full catalogue for them, and compare the base model with baselines."""
    from tigertail import evaluation as room
    from tigertail.data.dataset import Dataset
    from tigertail.model import ModelConfig
    from tigertail.storage import to_json

    settings = ModelConfig() if config is None else ModelConfig.read(config)
    report = room.evaluate(
        Dataset.open(dataset),
        room.default_systems(settings),
        room.ProtocolConfig(held_out=held_out, seed=seed),
    )
    if as_json:
        typer.echo(to_json(report.to_dict()), nl=False)
    else:
        print_report(report)


def print_report(report: Report) -> None:
    """Print a report as tables, one a group of queries."""
    typer.echo(f"{report.dataset}: {report.listeners:,} listeners held out, full ranking, 95 % intervals.")
    if report.simulated:
        typer.echo("SIMULATED: no listener or artist in it is real.")
    _print_group(report, "overall", ["overall"], "All queries")
    strata = ["head", "mid", "tail", "cold"]
    _print_group(
        report, "query", strata, "By stratum of the query: how well are fans of tail artists served?"
    )
    _print_group(report, "target", strata, "By stratum of the target: are tail artists found?")


def _print_group(report: Report, by: str, strata: list[str], title: str) -> None:
    metrics = ["nDCG", "IPS-nDCG", "Recall"]
    rows = [
        [row.stratum, row.system, f"{row.queries:,}", *(str(row.metrics[metric]) for metric in metrics)]
        for stratum in strata
        for row in report.group(by, stratum)
    ]
    headings = ["stratum", "system", "queries", *(f"{metric}@{report.k}" for metric in metrics)]
    print_table(headings, rows, title=title, left=["stratum", "system"])

"""Commands that say how good the lists are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("evaluate")(evaluate)


def evaluate(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder.")],
    config: Annotated[Path | None, typer.Option(help="A TOML file of model settings.")] = None,
    held_out: Annotated[float, typer.Option(help="Share of listeners held out.")] = 0.2,
    split: Annotated[
        str, typer.Option(help="listeners, or time: answers are what was played later.")
    ] = "listeners",
    seed: Annotated[int, typer.Option(help="Seed of the choice of listeners.")] = 0,
    seeds: Annotated[int, typer.Option(min=1, help="How many splits to judge together.")] = 1,
    countries: Annotated[bool, typer.Option("--countries", help="Print results by country as well.")] = False,
    report: Annotated[Path | None, typer.Option(help="A folder for report.json and a plot.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Hold listeners out, rank the full catalogue for them, and compare the base model with baselines."""
    from tigertail import evaluation as room
    from tigertail.cli.report import print_memory, print_report, write_report
    from tigertail.data.dataset import Dataset
    from tigertail.model import ModelConfig
    from tigertail.storage import to_json

    settings = ModelConfig() if config is None else ModelConfig.read(config)
    protocol = room.ProtocolConfig.checked(held_out=held_out, split=split, seed=seed)
    judged = room.evaluate(
        Dataset.open(dataset),
        room.default_systems(settings),
        protocol,
        seeds=range(seed, seed + seeds),
    )
    if as_json:
        typer.echo(to_json(judged.to_dict()), nl=False)
    else:
        print_report(judged, countries=countries)
    if report is not None:
        write_report(judged, report)
    if not as_json:
        print_memory()

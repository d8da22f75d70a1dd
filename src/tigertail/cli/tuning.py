"""The command that searches for settings."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tigertail.cli.output import print_table

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.model import ModelConfig
    from tigertail.tuning import Family, Tuning

SHOWN = 5  # configurations a family
INTERRUPTED = 130  # what a shell returns after Ctrl-C


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("tune")(tune)


def tune(
    datasets: Annotated[list[Path], typer.Argument(help="Dataset folders, to be good at all alike.")],
    out: Annotated[Path, typer.Option(help="The folder for the trials, best.toml and plain.toml.")],
    budget: Annotated[
        str, typer.Option(help="Trials for each family of signals, such as 30, or a time in all: 20m, 2h.")
    ] = "30",
    seed: Annotated[
        int, typer.Option(help="Listeners that evaluate holds out with this seed are never seen.")
    ] = 0,
) -> None:
    """Search for model settings on listeners that evaluate does not report on; run again to go on."""
    from tigertail import tuning as room
    from tigertail.dataset.dataset import Dataset

    limit = room.Budget.parse(budget)
    opened = [Dataset.open(dataset) for dataset in datasets]
    found = room.tune(opened, out, limit, seed=seed)
    for family in room.FAMILIES:
        _print_family(found, family, opened)
    command = shlex.join(
        ["tigertail", "tune", *map(str, datasets), *("--budget", budget), *("--seed", str(seed))]
    )
    _write(out, found, opened, command)
    if found.interrupted:
        typer.echo(f"Stopped. What is done is kept in {out}: run the same command to go on.")
        raise typer.Exit(INTERRUPTED)


def _print_family(found: Tuning, family: Family, datasets: list[Dataset]) -> None:
    from tigertail.tuning import FRONTIER

    ranked = found.ranked(family.name)
    if not ranked:
        return
    settings = [list(family.settings(outcome.config).items()) for outcome in ranked[:SHOWN]]
    headings = [name.partition(".")[2] for name, _ in settings[0]]
    several = len(datasets) > 1
    rows = [
        [
            outcome.number,
            *(f"{value:g}" if isinstance(value, float) else value for _, value in mine),
            f"{outcome.score:.4f}",
            *(f"{scores[FRONTIER]:.5f}" for scores in outcome.scores),
            *([] if several else [f"{outcome.scores[0][m]:.4f}" for m in ("nDCG", "IPS-nDCG")]),
        ]
        for outcome, mine in zip(ranked[:SHOWN], settings, strict=True)
    ]
    sizes = [dataset.name for dataset in datasets] if several else ["frontier", "nDCG", "IPS-nDCG"]
    title = f"{family.name}: the best of {len(found.outcomes[family.name])} trials (0 is the default)"
    print_table(["trial", *headings, "relative", *sizes], rows, title=title, left=["transform"])


def _write(out: Path, found: Tuning, datasets: list[Dataset], command: str) -> None:
    """Write the best model, and plain ALS tuned as long."""
    from tigertail.tuning import PLAIN, write_config

    on = ", ".join(f"{dataset.name} ({dataset.fingerprint[:12]})" for dataset in datasets)
    chosen: list[tuple[str, str, ModelConfig | None]] = [
        ("best.toml", "The best model found", found.model()),
        ("plain.toml", "Plain ALS, tuned as long", found.best(PLAIN)),
    ]
    for name, what, config in chosen:
        if config is not None:
            write_config(out / name, config, [f"{what} on {on}, with", f"  {command}"])
            typer.echo(f"{out / name}: {what[0].lower()}{what[1:]}.")
    typer.echo("These figures chose the settings, so they flatter them; tigertail evaluate judges by others.")
    if any(dataset.simulated for dataset in datasets):
        typer.echo("SIMULATED: no listener or artist in some of the data is real.")

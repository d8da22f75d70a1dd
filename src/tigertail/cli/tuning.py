"""The command that searches for settings."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tigertail.cli.output import print_table

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.tuning import StudySpec, Tuning

SHOWN = 5  # configurations of a study
INTERRUPTED = 130  # what a shell returns after Ctrl-C


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("tune")(tune)


def tune(
    datasets: Annotated[
        list[Path], typer.Argument(help="Dataset folders that the settings must suit; all count alike.")
    ],
    out: Annotated[Path, typer.Option(help="The folder for the trials, best.toml and plain.toml.")],
    budget: Annotated[
        str,
        typer.Option(
            help="Trials of each study (base, co-listening, mixture, plain), or a time for all together: 20m, 2h. "
            "Earlier runs count."
        ),
    ] = "30",
    seed: Annotated[
        int,
        typer.Option(
            min=0,
            help="Seed of the search. The listeners that evaluate holds out with the same seed, all else as by "
            "default, are never seen.",
        ),
    ] = 0,
) -> None:
    """Search for model settings on listeners that evaluate does not report on.

    Run it again to go on where it stopped, or with a larger budget.
    """
    from tigertail.dataset.dataset import Dataset
    from tigertail.tuning import STUDIES, Budget
    from tigertail.tuning import tune as search

    limit = Budget.parse(budget)
    opened = [Dataset.open(dataset) for dataset in datasets]
    tuned = search(opened, out, limit, seed=seed)
    for study in STUDIES:
        _print_study(tuned, study, opened)
    command = shlex.join(
        ["tigertail", "tune", *map(str, datasets), "--budget", budget, "--seed", str(seed), "--out", str(out)]
    )
    _write(out, tuned, opened, command)
    if tuned.interrupted:
        typer.echo(f"Stopped. The finished trials are kept in {out}: run the same command to go on.")
        raise typer.Exit(INTERRUPTED)


def _print_study(tuned: Tuning, study: StudySpec, datasets: list[Dataset]) -> None:
    from tigertail.tuning import FRONTIER

    ranked = tuned.ranked(study.name)
    if not ranked:
        return
    metrics = ("nDCG", "IPS-nDCG") if len(datasets) == 1 else ()
    rows = [
        [
            result.number,
            *(f"{v:g}" if isinstance(v, float) else v for v in study.params(result.config).values()),
            f"{result.value:.4f}",  # the frontier, relative to that of trial 0; the mean over the datasets
            *(f"{result.scores[dataset.fingerprint][FRONTIER]:.5f}" for dataset in datasets),
            *(f"{result.scores[datasets[0].fingerprint][metric]:.4f}" for metric in metrics),
        ]
        for result in ranked[:SHOWN]
    ]
    settings = [name.partition(".")[2] for name in study.search_space]
    chosen = study.params(ranked[0].config).values()
    texts = [name for name, value in zip(settings, chosen, strict=True) if isinstance(value, str)]
    figures = ["frontier", *metrics] if metrics else [dataset.name for dataset in datasets]
    title = f"{study.name}: the best of {len(ranked)} trials (0 is where the study starts)"
    columns = ["trial", *settings, "relative", *figures]
    print_table(columns, rows, title=title, left=texts)


def _write(out: Path, tuned: Tuning, datasets: list[Dataset], command: str) -> None:
    """Write the best configurations of the model and of plain ALS; nothing before the first trial."""
    from tigertail.tuning import PLAIN, write_config

    best, plain = tuned.model(), tuned.best(PLAIN)
    if best is None:
        return
    on = ", ".join(f"{dataset.name} ({dataset.fingerprint[:12]})" for dataset in datasets)
    for name, what, config in (
        ("best.toml", "The best model found", best),
        ("plain.toml", "The best plain ALS found", plain),
    ):
        if config is not None:
            write_config(out / name, config, [f"{what} on {on}, with", f"  {command}"])
            typer.echo(f"{out / name}: {what[0].lower()}{what[1:]}.")
    typer.echo(
        "These figures chose the settings, so they flatter them; tigertail evaluate uses other listeners."
    )
    if any(dataset.simulated for dataset in datasets):
        typer.echo("SIMULATED: no listener or artist in some of the data is real.")

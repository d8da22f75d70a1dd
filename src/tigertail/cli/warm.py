"""The command that compiles the kernels ahead of their first use."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("warm")(warm)


def warm(
    ship: Annotated[
        bool,
        typer.Option(
            "--ship", help="To build the wheel of tigertail: compile for x86-64-v3, into the package."
        ),
    ] = False,
) -> None:
    """Compile the kernels of fits, answers and evaluations now, so that these wait for none later."""
    from tigertail.kernel_cache import ship as compile_for_wheel

    if ship:
        compile_for_wheel()
    from tigertail.warm import SECONDS
    from tigertail.warm import warm as work

    typer.echo(
        f"Compiling what is not compiled yet: about {SECONDS} seconds of processor time where nothing is.",
        err=True,
    )
    total = 0
    for what, kernels in work():
        typer.echo(f"{what}, kernels compiled: {kernels}.")
        total += kernels
    typer.echo(
        f"Kernels compiled in all: {total}, besides those that other processes compiled. "
        "Fits, answers and evaluations now start at once; what only updates of a model, Spark, very large catalogues "
        "or one signal asked alone need is compiled when it is first used."
    )

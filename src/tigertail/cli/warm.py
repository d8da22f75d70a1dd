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
        typer.Option("--ship", help="Compile for the wheel: for x86-64-v3, into the package itself."),
    ] = False,
) -> None:
    """Compile the kernels of fits, answers and evaluations now, so that no later command waits for them."""
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
        typer.echo(f"{what}: {kernels} kernels compiled.")
        total += kernels
    typer.echo(f"{total} kernels were compiled; the next command starts at once.")

"""The command that draws the map of a catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("map")(draw_map)


def draw_map(
    model: Annotated[Path, typer.Argument(help="A model folder.")],
    plot: Annotated[
        Path | None, typer.Option(dir_okay=False, help="A picture to write: PNG, SVG or PDF.")
    ] = None,
) -> None:
    """Lay the catalogue out in the plane, by naive CF and by the model, and keep that with the model."""
    import tigertail
    from tigertail.model.maps.map import AFTER, BEFORE, make_map, save_map
    from tigertail.model.maps.plot import plot_map
    from tigertail.plotting import check_format

    if plot is not None:
        check_format(plot)
    opened = tigertail.load(model)
    positions = make_map(opened)
    file = save_map(positions, opened, model)
    if plot is not None:  # before it is printed: who reads that may stop reading
        plot_map(opened, positions, plot)
        typer.echo(f"Written: {plot}.", err=True)
    before, after = (positions[where[0]].count() for where in (BEFORE, AFTER))
    typer.echo(
        f"{file}: of {len(positions):,} items {before:,} have a position by naive CF, {after:,} by the model."
    )

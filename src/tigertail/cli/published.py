"""The commands ``tigertail data``: data that others publish."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from tigertail.cli.output import print_table


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    group = typer.Typer(help="Data that others publish.", no_args_is_help=True)
    group.command("list")(list_)
    group.command()(get)
    app.add_typer(group, name="data")


def list_() -> None:
    """List the published sets that can be fetched, with their licences."""
    from tigertail.ingest.shipped import published_sets

    rows = [[one.name, one.size, one.licence, one.page] for one in published_sets().values()]
    print_table(["set", "size", "licence", "page"], rows, left=["set", "size", "licence", "page"])


def get(
    name: Annotated[str, typer.Argument(help="A set, as tigertail data list names it.")],
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="The folder of all data; left out, that of TIGERTAIL_DATA, else ./data.", show_default=False
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    index: Annotated[
        str, typer.Option(help="The address of a mirror of the publisher's folder of releases.")
    ] = "",
) -> None:
    """Fetch the newest release of a published set; a file that is there and right is not fetched again."""
    from tigertail.ingest.fetching import newest_files
    from tigertail.ingest.shipped import published_set

    published = published_set(name)
    # In the variable "~" is the home folder, as in the paths of recipes.
    place = (folder or Path(os.environ.get("TIGERTAIL_DATA") or "data").expanduser()) / published.folder
    files = newest_files(published, index)
    typer.echo(f"{published.name}, {published.page}")
    typer.echo(f"Licence: {published.licence}")
    if published.size:
        typer.echo(f"Size: {published.size}")
    for file in files:
        size = "of unknown size" if file.size is None else f"{file.size / 1e9:,.2f} GB"
        typer.echo(f"{file.address}: {size}")
    if not yes:
        typer.confirm(f"Fetch into {place}?", abort=True)
    for file in files:
        fetched = file.fetch(place)
        typer.echo(
            f"{place / file.name}: {'fetched, checksum right' if fetched else 'there, checksum right'}."
        )

"""Commands about the recipes that come with Tigertail."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated, Final

import typer

from tigertail.cli.output import print_table

Name = Annotated[str, typer.Argument(help="A recipe, as tigertail recipe list names it.")]

_DATA: Final = "TIGERTAIL_DATA"  # in the paths of every recipe


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    group = typer.Typer(help="The recipes that come with Tigertail.", no_args_is_help=True)
    group.command("list")(list_)
    group.command()(show)
    group.command()(copy)
    app.add_typer(group, name="recipe")


def list_() -> None:
    """List the recipes: what each makes."""
    from tigertail.ingest.shipped import recipe_names, recipe_notes

    rows = [[name, recipe_notes(name)[0]] for name in recipe_names()]
    print_table(["recipe", "what it makes"], rows, left=["recipe", "what it makes"])
    typer.echo("tigertail recipe show NAME prints one; tigertail recipe copy NAME writes it to a file.")


def show(name: Name) -> None:
    """Print a recipe; its head says where the data is published, its licence and its checksum."""
    from tigertail.ingest.shipped import recipe_text

    typer.echo(recipe_text(name), nl=False)


def copy(
    name: Name,
    path: Annotated[Path | None, typer.Argument(help="The file, or a folder for it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write a recipe to a file, to change it and to build a dataset."""
    from tigertail.ingest.shipped import copy_recipe, recipe_notes
    from tigertail.storage import is_stream

    target = copy_recipe(name, path, replace=force)
    if is_stream(target):  # which gets the recipe alone, to be read by a program
        return
    typer.echo(f"{target}: the recipe {name}.\n")
    typer.echo("\n".join(recipe_notes(name)))
    typer.echo("\nWith the data in place:\n")
    if _DATA not in os.environ:
        typer.echo(f"  export {_DATA}=/where/you/keep/the/data")
    made, model = target.stem, f"{target.stem}-model"
    if Path(made).exists():  # such as the file itself, or the folder that it is in
        made = f"{made}-dataset"
    for command in (("build", target, made), ("fit", made, model)):
        typer.echo(f"  tigertail {shlex.join(map(str, command))}")

"""Commands that manage a feedback store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tigertail.cli.output import notices, print_table

Store = Annotated[
    str, typer.Argument(help="A SQLite file, or a URL: postgresql://USER:PASSWORD@HOST/DATABASE.")
]


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    group = typer.Typer(help="Manage a feedback store.", no_args_is_help=True)
    for command in (export, count, erase, prune):
        group.command()(command)
    app.add_typer(group, name="feedback")


def export(
    store: Store,
    out: Annotated[Path, typer.Argument(help="The Parquet file to write, - for stdout.")],
    after: Annotated[int, typer.Option(min=0, help="Export only events with a larger seq.")] = 0,
) -> None:
    """Write the events of a store to a Parquet file."""
    from tigertail import feedback
    from tigertail.storage import is_stream

    with feedback.FeedbackStore.open(store, create=False) as opened:
        written = feedback.export_events(opened, out, after=after)
    typer.echo(f"{out}: {written:,} events.", err=is_stream(out))


def count(store: Store) -> None:
    """Count the events of a store by kind."""
    from tigertail import feedback

    with feedback.FeedbackStore.open(store, create=False) as opened:
        counts = opened.counts()
    rows = [*((kind, f"{events:,}") for kind, events in counts.items()), ("all", f"{sum(counts.values()):,}")]
    print_table(["kind", "events"], rows, left=["kind"])


def erase(
    store: Store, listener: Annotated[str, typer.Argument(help="The anonymous id of the listener.")]
) -> None:
    """Erase all events of one listener."""
    from tigertail import feedback

    with feedback.FeedbackStore.open(store, create=False) as opened, notices():
        erased = feedback.erase(opened, listener)
    typer.echo(f"{erased:,} events erased.")


def prune(
    store: Store,
    days: Annotated[float, typer.Option(min=0, help="Age in days since the event was received.")],
) -> None:
    """Erase events older than a number of days."""
    from tigertail import feedback

    with feedback.FeedbackStore.open(store, create=False) as opened, notices():
        erased = feedback.prune(opened, days)
    typer.echo(f"{erased:,} events erased.")

"""Commands that serve a model over HTTP."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("serve")(serve)
    app.command("key")(key)


def serve(
    model: Annotated[Path | None, typer.Argument(help="A model folder.")] = None,
    challenger: Annotated[
        Path | None,
        typer.Option(help="A second model: where a request names a listener, both lists are interleaved."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings: docs/service.md.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen at; 127.0.0.1 by default.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen at; 8000 by default.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; one per core by default.")] = None,
    feedback: Annotated[
        str | None,
        typer.Option(
            help="SQLite file or database URL where feedback is kept; `none` keeps none. "
            "By default a file beside the model."
        ),
    ] = None,
    evaluation: Annotated[
        Path | None, typer.Option(help="A report.json of tigertail evaluate --report, to show on the page.")
    ] = None,
) -> None:
    """Serve a model: an HTTP API, the APIs of players, and a page to explore it."""
    from tigertail.errors import missing_extra

    with missing_extra("service", "tigertail serve"):
        from tigertail.service.http.settings import read_settings
        from tigertail.service.server.run import serve as run

    feedback_settings: dict[str, Any] | None = None
    if feedback is not None:  # what else the file says of feedback stays
        feedback_settings = {"on": False} if feedback == "none" else {"on": True, "store": feedback}
    settings = read_settings(
        config,
        model=model,
        challenger=challenger,
        host=host,
        port=port,
        workers=workers,
        feedback=feedback_settings,
        evaluation=evaluation,
    )

    def announce(address: str) -> None:
        page = f"Open {address}/ in a browser. " if settings.explorer else ""
        said = f"Serving {settings.model} at {address}. {page}Stop with Ctrl-C."
        if sys.stderr.isatty():
            typer.echo(said, err=True)
        else:  # a program reads the log line by line
            logging.getLogger("tigertail.service").info(said)

    run(settings, announce)


def key() -> None:
    """Make a key for a client: the key is shown once, its digest goes into the settings."""
    from tigertail.errors import missing_extra

    with missing_extra("service", "tigertail key"):
        from tigertail.service.middleware.authentication import new_key

    secret, digest = new_key()
    typer.echo(f"For the client, shown only now:  {secret}")
    typer.echo(f'For the settings, under [keys]:  some-name = "{digest}"')

"""The command line: one file a command group, no logic.

Commands import what they need when they run, so that ``tigertail --help`` answers at once.
"""

from __future__ import annotations

import sys

import typer

from tigertail.cli import audio, data, diagnose, evaluation, feedback, map, model, online, service, tuning
from tigertail.errors import TigertailError

app = typer.Typer(
    name="tigertail",
    help="Music similarity for the tail and for every country: what should someone who likes A hear next?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (data, audio, model, evaluation, diagnose, map, tuning, service, feedback, online):
    group.register(app)


def main() -> None:
    """Run the command line; errors a user can put right become two lines, not a traceback."""
    try:
        app()
    except TigertailError as error:
        sys.stderr.write(f"tigertail: {error}\n")
        raise SystemExit(1) from None
    except BrokenPipeError:
        raise SystemExit(0) from None

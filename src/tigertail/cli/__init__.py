"""The command line: one file per command group, and how answers are printed.

Commands import what they need when they run, so that ``tigertail --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, TextIO, cast

import typer
from typer.core import TyperGroup

from tigertail.cli import (
    audio,
    datasets,
    diagnose,
    evaluation,
    feedback,
    map,
    model,
    online,
    published,
    recipes,
    service,
    spark,
    store,
    tuning,
    warm,
)
from tigertail.errors import TigertailError
from tigertail.kernels import when_compiling
from tigertail.progress import LINES
from tigertail.version import __version__


class _Commands(TyperGroup):
    """Commands that say how to give a name that looks like an option."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            # Typer has a Click of its own, or that of the environment, and exports this class of neither.
            unknown: Any = error if type(error).__name__ == "NoSuchOption" else None
            if unknown is not None and not unknown.possibilities:
                unknown.message += "\n  -> put -- before a name that begins with -, as in: -- -M-"
            raise


app = typer.Typer(
    name="tigertail",
    cls=_Commands,
    help="Music similarity for the tail and for every country: what should someone who likes A hear next?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in plain text, for which Rich is not loaded
)
# In the order of ``tigertail --help``, where commands with commands of their own come last.
for group in (
    recipes,
    published,
    datasets,
    audio,
    model,
    store,
    evaluation,
    diagnose,
    map,
    tuning,
    service,
    feedback,
    online,
    spark,
    warm,
):
    group.register(app)


def main() -> None:
    """Run the command line; errors a user can put right become two lines, not a traceback."""
    # A daemon may be started without standard output or standard error; what is opened stays open to the end.
    sys.stdout = cast("TextIO", _Output(sys.stdout or Path(os.devnull).open("w")))  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    try:
        try:
            with when_compiling(_Compiling()):
                app()
        finally:
            with suppress(SystemExit):  # a reader that goes away now does not change how the command ended
                sys.stdout.flush()
    except TigertailError as error:
        sys.stderr.write(f"tigertail: {error}\n")
        raise SystemExit(1) from None


class _Compiling:
    """Says that kernels are compiled, and how many by now."""

    def __init__(self) -> None:
        self._began = 0.0

    def __call__(self, kernel: str, before: int) -> None:
        if not self._began:
            self._began = time.monotonic()
            sys.stderr.write("Compiling, once: about a minute. Later commands find the compiled code.\n")
            sys.stderr.flush()
        LINES.write(f"Compiling, once: {before} kernels so far, now {kernel}.", self._began)


class _Output:
    """Standard output that ends the program without an error when its reader goes away, as ``head`` does.

    Parameters
    ----------
    stream
        Standard output as it was.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    @property
    def buffer(self) -> _Output:
        """The same for bytes."""
        return _Output(self._stream.buffer)

    def write(self, text: Any) -> int:
        """Write text, or bytes to the buffer."""
        with self._while_it_takes():
            self._stream.write(text)
        return len(text)

    def writelines(self, lines: Iterable[Any]) -> None:
        """Write several texts."""
        for text in lines:
            self.write(text)

    def flush(self) -> None:
        """Send what was written."""
        with self._while_it_takes():
            self._stream.flush()

    @contextmanager
    def _while_it_takes(self) -> Iterator[None]:
        try:
            yield
        except UnicodeEncodeError as error:
            problem = f"standard output is in {error.encoding}, which lacks {error.object[error.start]!a}"
            raise TigertailError(problem, remedy="set PYTHONIOENCODING=utf-8 in the environment") from error
        except OSError as error:
            # What is still in the buffer must not fail again when Python closes the stream.
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self._stream.fileno())
            os.close(nothing)
            if isinstance(error, BrokenPipeError):
                raise SystemExit(0) from None
            problem = f"standard output cannot be written ({error.strerror})"
            raise TigertailError(problem, remedy="free some space, or send it elsewhere") from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tigertail {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass

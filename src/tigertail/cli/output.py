"""How the command line prints tables: columns that line up, on a terminal and in a file."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import typer

from tigertail.errors import TigertailWarning, printable


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", left: Sequence[str] = ()
) -> None:
    """Print a table on standard output.

    Parameters
    ----------
    columns
        Headings. Columns are aligned right, for numbers, unless named in ``left``.
    rows
        Cells; anything that is not text is printed with ``str``. Control characters of names are shown, not sent.
    title
        A line above the table.
    left
        Headings of the columns that hold text.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(
        box=SIMPLE_HEAD,
        title=printable(title) or None,
        title_justify="left",
        show_edge=False,
        title_style="bold",
    )
    for column in columns:
        table.add_column(column, justify="left" if column in left else "right", no_wrap=column not in left)
    for row in rows:
        table.add_row(*(printable(str(cell)) for cell in row))
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 160
    console.print(table)
    console.print()


def print_notices(found: Iterable[str]) -> None:
    """Print what a person should know about an answer on standard error."""
    for notice in found:
        typer.echo(f"Note: {printable(notice)}", err=True)


@contextmanager
def notices() -> Iterator[None]:
    """Print the warnings of the code in the block on standard error, as notices."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TigertailWarning)
        yield
    for notice in caught:
        if issubclass(notice.category, TigertailWarning):
            print_notices([str(notice.message)])
        else:
            warnings.warn_explicit(notice.message, notice.category, notice.filename, notice.lineno)

"""How the command line prints tables: columns that line up, on a terminal and in a file."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import typer

from tigertail.errors import TigertailWarning, printable

_FILE_WIDTH: Final = 160  # in which a long text is wrapped where there is no terminal
_BETWEEN: Final = 3  # blanks between two columns, as rich sets them in the box that is used here
_UNBROKEN: Final = 24  # letters of a word that are never on two lines; an address may have hundreds


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", left: Sequence[str] = ()
) -> None:
    """Print a table on standard output.

    Text is wrapped where the terminal is narrower than the table. Nothing is cut: a table of many numbers is wider than
    a terminal.

    Parameters
    ----------
    columns
        Headings. Columns are aligned right, for numbers, unless named in ``left``.
    rows
        Cells; anything that is not text is printed with ``str``. Control characters are shown, not sent.
    title
        A line above the table.
    left
        Headings of the columns that hold text.
    """
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.console import Console, ConsoleDimensions
    from rich.table import Table

    table = Table(
        box=SIMPLE_HEAD,
        title=printable(title) or None,
        title_justify="left",
        show_edge=False,
        title_style="bold",
    )
    head, *body = [[printable(str(cell)) for cell in row] for row in (columns, *rows)]
    least = 0
    for place, column in enumerate(columns):
        cells = "\n".join([row[place] for row in (head, *body)])
        is_text = column in left
        widest = max(map(cell_len, cells.split() if is_text else cells.splitlines()), default=0)
        width = min(widest, _UNBROKEN) if is_text else widest
        table.add_column(
            head[place],
            justify="left" if is_text else "right",
            no_wrap=not is_text,
            overflow="fold",
            min_width=width,
        )
        least += width + _BETWEEN
    for row in body:
        table.add_row(*row)
    console = Console(highlight=False, markup=False, emoji=False)
    given = console.width if console.is_terminal else _FILE_WIDTH
    # The height too: on a dumb terminal rich ignores a width that is given alone.
    console.size = ConsoleDimensions(max(given, least), console.height)
    console.print(table, crop=False)
    console.print()


def print_notices(found: Iterable[str]) -> None:
    """Print what a person should know about an answer on standard error."""
    for notice in found:
        typer.echo(f"Note: {printable(notice)}", err=True)


@contextmanager
def notices() -> Iterator[None]:
    """Print the warnings of the code in the block on standard error, as notices; what is warned of again, once."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", TigertailWarning)
            yield
    finally:  # what fails may fail because of what was warned of
        ours = (str(notice.message) for notice in caught if issubclass(notice.category, TigertailWarning))
        print_notices(dict.fromkeys(ours))
        for notice in caught:
            if not issubclass(notice.category, TigertailWarning):
                warnings.warn_explicit(notice.message, notice.category, notice.filename, notice.lineno)

"""Tables written to a file whose name says the format: Parquet, CSV or JSON lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from tigertail.errors import ConfigError
from tigertail.storage import check_file, is_stream, replaced_file

_WRITERS: Final[Mapping[str, Callable[[pl.DataFrame, Path], None]]] = {
    ".parquet": lambda table, file: table.write_parquet(file),
    ".csv": lambda table, file: table.write_csv(file),
    ".jsonl": lambda table, file: table.write_ndjson(file),
    ".ndjson": lambda table, file: table.write_ndjson(file),  # the same; messages name the other suffix alone
}
FORMATS: Final = "Parquet (.parquet), CSV (.csv) or JSON lines (.jsonl)"


def check_table_file(path: Path) -> None:
    """Refuse, before the work for a table is done, a name that :func:`write_table` would refuse after it.

    Raises
    ------
    ConfigError
        If the suffix names no format.
    TigertailError
        If no file can have that name, or a folder has it.
    """
    _writer(path)


def write_table(table: pl.DataFrame, path: Path) -> None:
    """Write a table atomically.

    Parameters
    ----------
    table
        The table.
    path
        A file in a format that its suffix names. Standard output (``-``), a pipe or a device gets CSV if it has no
        suffix.

    Raises
    ------
    ConfigError
        If the suffix names no format.
    TigertailError
        If the file cannot be written.
    """
    write = _writer(path)
    with replaced_file(path) as temporary:
        write(table, temporary)


def _writer(path: Path) -> Callable[[pl.DataFrame, Path], None]:
    check_file(path)
    suffix = path.suffix.lower()
    if not suffix and is_stream(path):
        suffix = ".csv"
    if suffix not in _WRITERS:
        problem = f"no table format '{suffix}'" if suffix else "the name has no suffix"
        raise ConfigError(problem, path=path, remedy=f"write {FORMATS}")
    return _WRITERS[suffix]

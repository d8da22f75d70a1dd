"""Files given by people, read whole: text, TOML and tables, with the errors that they may cause."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tigertail.errors import ConfigError, DataError, TigertailError

if TYPE_CHECKING:
    import polars as pl

_AS_UTF8: Final = "save it as UTF-8"
_PARQUET: Final = (".parquet", ".pq")
_JSON_LINES: Final = (".jsonl", ".ndjson")


def read_text(path: Path, *, remedy: str = "check the path", error: type[TigertailError] = DataError) -> str:
    """Return the content of a text file in UTF-8, without a byte order mark.

    Parameters
    ----------
    path
        The file.
    remedy
        What to do if it is missing.
    error
        The class of the error to raise.

    Raises
    ------
    TigertailError
        If the file is missing, cannot be read, or is not UTF-8 text.
    """
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise error(f"not UTF-8 text ({cause})", path=path, remedy=_AS_UTF8) from None
    except (OSError, ValueError) as cause:  # of a NUL in the path
        raise error(_problem(cause), path=path, remedy=remedy) from None


def read_toml(path: Path, *, remedy: str) -> dict[str, Any]:
    """Return the content of a TOML file.

    Parameters
    ----------
    path
        The file.
    remedy
        Where its layout is described.

    Raises
    ------
    ConfigError
        If the file is missing, cannot be read, or is not TOML.
    """
    text = read_text(path, error=ConfigError)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as cause:  # of numbers too long and brackets too deep, too
        raise ConfigError(f"not a TOML file: {cause}", path=path, remedy=remedy) from None


def read_table(
    path: Path,
    *,
    remedy: str = "give a file of CSV, Parquet or JSON lines (.jsonl)",
    as_text: bool = False,
) -> pl.DataFrame:
    """Return a table from a CSV file or, by its suffix, from one of TSV, Parquet or JSON lines.

    The columns of files of CSV and TSV are text. Such a file may be compressed by gzip, zlib or Zstandard, but only the
    last suffix counts: ``a.tsv.gz`` is CSV. In a TSV file quotes are ordinary characters, as in a recipe's format
    ``tsv``.

    Parameters
    ----------
    path
        The file.
    remedy
        What to do if it cannot be read.
    as_text
        Whether to turn the columns of files of Parquet and JSON lines into text too, and to leave out those of lists
        and of fields.

    Raises
    ------
    DataError
        If the file is missing or cannot be read.
    """
    import polars as pl
    import polars.selectors as cs

    from tigertail.storage import UNREADABLE

    suffix = path.suffix.lower()
    try:
        if suffix in (*_PARQUET, *_JSON_LINES):
            is_parquet = suffix in _PARQUET
            table = pl.read_parquet(path, glob=False) if is_parquet else _read_json_lines(path)
            return table.select(~cs.nested()).cast(pl.String, strict=False) if as_text else table
        separator, quote = ("\t", None) if suffix == ".tsv" else (",", '"')
        table = pl.read_csv(path, separator=separator, quote_char=quote, infer_schema=False, glob=False)
    except UNREADABLE as cause:
        encoded = isinstance(cause, pl.exceptions.PolarsError) and "invalid utf-8" in str(cause)
        raise DataError(_problem(cause), path=path, remedy=_AS_UTF8 if encoded else remedy) from None
    header = "".join(table.columns).replace("\r\n", "")  # which a name in quotes may have
    if "\ufffd" in header:  # which Polars puts in place of what is no UTF-8
        raise DataError("the header is not UTF-8 text", path=path, remedy=_AS_UTF8)
    if "\r" in header:
        raise DataError(
            "carriage returns alone end its lines", path=path, remedy="save it with line feeds at their ends"
        )
    return table


def _read_json_lines(path: Path) -> pl.DataFrame:
    import polars as pl

    with path.open("rb") as file:  # a name is no pattern here
        return pl.read_ndjson(file, infer_schema_length=None)


def separator_in(columns: Sequence[str]) -> str | None:
    """Return what seems to separate the fields of a file that has one column; None where nothing does.

    Examples
    --------
    >>> separator_in(["user;artist"])
    ';'
    """
    return next((sign for sign in ";\t,|" if len(columns) == 1 and sign in columns[0]), None)


def lacking(missing: Sequence[str], table: pl.DataFrame, *, path: Path, remedy: str) -> DataError:
    """Return the error that a table lacks columns, which names those that it has.

    Parameters
    ----------
    missing
        What it lacks.
    table
        What :func:`read_table` returned.
    path
        The file.
    remedy
        Which columns it should have.
    """
    if separator_in(table.columns) is not None:
        remedy = f"put commas between the fields, or tabs into a file .tsv; {remedy}"
    there = ", ".join(table.columns) or "none"
    return DataError(f"lacks the column {', '.join(missing)}; its columns: {there}", path=path, remedy=remedy)


def _problem(cause: BaseException) -> str:
    if isinstance(cause, FileNotFoundError):
        return "no such file"
    return f"cannot be read ({str(cause).partition(chr(10))[0]})"

"""Files given by people, read whole: text, TOML and tables, with the errors that they may cause."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tigertail.errors import ConfigError, DataError, TigertailError

if TYPE_CHECKING:
    import polars as pl

_PARQUET: Final = (".parquet", ".pq")


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
    except OSError as cause:
        raise error(_problem(cause), path=path, remedy=remedy) from None
    except UnicodeDecodeError as cause:
        raise error(f"not UTF-8 text ({cause})", path=path, remedy="save it as UTF-8") from None


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
    except tomllib.TOMLDecodeError as cause:
        raise ConfigError(f"not a TOML file: {cause}", path=path, remedy=remedy) from None


def read_table(
    path: Path,
    *,
    remedy: str = "give a CSV or a Parquet file",
    infer_schema: bool = False,
    as_text: bool = False,
) -> pl.DataFrame:
    """Return a table from a CSV file, a TSV file (by its suffix) or a Parquet file (by its suffix).

    In a TSV file quotes are ordinary characters, as in a recipe's format ``tsv``.

    Parameters
    ----------
    path
        The file.
    remedy
        What to do if it cannot be read.
    infer_schema
        Whether to find the types of columns in text files; else they are all text.
    as_text
        Whether to turn the columns of Parquet files into text too.

    Raises
    ------
    DataError
        If the file is missing or cannot be read.
    """
    import polars as pl

    suffix = path.suffix.lower()
    try:
        if suffix in _PARQUET:
            table = pl.read_parquet(path, glob=False)
            return table.cast(pl.String, strict=False) if as_text else table
        separator, quote = ("\t", None) if suffix == ".tsv" else (",", '"')
        return pl.read_csv(path, separator=separator, quote_char=quote, infer_schema=infer_schema, glob=False)
    except (OSError, pl.exceptions.PolarsError) as cause:
        encoded = "invalid utf-8" in str(cause)
        raise DataError(
            _problem(cause), path=path, remedy="save it as UTF-8" if encoded else remedy
        ) from None


def _problem(cause: Exception) -> str:
    if isinstance(cause, FileNotFoundError):
        return "no such file"
    return f"cannot be read ({str(cause).partition(chr(10))[0]})"

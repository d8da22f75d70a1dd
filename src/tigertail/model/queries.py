"""Files of queries and files of neighbour lists."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tigertail.errors import DataError
from tigertail.storage import replaced_file


def read_queries(path: Path) -> list[str]:
    """Read ids or names, one a line; blank lines are skipped.

    Raises
    ------
    DataError
        If the file is missing, is no UTF-8 text, or holds no query.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        raise DataError("no such file", path=path, remedy="give a text file, one id or name a line") from None
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 text ({error})", path=path, remedy="save it as UTF-8") from None
    queries = [line.strip() for line in lines if line.strip()]
    if not queries:
        raise DataError("holds no query", path=path, remedy="write ids or names, one a line")
    return queries


def write_neighbours(lists: pl.DataFrame, path: Path) -> None:
    """Write neighbour lists to a Parquet file, whole or not at all."""
    with replaced_file(path) as temporary:
        lists.write_parquet(temporary)

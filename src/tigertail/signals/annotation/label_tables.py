"""Small tables that people write: which label is another spelling of which, or a kind of which."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tigertail.errors import DataError
from tigertail.io.files import read_table


def read_pairs(file: Path | str, left: str, right: str) -> pl.DataFrame:
    """Read a CSV file of pairs of labels.

    Parameters
    ----------
    file
        Where it is; UTF-8.
    left, right
        Its two columns.

    Returns
    -------
    pl.DataFrame
        The two columns, as text.

    Raises
    ------
    DataError
        If the file is missing, cannot be read, lacks a column, or a line has an empty label.
    """
    path = Path(file)
    remedy = f"it is a CSV file in UTF-8 with the columns {left},{right}"
    rows = read_table(path, remedy=remedy)
    if missing := [name for name in (left, right) if name not in rows.columns]:
        raise DataError(f"lacks the column {', '.join(missing)}", path=path, remedy=remedy)
    pairs = rows.select(pl.col(left, right).fill_null("").str.strip_chars())
    if len(empty := pairs.with_row_index("line", 2).filter((pl.col(left) == "") | (pl.col(right) == ""))):
        raise DataError("an empty label", path=path, line=empty["line"][0], remedy="give both or neither")
    return pairs

"""Ids that went through floats or bytes: they are whole again, or refused where it is not known which they were."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from tigertail.dataset.table_spec import Refers, TableSpec
from tigertail.errors import DataError
from tigertail.ingest.formats.column_types import ZEROS, as_text, is_list
from tigertail.io.quarantine import LINE

_WHOLE_FLOAT: Final = r"^-?\d+\.0+$"
_FLOAT: Final = rf"{_WHOLE_FLOAT}|^-?\d(?:\.\d+)?e\+\d+$"  # and as large ones are written
_INEXACT: Final = {"Float16": 2**11, "Float32": 2**24, "Float64": 2**53}
"""By type the number from which on one float stands for several whole numbers."""

_REMEDY: Final = (
    "save the ids as whole numbers or as text; in pandas, types with room for missing values: Int64, string"
)


def check_ids(spec: TableSpec, rows: pl.DataFrame, path: Path, names: Mapping[str, str]) -> None:
    """Refuse columns with an id that may be another's: in floats too large to be exact, or in bytes that are no text.

    Parameters
    ----------
    spec, rows, path, names
        As in :func:`~tigertail.ingest.formats.column_types.check_types`, which accepts the columns.

    Raises
    ------
    DataError
        If there is one.
    """
    for name, dtype in rows.schema.items():
        column = spec.inputs.get(name)
        if column is not None and column.refers is not Refers.NOTHING:
            ids = rows.select(name, *(LINE for one in rows.columns if one == LINE))
            ids = ids.explode(name) if is_list(dtype) else ids
            check_column(ids[name], path, names.get(name, name), ids.get_column(LINE, default=None))


def check_column(ids: pl.Series, path: Path, column: str, lines: pl.Series | None = None) -> None:
    """Refuse a column of ids, as :func:`check_ids` does.

    Parameters
    ----------
    ids
        The ids.
    path, column, lines
        The file, its name for the column, and the line of each id, for the message.

    Raises
    ------
    DataError
        If there is such an id.
    """
    if least := _INEXACT.get(str(ids.dtype)):
        number = ids.cast(pl.Float64)
        odd = number.is_finite() & (number.abs() >= least)
        what, remedy = _in_floats(least), _REMEDY
    elif ids.dtype == pl.Binary:
        odd = ids.is_not_null() & as_text(ids).is_null()
        what, remedy = "holds bytes that are no UTF-8", "save the ids as text"
    else:
        return
    if odd.any():
        raise DataError(
            f"column '{column}' is of type {ids.dtype}, and {what}",
            path=path,
            line=None if lines is None else lines.filter(odd)[0],
            remedy=remedy,
        )


def ids_from_floats(rows: pl.DataFrame, names: list[str], path: Path) -> pl.DataFrame:
    """Return rows in which ids written as floats, all of a column, are whole again: "311.0" is "311".

    Parameters
    ----------
    rows
        Rows of text.
    names
        The columns of ids.
    path
        The file, for the message.

    Raises
    ------
    DataError
        If one is so large that another may have become the same float.
    """
    spoilt = []
    for name in names:
        texts = rows[name].drop_nulls()
        if texts.is_empty() or not texts.str.contains(_FLOAT).all():
            continue
        least = _INEXACT["Float64"]
        if (texts.cast(pl.Float64).abs() >= least).any():
            raise DataError(f"{name} {_in_floats(least)}", path=path, remedy=_REMEDY)
        if texts.str.contains(_WHOLE_FLOAT).all():
            spoilt.append(name)
    return rows.with_columns(pl.col(spoilt).str.replace(ZEROS, "")) if spoilt else rows


def _in_floats(least: int) -> str:
    return f"has ids of {least:,} and more in floats, where several ids become one"

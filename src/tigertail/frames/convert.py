"""Frames of other libraries as Polars frames. No library is imported for this: what a frame is, it shows itself.

A pandas frame is read column by column. Its own Arrow interface needs pyarrow, which few people have installed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tigertail.errors import DataError


def to_polars(frame: Any, argument: str) -> pl.DataFrame:
    """Return a frame of any library as one of Polars; ids that Polars has no type for become text.

    Parameters
    ----------
    frame
        A frame or a column of pandas, a frame of Polars, anything with ``__arrow_c_stream__``, or a mapping of columns.
    argument
        Name of the argument, for messages.

    Raises
    ------
    DataError
        If it is none of these, its columns differ in length, or two have one name.
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    if _is_pandas(frame):
        return _from_pandas(frame, argument)
    if isinstance(frame, Mapping):
        return _from_columns(frame, argument)
    if hasattr(frame, "__arrow_c_stream__"):
        return pl.DataFrame(frame)
    raise DataError(
        f"{argument} is of type {type(frame).__name__}, which is no data frame",
        remedy="give a frame of pandas, Polars or Arrow, or a mapping of columns such as "
        '{"user": [...], "artist": [...]}',
    )


def is_column(values: Any) -> bool:
    """Return whether something is a single column: a list, an array, an index or a series."""
    if isinstance(values, str | bytes | Mapping) or hasattr(values, "columns"):
        return False
    return isinstance(values, Sequence | pl.Series) or hasattr(values, "tolist")


def as_column(values: Any, name: str) -> pl.Series:
    """Return a single column as one of Polars."""
    if isinstance(values, pl.Series):
        return values.alias(name)
    return _series(name, values.tolist() if hasattr(values, "tolist") else list(values))


def _is_pandas(frame: Any) -> bool:
    return type(frame).__module__.partition(".")[0] == "pandas" and hasattr(frame, "reset_index")


def _from_pandas(frame: Any, argument: str) -> pl.DataFrame:
    """Read a pandas frame, or a series as ``groupby(...).size()`` returns it; named levels of the index are columns."""
    if not hasattr(frame, "columns"):
        frame = frame.to_frame(frame.name or "count")
    named = [level for level in frame.index.names if level is not None]
    names = [str(name) for name in (*named, *frame.columns)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(
            f"{argument}: two columns, or a level of the index and a column, are called '{twice[0]}'",
            remedy="rename or drop one of them",
        )
    frame = frame.reset_index(level=named) if named else frame
    return pl.DataFrame([_pandas_column(str(name), frame.iloc[:, i]) for i, name in enumerate(frame.columns)])


def _pandas_column(name: str, column: Any) -> pl.Series:
    if (
        column.dtype.kind in "iufb"
        and hasattr(column.dtype, "itemsize")
        and hasattr(column.dtype, "byteorder")
    ):
        return pl.Series(name, column.to_numpy(), nan_to_null=True)
    if column.dtype.kind == "M":
        universal = (
            column.dt.tz_convert("UTC").dt.tz_localize(None) if hasattr(column.dtype, "tz") else column
        )
        return pl.Series(name, universal.to_numpy().astype("datetime64[us]"))
    values = column.astype(object)
    return _series(name, values.where(column.notna(), None).tolist())


def _from_columns(columns: Mapping[Any, Any], argument: str) -> pl.DataFrame:
    found = [as_column(values, str(name)) for name, values in columns.items() if is_column(values)]
    if odd := [str(name) for name, values in columns.items() if not is_column(values)]:
        raise DataError(
            f"{argument}: '{odd[0]}' is of type {type(columns[odd[0]]).__name__}, not a column",
            remedy="give a list or an array for each column",
        )
    if len({len(column) for column in found}) > 1:
        lengths = ", ".join(f"{column.name} {len(column):,}" for column in found)
        raise DataError(
            f"{argument}: the columns differ in length ({lengths})", remedy="give rows of one length"
        )
    return pl.DataFrame(found)


def _series(name: str, values: list[Any]) -> pl.Series:
    """Return values as a column; of mixed types or of one that Polars lacks, such as UUIDs, as text."""
    try:
        column = pl.Series(name, values, strict=True, nan_to_null=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        column = pl.Series(name, dtype=pl.Object)
    if column.dtype != pl.Object:
        return column
    return pl.Series(name, [None if _missing(one) else str(one) for one in values], dtype=pl.String)


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)

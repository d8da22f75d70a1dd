"""Frames of other libraries as Polars frames. No library is imported for this: what a frame is, it shows itself.

A pandas frame is read column by column. Its own Arrow interface needs pyarrow, which few people have installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from tigertail.errors import DataError


def to_polars(frame: Any, argument: str) -> pl.DataFrame:
    """Return a frame of any library as one of Polars; values that Polars has no type for become text.

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
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, pl.DataFrame):
        return frame.with_columns(as_column(one, one.name) for one in frame if one.dtype == pl.Object)
    if _is_pandas(frame) and hasattr(frame, "reset_index"):
        return _from_pandas(frame, argument)
    if isinstance(frame, Mapping):
        return _from_columns(frame, argument)
    if hasattr(frame, "__arrow_c_stream__"):
        try:
            return pl.DataFrame(frame)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise DataError(
                f"{argument} cannot be read as a data frame ({str(error).splitlines()[0]})",
                remedy="give an Arrow table whose columns have a name each, of their own",
            ) from error
    raise DataError(
        f"{argument} is of type {type(frame).__name__}, which is no data frame",
        remedy="give a frame of pandas, Polars or Arrow, or a mapping of columns such as "
        '{"user": [...], "artist": [...]}',
    )


def is_column(values: Any) -> bool:
    """Return whether something is a single column: a list, an array, an index or a series."""
    if isinstance(values, str | bytes | Mapping) or hasattr(values, "columns"):
        return False
    return isinstance(values, Sequence | pl.Series) or (
        hasattr(values, "tolist") and getattr(values, "ndim", 1) > 0
    )


def as_column(values: Any, name: str) -> pl.Series:
    """Return a single column as one of Polars."""
    if isinstance(values, pl.Series):
        return _series(name, values.to_list()) if values.dtype == pl.Object else values.alias(name)
    if _is_pandas(values) and hasattr(values, "where"):  # a series or an index, no bare array
        return _pandas_column(name, values.to_series() if hasattr(values, "to_series") else values)
    return _series(name, _listed(values))


def _is_pandas(values: Any) -> bool:
    return any(kind.__module__.partition(".")[0] == "pandas" for kind in type(values).__mro__)


def _from_pandas(frame: Any, argument: str) -> pl.DataFrame:
    """Read a pandas frame, or a series as ``groupby(...).size()`` returns it; named levels of the index are columns."""
    if not hasattr(frame, "columns"):
        frame = frame.to_frame(frame.name or "count")
    named = [level for level in frame.index.names if level is not None]
    _refuse_equal([*named, *frame.columns], argument, "two columns, or a level of the index and a column,")
    frame = frame.reset_index(level=named) if named else frame
    return pl.DataFrame([_pandas_column(str(name), frame.iloc[:, i]) for i, name in enumerate(frame.columns)])


def _refuse_equal(given: Iterable[Any], argument: str, what: str) -> None:
    names = [str(name) for name in given]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"{argument}: {what} are called '{twice[0]}'", remedy="rename or drop one of them")


def _pandas_column(name: str, column: Any) -> pl.Series:
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iufb":
        return pl.Series(name, column.to_numpy(), nan_to_null=True)
    if isinstance(dtype, np.dtype) and dtype.kind == "M":
        return pl.Series(name, column.to_numpy().astype("datetime64[us]"))
    if hasattr(dtype, "tz") and dtype.kind == "M":
        universal = column.dt.tz_convert("UTC").dt.tz_localize(None)
        return pl.Series(name, universal.to_numpy().astype("datetime64[us]"))
    # Types of pandas and Arrow that have a mark for a missing value.
    values = column.astype(object)
    return _series(name, values.where(column.notna(), None).tolist())


def _listed(values: Any) -> list[Any]:
    """Return values as a list, NumPy's times as Python's, which has none in nanoseconds."""
    if not hasattr(values, "tolist") and set(map(type, values)) - {type(None)} == {np.datetime64}:
        values = np.asarray(values, "datetime64")
    if getattr(values, "dtype", None) == np.dtype("datetime64[ns]"):
        values = values.astype("datetime64[us]")
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _from_columns(columns: Mapping[Any, Any], argument: str) -> pl.DataFrame:
    if odd := [str(name) for name, values in columns.items() if not is_column(values)]:
        raise DataError(
            f"{argument}: '{odd[0]}' is of type {type(columns[odd[0]]).__name__}, not a column",
            remedy="give a list or an array for each column",
        )
    _refuse_equal(columns, argument, "two columns")
    found = [as_column(values, str(name)) for name, values in columns.items()]
    if len({len(column) for column in found}) > 1:
        lengths = ", ".join(f"{column.name} {len(column):,}" for column in found)
        raise DataError(
            f"{argument}: the columns differ in length ({lengths})", remedy="give rows of one length"
        )
    return pl.DataFrame(found)


def _series(name: str, values: list[Any]) -> pl.Series:
    """Return values as a column; of mixed types or of one that Polars lacks, such as UUIDs, as text."""
    column = _of_one_type(name, values)
    if column is None:
        values = [_with_none(one) for one in values]
        column = _of_one_type(name, values)
    if column is None:
        column = pl.Series(name, [None if one is None else str(one) for one in values], dtype=pl.String)
    return column


def _of_one_type(name: str, values: list[Any]) -> pl.Series | None:
    try:
        column = pl.Series(name, values, strict=True, nan_to_null=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None  # it panics at a decimal that is not a number
    return None if column.dtype == pl.Object else column


def _with_none(value: Any) -> Any:
    """Return a value with None for what stands for a missing one, within a list too."""
    if isinstance(value, list | tuple | np.ndarray):
        return [_with_none(one) for one in value]
    if type(value).__name__ == "NAType":  # of pandas; it has no truth value
        return None
    return None if isinstance(value, float | Decimal | datetime | np.generic) and value != value else value

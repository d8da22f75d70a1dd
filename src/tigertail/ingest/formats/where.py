"""Which rows of a file are read: conditions on its columns."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from pathlib import Path
from sys import float_info
from typing import Annotated, Any, Final

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict

from tigertail.errors import DataError
from tigertail.io.quarantine import Quarantine

Value = str | bool | int | float

_HOW: Final = (
    'write a value, a list of values, or one or more of { at_least = 30, at_most = 600, without = ["x"] }'
)


def _listed(values: Any) -> Any:
    return values if isinstance(values, list | tuple) else [values]


class Bounds(BaseModel):
    """A condition on a column: numbers within bounds, or values that it must not have.

    Attributes
    ----------
    at_least, at_most
        The least and the greatest number; a field without a value, or whose text is no number, meets neither.
    without
        Values that it must not have; a field without a value has none of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_least: float | None = None
    at_most: float | None = None
    without: Annotated[tuple[Value, ...], BeforeValidator(_listed)] = ()


def check_condition(column: str, condition: Any) -> None:
    """Raise a ValueError that says how a condition in a recipe is written, if this one is not.

    Parameters
    ----------
    column
        The column.
    condition
        What the recipe says of it.
    """
    values, bounds = condition, []
    if isinstance(condition, dict):
        if unknown := [key for key in condition if key not in Bounds.model_fields]:
            raise ValueError(f"{column}: unknown key '{unknown[0]}'; {_HOW}")
        bounds = [condition[key] for key in ("at_least", "at_most") if key in condition]
        if odd := [one for one in bounds if not _is_number(one)]:
            raise ValueError(f"{column}: '{odd[0]}' is no number; {_HOW}")
        if bounds != sorted(bounds):
            raise ValueError(f"{column}: at_least is above at_most, so that no row is left")
        values = condition.get("without", bounds)
    values = _listed(values)
    if not values:
        raise ValueError(f"{column}: a condition without a value; {_HOW}")
    if odd := [one for one in values if not isinstance(one, Value)]:
        raise ValueError(f"{column}: '{odd[0]}' is no text, number or truth; {_HOW}")
    if any(isinstance(one, int) and abs(one) > float_info.max for one in (*bounds, *values)):
        raise ValueError(f"{column}: a number beyond {float_info.max:.1e}, the largest that is read")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -inf <= value <= inf


Condition = Value | tuple[Value, ...] | Bounds
"""One value, one of some values, or bounds."""


def kept_rows(
    rows: pl.DataFrame,
    conditions: Mapping[str, Condition],
    source: str,
    path: Path,
    quarantine: Quarantine,
) -> pl.DataFrame:
    """Return the rows that meet all conditions; the others are counted, by the first that they do not meet.

    Parameters
    ----------
    rows
        Rows with the file's columns.
    conditions
        The conditions on these columns.
    source, path
        The source, for the count, and the file, for messages.
    quarantine
        Where the count goes.

    Raises
    ------
    DataError
        If a column is of a type that cannot be compared: nested, binary or a duration.
    """
    for column, condition in conditions.items():
        if rows.schema[column].is_nested() or rows.schema[column] in (pl.Binary, pl.Duration):
            raise DataError(
                f"column '{column}' is of type {rows.schema[column]}, which cannot be compared",
                path=path,
                remedy="name a column of text or numbers under 'where'",
            )
        kept = rows.filter(_holds(rows[column], condition))
        quarantine.skip(source, f"left out by where: {column}", rows.height - kept.height)
        rows = kept
    return rows


def _holds(values: pl.Series, condition: Condition) -> pl.Series:
    if not isinstance(condition, Bounds):
        return _is_one_of(values, condition if isinstance(condition, tuple) else (condition,))
    holds = ~_is_one_of(values, condition.without)
    number = values.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False).fill_nan(None)
    if condition.at_least is not None:
        holds &= (number >= condition.at_least).fill_null(False)
    if condition.at_most is not None:
        holds &= (number <= condition.at_most).fill_null(False)
    return holds


def _is_one_of(values: pl.Series, wanted: tuple[Value, ...]) -> pl.Series:
    """Compare as text, without blanks at its ends and the case of true and false; as numbers where both are."""
    text = values.cast(pl.String).str.strip_chars()
    words = [one.strip() for one in wanted if isinstance(one, str)]
    if values.dtype == pl.Boolean:
        words = [word.lower() for word in words]
    truths = [str(one).lower() for one in wanted if isinstance(one, bool)]
    numbers = [one for one in wanted if isinstance(one, int | float) and not isinstance(one, bool)]
    if not values.dtype.is_float():
        words += [str(one) for one in numbers if _is_long(one)]
        numbers = [one for one in numbers if not _is_long(one)]
    found = text.is_in(words)
    if truths:
        found |= text.str.to_lowercase().is_in(truths)
    if numbers:
        found |= text.cast(pl.Float64, strict=False).is_in([float(one) for one in numbers])
    return found.fill_null(False)


def _is_long(number: float) -> bool:
    """Return whether this is a whole number, as an id may be, that is equal to others once they are floats."""
    return isinstance(number, int) and abs(number) >= 2**53

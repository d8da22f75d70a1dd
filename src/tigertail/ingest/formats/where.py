"""Which rows of a file are read: conditions on its columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tigertail.errors import DataError
from tigertail.io.quarantine import Quarantine

Value = str | bool | int | float


class Bounds(BaseModel):
    """A condition on a column: numbers within bounds, or values that it must not have.

    Attributes
    ----------
    at_least, at_most
        The least and the greatest number.
    without
        Values that it must not have; a field without a value has none of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_least: float | None = None
    at_most: float | None = None
    without: tuple[Value, ...] = Field(default=())

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.at_least is None and self.at_most is None and not self.without:
            raise ValueError("a condition has at_least, at_most or without")
        return self


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
        If a column is of a type that has no single values.
    """
    for column, condition in conditions.items():
        if rows.schema[column].is_nested() or rows.schema[column] == pl.Binary:
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
    number = values.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    if condition.at_least is not None:
        holds &= (number >= condition.at_least).fill_null(False)
    if condition.at_most is not None:
        holds &= (number <= condition.at_most).fill_null(False)
    return holds


def _is_one_of(values: pl.Series, wanted: tuple[Value, ...]) -> pl.Series:
    """Compare as text without case for true and false, as numbers where both are numbers."""
    text = values.cast(pl.String).str.strip_chars()
    words = [one for one in wanted if isinstance(one, str)]
    if values.dtype == pl.Boolean:
        words = [word.lower() for word in words]
    truths = [str(one).lower() for one in wanted if isinstance(one, bool)]
    numbers = [float(one) for one in wanted if isinstance(one, int | float) and not isinstance(one, bool)]
    found = text.is_in(words)
    if truths:
        found |= text.str.to_lowercase().is_in(truths)
    if numbers:
        found |= text.cast(pl.Float64, strict=False).is_in(numbers)
    return found.fill_null(False)

"""Types of columns: which of them a column of a table can be read from. They are checked before anything is cast."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl
from polars.datatypes import DataTypeClass

from tigertail import columns as c
from tigertail.dataset.table_spec import ITEM, ITEM_REFERENCE, PAIR_REFERENCES, Check, TableSpec
from tigertail.errors import DataError
from tigertail.ingest.formats.source import DESCRIPTOR
from tigertail.ingest.times import moments

CODES: Final = (Check.COUNTRY, Check.LANGUAGE)
TEXT_CHECKS: Final = (Check.TEXT, Check.MBID, Check.MBIDS, *CODES)
MANY: Final = (*ITEM_REFERENCE, *PAIR_REFERENCES[0], *PAIR_REFERENCES[1], c.LABEL)
"""Columns of which one row may have several values: it stands for several rows, or for one item of several artists."""

# A list beside one of items or labels.
_WITH_MANY: Final = (Check.AMOUNT, Check.RATING, Check.TIME, Check.POSITION)
_WORDS: Final = (pl.String, pl.Binary, pl.Categorical, pl.Enum, pl.Null)
_FIELDS_SHOWN: Final = 5
_MBID_BYTES: Final = 16
ZEROS: Final = r"\.0+$"  # of a whole number that went through floats


def check_types(spec: TableSpec, rows: pl.DataFrame, path: Path, names: Mapping[str, str]) -> None:
    """Refuse columns of a type that cannot be read.

    Parameters
    ----------
    spec
        The table.
    rows
        Its columns, as a source gives them.
    path
        The file, for the message.
    names
        The file's names for the columns, where they differ.

    Raises
    ------
    DataError
        If a type has no meaning in its column.
    """
    lists = [name for name, dtype in rows.schema.items() if is_list(dtype)]
    leading = any(name in MANY for name in lists)
    for name, dtype in rows.schema.items():
        column = spec.inputs.get(name)
        check = column.check if column else Check.AMOUNT
        if column is None and not name.startswith(DESCRIPTOR):
            continue
        allowed = name in MANY or (leading and column is not None and check in _WITH_MANY)
        inner = dtype.inner if allowed and isinstance(dtype, pl.List | pl.Array) else dtype
        if not _readable(inner, check):
            raise DataError(
                f"column '{names.get(name, name.removeprefix(DESCRIPTOR))}' is of type {dtype}, "
                f"which cannot be read as {_what(name)}",
                path=path,
                remedy=_remedy(name, spec, names.get(name, name), dtype),
            )


def read_as(values: pl.Series, check: Check, path: Path) -> pl.Series:
    """Return a column of a published file as text, numbers or times; what is text there stays text, but for times.

    Parameters
    ----------
    values
        The column.
    check
        What its values are.
    path
        The file, for the message.

    Raises
    ------
    DataError
        If the type cannot be read so.
    """
    if not _readable(values.dtype, check):
        raise DataError(
            f"column '{values.name}' is of type {values.dtype}, which cannot be read as {check.value}",
            path=path,
            remedy="give the file as published",
        )
    values = values if values.dtype == pl.String else _plain(values, check)
    return moments(values).alias(values.name) if check is Check.TIME else values


def plain(rows: pl.DataFrame, given: Mapping[str, Check]) -> pl.DataFrame:
    """Return rows whose text, numbers and times are of the types that cleaning works on.

    Parameters
    ----------
    rows
        Columns that :func:`check_types` accepts.
    given
        How each column is cleaned.
    """
    descriptors = {name: Check.AMOUNT for name in rows.columns if name.startswith(DESCRIPTOR)}
    return rows.with_columns(
        _plain(rows[name], check)
        for name, check in {**given, **descriptors}.items()
        if rows[name].dtype != pl.String
    )


def as_text(values: pl.Series) -> pl.Series:
    """Return values as text, to compare: whole numbers without ".0", bytes decoded; other types are null."""
    if not is_text(values.dtype):
        return pl.Series(values.name, [None] * len(values), dtype=pl.String)
    return (values if values.dtype == pl.String else _plain(values, Check.TEXT)).str.strip_chars()


def is_text(dtype: pl.DataType) -> bool:
    """Return whether a column's values are text, or numbers or bytes that can be read as text."""
    return _readable(dtype, Check.TEXT)


def is_list(dtype: pl.DataType) -> bool:
    """Return whether a column's values are lists."""
    return isinstance(dtype, pl.List | pl.Array)


def _plain(values: pl.Series, check: Check) -> pl.Series:
    dtype = values.dtype
    if dtype == pl.Binary:
        return _from_bytes(values, check)
    if dtype in (pl.Categorical, pl.Enum, pl.Null):
        return values.cast(pl.String)
    if check in TEXT_CHECKS:
        if dtype.is_decimal():  # as text it has as many places as its type
            return values.cast(pl.String).str.replace(ZEROS, "")
        return _number_as_text(values) if dtype.is_float() else values.cast(pl.String)
    return values.cast(pl.Float64) if dtype.is_numeric() or dtype == pl.Boolean else values


def _number_as_text(values: pl.Series) -> pl.Series:
    """Write whole numbers without a fraction; NaN and the infinities are no values."""
    number = pl.col(values.name).cast(pl.Float64)
    whole = (number == number.round()) & number.abs().lt(2.0**63)
    text = pl.when(whole).then(number.cast(pl.Int64, strict=False).cast(pl.String))
    finite = pl.when(number.is_finite()).then(text.otherwise(number.cast(pl.String)))
    return values.to_frame().select(finite.alias(values.name)).to_series()


def _from_bytes(values: pl.Series, check: Check) -> pl.Series:
    """Decode bytes: text in UTF-8, or the sixteen bytes of an MBID; others are null."""
    try:
        text = values.cast(pl.String)
    except pl.exceptions.PolarsError:
        text = pl.Series(values.name, [_decoded(one) for one in values], dtype=pl.String)
    if check not in (Check.MBID, Check.MBIDS):
        return text
    code = values.bin.encode("hex")
    mbid = code.str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5")
    sixteen = values.bin.size() == _MBID_BYTES
    return pl.select(pl.when(sixteen).then(mbid).otherwise(text).alias(values.name)).to_series()


def _decoded(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _readable(dtype: pl.DataType | DataTypeClass, check: Check) -> bool:
    if dtype in _WORDS:
        return True
    if check is Check.TEXT:
        return dtype.is_numeric()
    if check is Check.TIME:
        return dtype.is_numeric() or isinstance(dtype, pl.Date | pl.Datetime)
    if check in (Check.AMOUNT, Check.RATING):
        return dtype.is_numeric() or dtype == pl.Boolean
    return check is Check.POSITION and dtype.is_numeric()


def _what(name: str) -> str:
    return "a descriptor" if name.startswith(DESCRIPTOR) else name


def _remedy(name: str, spec: TableSpec, column: str, dtype: pl.DataType) -> str:
    if name.startswith(DESCRIPTOR):  # the fields of a struct are descriptors by themselves
        return f"leave it out: without = ['{name.removeprefix(DESCRIPTOR)}']"
    inner = dtype.inner if isinstance(dtype, pl.List | pl.Array) else dtype
    if isinstance(inner, pl.Struct) and inner.fields:
        fields = ", ".join(f"'{column}.{field.name}'" for field in inner.fields[:_FIELDS_SHOWN])
        return f"name one of its fields under 'columns' in the recipe: {fields}"
    if name in ITEM and spec.item_columns:
        return "name another column in the recipe, or save it as text, numbers, or a list of these"
    return "name another column in the recipe, or save it as text or numbers"

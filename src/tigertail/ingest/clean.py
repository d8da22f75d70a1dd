"""Turn the raw rows of a source into typed rows; rows that cannot be used go to the quarantine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl
import polars.selectors as cs

from tigertail import columns as c
from tigertail.dataset.table_spec import ITEM, PAIR_REFERENCES, Check, Refers, TableSpec
from tigertail.dataset.tables import TABLES
from tigertail.geo.countries import country_code
from tigertail.geo.languages import language_code
from tigertail.ingest.descriptors import clean_descriptors, descriptors_of
from tigertail.ingest.formats import Batch
from tigertail.ingest.formats.column_types import TEXT_CHECKS, check_types, plain
from tigertail.ingest.formats.ids import check_ids, ids_from_floats
from tigertail.ingest.missing import says_something, warn_of_marks, without_placeholders
from tigertail.ingest.times import moments, to_the_second
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine, reasons

MAX_AMOUNT: Final = c.MAX_PLAYS
"""The bound of all amounts: its reason is that of plays; larger counts of pairs can be divided (docs/data.md)."""

NEGATIVE: Final = " is negative"
"""The end of the reason for which a number below zero is rejected."""

UNREAD_TIME: Final = "time that cannot be read"
"""The beginning of the warning of times that are left out."""

EXACT: Final = "#exact"
"""Of rows with a time: whether it is exact to the second."""

# A MusicBrainz id alone, in braces, or as an address of the web site.
_MBID: Final = (
    r"^(?:https?://(?:[a-z]+\.)?musicbrainz\.org/[a-z-]+/|urn:uuid:)?"
    rf"\{{?({c.UUID})\}}?(?:[/?#].*)?$"
)
_CODES: Final = {Check.COUNTRY: country_code, Check.LANGUAGE: language_code}
_LAST_POSITION: Final = 2**31 - 1


def clean(
    batch: Batch,
    source: str,
    quarantine: Quarantine,
    missing_marks: Sequence[str] = (),
    more: Sequence[tuple[pl.Expr, str]] = (),
) -> pl.DataFrame:
    """Return the usable rows of a batch, typed.

    Parameters
    ----------
    batch
        Raw rows of the source.
    source
        Its name.
    quarantine
        Where the rejected rows go.
    missing_marks
        Texts that stand for a missing value.
    more
        Further reasons to reject a row, which come first, and when they hold: texts, MBIDs and numbers are cleaned by
        then, codes and times not yet.

    Returns
    -------
    polars.DataFrame
        The batch's columns, cleaned as :class:`~tigertail.dataset.table_spec.Check` describes, without references that
        stand for nothing, ``EXACT`` where there is a time, and the columns of the table's ``defaults``.

    Raises
    ------
    DataError
        If a column is of a type that cannot be read, or has ids that may be others'.
    """
    spec = TABLES[batch.table]
    given = {name: column.check for name, column in spec.inputs.items() if name in batch.rows.columns}
    file = Path(batch.file)
    check_types(spec, batch.rows, file, {})
    check_ids(spec, batch.rows, file, {})
    rows = plain(batch.rows, given)
    _warn_of_bytes(batch.rows, rows, source, quarantine)
    rows = _texts(rows, given, missing_marks)
    for check in (Check.MBID, Check.MBIDS):
        for name in _of(given, check):
            rows = _mbids(rows, name, source, quarantine, several=check is Check.MBIDS)
    rows = without_placeholders(rows)
    ids = [name for name in spec.referring(*Refers) if name in _of(given, Check.TEXT)]
    rows = ids_from_floats(rows, ids, file)
    if not missing_marks:
        warn_of_marks(rows.select(_of(given, Check.TEXT, *_CODES)), source, quarantine)
    checks = [*more, *_required(spec, rows)] + (_unknown(given, rows) if spec.whole_codes else [])
    rows, of_numbers = _numbers(rows, given, batch.rating_scale)
    checks += of_numbers + _written_otherwise(rows, _of(given, Check.TIME), batch.time_formats)
    if spec.descriptors:
        rows = clean_descriptors(rows, source, quarantine, missing_marks)
        checks.append((pl.all_horizontal(pl.col(descriptors_of(rows)).is_null()), "no descriptor"))
    if checks:
        rows = quarantine.usable_rows(source, batch.file, rows, reasons(*checks))
    for check, code_of in _CODES.items():
        for name in _of(given, check):
            rows = _coded(rows, name, code_of, source, quarantine)
    for name in _of(given, Check.TIME):
        rows = _times(rows, name, batch, source, quarantine)
    return _complete(spec, rows).drop(LINE, RAW_TEXT, strict=False)


def _of(given: Mapping[str, Check], *checks: Check) -> list[str]:
    return [name for name, own in given.items() if own in checks]


def _texts(rows: pl.DataFrame, given: Mapping[str, Check], missing_marks: Sequence[str]) -> pl.DataFrame:
    """Strip blanks; text of nothing visible is null, and so is what stands for a missing value."""
    names = [name for name in given if rows[name].dtype == pl.String]
    stripped = {name: pl.col(name).str.strip_chars() for name in names}
    shown = [says_something(text, missing_marks) for text in stripped.values()]
    return rows.with_columns(
        pl.when(seen).then(text).alias(name)
        for (name, text), seen in zip(stripped.items(), shown, strict=True)
    )


def _warn_of_bytes(raw: pl.DataFrame, rows: pl.DataFrame, source: str, quarantine: Quarantine) -> None:
    """Count the values that are missing because their bytes are no text."""
    for name in raw.select(cs.binary()).columns:
        lost = rows[name].null_count() - raw[name].null_count()
        quarantine.warn(source, f"{name} in bytes that are no UTF-8, left out", lost)


def _required(spec: TableSpec, rows: pl.DataFrame) -> list[tuple[pl.Expr, str]]:
    """Return the checks for text that a row of this table needs; numbers have checks of their own."""
    checks = []
    for choices in spec.needs:
        present = [name for name in choices if name in rows.columns]
        if all(spec.inputs[name].check in TEXT_CHECKS for name in present):
            names = choices[:1] if choices in PAIR_REFERENCES else choices
            what = "item name" if choices == ITEM else " or ".join(names).removesuffix("_id")
            checks.append((pl.all_horizontal(pl.col(present).is_null()), f"no {what}"))
    return checks


def _unknown(given: Mapping[str, Check], rows: pl.DataFrame) -> list[tuple[pl.Expr, str]]:
    """Return the checks for codes that nobody knows: without its country, a row would be about every country."""
    checks = []
    for check, code_of in _CODES.items():
        for name in _of(given, check):
            unknown = [text for text in rows[name].drop_nulls().unique() if code_of(text) is None]
            checks.append((pl.col(name).is_in(unknown), f"unknown {name}"))
    return checks


def _numbers(
    rows: pl.DataFrame, given: Mapping[str, Check], rating_scale: tuple[float, float]
) -> tuple[pl.DataFrame, list[tuple[pl.Expr, str]]]:
    """Cast amounts, ratings and positions to numbers and return the checks they must pass."""
    checks: list[tuple[pl.Expr, str]] = []
    for name, check in given.items():
        if check is Check.AMOUNT:
            rows, further = _amount(rows, name)
        elif check is Check.RATING:
            rows, further = _rating(rows, name, rating_scale)
        elif check is Check.POSITION:
            rows, further = _position(rows, name)
        else:
            continue
        checks += further
    return rows, checks


def _number(rows: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64, strict=False)


def _amount(rows: pl.DataFrame, name: str) -> tuple[pl.DataFrame, list[tuple[pl.Expr, str]]]:
    """Cast a column to numbers and return the checks they must pass."""
    number = pl.col(name)
    checks = [
        (number.is_null() | number.is_nan(), f"{name} is not a number"),
        (number < 0, f"{name}{NEGATIVE}"),
        (number == 0, f"{name} is zero"),
        (number > MAX_AMOUNT, f"{name} is above {MAX_AMOUNT:,}"),
    ]
    return rows.with_columns(_number(rows, name)), checks


def _rating(
    rows: pl.DataFrame, name: str, scale: tuple[float, float]
) -> tuple[pl.DataFrame, list[tuple[pl.Expr, str]]]:
    """Scale a column of ratings to 0..1 and return the checks they must pass."""
    low, high = scale
    number = pl.col(name)
    checks = [
        (number.is_null() | number.is_nan(), f"{name} is not a number"),
        (~number.is_between(0, 1), f"{name} is not within {low:g} to {high:g}"),
    ]
    return rows.with_columns((_number(rows, name) - low) / (high - low)), checks


def _position(rows: pl.DataFrame, name: str) -> tuple[pl.DataFrame, list[tuple[pl.Expr, str]]]:
    """Cast positions to whole numbers and return the checks they must pass; a batch without any has no order.

    Batches are judged one by one, since it is not known here whether a later one of the source has positions.
    """
    if rows[name].null_count() == rows.height:
        return rows.with_columns(pl.lit(None, pl.Int32).alias(name)), []
    number = _number(rows, name)
    whole = number.is_between(0, _LAST_POSITION) & (number == number.round())
    checks = [(pl.col(name).is_null(), f"{name} is not a whole number from 0 to {_LAST_POSITION:,}")]
    return rows.with_columns(pl.when(whole).then(number).cast(pl.Int32).alias(name)), checks


def _mbids(
    rows: pl.DataFrame, name: str, source: str, quarantine: Quarantine, *, several: bool
) -> pl.DataFrame:
    """Keep valid MusicBrainz ids, in lower case: the one that a text is, or all that it has."""
    texts = rows[name].str.to_lowercase()
    if several:
        all_of_it = texts.str.extract_all(c.UUID).list.unique(maintain_order=True)
        found = all_of_it.list.join(",").replace("", None)
    else:
        found = texts.str.extract(_MBID)
    _warn(source, quarantine, "not a MusicBrainz id, left out", rows.filter(found.is_null())[name])
    return rows.with_columns(found.alias(name))


def _coded(
    rows: pl.DataFrame, name: str, code_of: Callable[[str], str | None], source: str, quarantine: Quarantine
) -> pl.DataFrame:
    """Turn a column of names into codes, once for each distinct name; unknown names become null."""
    names = rows[name].drop_nulls().unique()
    codes = pl.Series([code_of(text) for text in names], dtype=pl.String)
    known = rows[name].replace_strict(names, codes, default=None, return_dtype=pl.String)
    unknown = rows.filter(known.is_null() & pl.col(name).is_not_null())[name]
    _warn(source, quarantine, f"unknown {name}, left out", unknown)
    return rows.with_columns(known.alias(name))


def _written_otherwise(
    rows: pl.DataFrame, names: list[str], formats: Sequence[str]
) -> list[tuple[pl.Expr, str]]:
    """Return the checks for times that are not written as a recipe says: a guess could take a day for a month."""
    checks = []
    for name in names if formats else []:
        raw = rows[name]
        unread = raw.filter(moments(raw, formats).is_null()).drop_nulls().unique()
        checks.append(
            (pl.col(name).is_in(unread.implode()), f"{name} is not written as {' or '.join(formats)}")
        )
    return checks


def _times(rows: pl.DataFrame, name: str, batch: Batch, source: str, quarantine: Quarantine) -> pl.DataFrame:
    """Read times, and in ``EXACT`` whether they are exact to the second."""
    raw, formats = rows[name], batch.time_formats
    times = moments(raw, formats)
    unreadable = raw.filter(times.is_null() & raw.is_not_null()).cast(pl.String)
    # By its time alone a play is known to be reported twice.
    so = "; repeats of such plays are counted" if batch.events else ""
    _warn(source, quarantine, f"{UNREAD_TIME}, left out{so}", unreadable)
    return rows.with_columns(times.alias(name), to_the_second(raw, times, formats).alias(EXACT))


def _complete(spec: TableSpec, rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in the defaults of columns, and of values, that a source does not give."""
    return rows.with_columns(
        (pl.col(name).fill_null(value) if name in rows.columns else pl.lit(value)).alias(name)
        for name, value in spec.defaults.items()
    )


def _warn(source: str, quarantine: Quarantine, what: str, values: pl.Series) -> None:
    values = values.drop_nulls()
    if not values.is_empty():
        common = values.value_counts(sort=True).sort(["count", values.name], descending=[True, False])
        quarantine.warn(source, what, len(values), common[values.name].head(5).to_list())

"""Rows as they stand in a source become typed rows, or go to the quarantine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.geo.countries import country_code
from tigertail.geo.languages import language_code
from tigertail.ingest.descriptors import clean_descriptors, descriptors_of
from tigertail.ingest.formats import Batch
from tigertail.ingest.formats.source import ARTIST_MBID, PAIR_SIDES, REFERENCE
from tigertail.io.quarantine import LINE, TEXT, Quarantine, reasons

# Forty years of three-minute songs, day and night, are seven million plays.
MOST_PLAYS: Final = 10_000_000

_UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_TEXTS: Final = (
    *REFERENCE,
    c.LISTENER_ID,
    c.COUNTRY,
    c.LANGUAGE,
    c.FACET,
    c.LABEL,
    c.SOURCE,
    c.ANNOTATOR,
    c.DOCUMENT_ID,
    c.CLIP_ID,
    c.SEQUENCE_ID,
    c.CURATOR,
    *PAIR_SIDES[0],
    *PAIR_SIDES[1],
)
_MBIDS: Final = (c.MBID, ARTIST_MBID, PAIR_SIDES[0][2], PAIR_SIDES[1][2])
_NUMBERS: Final = (c.PLAYS, c.WEIGHT, c.COUNT, c.RATING)
_CODES: Final = {c.COUNTRY: country_code, c.LANGUAGE: language_code}
_DEFAULTS: Final = {c.FACET: "tag", c.SOURCE: c.CROWD}
_TIMES: Final = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_LAST_POSITION: Final = 2**31 - 1
_MILLISECONDS: Final = 100_000_000_000  # a time beyond this is no count of seconds


def clean(batch: Batch, source: str, quarantine: Quarantine) -> pl.DataFrame:
    """Return the usable rows of a batch, typed.

    Parameters
    ----------
    batch
        Rows as they stand in the source.
    source
        Its name.
    quarantine
        Where the others go.

    Returns
    -------
    polars.DataFrame
        The batch's columns without blanks at either end, empty text null: counts as numbers above zero, a
        rating from 0 to 1, times in UTC, countries as ISO codes, languages as BCP 47 codes, MBIDs in lower
        case. Counts and weights that a source does not give are 1. Places in a sequence are whole numbers, or
        all null where it has no order.
    """
    rows = batch.rows
    rows = rows.with_columns(_text(name) for name in _TEXTS if name in rows.columns)
    rows = _mbids(rows, source, quarantine)
    checks = _missing(batch.table, rows)
    for name in _NUMBERS:
        if name in rows.columns:
            rows, failed = _number(rows, name, batch.rating_scale)
            checks += failed
    if c.POSITION in rows.columns and rows[c.POSITION].null_count() < rows.height:
        rows, failed = _position(rows)
        checks += failed
    if batch.table == c.AUDIO_TABLE:
        rows = clean_descriptors(rows, source, quarantine)
        checks.append((pl.all_horizontal(pl.col(descriptors_of(rows)).is_null()), "no descriptor"))
    if checks:
        rows = quarantine.keep(source, batch.file, rows, reasons(*checks))
    for name, code_of in _CODES.items():
        if name in rows.columns:
            rows = _coded(rows, name, code_of, source, quarantine)
    if c.LAST_PLAYED in rows.columns:
        rows = _times(rows, source, quarantine)
    return _complete(batch.table, rows).drop(LINE, TEXT, strict=False)


def _text(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _missing(table: str, rows: pl.DataFrame) -> list[tuple[pl.Expr, str]]:
    """Return the checks for what a row of this table cannot do without."""
    checks = []
    if table in (c.PLAYS_TABLE, c.LISTENERS_TABLE):
        checks.append((pl.col(c.LISTENER_ID).is_null(), "no listener"))
    if table == c.PAIRS_TABLE:
        for side in PAIR_SIDES:
            named = [name for name in side if name in rows.columns]
            checks.append((pl.all_horizontal(pl.col(named).is_null()), f"no {side[0]}"))
    elif table != c.LISTENERS_TABLE:
        given = [name for name in (c.ITEM_ID, c.NAME, c.MBID) if name in rows.columns]
        checks.append((pl.all_horizontal(pl.col(given).is_null()), "no item name"))
    if table == c.ANNOTATIONS_TABLE:
        checks.append((pl.col(c.LABEL).is_null(), "no label"))
    if table == c.MENTIONS_TABLE:
        checks.append((pl.col(c.DOCUMENT_ID).is_null(), "no document"))
    if table == c.SEQUENCES_TABLE:
        checks.append((pl.col(c.SEQUENCE_ID).is_null(), "no sequence"))
    return checks


def _number(
    rows: pl.DataFrame, name: str, rating_scale: tuple[float, float]
) -> tuple[pl.DataFrame, list[tuple[pl.Expr, str]]]:
    """Cast a column to numbers and return the checks it must pass."""
    value = pl.col(name)
    if rows[name].dtype == pl.String:
        value = value.str.strip_chars()
    value = value.cast(pl.Float64, strict=False)
    number = pl.col(name)
    if name == c.RATING:
        low, high = rating_scale
        checks = [
            (number.is_null() | number.is_nan(), "rating is not a number"),
            (~number.is_between(0, 1), f"rating is not within {low:g} to {high:g}"),
        ]
        return rows.with_columns((value - low) / (high - low)), checks
    what = "weight" if name == c.WEIGHT else "count"
    checks = [
        (number.is_null() | number.is_nan(), f"{what} is not a number"),
        (number < 0, f"{what} is negative"),
        (number == 0, f"{what} is zero"),
        (number > MOST_PLAYS, f"{what} is above {MOST_PLAYS:,}"),
    ]
    return rows.with_columns(value), checks


def _position(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[pl.Expr, str]]]:
    """Cast places in a sequence to whole numbers and return the checks they must pass."""
    value = pl.col(c.POSITION)
    if rows[c.POSITION].dtype == pl.String:
        value = value.str.strip_chars()
    number = value.cast(pl.Float64, strict=False)
    whole = number.is_between(0, _LAST_POSITION) & (number == number.round())
    checks = [(pl.col(c.POSITION).is_null(), f"position is not a whole number from 0 to {_LAST_POSITION:,}")]
    return rows.with_columns(pl.when(whole).then(number).cast(pl.Int32).alias(c.POSITION)), checks


def _mbids(rows: pl.DataFrame, source: str, quarantine: Quarantine) -> pl.DataFrame:
    """Keep MusicBrainz ids that are some, in lower case."""
    for name in _MBIDS:
        if name not in rows.columns:
            continue
        lower = rows[name].str.to_lowercase()
        valid = lower.str.contains(_UUID)
        _warn(source, quarantine, "not a MusicBrainz id, left out", rows.filter(~valid)[name])
        rows = rows.with_columns(pl.when(valid).then(lower).alias(name))
    return rows


def _coded(
    rows: pl.DataFrame, name: str, code_of: Callable[[str], str | None], source: str, quarantine: Quarantine
) -> pl.DataFrame:
    """Turn a column of names into codes, reading each distinct name once; a name that has none is left out."""
    names = rows[name].drop_nulls().unique()
    codes = pl.Series([code_of(text) for text in names], dtype=pl.String)
    known = rows[name].replace_strict(names, codes, default=None, return_dtype=pl.String)
    unknown = rows.filter(known.is_null() & pl.col(name).is_not_null())[name]
    _warn(source, quarantine, f"unknown {name}, left out", unknown)
    return rows.with_columns(known.alias(name))


def _times(rows: pl.DataFrame, source: str, quarantine: Quarantine) -> pl.DataFrame:
    """Read times written as ISO 8601, or as seconds or milliseconds since 1970; without a zone they are UTC."""
    raw = rows[c.LAST_PLAYED]
    times = _moments(raw)
    unreadable = raw.filter(times.is_null() & raw.is_not_null()).cast(pl.String)
    _warn(source, quarantine, "time that cannot be read, left out", unreadable)
    return rows.with_columns(times.alias(c.LAST_PLAYED))


def _moments(raw: pl.Series) -> pl.Series:
    utc = pl.Datetime("us", "UTC")
    if raw.dtype == pl.String:
        times = raw.str.strip_chars().str.to_datetime(
            _TIMES[0], time_unit="us", time_zone="UTC", strict=False
        )
        if times.null_count() > raw.null_count():
            times = raw.to_frame("raw").select(pl.coalesce(times, *_readings())).to_series()
        return times
    if raw.dtype.is_numeric():
        return raw.to_frame("raw").select(_since_1970(pl.col("raw").cast(pl.Float64))).to_series()
    if isinstance(raw.dtype, pl.Datetime) and raw.dtype.time_zone is None:
        return raw.dt.replace_time_zone("UTC").cast(utc)
    return raw.cast(utc, strict=False) if raw.dtype.is_temporal() else pl.Series([None] * len(raw), dtype=utc)


def _readings() -> list[pl.Expr]:
    """Return every way a time may be written, to be tried in turn on the column ``raw``."""
    text = pl.col("raw").str.strip_chars()
    spaced = text.str.replace("T", " ", literal=True).str.strip_suffix("Z")
    plain = [
        spaced.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False) for form in _TIMES[1:]
    ]
    zoned = spaced.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%#z", time_unit="us", time_zone="UTC", strict=False)
    return [*plain, zoned, _since_1970(text.cast(pl.Float64, strict=False))]


def _since_1970(number: pl.Expr) -> pl.Expr:
    seconds = pl.when(number > _MILLISECONDS).then(number / 1000).otherwise(number)
    usable = seconds.is_between(0, _MILLISECONDS, closed="none")
    micros = pl.when(usable).then(seconds * 1_000_000).cast(pl.Int64)
    return micros.cast(pl.Datetime("us", "UTC"))


def _complete(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in what a source does not say but a table needs."""
    if table == c.PLAYS_TABLE and c.PLAYS not in rows.columns:
        return rows.with_columns(pl.lit(1.0).alias(c.PLAYS))
    if table == c.MENTIONS_TABLE and c.COUNT not in rows.columns:
        return rows.with_columns(pl.lit(1.0).alias(c.COUNT))
    if table == c.ANNOTATIONS_TABLE:
        weight = pl.col(c.WEIGHT) if c.WEIGHT in rows.columns else pl.lit(1.0)
        texts: Sequence[pl.Expr] = [
            (pl.col(name).fill_null(text) if name in rows.columns else pl.lit(text)).alias(name)
            for name, text in _DEFAULTS.items()
        ]
        return rows.with_columns(weight.alias(c.WEIGHT), *texts)
    return rows


def _warn(source: str, quarantine: Quarantine, what: str, values: pl.Series) -> None:
    values = values.drop_nulls()
    if not values.is_empty():
        common = values.value_counts(sort=True).sort(["count", values.name], descending=[True, False])
        quarantine.warn(source, what, len(values), common[values.name].head(5).to_list())

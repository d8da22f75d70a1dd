"""Times, as exports and data sets write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import polars as pl

MOMENT: Final = pl.Datetime("us", "UTC")

_FAST: Final = "%Y-%m-%dT%H:%M:%SZ"
# After "T" became a blank, and "Z", "UTC" and "GMT" at the end "+0000". Whether 2/3/2019 is in March is not guessed.
_FORMATS: Final = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M%#z",
    "%Y-%m-%d",
    "%d %b %Y, %H:%M:%S",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y, %H:%M",
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%b %d, %Y, %I:%M:%S %p",
    "%b %d, %Y, %I:%M %p",
    "%b %d, %Y %H:%M",
    "%b %d, %Y",
    "%a %b %d %H:%M:%S %#z %Y",
    "%a, %d %b %Y %H:%M:%S %#z",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y%m%d %H%M%S",
    "%Y%m%d %H%M%S%#z",
    "%Y%m%d%H%M%S",
    "%Y%m%d",
)
_ZONES: Final = r" ?(?:Z|UTC|GMT)$"
_TO_THE_SECOND: Final = r"\d:\d\d:\d\d|^\d{9,}(?:\.\d*)?$|^\d{8}T\d{6}|^\d\.\d+[eE]\+?(?:9|1[0-9])$"
_DAY_SECONDS: Final = 86_400
# Numbers since 1970 by their unit: seconds, milliseconds, microseconds, nanoseconds; until the year 5138.
_UNITS: Final = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
_FIRST_DAY: Final = 19000101  # written as a number
_LAST_DAY: Final = 21001231
_EXAMPLE: Final = datetime(2019, 2, 26, 8, 34, 33, tzinfo=UTC)


def moments(raw: pl.Series, formats: Sequence[str] = ()) -> pl.Series:
    """Read times; without a zone they are UTC, and what cannot be read is null.

    Parameters
    ----------
    raw
        Texts, numbers (seconds, milliseconds, microseconds or nanoseconds since 1970, or days as 20190226) or times.
    formats
        How the texts are written, to try first.
    """
    if raw.dtype == pl.String:
        return _read(raw.str.strip_chars().alias("raw"), formats)
    if raw.dtype.is_numeric():
        return _from_numbers(raw.cast(pl.Float64))
    if isinstance(raw.dtype, pl.Datetime) and raw.dtype.time_zone is None:
        return raw.dt.replace_time_zone("UTC").cast(MOMENT)
    return raw.cast(MOMENT)


def is_format(form: str) -> bool:
    """Return whether a text says how a time is written: with a day, month and year at least, or seconds since 1970."""
    try:
        written = pl.Series("raw", [_EXAMPLE]).dt.strftime(form.replace("%#z", "%z"))
        return written.to_frame().select(_written(form)).to_series().dt.date().to_list() == [_EXAMPLE.date()]
    except (ValueError, pl.exceptions.PolarsError):
        return False


def to_the_second(raw: pl.Series, times: pl.Series) -> pl.Series:
    """Return whether times are exact to the second, and not only to the minute or the day.

    Parameters
    ----------
    raw
        The times as written.
    times
        The same times, read.
    """
    if raw.dtype == pl.String:
        return raw.str.strip_chars().str.contains(_TO_THE_SECOND).fill_null(False) & times.is_not_null()
    days = times.dt.epoch("s") % _DAY_SECONDS == 0
    return times.is_not_null() & (not days.all())


def _read(texts: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Read texts; every way of writing is tried on those that the ways before it cannot read."""
    waiting = pl.DataFrame({"raw": texts.drop_nulls().unique()})
    done = []
    for attempt in (*(_written(form) for form in formats), _written(_FAST), *_usual()):
        if waiting.is_empty():
            break
        read = waiting.with_columns(attempt.cast(MOMENT).alias("time"))
        done.append(read.drop_nulls())
        waiting = read.filter(pl.col("time").is_null()).select("raw")
    known = pl.concat([pl.DataFrame(schema={"raw": pl.String, "time": MOMENT}), *done])
    joined = texts.to_frame().join(known, on="raw", how="left", maintain_order="left")
    return joined["time"]


def _usual() -> list[pl.Expr]:
    text = pl.col("raw").str.replace(r"^(\d{4}-?\d\d-?\d\d)T", "$1 ").str.replace(_ZONES, "+0000")
    number = _number_of_day(pl.col("raw").cast(pl.Float64, strict=False))
    since = _since_1970(pl.col("raw").cast(pl.Float64, strict=False))
    return [*(_written(form, text) for form in _FORMATS), number, since]


def _written(form: str, text: pl.Expr | None = None) -> pl.Expr:
    text = pl.col("raw") if text is None else text
    return text.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False)


def _from_numbers(numbers: pl.Series) -> pl.Series:
    number = pl.col("raw")
    frame = numbers.alias("raw").to_frame()
    return frame.select(pl.coalesce(_number_of_day(number), _since_1970(number)).alias("time"))["time"]


def _number_of_day(number: pl.Expr) -> pl.Expr:
    """Read a day such as 20190226: as seconds these numbers are days of 1970, before anybody wrote a log."""
    day = pl.when(number.is_between(_FIRST_DAY, _LAST_DAY)).then(
        number.cast(pl.Int64, strict=False).cast(pl.String)
    )
    return day.str.to_datetime("%Y%m%d", time_unit="us", time_zone="UTC", strict=False)


def _since_1970(number: pl.Expr) -> pl.Expr:
    seconds = pl.lit(None, pl.Float64)
    for most, unit in reversed(_UNITS):
        seconds = pl.when(number <= most).then(number / unit).otherwise(seconds)
    micros = pl.when(number > 0).then((seconds * 1_000_000).round()).cast(pl.Int64, strict=False)
    return micros.cast(MOMENT)

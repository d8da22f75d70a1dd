"""Times, as exports and data sets write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import polars as pl

MOMENT: Final = pl.Datetime("us", "UTC")

_COMMONEST: Final = "%Y-%m-%dT%H:%M:%SZ"  # tried before all others
# Other notations of the same, and what replaces each before a text is read; one after the other, in this order.
_ALIKE: Final = (
    (r"^(\d{4}-?\d\d-?\d\d)T", "$1 "),
    (r"^((?:19|20)\d{6})(\d{6})$", "$1 $2"),
    (r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+", ""),
    (r"(:\d\d),(\d)", "$1.$2"),  # a fraction of a second
    (r",|\s+at\s+", " "),
    (r"(\d)([AaPp][Mm])$", "$1 $2"),
    (r"([+-]\d\d(?::?\d\d)?|Z|UTC|GMT)\s*\([^()]*\)$", "$1"),  # the name of a zone that is written before it
    (r"\s*\((UTC|GMT)\)$", " $1"),
    (r"(?:GMT|UTC)([+-]\d)", "$1"),
    (r"(\d)-([A-Za-z]{3,9})-(\d)", "$1 $2 $3"),
    (r"\s*(?:Z|UTC|GMT)$", "+0000"),
    (r"\s+([+-]\d\d)", "$1"),
    (r"\s+", " "),
)
_CLOCKS: Final = ("%H:%M:%S%.f", "%H:%M:%S%.f%#z", "%H:%M", "%H:%M%#z")
_CLOCKS_OF_12: Final = ("%I:%M:%S %p", "%I:%M:%S %p%#z", "%I:%M %p")
# Days before months where a name or points say so: whether 2/3/2019 is in March is not guessed.
_DAYS: Final = ("%Y-%m-%d", "%d %B %Y", "%B %d %Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d")
_FORMATS: Final = (
    *(f"{day} {clock}" for day in _DAYS for clock in (*_CLOCKS, *_CLOCKS_OF_12)),
    *_DAYS,
    "%B %d %H:%M:%S%#z %Y",
    "%Y%m%d %H%M%S",
    "%Y%m%d %H%M%S%#z",
)
# Seconds behind minutes; nine digits or more, as eight may be a day; a day and a clock in digits; 1.5e9 or the like.
_TO_THE_SECOND: Final = r"\d:\d\d?:\d|^\d{9,}(?:\.\d*)?$|^\d{8}[T ]\d{6}|^\d\.\d+[eE]\+?(?:0?9|1[0-9])$"
_WITH_SECONDS: Final = re.compile(r"%[-_0]?[STscXr+]")  # the marks of a format that has them
_DAY_SECONDS: Final = 86_400
# Numbers since 1970 by their unit, seconds, milliseconds, microseconds, nanoseconds: the largest number (in the year
# 5138), and how many make a second.
_UNITS: Final = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
_FIRST_DAY: Final = 19000101  # written as a number
_LAST_DAY: Final = 21001231
_DIGITS_OF_DAYS: Final = (8, 14)  # 20190226, 20190226083433
_FOUR_DIGITS: Final = 1000  # the first year with four digits
_FIRST_YEAR: Final = 1900  # a whole number up to the last one is a year
_LAST_YEAR: Final = 2100
_EXAMPLE: Final = datetime(2019, 2, 26, 8, 34, 33, tzinfo=UTC)


def moments(raw: pl.Series, formats: Sequence[str] = ()) -> pl.Series:
    """Read times; without a zone they are UTC, and what cannot be read is null.

    Parameters
    ----------
    raw
        Texts, numbers (seconds, milliseconds, microseconds or nanoseconds since 1970; years, days or seconds as 2019,
        20190226, 20190226083433), days or times; a series of another type is for the caller to refuse.
    formats
        How the texts are written, to try in order; left out, the usual ways are tried.
    """
    if raw.dtype == pl.String:
        return _read(raw.str.strip_chars().alias("raw"), formats)
    if raw.dtype.is_numeric():
        return _from_numbers(raw.cast(pl.Float64))
    if isinstance(raw.dtype, pl.Datetime) and raw.dtype.time_zone is None:
        return raw.dt.replace_time_zone("UTC").cast(MOMENT)
    return raw.cast(MOMENT)


def is_format(form: str) -> bool:
    """Return whether a text says how a time is written: with a day, month and year at least, or seconds since 1970.

    A text with the name of a zone, %Z, does not: the name would be passed over.
    """
    if "%Z" in form.replace("%%", ""):
        return False
    try:
        written = pl.Series("raw", [_EXAMPLE]).dt.strftime(form.replace("%#z", "%z"))
        return written.to_frame().select(_written(form)).to_series().dt.date().to_list() == [_EXAMPLE.date()]
    except (ValueError, pl.exceptions.PolarsError):
        return False


def to_the_second(raw: pl.Series, times: pl.Series, formats: Sequence[str] = ()) -> pl.Series:
    """Return whether times are exact to the second, and not only to the minute or the day.

    A text shows it. Numbers and times are exact unless all of the series are days, and a number that is a day or a year
    never is; those of a log in whole minutes cannot be told from seconds.

    Parameters
    ----------
    raw
        The times as written.
    times
        The same times, read.
    formats
        As in :func:`moments`: the first that reads a text says whether it has seconds.
    """
    if raw.dtype == pl.String and formats:
        with_seconds = [bool(_WITH_SECONDS.search(form)) for form in formats]
        if len(set(with_seconds)) == 1:  # as usual: no text has to be read again
            return times.is_not_null() & with_seconds[0]
        read = exact = pl.repeat(False, len(raw), dtype=pl.Boolean, eager=True)
        for form, has_seconds in zip(formats, with_seconds, strict=True):
            by_this = ~read & moments(raw, [form]).is_not_null()
            read |= by_this
            exact |= by_this & has_seconds
        return exact
    if raw.dtype == pl.String:
        return raw.str.strip_chars().str.contains(_TO_THE_SECOND).fill_null(False) & times.is_not_null()
    days = times.dt.epoch("s") % _DAY_SECONDS == 0
    exact = times.is_not_null() & (not days.all())
    return exact & (raw > _LAST_DAY) if raw.dtype.is_numeric() else exact


def _read(texts: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Read texts; every way of writing is tried on those that the ways before it cannot read."""
    waiting = pl.DataFrame({"raw": texts.drop_nulls().unique()})
    done = []
    for attempt in [_written(form) for form in formats] or [_written(_COMMONEST), *_usual()]:
        if waiting.is_empty():
            break
        read = waiting.with_columns(attempt.cast(MOMENT).alias("time"))
        done.append(read.drop_nulls())
        waiting = read.filter(pl.col("time").is_null()).select("raw")
    known = pl.concat([pl.DataFrame(schema={"raw": pl.String, "time": MOMENT}), *done])
    joined = texts.to_frame().join(known, on="raw", how="left", maintain_order="left")
    return joined["time"]


def _usual() -> list[pl.Expr]:
    digits = pl.col("raw").str.contains(r"^\d+$") & ~pl.col("raw").str.len_bytes().is_in(_DIGITS_OF_DAYS)
    text: pl.Expr = (
        pl.when(~digits).then("raw").otherwise(None)
    )  # other digits are seconds, milliseconds ... since 1970
    for pattern, written in _ALIKE:
        text = text.str.replace_all(pattern, written)
    number = _number_of_day(pl.col("raw").cast(pl.Float64, strict=False))
    since = _since_1970(pl.col("raw").cast(pl.Float64, strict=False))
    return [*(_written(form, text) for form in _FORMATS), number, since]


def _written(form: str, text: pl.Expr | None = None) -> pl.Expr:
    text = pl.col("raw") if text is None else text
    read = text.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False)
    return pl.when(read.dt.year() >= _FOUR_DIGITS).then(read)  # "%Y" also reads 19 in 3/2/19


def _from_numbers(numbers: pl.Series) -> pl.Series:
    number = pl.col("raw")
    frame = numbers.alias("raw").to_frame()
    return frame.select(pl.coalesce(_number_of_day(number), _since_1970(number)).alias("time"))["time"]


def _number_of_day(number: pl.Expr) -> pl.Expr:
    """Read a day such as 20190226, or a year: as seconds they are in 1970, before anybody wrote a log."""
    whole = number.cast(pl.Int64, strict=False)
    is_year = number.is_between(_FIRST_YEAR, _LAST_YEAR) & (number == whole)
    first = pl.when(is_year).then(whole * 10_000 + 101)
    day = pl.when(number.is_between(_FIRST_DAY, _LAST_DAY)).then(whole)
    text = pl.coalesce(first, day).cast(pl.String)
    moment = (
        pl.when(number.is_between(_FIRST_DAY * 10**6, (_LAST_DAY + 1) * 10**6)).then(whole).cast(pl.String)
    )
    return pl.coalesce(_written("%Y%m%d", text), _written("%Y%m%d%H%M%S", moment))


def _since_1970(number: pl.Expr) -> pl.Expr:
    seconds = pl.lit(None, pl.Float64)
    for most, unit in reversed(_UNITS):
        seconds = pl.when(number <= most).then(number / unit).otherwise(seconds)
    no_such_day = number.is_between(_FIRST_DAY, _LAST_DAY) | number.is_between(  # such as 20191301
        _FIRST_DAY * 10**6, (_LAST_DAY + 1) * 10**6
    )
    micros = (
        pl.when((number > 0) & ~no_such_day).then((seconds * 1_000_000).round()).cast(pl.Int64, strict=False)
    )
    return micros.cast(MOMENT)

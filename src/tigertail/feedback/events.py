"""Events of feedback: columns, limits, and error messages for invalid events.

Every column a store has about listeners is defined here. This module is independent of any database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, get_args

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from tigertail import columns as c
from tigertail.errors import UNKNOWN_KEY, DataError, setting_at_fault
from tigertail.geo.countries import countries, country_code, current_country

EVENT_ID: Final = "event_id"
QUERY: Final = "query"
ITEM: Final = "item"
MODEL: Final = "model"
LIST_ID: Final = "list_id"
LISTENER: Final = "listener"
AT: Final = "at"
RECEIVED_AT: Final = "received_at"
SEQ: Final = "seq"

Kind = Literal["impression", "play", "skip", "like", "dislike", "hide"]
EVENT_KINDS: Final[tuple[str, ...]] = get_args(Kind)
MAX_ID: Final = 64  # a SHA-256 in hexadecimal; a UUID has 36
MAX_ITEM: Final = 256  # a web address that is an id
MAX_MODEL: Final = 128  # a SHA-512 in hexadecimal: a version is a digest
MAX_RANK: Final = 10_000  # the longest list that a service can be configured to give

_INSTANT: Final = pl.Datetime("us", "UTC")
SCHEMA: Final = pl.Schema(
    {
        SEQ: pl.Int64(),
        EVENT_ID: pl.String(),
        c.KIND: pl.String(),
        QUERY: pl.String(),
        ITEM: pl.String(),
        c.RANK: pl.Int32(),
        MODEL: pl.String(),
        LIST_ID: pl.String(),
        LISTENER: pl.String(),
        c.COUNTRY: pl.String(),
        AT: _INSTANT,
        RECEIVED_AT: _INSTANT,
    }
)
"""The columns of stored events, in order of ``seq``."""

INCOMING: Final = tuple(name for name in SCHEMA if name not in (SEQ, RECEIVED_AT))
"""Columns sent by a client; the store adds the others."""

_OPTIONAL: Final = (c.COUNTRY, AT)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_DATE_AND_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


class EventConflictError(DataError):
    """An ``event_id`` was sent again with other content.

    Parameters
    ----------
    event_id
        The id.
    """

    def __init__(self, event_id: str) -> None:
        self.event_id = event_id
        super().__init__(
            f"event {event_id!r} was sent a second time with other content; nothing of the batch was stored",
            remedy="give every event an id of its own, such as a random UUID; send a repeated one unchanged",
        )


def storable(value: object) -> object:
    """Refuse characters that JSON allows and databases cannot store."""
    if isinstance(value, str) and _UNSTORABLE.search(value):
        raise ValueError("contains a null character or half of a surrogate pair")
    return value


def _country(text: str) -> str:
    """Return the code of a country of today, spelled as a query may spell it."""
    code = text if text in countries() else country_code(text)
    current = None if code is None else current_country(code)
    if current is None:
        raise ValueError(f"{text!r} is not a country; give its ISO 3166-1 code, as PL, its name, or null")
    return current


def _instant(value: object) -> object:
    """Refuse numbers and dates without time."""
    # NaT of pandas is a datetime without a year.
    is_moment = isinstance(value, datetime) and isinstance(value.year, int)
    if is_moment or (isinstance(value, str) and _DATE_AND_TIME.match(value)):
        return value
    raise ValueError("is not a date and time")


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the years 1 to 9999") from None


class _CountrySchema:
    """Lists the codes in OpenAPI, so that types of clients have them; only there, because loading them takes time."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(core_schema) | {"enum": sorted(countries())}


_TEXT: Final[dict[str, Any]] = {
    "strict": True,
    "min_length": 1,
    "json_schema_extra": {"pattern": "^[^\\x00]*$"},
}
_Id = Annotated[str, Field(max_length=MAX_ID, **_TEXT), BeforeValidator(storable)]
_Item = Annotated[str, Field(max_length=MAX_ITEM, **_TEXT), BeforeValidator(storable)]
_Model = Annotated[str, Field(max_length=MAX_MODEL, **_TEXT), BeforeValidator(storable)]
_Country = Annotated[str, Field(strict=True, max_length=MAX_ID), AfterValidator(_country), _CountrySchema()]
_Instant = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_in_utc)]


class Event(BaseModel):
    """One event, as a client sends it.

    Examples
    --------
    >>> event = Event(event_id="e1", kind="play", query="a", item="b", rank=1, model="m", list_id="l", listener="u")
    >>> event.country is None
    True
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_id: _Id = Field(
        description=f"the client's id of the event, such as a UUID: 1 to {MAX_ID} characters"
    )
    kind: Kind = Field(description=f"one of {', '.join(EVENT_KINDS)}")
    query: _Item = Field(
        description=f"id of the query item, the first of several: 1 to {MAX_ITEM} characters"
    )
    item: _Item = Field(description=f"id of the item shown: 1 to {MAX_ITEM} characters")
    rank: Annotated[int, Field(strict=True, ge=1, le=MAX_RANK)] = Field(
        description=f"rank of the item in the list shown: a whole number, 1 to {MAX_RANK}"
    )
    model: _Model = Field(
        description=f"version of the model that put the item there: 1 to {MAX_MODEL} characters"
    )
    list_id: _Id = Field(description=f"the client's id of the list shown: 1 to {MAX_ID} characters")
    listener: _Id = Field(description=f"an anonymous id of the listener: 1 to {MAX_ID} characters")
    country: _Country | None = Field(
        default=None,
        description="the listener's country, ISO 3166-1 alpha-2, or null; other codes and names are understood",
    )
    at: _Instant | None = Field(
        default=None, description="when it happened, ISO 8601 (UTC where no zone is given), or null"
    )

    def row(self) -> dict[str, Any]:
        """Return the event as a row of the store, its instant in microseconds since 1970."""
        return {name: getattr(self, name) for name in INCOMING} | {
            AT: None if self.at is None else microseconds(self.at)
        }


def microseconds(instant: datetime) -> int:
    """Return the microseconds since 1970-01-01 UTC of an instant with a zone, exactly."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def check_events(events: pl.DataFrame | Iterable[Event | Mapping[str, Any]]) -> list[Event]:
    """Return events as :class:`Event`.

    Parameters
    ----------
    events
        Events, mappings or a table with the columns :data:`INCOMING`.

    Raises
    ------
    DataError
        If one is invalid, or it is no batch; names the event, counted from 1, its field and what is expected.
    """
    if isinstance(events, Event | Mapping | str) or not isinstance(events, pl.DataFrame | Iterable):
        raise DataError(
            f"events are of type {type(events).__name__}, no batch", remedy="give a list of events"
        )
    rows = events.iter_rows(named=True) if isinstance(events, pl.DataFrame) else events
    return [_checked(number, row) for number, row in enumerate(rows, start=1)]


def check_table(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table of stored events with the columns and types of :data:`SCHEMA`, in the order of ``seq``.

    Raises
    ------
    DataError
        If a column is missing or of another type, a value is missing, or a kind or rank is invalid.
    """
    if missing := [name for name in SCHEMA if name not in table.columns]:
        raise DataError(
            f"the table lacks the column {', '.join(missing)}", remedy="give an export of the feedback store"
        )
    table = table.select(SCHEMA.names())
    remedy = f"the columns are {', '.join(f'{name} {kind}' for name, kind in SCHEMA.items())}"
    if other := [name for name, kind in table.schema.items() if not _keeps_values(kind, SCHEMA[name])]:
        raise DataError(f"a column is of another type ({', '.join(other)})", remedy=remedy)
    try:
        table = table.cast(SCHEMA)
    except pl.exceptions.PolarsError as error:
        problem = str(error).partition("\n")[0]
        raise DataError(f"a column is of another type ({problem})", remedy=remedy) from error
    wrong = {name: pl.col(name).is_null() for name in SCHEMA if name not in _OPTIONAL}
    wrong[c.KIND] |= ~pl.col(c.KIND).is_in(EVENT_KINDS)
    wrong[c.RANK] |= ~pl.col(c.RANK).is_between(1, MAX_RANK)
    for name, rows in (
        table.select(pl.col(name).filter(bad).len() for name, bad in wrong.items()).row(0, named=True).items()
    ):
        if rows:
            raise DataError(
                f"{rows:,} rows have no valid {name}",
                remedy=f"{name}: {Event.model_fields[name].description}"
                if name in INCOMING
                else "export it again",
            )
    return table.sort(SEQ)


def _keeps_values(given: pl.DataType, wanted: pl.DataType) -> bool:
    """Return whether a cast between two types keeps every value: Polars cuts fractions, and takes numbers for times."""
    if wanted.is_integer():
        return given.is_integer() or given == pl.Null
    return not wanted.is_temporal() or given in (pl.Datetime, pl.Null)


def _checked(number: int, row: Event | Mapping[str, Any]) -> Event:
    if isinstance(row, Event):
        return row
    if not isinstance(row, Mapping):
        raise DataError(
            f"event {number} is of type {type(row).__name__}",
            remedy=f"give a mapping with {', '.join(INCOMING)}",
        )
    try:
        return Event.model_validate(dict(row))
    except ValidationError as error:
        key, problem = setting_at_fault(error)
        field = Event.model_fields.get(key)
        remedy = f"{key}: {field.description}" if field else f"an event has {', '.join(INCOMING)}"
        raise DataError(
            f"event {number}{_named(row)}, field '{key}': {_lower(problem)}", remedy=remedy
        ) from error


def _named(row: Mapping[str, Any]) -> str:
    """Return the event's id if it can be shown."""
    known = row.get(EVENT_ID)
    return f" (id {known!r})" if isinstance(known, str) and 0 < len(known) <= MAX_ID else ""


def _lower(problem: str) -> str:
    return "is unknown" if problem == UNKNOWN_KEY else problem[:1].lower() + problem[1:]

"""The feedback store: idempotent by event id, and durable before it acknowledges.

Events are added or erased, never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import polars as pl
from sqlalchemy import Connection, Row, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite

from tigertail import columns as c
from tigertail.errors import ConfigError, DataError, StoreUnavailableError
from tigertail.feedback.database import Database
from tigertail.feedback.events import (
    AT,
    EVENT_ID,
    INCOMING,
    RECEIVED_AT,
    SCHEMA,
    SEQ,
    Event,
    EventConflictError,
    check_events,
    microseconds,
)
from tigertail.feedback.location import Location
from tigertail.feedback.tables import EVENTS

CHUNK: Final = 100_000  # events read at once: tens of megabytes
_IDS: Final = 500  # ids asked for at once: SQLite allowed 999 values in a statement before 3.32
_RAW: Final = pl.Schema(SCHEMA | {AT: pl.Int64(), RECEIVED_AT: pl.Int64()})


@dataclass(frozen=True)
class Receipt:
    """Result of a batch.

    Parameters
    ----------
    accepted
        Events stored now.
    duplicates
        Events that were already in the store or in the batch.
    """

    accepted: int
    duplicates: int


class FeedbackStore:
    """Events in SQLite or PostgreSQL. Any number of threads and processes may use a store at once.

    Created by :meth:`open`.

    Parameters
    ----------
    database
        The database of the events.
    clock
        Returns the time of receipt of events, with a time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    @classmethod
    def open(
        cls,
        address: str | Path,
        *,
        create: bool = True,
        lazy: bool = False,
        timeout: float = 5.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """Open a store, and migrate its tables to this release.

        Parameters
        ----------
        address
            A SQLite file, or a URL: ``postgresql://USER:PASSWORD@HOST/DATABASE``, or ``sqlite:///FILE``, which
            may end in ``?mode=ro`` for read-only access.
        create
            Whether a missing store may be created.
        lazy
            Whether to connect at the first use only, so that a service can start before its database. All errors below
            but the first come then, as StoreUnavailableError.
        timeout
            Seconds to wait for a lock, a connection or a server.
        clock
            Returns the time of receipt of events, with a time zone. It need not be monotonic: order is by ``seq``.

        Raises
        ------
        ConfigError
            If the address is no path and no URL of a database that can hold a store.
        DataError
            If there is no store, and none may be created.
        StoreUnavailableError
            If the database is not available.
        TigertailError
            If it is another program's database or of a newer release, or cannot hold a store.
        """
        return cls(Database(Location.of(address), create=create, timeout=timeout, lazy=lazy), clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. The next use opens new ones."""
        self.database.close()

    def record(self, events: pl.DataFrame | Iterable[Event | Mapping[str, Any]]) -> Receipt:
        """Store a batch of events, all of them or none.

        When this returns they are on disk. An event that is stored already, with equal content, counts as a duplicate;
        so a batch may be sent again whenever its result is unknown.

        Parameters
        ----------
        events
            Events, mappings or a table, with the columns :data:`~tigertail.feedback.INCOMING`.

        Raises
        ------
        DataError
            If an event is invalid, or it is no batch of events.
        EventConflictError
            If an ``event_id`` has other content in the store or in the batch.
        StoreUnavailableError
            If the database is locked, read-only, full or missing.
        """
        rows = [event.row() for event in check_events(events)]
        batch: dict[str, dict[str, Any]] = {}
        for row in rows:
            if batch.setdefault(row[EVENT_ID], row) != row:
                raise EventConflictError(row[EVENT_ID])
        if not batch:
            return Receipt(0, 0)
        with self.database.transaction(write=True) as connection:
            for stored in _stored(connection, list(batch)):
                if batch.pop(stored[EVENT_ID]) != stored:
                    raise EventConflictError(stored[EVENT_ID])
            self._insert(connection, list(batch.values()))
        return Receipt(len(batch), len(rows) - len(batch))

    def chunks(
        self,
        *,
        after: int = 0,
        since: datetime | None = None,
        before: datetime | None = None,
        chunk: int = CHUNK,
    ) -> Iterator[pl.DataFrame]:
        """Return all events stored when the call began, in the order of ``seq``, a bounded number at a time.

        Each chunk is read in a transaction of its own, so that writers are not blocked. Events stored in the meantime
        are not read: continue with ``after`` the last ``seq`` read, and no event is missed.

        Parameters
        ----------
        after
            Only events with a larger ``seq`` are read.
        since, before
            Limits of ``received_at``, the first inclusive and the second exclusive, with a time zone.
        chunk
            Largest number of rows of a chunk, 1 or more.

        Returns
        -------
        Iterator of polars.DataFrame
            Columns of :data:`~tigertail.feedback.SCHEMA`.

        Raises
        ------
        DataError
            If ``since`` or ``before`` has no time zone.
        ConfigError
            If ``chunk`` is below 1.
        StoreUnavailableError
            If the database is not available, now or when a chunk is read.
        """
        if chunk < 1:
            raise ConfigError(f"events cannot be read {chunk} at a time", remedy="give a chunk of 1 or more")
        query = select(*(EVENTS.c[name] for name in SCHEMA)).order_by(EVENTS.c[SEQ]).limit(chunk)
        if since is not None:
            query = query.where(EVENTS.c[RECEIVED_AT] >= microseconds(_require_timezone(since)))
        if before is not None:
            query = query.where(EVENTS.c[RECEIVED_AT] < microseconds(_require_timezone(before)))
        with self.database.transaction() as connection:
            last = connection.execute(select(func.max(EVENTS.c[SEQ]))).scalar() or 0
        return self._chunks(query, after, last)

    def _chunks(self, query: Select[Any], after: int, last: int) -> Iterator[pl.DataFrame]:
        while after < last:
            within = query.where(EVENTS.c[SEQ] > after, EVENTS.c[SEQ] <= last)
            with self.database.transaction() as connection:
                rows = connection.execute(within).all()
            if not rows:
                return
            after = rows[-1][0]
            yield _frame(rows)

    def read(
        self, *, after: int = 0, since: datetime | None = None, before: datetime | None = None
    ) -> pl.DataFrame:
        """Return all events stored when the call began in one table, in the order of ``seq``; see :meth:`chunks`.

        Raises
        ------
        DataError, StoreUnavailableError
            As there.
        """
        parts = list(self.chunks(after=after, since=since, before=before))
        return pl.concat(parts) if parts else SCHEMA.to_frame()

    def count(self) -> int:
        """Return the number of events; raises what :meth:`counts` does."""
        return sum(self.counts().values())

    def counts(self) -> dict[str, int]:
        """Return the number of events of each kind, the kinds in alphabetical order.

        Raises
        ------
        StoreUnavailableError
            If the database is not available.
        """
        kind = EVENTS.c[c.KIND]
        with self.database.transaction() as connection:
            rows = connection.execute(select(kind, func.count()).group_by(kind))
            return dict(sorted((row[0], row[1]) for row in rows))

    def ping(self) -> None:
        """Check that the events can be read, and that the store was not opened read-only.

        Raises
        ------
        StoreUnavailableError
            If not.
        """
        self.database.require_writable()
        with self.database.transaction() as connection:
            connection.execute(select(EVENTS.c[SEQ]).limit(1)).all()

    def _insert(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        insert = sqlite.insert if self.database.location.file else postgresql.insert
        received = microseconds(self.clock())
        statement = insert(EVENTS).on_conflict_do_nothing(index_elements=[EVENT_ID])
        done = connection.execute(
            statement,
            [row | {RECEIVED_AT: received} for row in rows],
            execution_options={"preserve_rowcount": True},
        )
        # Writers of Tigertail hold a lock, so only another program can have stored one of these ids since.
        if done.rowcount != len(rows):
            raise StoreUnavailableError(
                f"a program other than Tigertail wrote to the feedback store {self.database.location.display}",
                remedy="send the events again",
            )


def _stored(connection: Connection, ids: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the stored events with these ids, as clients sent them."""
    query = select(*(EVENTS.c[name] for name in INCOMING))
    for start in range(0, len(ids), _IDS):
        batch = query.where(EVENTS.c[EVENT_ID].in_(ids[start : start + _IDS]))
        for row in connection.execute(batch):
            yield dict(row._mapping)


def _frame(rows: Sequence[Row[Any]]) -> pl.DataFrame:
    raw = pl.DataFrame([tuple(row) for row in rows], schema=_RAW, orient="row")
    return raw.cast(SCHEMA)


def _require_timezone(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise DataError(f"the time {instant} has no time zone", remedy="give one, such as datetime.UTC")
    return instant

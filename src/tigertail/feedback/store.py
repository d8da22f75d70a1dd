"""The store of feedback: append-only, idempotent by event, and durable once it has said so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import polars as pl
from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects import postgresql, sqlite

from tigertail import columns as c
from tigertail.errors import DataError, StoreUnavailableError
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
from tigertail.feedback.location import Place
from tigertail.feedback.tables import EVENTS

CHUNK: Final = 100_000
_IDS: Final = 500  # ids asked for at once
_RAW: Final = pl.Schema(SCHEMA | {AT: pl.Int64(), RECEIVED_AT: pl.Int64()})


@dataclass(frozen=True)
class Receipt:
    """What became of a batch.

    Parameters
    ----------
    accepted
        Events that were stored now.
    duplicates
        Events that the store, or the batch, had already.
    """

    accepted: int
    duplicates: int


class FeedbackStore:
    """Events in SQLite or PostgreSQL. Any number of threads and processes may use one at once.

    Made by :meth:`open`.

    Parameters
    ----------
    database
        Where the events are.
    clock
        Tells the time that events are received at; with a zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    @classmethod
    def open(
        cls,
        named: str | Path,
        *,
        create: bool = True,
        later: bool = False,
        wait: float = 5.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """Open a store, and bring its tables to this release.

        Parameters
        ----------
        named
            A SQLite file, or a URL: ``postgresql://USER:PASSWORD@HOST/DATABASE``, or ``sqlite:///FILE``, which
            may end in ``?mode=ro`` to read alone.
        create
            Whether a store that is not there may be made.
        later
            Whether to connect only when something is asked, so that a service can start before its database.
        wait
            Seconds to wait for a lock, a connection or a server.
        clock
            Tells the time that events are received at; with a zone. It may jump.

        Raises
        ------
        StoreUnavailableError
            If the database cannot be used just now; unless ``later``.
        TigertailError
            If it is a database of something else or of a newer release, or none that this can be kept in.
        """
        return cls(Database(Place.of(named), create=create, wait=wait, later=later), clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back. The store opens them again if it is asked once more."""
        self.database.close()

    def record(self, events: pl.DataFrame | Iterable[Event | Mapping[str, Any]]) -> Receipt:
        """Store a batch of events, all of them or none.

        When this returns they are on the disk. An event that is there already, the same in everything the client
        said, is counted as a duplicate; so a batch may be sent again whenever its fate is unknown.

        Parameters
        ----------
        events
            Events, mappings or a table, with the columns :data:`~tigertail.feedback.INCOMING`.

        Raises
        ------
        DataError
            If an event breaks a limit.
        EventConflictError
            If an ``event_id`` is there with other content, in the store or in the batch.
        StoreUnavailableError
            If the database is locked, read-only, full or gone.
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
        """Yield the events there are now, in the order of ``seq``, a bounded number at a time.

        Each chunk is read in a transaction of its own, so that nobody is kept from writing. What is stored
        meanwhile is left for the next time: go on with ``after`` the last ``seq`` seen, and none is missed.

        Parameters
        ----------
        after
            The ``seq`` after which to begin.
        since, before
            Limits of ``received_at``: from the one, up to but without the other; with a zone.
        chunk
            Rows of a chunk, at most.

        Yields
        ------
        polars.DataFrame
            Columns of :data:`~tigertail.feedback.SCHEMA`.
        """
        wanted = select(*(EVENTS.c[name] for name in SCHEMA)).order_by(EVENTS.c[SEQ]).limit(chunk)
        if since is not None:
            wanted = wanted.where(EVENTS.c[RECEIVED_AT] >= microseconds(_zoned(since)))
        if before is not None:
            wanted = wanted.where(EVENTS.c[RECEIVED_AT] < microseconds(_zoned(before)))
        with self.database.transaction() as connection:
            last = connection.execute(select(func.max(EVENTS.c[SEQ]))).scalar() or 0
        while after < last:
            within = wanted.where(EVENTS.c[SEQ] > after, EVENTS.c[SEQ] <= last)
            with self.database.transaction() as connection:
                rows = connection.execute(within).all()
            if not rows:
                return
            after = rows[-1][0]
            yield _frame(rows)

    def read(
        self, *, after: int = 0, since: datetime | None = None, before: datetime | None = None
    ) -> pl.DataFrame:
        """Return the events there are now in one table, in the order of ``seq``; see :meth:`chunks`."""
        parts = list(self.chunks(after=after, since=since, before=before))
        return pl.concat(parts) if parts else SCHEMA.to_frame()

    def count(self) -> int:
        """Return how many events are stored."""
        return sum(self.counts().values())

    def counts(self) -> dict[str, int]:
        """Return how many events of each kind are stored, the kinds in alphabetical order."""
        kind = EVENTS.c[c.KIND]
        with self.database.transaction() as connection:
            rows = connection.execute(select(kind, func.count()).group_by(kind))
            return dict(sorted((row[0], row[1]) for row in rows))

    def ping(self) -> None:
        """See that the events can be read.

        Raises
        ------
        StoreUnavailableError
            If not.
        """
        with self.database.transaction() as connection:
            connection.execute(select(EVENTS.c[SEQ]).limit(1)).all()

    def _insert(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        insert = sqlite.insert if self.database.place.file else postgresql.insert
        received = microseconds(self.clock())
        statement = insert(EVENTS).on_conflict_do_nothing(index_elements=[EVENT_ID])
        done = connection.execute(
            statement,
            [row | {RECEIVED_AT: received} for row in rows],
            execution_options={"preserve_rowcount": True},
        )
        if done.rowcount != len(rows):
            raise StoreUnavailableError(
                f"something else than Tigertail wrote to the feedback store {self.database.place.shown}",
                remedy="send the events again",
            )


def _stored(connection: Connection, ids: list[str]) -> Iterator[dict[str, Any]]:
    """Yield what the store has of these events, as clients sent it."""
    wanted = select(*(EVENTS.c[name] for name in INCOMING))
    for start in range(0, len(ids), _IDS):
        some = wanted.where(EVENTS.c[EVENT_ID].in_(ids[start : start + _IDS]))
        for row in connection.execute(some):
            yield dict(row._mapping)


def _frame(rows: Sequence[Row[Any]]) -> pl.DataFrame:
    raw = pl.DataFrame([tuple(row) for row in rows], schema=_RAW, orient="row")
    return raw.cast(SCHEMA)


def _zoned(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise DataError(f"the time {instant} has no zone", remedy="give one, such as datetime.UTC")
    return instant

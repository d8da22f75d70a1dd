"""The store of feedback: append-only, idempotent by event, and durable once it has said so."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import polars as pl
from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects import postgresql, sqlite

from tigertail import columns as c
from tigertail.errors import DataError, StoreUnavailableError, TigertailError
from tigertail.feedback import databases, migrations
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
from tigertail.feedback.failures import clear_words, gone, locked
from tigertail.feedback.tables import EVENTS

CHUNK: Final = 100_000
_IDS: Final = 500  # ids asked for at once
_RAW: Final = pl.Schema(SCHEMA | {AT: pl.Int64(), RECEIVED_AT: pl.Int64()})
_STORES: Final[weakref.WeakSet[FeedbackStore]] = weakref.WeakSet()


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
    place
        Where it is.
    create
        Whether it may be made where it is not there.
    wait
        Seconds to wait for a lock, a connection or a server.
    clock
        Tells the time that events are received at; with a zone.
    """

    def __init__(
        self, place: databases.Place, *, create: bool, wait: float, clock: Callable[[], datetime]
    ) -> None:
        self.place = place
        self.wait = wait
        self.clock = clock
        self._engine = databases.make_engine(place, wait)
        self._writer = threading.Lock()
        self._prepared: databases.FileId | None = None
        with clear_words(place.shown):
            self._prepare(create=create)
        _STORES.add(self)

    @classmethod
    def open(
        cls,
        named: str | Path,
        *,
        create: bool = True,
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
        wait
            Seconds to wait for a lock, a connection or a server.
        clock
            Tells the time that events are received at; with a zone. It may jump.

        Raises
        ------
        StoreUnavailableError
            If the database cannot be used just now.
        TigertailError
            If it is a database of something else or of a newer release, or none that this can be kept in.
        """
        return cls(databases.Place.of(named), create=create, wait=wait, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back. The store opens them again if it is asked once more."""
        self._engine.dispose()

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
        with self.transaction(write=True) as connection:
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
        with self.transaction() as connection:
            last = connection.execute(select(func.max(EVENTS.c[SEQ]))).scalar() or 0
        while after < last:
            within = wanted.where(EVENTS.c[SEQ] > after, EVENTS.c[SEQ] <= last)
            with self.transaction() as connection:
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
        with self.transaction() as connection:
            rows = connection.execute(select(kind, func.count()).group_by(kind))
            return dict(sorted((row[0], row[1]) for row in rows))

    def ping(self) -> None:
        """See that the events can be read.

        Raises
        ------
        StoreUnavailableError
            If not.
        """
        with self.transaction() as connection:
            connection.execute(select(EVENTS.c[SEQ]).limit(1)).all()

    @contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[Connection]:
        """Do something in one transaction: all of it or none.

        Parameters
        ----------
        write
            Whether it writes, and takes its turn among all who do.

        Yields
        ------
        sqlalchemy.Connection
            A connection, whose transaction is committed when the block ends without an error.

        Raises
        ------
        StoreUnavailableError
            If the database cannot be used just now, or its file was taken away meanwhile.
        """
        shown = self.place.shown
        with clear_words(shown), self._turn(write=write):
            if self.place.file_id() != self._prepared:
                self._prepare_again()
            with self._engine.connect() as connection:
                connection.execution_options(**{databases.IMMEDIATE: write})
                with connection.begin():
                    if write:
                        databases.lock(connection, self.wait)
                    yield connection
                if write and self.place.file_id() != databases.file_of(connection):
                    raise gone(shown)

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """Yield the driver's own cursor, outside any transaction, for what a database does only there."""
        with clear_words(self.place.shown):
            connection = self._engine.raw_connection()
            try:
                yield connection.cursor()
            finally:
                connection.close()

    def _insert(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        insert = sqlite.insert if self.place.file else postgresql.insert
        received = microseconds(self.clock())
        statement = insert(EVENTS).on_conflict_do_nothing(index_elements=[EVENT_ID])
        done = connection.execute(
            statement,
            [row | {RECEIVED_AT: received} for row in rows],
            execution_options={"preserve_rowcount": True},
        )
        if done.rowcount != len(rows):
            raise StoreUnavailableError(
                f"something else than Tigertail wrote to the feedback store {self.place.shown}",
                remedy="send the events again",
            )

    @contextmanager
    def _turn(self, *, write: bool) -> Iterator[None]:
        """Let this process's threads write to SQLite in turn: it has them wait by sleeping."""
        if not write or self.place.file is None:
            yield
            return
        if not self._writer.acquire(timeout=self.wait):
            raise locked(self.place.shown)
        try:
            yield
        finally:
            self._writer.release()

    def _prepare(self, *, create: bool) -> None:
        """Make the tables, or bring them to this release."""
        if self.place.file is not None:
            databases.prepare_file(self.place, self.wait, create=create)
        found = self.place.file_id()
        shown = self.place.shown
        with self._engine.connect() as connection, connection.begin():
            databases.check_encoding(connection)
            version = migrations.version(connection, shown)
        if version is None and (self.place.read_only or not create):
            raise DataError(f"no feedback store is at {shown}", remedy="check the path or the URL")
        if version != migrations.newest():
            if self.place.read_only:
                raise TigertailError(
                    f"the feedback store {shown} is of an older release, and open to be read alone",
                    remedy="open it once without mode=ro",
                )
            self._upgrade()
        self._prepared = found

    def _prepare_again(self) -> None:
        """Go on with a file that took the place of ours: a backup, of whatever release."""
        try:
            self._prepare(create=False)
        except DataError as error:
            raise StoreUnavailableError(
                error.problem, path=error.path, remedy="put the store's file, or a backup, back"
            ) from error

    def _upgrade(self) -> None:
        with self._engine.connect() as connection:
            connection.execution_options(**{databases.IMMEDIATE: True})
            with connection.begin():
                databases.lock(connection, self.wait)
                # Another process may have done it while this one waited for the lock.
                if migrations.version(connection, self.place.shown) != migrations.newest():
                    migrations.upgrade(connection)

    def _forked(self) -> None:
        """Leave the parent's connections to the parent."""
        self._writer = threading.Lock()
        self._engine.dispose(close=False)


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


def _after_fork() -> None:
    for store in list(_STORES):
        store._forked()


os.register_at_fork(after_in_child=_after_fork)

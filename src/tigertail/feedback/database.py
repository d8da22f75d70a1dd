"""A store's database: opened, at this release's tables, and open for one transaction after the other."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection

from tigertail.errors import DataError, StoreUnavailableError, TigertailError
from tigertail.feedback import engines, migrations
from tigertail.feedback.errors import clear_words, gone, locked
from tigertail.feedback.location import FileId, Place

_OPEN: Final[weakref.WeakSet[Database]] = weakref.WeakSet()


class Database:
    """The database of a store. Any number of threads and processes may use one at once.

    Parameters
    ----------
    place
        Where it is.
    create
        Whether the store may be made where it is not there.
    wait
        Seconds to wait for a lock, a connection or a server.
    later
        Whether to connect only when something is asked, and so to begin while the database is not there.

    Raises
    ------
    StoreUnavailableError
        If the database cannot be used just now; unless ``later``.
    TigertailError
        If it is a database of something else or of a newer release, or none that a store can be kept in.
    """

    def __init__(self, place: Place, *, create: bool, wait: float, later: bool = False) -> None:
        self.place = place
        self.wait = wait
        self._create = create
        self.engine = engines.make_engine(place, wait)
        self._writer = threading.Lock()
        self._prepared: tuple[FileId | None] | None = None  # the file whose tables were seen to
        _OPEN.add(self)
        if not later:
            with clear_words(place.shown):
                self._see_to_tables()

    def close(self) -> None:
        """Give the connections back. They are opened again if the database is asked once more."""
        self.engine.dispose()

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
            self._see_to_tables()
            with self.engine.connect() as connection:
                connection.execution_options(**{engines.IMMEDIATE: write})
                with connection.begin():
                    if write:
                        engines.lock(connection, self.wait)
                    yield connection
                if write and self.place.file_id() != engines.file_of(connection):
                    raise gone(shown)

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """Yield the driver's own cursor, outside any transaction, for what a database does only there."""
        with clear_words(self.place.shown):
            connection = self.engine.raw_connection()
            try:
                yield connection.cursor()
            finally:
                connection.close()

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

    def _see_to_tables(self) -> None:
        """Prepare the database when it is first used, and a file that has taken the place of ours."""
        if self._prepared is None:
            self._prepare(create=self._create)
        elif self._prepared != (self.place.file_id(),):
            try:
                self._prepare(create=False)  # a backup, of whatever release
            except DataError as error:
                raise StoreUnavailableError(
                    error.problem, path=error.path, remedy="put the store's file, or a backup, back"
                ) from error

    def _prepare(self, *, create: bool) -> None:
        """Make the tables, or bring them to this release."""
        if self.place.file is not None:
            engines.prepare_file(self.place, self.wait, create=create)
        found = self.place.file_id()
        shown = self.place.shown
        with self.engine.connect() as connection, connection.begin():
            engines.check_encoding(connection)
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
        self._prepared = (found,)

    def _upgrade(self) -> None:
        with self.engine.connect() as connection:
            connection.execution_options(**{engines.IMMEDIATE: True})
            with connection.begin():
                engines.lock(connection, self.wait)
                # Another process may have done it while this one waited for the lock.
                if migrations.version(connection, self.place.shown) != migrations.newest():
                    migrations.upgrade(connection)

    def _forked(self) -> None:
        """Leave the parent's connections to the parent."""
        self._writer = threading.Lock()
        self.engine.dispose(close=False)


def _after_fork() -> None:
    for database in list(_OPEN):
        database._forked()


os.register_at_fork(after_in_child=_after_fork)

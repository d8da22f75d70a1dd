"""The database of a feedback store: opening, migration of its tables, and transactions."""

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
from tigertail.feedback.database_errors import locked, removed, translated_errors
from tigertail.feedback.location import FileId, Location

_OPEN: Final[weakref.WeakSet[Database]] = weakref.WeakSet()
_LONGEST: Final = 10.0**6  # seconds that are waited at most: neither Python nor a server takes infinity


class Database:
    """The database of a store. Any number of threads and processes may use it at once.

    Parameters
    ----------
    location
        Where it is.
    create
        Whether a missing store may be created.
    timeout
        Seconds to wait for a lock, a connection or a server.
    lazy
        Whether to connect at the first use only, so that a service can start before its database.

    Raises
    ------
    StoreUnavailableError
        If the database is not available; unless ``lazy``.
    TigertailError
        If it is another program's database or of a newer release, or cannot hold a store; unless ``lazy``.
    """

    def __init__(self, location: Location, *, create: bool, timeout: float, lazy: bool = False) -> None:
        self.location = location
        self.timeout = min(timeout, _LONGEST)
        self._create = create
        self.engine = engines.make_engine(location, self.timeout)
        self._writer = threading.Lock()
        self._prepared: tuple[FileId | None] | None = None  # the file with prepared tables
        _OPEN.add(self)
        if not lazy:
            with translated_errors(location.display):
                self._prepare(create=create)

    def close(self) -> None:
        """Close the connections. The next use opens new ones."""
        self.engine.dispose()

    @contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[Connection]:
        """Open a transaction: all of its statements take effect, or none.

        Errors of the database and of the system (``OSError``) in its block are taken for errors of the store.

        Parameters
        ----------
        write
            Whether it writes; writers take turns.

        Yields
        ------
        sqlalchemy.Connection
            A connection; its transaction is committed when the block ends without an error.

        Raises
        ------
        StoreUnavailableError
            If the database is not available, or its file was removed in the meantime, or it is to be written to and was
            opened read-only. At the first use, where it was opened ``lazy``, and where its file was replaced, also if
            it cannot be the store.
        """
        if write:
            self.require_writable()
        display = self.location.display
        with translated_errors(display), self._turn(write=write):
            self._ensure_tables()
            with self.engine.connect() as connection:
                connection.execution_options(**{engines.IMMEDIATE: write})
                with connection.begin():
                    if write:
                        engines.lock(connection, self.timeout)
                    yield connection
                # A file that is no longer in its place keeps the commit, but no reader finds it there.
                if write and self.location.file_id() != engines.file_of(connection):
                    raise removed(display)

    def require_writable(self) -> None:
        """Refuse to write to a store that was opened to be read alone.

        Raises
        ------
        StoreUnavailableError
            If it was.
        """
        if self.location.read_only:
            raise StoreUnavailableError(
                f"the feedback store {self.location.display} is read-only, by the mode=ro of its URL",
                remedy="open it without mode=ro",
            )

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """Yield SQLite's own cursor outside any transaction, for statements that need that; it prepares no tables."""
        with translated_errors(self.location.display):
            connection = self.engine.raw_connection()
            try:
                yield connection.cursor()
            finally:
                connection.close()

    @contextmanager
    def _turn(self, *, write: bool) -> Iterator[None]:
        """Let the threads of this process write to SQLite in turn; SQLite itself would make them sleep."""
        if not write or self.location.file is None:
            yield
            return
        if not self._writer.acquire(timeout=self.timeout):
            raise locked(self.location.display)
        try:
            yield
        finally:
            self._writer.release()

    def _ensure_tables(self) -> None:
        """Prepare the database at its first use, and again when its file was replaced."""
        first = self._prepared is None
        if not first and self._prepared == (self.location.file_id(),):
            return
        try:
            # Another file may be of an older release, and is migrated; in place of a lost one none is made.
            self._prepare(create=first and self._create)
        except StoreUnavailableError:
            raise
        except TigertailError as error:  # no fault of who asks now
            remedy = error.remedy if first else "restore the store's file, or a backup"
            raise StoreUnavailableError(error.problem, path=error.path, remedy=remedy) from error

    def _prepare(self, *, create: bool) -> None:
        """Create the tables, or migrate them to this release."""
        if self.location.file is not None:
            engines.prepare_file(self.location, self.timeout, create=create)
        found = self.location.file_id()
        display = self.location.display
        with self.engine.connect() as connection, connection.begin():
            engines.check_encoding(connection)
            version = migrations.version(connection, display)
        if version is None and (self.location.read_only or not create):
            raise DataError(f"there is no feedback store at {display}", remedy="check the path or the URL")
        if version != migrations.newest():
            if self.location.read_only:
                raise TigertailError(
                    f"the feedback store {display} is of an older release, and opened read-only",
                    remedy="open it once without mode=ro",
                )
            self._upgrade()
        self._prepared = (found,)

    def _upgrade(self) -> None:
        with self.engine.connect() as connection:
            connection.execution_options(**{engines.IMMEDIATE: True})
            with connection.begin():
                engines.lock(connection, self.timeout)
                # Another process may have migrated while this one waited for the lock.
                if migrations.version(connection, self.location.display) != migrations.newest():
                    migrations.upgrade(connection)

    def _forked(self) -> None:
        """Leave the parent's connections to the parent."""
        self._writer = threading.Lock()
        self.engine.dispose(close=False)


def _after_fork() -> None:
    for database in list(_OPEN):
        database._forked()


os.register_at_fork(after_in_child=_after_fork)

"""Connections to SQLite and PostgreSQL, configured so that committed events are durable and in order."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, exc, text

from tigertail.errors import ConfigError, DataError
from tigertail.feedback.location import FileId, Location
from tigertail.feedback.tables import VERSION_TABLE

# Option of a connection: whether its transactions write, and so take the lock when they begin.
IMMEDIATE: Final = "feedback_immediate"
_FILE: Final = "feedback_file"
_LOCK: Final = 0x7469676572  # "tiger": PostgreSQL's advisory lock of all who write
_POOL: Final = 5  # connections kept open: SQLAlchemy's default


class _Connection(sqlite3.Connection):
    """A connection with the identity of its open file: a file name may later belong to another file."""

    file_id: FileId | None = None


def make_engine(location: Location, timeout: float) -> Engine:
    """Return the engine of a store. It connects at its first use.

    Parameters
    ----------
    location
        Where the store is.
    timeout
        Seconds to wait for a lock, a connection or a server.

    Raises
    ------
    ConfigError
        If psycopg, or libpq, which it needs, is not installed.
    """
    if location.file is not None:
        return _sqlite(location, location.file, timeout)
    query = location.url.query
    # A server that stops responding must not block a request for as long as TCP would.
    options: dict[str, Any] = {
        "connect_timeout": max(2, round(timeout)),  # s; libpq advises against less, and 0 means no limit
        "keepalives_idle": 30,  # s
        "tcp_user_timeout": 30_000,  # ms
        "application_name": "tigertail",
    }
    try:
        return create_engine(
            location.url,
            connect_args={name: value for name, value in options.items() if name not in query},
            pool_pre_ping=True,
            pool_size=_POOL,
            pool_timeout=timeout,
            hide_parameters=True,
        )
    except ImportError as error:  # psycopg without libpq raises it too
        raise ConfigError(
            "PostgreSQL needs psycopg and libpq, and one of them is not installed",
            remedy="pip install 'tigertail[postgresql]'",
        ) from error


def prepare_file(location: Location, timeout: float, *, create: bool) -> None:
    """Check that the file of a SQLite store exists and is no other database, and switch on write-ahead logging.

    An empty file passes, also where no store may be made of it: the caller looks for the tables. Errors of SQLite and
    of the system pass as they are: the caller translates them.

    Parameters
    ----------
    location
        A SQLite store.
    timeout
        Seconds to wait for a lock.
    create
        Whether a missing file may be created, readable by its owner only.

    Raises
    ------
    DataError
        If there is no file and it must not be created, or it is another program's database.
    """
    file = location.file
    assert file is not None
    if create and not location.read_only:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDONLY, 0o600))
    elif not file.exists():
        raise DataError("there is no feedback store", path=file, remedy="check the path")
    connection = _connect(location, file, timeout)
    try:
        empty = _is_empty(connection, file)
        if location.read_only or (empty and not create):
            return
        if empty:
            # Erasure gives room back by it (retention.py). It comes before the first table.
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        _use_write_ahead_log(connection, timeout)
    finally:
        connection.close()


def lock(connection: Connection, timeout: float) -> None:
    """Take the store's lock until the transaction ends, so that ``seq`` rises in the order of commits.

    Without it a reader after event 7 could miss event 6, committed later. In SQLite the transaction takes the lock
    when it begins.
    """
    if connection.dialect.name == "sqlite":
        return
    limit = f"{max(1, round(timeout * 1000))}ms"  # 0 means no limit
    connection.execute(text("SELECT set_config('lock_timeout', :limit, true)"), {"limit": limit})
    # An acknowledged event must be durable, whatever the server's default.
    connection.execute(
        text(
            "SELECT set_config('synchronous_commit', 'on', true)"
            " WHERE current_setting('synchronous_commit') = 'off'"
        )
    )
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def check_encoding(connection: Connection) -> None:
    """Refuse a PostgreSQL database that cannot store every script.

    Raises
    ------
    ConfigError
        If its encoding is not UTF-8.
    """
    if connection.dialect.name == "sqlite":
        return
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise ConfigError(
            f"the database of the feedback store is encoded in {encoding}, which cannot store most scripts",
            remedy="create one in UTF-8: createdb --encoding UTF8 --template template0 NAME",
        )


def file_of(connection: Connection) -> FileId | None:
    """Return the open file of a connection; None for PostgreSQL, or where it was replaced as it was opened."""
    known: FileId | None = connection.info.get(_FILE)
    return known


def _sqlite(location: Location, file: Path, timeout: float) -> Engine:
    engine = create_engine(
        location.url,
        creator=lambda: _connect(location, file, timeout),
        poolclass=QueuePool,
        pool_size=_POOL,
        pool_timeout=timeout,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def note_file(connection: Any, record: Any) -> None:
        record.info[_FILE] = connection.file_id

    @event.listens_for(engine, "checkout")
    def same_file(_: Any, record: Any, __: Any) -> None:
        # An open handle can still write to a removed file, but no reader will find it.
        if location.file_id() != record.info[_FILE]:
            raise exc.DisconnectionError("the file was replaced")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = "IMMEDIATE" if connection.get_execution_options().get(IMMEDIATE) else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _connect(location: Location, file: Path, timeout: float) -> _Connection:
    """Open the file, which must exist: a missing file is never created silently."""
    before = location.file_id()
    connection = sqlite3.connect(
        f"{file.as_uri()}?mode={'ro' if location.read_only else 'rw'}",
        uri=True,
        timeout=timeout,
        isolation_level=None,  # transactions begin explicitly
        check_same_thread=False,
        factory=_Connection,
    )
    try:
        connection.file_id = before if before == location.file_id() else None  # None: it may be either file
        connection.execute("PRAGMA synchronous=FULL")  # a commit is on disk
        connection.execute("PRAGMA secure_delete=ON")  # erased data are overwritten
        connection.execute("PRAGMA trusted_schema=OFF")  # SQLite advises it, against harmful files
    except (sqlite3.Error, OSError):
        connection.close()
        raise
    return connection


def _is_empty(connection: sqlite3.Connection, file: Path) -> bool:
    """Return whether the file has no tables yet; refuse a file with tables of another program."""
    rows = connection.execute(
        r"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'"
    )
    names = {name for (name,) in rows}
    if names and VERSION_TABLE not in names:
        raise DataError("a database of another program", path=file, remedy="name another file")
    return not names


def _use_write_ahead_log(connection: sqlite3.Connection, timeout: float) -> None:
    """Switch to write-ahead logging, so that readers and writers do not block each other.

    SQLite does not wait for a lock here, so this function does. A read-only file, or a file system without support,
    keeps the rollback journal, which is as safe.
    """
    last = time.monotonic() + timeout
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            kind = error.sqlite_errorcode & 0xFF
            if kind == sqlite3.SQLITE_READONLY:
                return
            if kind != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(0.01)

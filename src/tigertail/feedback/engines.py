"""How each kind of database is spoken to, so that what is committed stays and is in order."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, exc, text

from tigertail.errors import ConfigError, DataError
from tigertail.feedback.location import FileId, Place
from tigertail.feedback.tables import VERSION_TABLE

IMMEDIATE: Final = "feedback_immediate"
_FILE: Final = "feedback_file"
_LOCK: Final = 0x7469676572  # "tiger": PostgreSQL's advisory lock of all who write
_POOL: Final = 5


class _Connection(sqlite3.Connection):
    """A connection that knows which file it has open: names are given to other files."""

    file_id: FileId | None = None


def make_engine(place: Place, wait: float) -> Engine:
    """Return the engine of a store. It connects when it is first asked.

    Parameters
    ----------
    place
        Where the store is.
    wait
        Seconds to wait for a lock, a connection or a server.

    Raises
    ------
    ConfigError
        If psycopg is not installed.
    """
    if place.file is not None:
        return _sqlite(place, place.file, wait)
    given = place.url.query
    # A server that falls silent must not keep a listener waiting for as long as TCP would.
    options: dict[str, Any] = {
        "connect_timeout": max(2, round(wait)),
        "keepalives_idle": 30,
        "tcp_user_timeout": 30_000,
        "application_name": "tigertail",
    }
    try:
        return create_engine(
            place.url,
            connect_args={name: value for name, value in options.items() if name not in given},
            pool_pre_ping=True,
            pool_size=_POOL,
            pool_timeout=wait,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise ConfigError(
            "PostgreSQL needs psycopg, which is not installed",
            remedy="pip install 'tigertail[postgresql]'",
        ) from error


def prepare_file(place: Place, wait: float, *, create: bool) -> None:
    """See that the file of a SQLite store is there, is ours, and keeps a write-ahead log.

    Parameters
    ----------
    place
        A SQLite store.
    wait
        Seconds to wait for a lock.
    create
        Whether a file that is not there may be made: readable by its owner only.

    Raises
    ------
    DataError
        If there is no file, and it may not be made, or it is a database of something else.
    """
    file = place.file
    assert file is not None
    if create and not place.read_only:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDONLY, 0o600))
    elif not file.exists():
        raise DataError("no feedback store is there", path=file, remedy="check the path")
    connection = _connect(place, file, wait)
    try:
        empty = _is_empty(connection, file)
        if place.read_only or (empty and not create):
            return
        if empty:
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        _keep_a_log(connection, wait)
    finally:
        connection.close()


def lock(connection: Connection, wait: float) -> None:
    """Take the store's lock until the transaction ends, so that ``seq`` rises in the order of commits.

    Without it a reader who has seen event 7 could miss event 6, committed later. SQLite has no other way:
    there the lock was taken when the transaction began.
    """
    if connection.dialect.name == "sqlite":
        return
    limit = f"{max(1, round(wait * 1000))}ms"  # 0 would be for ever
    connection.execute(text("SELECT set_config('lock_timeout', :limit, true)"), {"limit": limit})
    # An acknowledgement is a promise, whatever the server's default.
    connection.execute(
        text(
            "SELECT set_config('synchronous_commit', 'on', true)"
            " WHERE current_setting('synchronous_commit') = 'off'"
        )
    )
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def check_encoding(connection: Connection) -> None:
    """Refuse a PostgreSQL database that cannot hold every script.

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
            f"the database of the feedback store is encoded in {encoding}, which lacks most scripts",
            remedy="create one in UTF-8: createdb --encoding UTF8 --template template0 NAME",
        )


def file_of(connection: Connection) -> FileId | None:
    """Return the file that a connection has open; None for PostgreSQL."""
    known: FileId | None = connection.info.get(_FILE)
    return known


def _sqlite(place: Place, file: Path, wait: float) -> Engine:
    engine = create_engine(
        place.url,
        creator=lambda: _connect(place, file, wait),
        poolclass=QueuePool,
        pool_size=_POOL,
        pool_timeout=wait,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def note_file(connection: Any, record: Any) -> None:
        record.info[_FILE] = connection.file_id

    @event.listens_for(engine, "checkout")
    def same_file(_: Any, record: Any, __: Any) -> None:
        # A file that was removed can be written to its last handle's end, and nobody will read it again.
        if place.file_id() != record.info[_FILE]:
            raise exc.DisconnectionError("the file has another")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = "IMMEDIATE" if connection.get_execution_options().get(IMMEDIATE) else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _connect(place: Place, file: Path, wait: float) -> _Connection:
    """Open the file, which must be there: one that went missing is not begun anew behind people's backs."""
    before = place.file_id()
    connection = sqlite3.connect(
        f"{file.as_uri()}?mode={'ro' if place.read_only else 'rw'}",
        uri=True,
        timeout=wait,
        isolation_level=None,  # transactions begin where we say
        check_same_thread=False,
        factory=_Connection,
    )
    try:
        connection.file_id = (
            before if before == place.file_id() else None
        )  # None: it may be either, so neither
        connection.execute("PRAGMA synchronous=FULL")  # a commit is on the disk
        connection.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten
        connection.execute("PRAGMA trusted_schema=OFF")
    except (sqlite3.Error, OSError):
        connection.close()
        raise
    return connection


def _is_empty(connection: sqlite3.Connection, file: Path) -> bool:
    """Return whether the file has no table yet; refuse one that has those of something else."""
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    names = {name for (name,) in rows}
    if names and VERSION_TABLE not in names:
        raise DataError("a database of something else", path=file, remedy="name another file")
    return not names


def _keep_a_log(connection: sqlite3.Connection, wait: float) -> None:
    """Switch to write-ahead logging, so that readers and writers do not wait for each other.

    SQLite does not wait for others on its own here. A file that may not be written, or a file system that cannot do
    it, keeps the rollback journal, which is as safe.
    """
    last = time.monotonic() + wait
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

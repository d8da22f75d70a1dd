"""Errors of a database as messages for an operator.

A driver's own text is never passed on: it may contain values, or parts of a URL.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import exc

from tigertail.errors import StoreUnavailableError

_AGAIN: Final = "try again later; an event that is sent again is stored once"
_LOCKED: Final = ("is locked by another process", f"wait for it or end it; {_AGAIN}")
_FULL: Final = ("has no space left on its disk", f"free some space; {_AGAIN}")
_READ_ONLY: Final = ("is read-only", "give the service the right to write there")
_GONE: Final = ("cannot be opened", "check that its file and folder are there and may be read and written")
_SILENT: Final = ("cannot be reached", f"check that the server runs and the address is right; {_AGAIN}")
_DAMAGED: Final = ("is damaged, or not a database", "restore a backup")
_BARE: Final = ("has no tables", "start the service or the command again: opening the store creates them")
_BUSY: Final = ("has too many connections", f"allow the server more; {_AGAIN}")
_IN_USE: Final = ("has no free connection: all that this process may open are in use", _AGAIN)
_REFUSED: Final = ("refuses this user", "check the user, the password and the rights on the tables")
_TURNED_AWAY: Final = (
    "refuses this user, password or database",
    "check all three; one who may do so creates the database with: createdb NAME",
)
_CANCELLED: Final = (
    "cancelled a statement that took too long",
    f"raise statement_timeout of this user; {_AGAIN}",
)
_DISK: Final = ("cannot be read or written on its disk", "check the system log: the disk may be failing")
_OTHER: Final = ("cannot be used", _AGAIN)

_SQLITE: Final = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _GONE,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_ERROR: _BARE,  # of our own statements' errors only that of a missing table has this code
}
# SQLSTATE, or the class that its first two characters are.
_POSTGRESQL: Final = {
    "08": _SILENT,
    "57": _SILENT,
    "57014": _CANCELLED,
    "28": _REFUSED,
    "42501": _REFUSED,
    "3D": ("does not exist", "create the database first: createdb NAME"),
    "42P01": _BARE,
    "3F": _BARE,
    "53100": _FULL,
    "53300": _BUSY,
    "25006": _READ_ONLY,
    "55P03": _LOCKED,
    "40": _LOCKED,
    "58": _DISK,
    "XX": _DAMAGED,
}
# The client library keeps no SQLSTATE of a connection that failed: where the server speaks English, its text tells.
_CONNECTING: Final = {
    r'FATAL: +database ".*" does not exist': "3D",
    r"authentication failed|no password supplied|no pg_hba\.conf entry|FATAL: +role": "28",
    r"FATAL: .*(too many|connection slots)": "53300",
}


@contextmanager
def translated_errors(display: str) -> Iterator[None]:
    """Turn every error of a database or its driver into a :class:`StoreUnavailableError`.

    Parameters
    ----------
    display
        Name of the store in messages, without password.

    Raises
    ------
    StoreUnavailableError
        With problem and remedy.
    """
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise unavailable(display, error) from error


def unavailable(display: str, error: BaseException) -> StoreUnavailableError:
    """Return the error for a database's error."""
    problem, remedy = _diagnosis(error)
    return StoreUnavailableError(f"the feedback store {display} {problem}", remedy=remedy)


def locked(display: str) -> StoreUnavailableError:
    """Return the error of a writer that waited too long for its turn."""
    return StoreUnavailableError(f"the feedback store {display} {_LOCKED[0]}", remedy=_LOCKED[1])


def removed(display: str) -> StoreUnavailableError:
    """Return the error of a store whose file was removed during a write."""
    return StoreUnavailableError(
        f"the file of the feedback store {display} was removed or replaced during a write",
        remedy=f"restore it; {_AGAIN}",
    )


def _diagnosis(error: BaseException) -> tuple[str, str]:
    if isinstance(error, OSError):
        return f"cannot be opened ({error.strerror or 'no reason given'})", _GONE[1]
    if isinstance(error, exc.TimeoutError):  # of our own pool
        return _IN_USE
    source = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(source, sqlite3.Error):
        # The upper bits have details that are not needed here.
        return _SQLITE.get(getattr(source, "sqlite_errorcode", -1) & 0xFF, _OTHER)
    state = getattr(source, "sqlstate", None)
    if isinstance(error, exc.OperationalError) and state is None:
        return _not_connected(source)
    state = state or ""
    return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2]) or _OTHER


def _not_connected(source: BaseException | None) -> tuple[str, str]:
    for words, state in _CONNECTING.items():
        if re.search(words, str(source)):
            return _POSTGRESQL[state]
    # In another language: a server that has taken a password runs, and says no to it or to what it was sent with.
    return _TURNED_AWAY if getattr(getattr(source, "pgconn", None), "used_password", False) else _SILENT

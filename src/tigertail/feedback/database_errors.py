"""Errors of a database as messages for an operator.

A driver's own text is never passed on: it may contain values, or parts of a URL.
"""

from __future__ import annotations

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
_REFUSED: Final = ("refuses this user", "check the user, the password and the rights on the tables")
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
    if isinstance(error, exc.TimeoutError):  # all connections of our pool wait for the database
        return _BUSY
    source = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(source, sqlite3.Error):
        # The upper bits have details that are not needed here.
        return _SQLITE.get(getattr(source, "sqlite_errorcode", -1) & 0xFF, _OTHER)
    if isinstance(error, exc.OperationalError) and getattr(source, "sqlstate", None) is None:
        return _SILENT  # the server did not respond
    state = getattr(source, "sqlstate", None) or ""
    return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2]) or _OTHER

"""The journal of an analysis: a record of every processed file, written at once and for good.

A small SQLite database beside the table it leads to. A run that is killed loses what it had in hand, no more;
the next one skips the files that the journal has under the same settings.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.errors import DataError

_MAGIC: Final = 0x54674175  # "TgAu": the application's own number in the header of the database
_SMALLEST: Final = 512  # bytes of the smallest database
_INTEGERS: Final = -(2**63), 2**63 - 1  # those of SQLite
_TABLES: Final = f"""
BEGIN;
PRAGMA application_id = {_MAGIC};
CREATE TABLE names (digest TEXT PRIMARY KEY, names TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE done (
    path BLOB NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL, digest TEXT NOT NULL,
    seconds REAL NOT NULL, vector BLOB, reason TEXT,
    PRIMARY KEY (path, digest)
) WITHOUT ROWID;
COMMIT;
"""


@dataclass(frozen=True)
class FileVersion:
    """A file with its size and modification time: a changed file is another version.

    Parameters
    ----------
    path
        Its absolute path, in the encoding of the file system.
    size
        In bytes; -1 if the file cannot be read.
    modified
        Nanoseconds since 1970, from 1677 to 2262: a time before or after is taken for the first or last of these.
    """

    path: bytes
    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the present version of a file."""
        where = os.fsencode(path.absolute())
        try:
            found = path.stat()
        except OSError:
            return cls(where, -1, 0)
        first, last = _INTEGERS
        return cls(where, found.st_size, max(first, min(found.st_mtime_ns, last)))


@dataclass(frozen=True, eq=False)
class FileRecord:
    """What became of a file.

    Parameters
    ----------
    seconds
        Seconds of audio that were analysed.
    vector
        Its descriptors; float32, (descriptors,). None if it could not be used.
    reason
        Why it could not be used; empty if it could.
    """

    seconds: float
    vector: NDArray[np.float32] | None
    reason: str = ""


class Journal:
    """The journal of one table of descriptors. Use :func:`open_journal`.

    Parameters
    ----------
    database
        An open database.
    digest
        That of the settings, :attr:`tigertail.audio.config.AnalysisConfig.digest`: records under others are left alone.
    """

    def __init__(self, database: sqlite3.Connection, digest: str) -> None:
        self._database = database
        self._digest = digest

    @property
    def names(self) -> list[str]:
        """The descriptors' names; none before the first file that could be used."""
        row = self._database.execute("SELECT names FROM names WHERE digest = ?", (self._digest,)).fetchone()
        return row[0].split("\n") if row else []

    def known(self) -> dict[FileVersion, bool]:
        """Return the files that are done, and whether they could be used."""
        rows = self._database.execute(
            "SELECT path, size, modified, reason IS NULL FROM done WHERE digest = ?", (self._digest,)
        )
        return {FileVersion(path, size, modified): bool(usable) for path, size, modified, usable in rows}

    def add(self, version: FileVersion, record: FileRecord, names: list[str]) -> None:
        """Write down what became of a file, in one step.

        Parameters
        ----------
        version
            The file.
        record
            What became of it.
        names
            Its descriptors' names, which the settings alone decide; empty if the file could not be used.
        """
        vector = None if record.vector is None else record.vector.astype("<f4").tobytes()
        with self._database:
            if names:
                self._database.execute(
                    "INSERT OR IGNORE INTO names VALUES (?, ?)", (self._digest, "\n".join(names))
                )
            self._database.execute(
                "INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    version.path,
                    version.size,
                    version.modified,
                    self._digest,
                    record.seconds,
                    vector,
                    record.reason or None,
                ),
            )

    def record(self, version: FileVersion) -> FileRecord | None:
        """Return what became of a file; None if nothing is known of it as it is now."""
        row = self._database.execute(
            "SELECT seconds, vector, reason FROM done"
            " WHERE path = ? AND size = ? AND modified = ? AND digest = ?",
            (version.path, version.size, version.modified, self._digest),
        ).fetchone()
        if row is None:
            return None
        seconds, vector, reason = row
        return FileRecord(seconds, None if vector is None else np.frombuffer(vector, "<f4"), reason or "")


@contextmanager
def open_journal(path: Path, digest: str) -> Iterator[Journal]:
    """Open a journal, or begin one, and keep others out meanwhile.

    Raises
    ------
    DataError
        If it is damaged or something else, another analysis is writing it, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not opened here: a process that closes a file gives up its locks on it, also those of an open journal.
        if path.is_file() and 0 < path.stat().st_size < _SMALLEST:
            raise _not_ours(path)  # SQLite would write over a file of a few bytes
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with closing(sqlite3.connect(path, timeout=0.5)) as database:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("BEGIN EXCLUSIVE")  # now, so that a second analysis stops before any work
            database.commit()
            made_by = database.execute("PRAGMA application_id").fetchone()[0]
            empty = not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if empty and not made_by:  # new, or of a run that was killed before its first word
                database.executescript(_TABLES)
            elif made_by != _MAGIC:
                raise _not_ours(path)
            yield Journal(database, digest)
    except sqlite3.Error as error:
        raise _trouble(path, error) from error


def _trouble(path: Path, error: sqlite3.Error) -> DataError:
    kind = getattr(error, "sqlite_errorname", "")
    if kind == "SQLITE_FULL":
        return DataError(
            "the disk is full; what is done is kept", path=path, remedy="free some space and go on"
        )
    if kind in ("SQLITE_BUSY", "SQLITE_LOCKED"):
        return DataError(
            "another analysis is writing to it", path=path, remedy="wait for it, or choose another name"
        )
    if kind == "SQLITE_NOTADB":
        return _not_ours(path)
    if kind.startswith("SQLITE_CORRUPT"):
        return DataError(
            f"damaged ({error})", path=path, remedy="remove it: the files are then analysed anew"
        )
    return _unwritable(path, error)


def _not_ours(path: Path) -> DataError:
    return DataError("not a journal of ours", path=path, remedy="choose another name")


def _unwritable(path: Path, error: Exception) -> DataError:
    return DataError(
        f"cannot be written ({error})",
        path=path,
        remedy="choose a folder that may be written, with room for the journal; what is done is kept",
    )

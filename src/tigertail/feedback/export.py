"""Export of events: from a store to a Parquet file, and from either to a table.

Reading Parquet needs no database library.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from tigertail.errors import DataError, missing_extra
from tigertail.feedback.events import SCHEMA, check_table
from tigertail.storage import UNREADABLE, replaced_file

if TYPE_CHECKING:
    from tigertail.feedback.store import FeedbackStore

_PARQUET: Final = b"PAR1"
_SQLITE: Final = b"SQLite format 3\0"


def export_events(store: FeedbackStore, path: str | Path, *, after: int = 0, chunk: int | None = None) -> int:
    """Write all stored events to a Parquet file, atomically.

    One chunk is in memory at a time.

    Parameters
    ----------
    store
        The store.
    path
        The file; an existing one is replaced.
    after
        Only events with a larger ``seq`` are written.
    chunk
        Events to read at once, 1 or more; None means as many as :meth:`FeedbackStore.chunks` does.

    Returns
    -------
    int
        How many events were written.

    Raises
    ------
    ConfigError
        If ``chunk`` is below 1.
    TigertailError
        If the file cannot be written or the store cannot be used.
    """
    from tigertail.feedback.store import CHUNK

    target = Path(path)
    with (
        replaced_file(target) as new,
        tempfile.TemporaryDirectory(prefix=f"{new.name}.", dir=new.parent) as parts,
    ):
        written = 0
        files = []
        # A Parquet file cannot be appended to: each chunk is a file in a folder beside the new one, and in the end they
        # are joined. So the disk must have room for the events twice.
        for number, events in enumerate(store.chunks(after=after, chunk=CHUNK if chunk is None else chunk)):
            files.append(Path(parts) / f"{number:06}.parquet")
            events.write_parquet(files[-1])
            written += events.height
        if files:
            pl.scan_parquet(files, glob=False).sink_parquet(new, maintain_order=True)
        else:
            SCHEMA.to_frame().write_parquet(new)
    return written


def read_feedback(source: str | Path) -> pl.DataFrame:
    """Return the events of a Parquet export, a SQLite store or the store behind a URL.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~tigertail.feedback.SCHEMA`, in the order of ``seq``.

    Raises
    ------
    ConfigError
        If a store is read and the extra ``service`` is not installed.
    DataError
        If there is no file, or it is neither an export nor a store.
    StoreUnavailableError
        If the database is not available.
    """
    if isinstance(source, str) and "://" in source:
        return _read_store(source)
    path = Path(source)
    try:
        with path.open("rb") as file:
            start = file.read(len(_SQLITE))
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror})",
            path=path,
            remedy="name an export, a SQLite store or the URL of one",
        ) from error
    if start.startswith(_PARQUET):
        return _read_parquet(path)
    if start == _SQLITE:
        return _read_store(path)
    raise DataError("neither an export nor a SQLite store", path=path, remedy="check the path")


def _read_store(source: str | Path) -> pl.DataFrame:
    with missing_extra("service", "the feedback store"):
        from tigertail.feedback.store import FeedbackStore

    with FeedbackStore.open(source, create=False) as store:
        return store.read()


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        return check_table(pl.read_parquet(path, glob=False))
    except UNREADABLE as error:
        raise DataError("a damaged Parquet file", path=path, remedy="export the store again") from error
    except DataError as error:
        raise DataError(error.problem, path=path, remedy=error.remedy) from error

"""How long events are kept, and the erasure of one listener's. Both are entered in a book that names nobody."""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from tigertail.errors import ConfigError, StoreUnavailableError, TigertailWarning
from tigertail.feedback.events import AT, LISTENER, RECEIVED_AT, SEQ, microseconds
from tigertail.feedback.store import FeedbackStore
from tigertail.feedback.tables import ERASURES, EVENTS

RETENTION: Final = "retention"
LISTENER_ASKED: Final = "listener"
STEP: Final = 10_000
LONGEST: Final = 1_000_000


def erase(store: FeedbackStore, listener: str) -> int:
    """Erase everything one listener did, in one transaction, and overwrite it where the database can.

    Parameters
    ----------
    store
        The store.
    listener
        The anonymous id.

    Returns
    -------
    int
        How many events were erased.

    Raises
    ------
    StoreUnavailableError
        If the database cannot be used just now: then nothing was erased.
    """
    with store.database.transaction(write=True) as connection:
        erased = _delete(connection, EVENTS.c[LISTENER] == listener)
        _enter(store, connection, LISTENER_ASKED, erased)
    _scrub(store)
    return erased


def prune(store: FeedbackStore, days: float, *, step: int = STEP) -> int:
    """Erase the events received more than some days ago, by the store's clock.

    Parameters
    ----------
    store
        The store.
    days
        How long events are kept.
    step
        Events to erase in one transaction: between two of them others may write.

    Returns
    -------
    int
        How many events were erased.

    Raises
    ------
    ConfigError
        If ``days`` is below 0 or above :data:`LONGEST`.
    StoreUnavailableError
        If the database cannot be used just now. What was erased before stays so.
    """
    if not 0 <= days <= LONGEST:
        raise ConfigError(
            f"events cannot be kept for {days} days", remedy=f"give a number of days, 0 to {LONGEST:,}"
        )
    oldest = microseconds(store.clock()) - timedelta(days=days) // timedelta(microseconds=1)
    old = select(EVENTS.c[SEQ]).where(EVENTS.c[RECEIVED_AT] < oldest).order_by(EVENTS.c[SEQ]).limit(step)
    total = 0
    while True:
        with store.database.transaction(write=True) as connection:
            erased = _delete(connection, EVENTS.c[SEQ].in_(old))
            if erased:
                _enter(store, connection, RETENTION, erased)
        total += erased
        if erased < step:
            break
    if total:
        _scrub(store)
    return total


def _delete(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(delete(EVENTS).where(which)).rowcount


def _enter(store: FeedbackStore, connection: Connection, reason: str, events: int) -> None:
    entry = {AT: microseconds(store.clock()), "reason": reason, "events": events}
    connection.execute(insert(ERASURES), entry)


def _scrub(store: FeedbackStore) -> None:
    """Free SQLite's empty pages and empty its log, which holds old pages. PostgreSQL has autovacuum."""
    if store.database.place.file is None:
        return
    try:
        with store.database.raw() as cursor:
            cursor.executescript("PRAGMA incremental_vacuum")  # execute would free the first page alone
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except StoreUnavailableError:
        busy = True  # the rows are gone all the same
    if busy:
        warnings.warn(
            TigertailWarning(
                "Erased; but as others use the store just now, its -wal file keeps old pages. "
                "They go when the last of them has ended, or with the next erasure."
            ),
            stacklevel=3,
        )

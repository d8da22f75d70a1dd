"""Retention of events, and erasure of one listener's events. A log of erasures has numbers but no listeners."""

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
ERASURE: Final = "listener"
STEP: Final = 10_000
MAX_DAYS: Final = 1_000_000


def erase(store: FeedbackStore, listener: str) -> int:
    """Erase all events of one listener in one transaction, and overwrite them if the database can.

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
        If the database is not available: then nothing was erased.
    """
    with store.database.transaction(write=True) as connection:
        erased = _delete(connection, EVENTS.c[LISTENER] == listener)
        _record_erasure(store, connection, ERASURE, erased)
    _vacuum(store)
    return erased


def prune(store: FeedbackStore, days: float, *, step: int = STEP) -> int:
    """Erase the events received more than a number of days ago, by the store's clock.

    Parameters
    ----------
    store
        The store.
    days
        Days to keep events.
    step
        Events to erase in one transaction; others can write between transactions.

    Returns
    -------
    int
        How many events were erased.

    Raises
    ------
    ConfigError
        If ``days`` is below 0 or above :data:`MAX_DAYS`.
    StoreUnavailableError
        If the database is not available. Events erased before stay erased.
    """
    if not 0 <= days <= MAX_DAYS:
        raise ConfigError(
            f"events cannot be kept for {days} days", remedy=f"give a number of days, 0 to {MAX_DAYS:,}"
        )
    oldest = microseconds(store.clock()) - timedelta(days=days) // timedelta(microseconds=1)
    old = select(EVENTS.c[SEQ]).where(EVENTS.c[RECEIVED_AT] < oldest).order_by(EVENTS.c[SEQ]).limit(step)
    total = 0
    while True:
        with store.database.transaction(write=True) as connection:
            erased = _delete(connection, EVENTS.c[SEQ].in_(old))
            if erased:
                _record_erasure(store, connection, RETENTION, erased)
        total += erased
        if erased < step:
            break
    if total:
        _vacuum(store)
    return total


def _delete(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(delete(EVENTS).where(which)).rowcount


def _record_erasure(store: FeedbackStore, connection: Connection, reason: str, events: int) -> None:
    entry = {AT: microseconds(store.clock()), "reason": reason, "events": events}
    connection.execute(insert(ERASURES), entry)


def _vacuum(store: FeedbackStore) -> None:
    """Free SQLite's empty pages and truncate its log, which has old pages. PostgreSQL has autovacuum."""
    if store.database.location.file is None:
        return
    try:
        with store.database.raw() as cursor:
            cursor.executescript("PRAGMA incremental_vacuum")  # execute would free the first page only
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except StoreUnavailableError:
        busy = True  # the rows are erased anyway
    if busy:
        warnings.warn(
            TigertailWarning(
                "Erased; but other processes use the store, so its -wal file keeps old pages until the last "
                "of them has ended, or until the next erasure."
            ),
            stacklevel=3,
        )

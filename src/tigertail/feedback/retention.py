"""Retention of events, and erasure of one listener's events. A log of erasures has numbers but no listeners."""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from tigertail.errors import ConfigError, DataError, StoreUnavailableError, TigertailWarning
from tigertail.feedback.events import AT, LISTENER, RECEIVED_AT, SEQ, microseconds, storable
from tigertail.feedback.store import FeedbackStore
from tigertail.feedback.tables import ERASURES, EVENTS

# Reasons in the log of erasures.
RETENTION: Final = "retention"
ERASURE: Final = "listener"

STEP: Final = 10_000  # events erased in one transaction
MAX_DAYS: Final = 1_000_000


def erase(store: FeedbackStore, listener: str) -> int:
    """Erase all events of one listener in one transaction.

    SQLite overwrites them; PostgreSQL clears them with its own vacuum.

    The log of erasures has each call, also one that found no event.

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
    DataError
        If no event can have such a listener.
    StoreUnavailableError
        If the database is not available: then nothing was erased.

    Warns
    -----
    TigertailWarning
        If old pages stay in the log of SQLite for now.
    """
    try:
        storable(listener)
    except ValueError as error:
        raise DataError(
            f"the listener {listener!r} {error}", remedy="give the id that the events have"
        ) from None
    with store.database.transaction(write=True) as connection:
        erased = _delete(connection, EVENTS.c[LISTENER] == listener)
        _record_erasure(store, connection, ERASURE, erased)
    _vacuum(store)
    return erased


def prune(store: FeedbackStore, days: float, *, step: int = STEP) -> int:
    """Erase the events received more than a number of days ago, by the store's clock.

    The log of erasures has each transaction that erased some.

    Parameters
    ----------
    store
        The store.
    days
        Days to keep events, 0 to :data:`MAX_DAYS`.
    step
        Events to erase in one transaction, 1 or more; others can write between transactions.

    Returns
    -------
    int
        How many events were erased.

    Raises
    ------
    ConfigError
        If ``days`` or ``step`` is out of range.
    StoreUnavailableError
        If the database is not available. Events erased before stay erased.

    Warns
    -----
    TigertailWarning
        If old pages stay in the log of SQLite for now.
    """
    if not 0 <= days <= MAX_DAYS:
        raise ConfigError(
            f"events cannot be kept for {days} days", remedy=f"give a number of days, 0 to {MAX_DAYS:,}"
        )
    if step < 1:
        raise ConfigError(f"events cannot be erased {step} at a time", remedy="give a step of 1 or more")
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
    _vacuum(store)
    return total


def _delete(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(delete(EVENTS).where(which)).rowcount


def _record_erasure(store: FeedbackStore, connection: Connection, reason: str, events: int) -> None:
    entry = {AT: microseconds(store.clock()), "reason": reason, "events": events}
    connection.execute(insert(ERASURES), entry)


def _vacuum(store: FeedbackStore) -> None:
    """Free SQLite's empty pages and truncate its log, which has old pages. PostgreSQL has autovacuum.

    It is called even if nothing was erased: an earlier erasure may have left old pages in the log.
    """
    if store.database.location.file is None:
        return
    why = "others use the store"
    try:
        with store.database.raw() as cursor:
            cursor.executescript("PRAGMA incremental_vacuum")  # execute would free the first page only
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except StoreUnavailableError as error:
        busy, why = True, error.problem  # the rows are erased anyway
    if busy:
        warnings.warn(
            TigertailWarning(
                f"The -wal file of the store keeps old pages ({why}) until the last process or thread that uses it has "
                "ended, or until the next erase or prune. What was erased may be in them."
            ),
            stacklevel=3,
        )

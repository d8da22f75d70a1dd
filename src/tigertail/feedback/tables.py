"""The tables of the store, the same on SQLite and PostgreSQL.

Queries are made from them; what makes or changes the tables of a store is a migration (``migrations/``), and a test
compares both.

Instants are whole microseconds since 1970 UTC: exact, and independent of the time zone of a session or driver.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, MetaData, String, Table, Text

from tigertail import columns as c
from tigertail.feedback import events as e

VERSION_TABLE: Final = "feedback_version"  # where Alembic keeps which migration was the last

METADATA: Final = MetaData()
_LONG: Final = BigInteger().with_variant(Integer(), "sqlite")  # only an INTEGER increments itself there

EVENTS: Final = Table(
    "feedback_events",
    METADATA,
    Column(e.SEQ, _LONG, Identity(always=True), primary_key=True),
    Column(e.EVENT_ID, String(e.MAX_ID), nullable=False, unique=True),
    Column(c.KIND, Text, nullable=False),
    Column(e.QUERY, Text, nullable=False),
    Column(e.ITEM, Text, nullable=False),
    Column(c.RANK, Integer, nullable=False),
    Column(e.MODEL, Text, nullable=False),
    Column(e.LIST_ID, Text, nullable=False),
    Column(e.LISTENER, Text, nullable=False),
    Column(c.COUNTRY, Text),
    Column(e.AT, BigInteger),
    Column(e.RECEIVED_AT, BigInteger, nullable=False),
    Index("feedback_events_listener", e.LISTENER),
    sqlite_autoincrement=True,  # a seq is never used twice, even if the last rows were erased
)

ERASURES: Final = Table(
    "feedback_erasures",
    METADATA,
    Column("erasure", _LONG, Identity(always=True), primary_key=True),
    Column(e.AT, BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("events", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""Time, reason (``listener`` or ``retention``) and number of erased events; no listener."""

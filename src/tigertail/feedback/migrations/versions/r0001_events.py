"""Events, and the book of erasures. A migration says what it did for ever, so it quotes no other module.

The instants ``at`` and ``received_at`` are whole microseconds since 1970 UTC; ``events`` of an erasure is how many.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # only an INTEGER increments itself there


def upgrade(op: Operations) -> None:
    """Make the tables, and forbid that an event is changed."""
    op.create_table(
        "feedback_events",
        sa.Column("seq", _LONG, sa.Identity(always=True), primary_key=True),
        sa.Column("event_id", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("list_id", sa.Text, nullable=False),
        sa.Column("listener", sa.Text, nullable=False),
        sa.Column("country", sa.Text),
        sa.Column("at", sa.BigInteger),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,  # a seq is never used twice, even if the last rows were erased
    )
    op.create_index("feedback_events_listener", "feedback_events", ["listener"])
    op.create_table(
        "feedback_erasures",
        sa.Column("erasure", _LONG, sa.Identity(always=True), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    _forbid_changes(op)


def _forbid_changes(op: Operations) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER feedback_events_kept BEFORE UPDATE ON feedback_events "
            "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION feedback_events_kept() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER feedback_events_kept BEFORE UPDATE ON feedback_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION feedback_events_kept()"
    )

"""Migrations of the store's tables between releases: one Alembic revision a step under ``versions/``.

They run when a store is opened, inside the transaction that has the store's lock, so that processes that open a
store at once create its tables once. There is no ``alembic.ini``: no command has to be run.
"""

from __future__ import annotations

from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from tigertail.errors import TigertailError
from tigertail.feedback.tables import VERSION_TABLE


def version(connection: Connection, display: str) -> str | None:
    """Return the revision that the store says its tables are at; None where it says none, as before its first use.

    Parameters
    ----------
    connection
        The store's database.
    display
        Name of the store in errors.

    Raises
    ------
    TigertailError
        If the revision is of a newer release.
    """
    script = _script()
    found = _context(connection, script).get_current_revision()
    if found is not None and found not in {known.revision for known in script.walk_revisions()}:
        raise TigertailError(
            f"the feedback store {display} was written by a newer release (its tables are at {found})",
            remedy="upgrade tigertail, or name another store",
        )
    return found


def newest() -> str | None:
    """Return the revision of this release."""
    return _script().get_current_head()


def upgrade(connection: Connection) -> None:
    """Migrate the tables to this release, inside the connection's transaction."""
    script = _script()
    context = _context(connection, script)
    # Handed to each revision: Alembic's own ``alembic.op`` is one for all threads, which may open stores at once.
    context.run_migrations(op=Operations(context))


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent))


def _context(connection: Connection, script: ScriptDirectory) -> MigrationContext:
    # What ``alembic.command.upgrade`` runs, which would need an ``alembic.ini``.
    steps = lambda revision, _: script._upgrade_revs("head", revision)  # noqa: E731
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "fn": steps})

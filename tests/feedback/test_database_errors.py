"""What an operator is told of a database's error."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from tigertail.feedback.database_errors import unavailable


class FailedConnectionError(Exception):
    """A connection that failed, as psycopg has it."""

    def __init__(self, text: str, used_password: bool) -> None:
        super().__init__(f"connection failed: {text}")
        self.sqlstate = None
        self.pgconn = SimpleNamespace(used_password=used_password)


@pytest.mark.parametrize(
    ("text", "used_password", "words"),
    [
        ("Connection refused", False, "cannot be reached"),
        ("FATAL:  the database system is starting up", False, "cannot be reached"),
        ('FATAL:  password authentication failed for user "ann"', True, "refuses this user\n"),
        ('FATAL:  role "ann" does not exist', False, "refuses this user\n"),
        ('FATAL:  database "music" does not exist', False, "does not exist\n  -> create the database first"),
        ("FATAL:  sorry, too many clients already", False, "has too many connections"),
        ('KATASTROFALNY:  baza danych "music" nie istnieje', True, "refuses this user, password or database"),
    ],
)
def test_a_connection_that_failed_is_known_by_its_text(text: str, used_password: bool, words: str) -> None:
    error = OperationalError(None, None, FailedConnectionError(text, used_password))
    told = str(unavailable("STORE", error))
    assert told.startswith(f"the feedback store STORE {words}")
    assert text not in told


class CancelledError(Exception):
    """A statement that took too long, as psycopg has it."""

    sqlstate = "57014"


def test_a_server_that_cancels_a_statement_can_be_reached() -> None:
    error = OperationalError(None, None, CancelledError("canceling statement due to statement timeout"))
    told = str(unavailable("STORE", error))
    assert told.startswith(
        "the feedback store STORE cancelled a statement that took too long\n  -> raise statement_timeout"
    )

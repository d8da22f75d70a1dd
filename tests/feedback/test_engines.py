"""How the databases are spoken to."""

from __future__ import annotations

import sqlite3
import stat
from math import inf
from pathlib import Path

import pytest

from tigertail.errors import ConfigError, DataError
from tigertail.feedback import FeedbackStore, engines
from tigertail.feedback.database import Database
from tigertail.feedback.location import Location


def test_folders_are_made_and_the_file_is_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "new" / "100% of #1?.db"  # what a URL would read otherwise
    with FeedbackStore.open(file) as store:
        assert store.count() == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_sqlite_keeps_its_promises_on_every_connection(tmp_path: Path) -> None:
    with FeedbackStore.open(tmp_path / "a.db") as store, store.database.raw() as cursor:
        asked = ("journal_mode", "synchronous", "secure_delete", "auto_vacuum")
        found = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    assert found == ["wal", 2, 1, 2]  # FULL, on, incremental


def test_one_may_wait_for_a_server_for_good() -> None:
    pytest.importorskip("psycopg", reason="pip install 'tigertail[postgresql]'")
    assert Database(Location.of("postgresql://localhost/none"), create=True, timeout=inf, lazy=True)


def test_psycopg_without_its_library_is_told_with_what_brings_both(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_libpq(*_: object, **__: object) -> None:
        raise ImportError("no pq wrapper available")

    monkeypatch.setattr(engines, "create_engine", no_libpq)
    with pytest.raises(ConfigError, match="needs psycopg and libpq") as error:
        engines.make_engine(Location.of("postgresql://localhost/none"), timeout=1)
    assert error.value.remedy == "pip install 'tigertail[postgresql]'"


@pytest.mark.parametrize("table", ["letters", "sqlite3_letters"])  # SQLite's own names begin with sqlite_
def test_a_database_of_something_else_is_left_alone(tmp_path: Path, table: str) -> None:
    file = tmp_path / "mail.db"
    with sqlite3.connect(file) as other:
        other.execute(f"CREATE TABLE {table} (text)")
    before = file.read_bytes()
    with pytest.raises(DataError, match="another program"):
        FeedbackStore.open(file)
    assert file.read_bytes() == before


def test_a_copy_made_by_vacuum_keeps_a_log_again(tmp_path: Path) -> None:
    with FeedbackStore.open(tmp_path / "a.db") as store, store.database.raw() as cursor:
        cursor.execute(f"VACUUM INTO '{tmp_path}/b.db'")
    with FeedbackStore.open(tmp_path / "b.db", create=False) as store, store.database.raw() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"

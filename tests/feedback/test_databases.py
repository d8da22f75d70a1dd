"""Where a store is, by a path or URL, and what it is called before people."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from tigertail.errors import ConfigError, DataError
from tigertail.feedback import FeedbackStore
from tigertail.feedback.databases import Place


def test_a_path_is_a_sqlite_file(tmp_path: Path) -> None:
    for named in (tmp_path / "a.db", str(tmp_path / "a.db"), f"sqlite:///{tmp_path}/a.db"):
        place = Place.of(named)
        assert place.file == tmp_path / "a.db"
        assert place.shown == str(tmp_path / "a.db")
        assert not place.read_only
    assert Place.of(f"sqlite:///{tmp_path}/a.db?mode=ro").read_only


def test_a_password_is_never_shown() -> None:
    place = Place.of("postgresql://ann:hush@db.example:5433/music?sslmode=require&password=hush")
    assert place.file is None
    assert place.url.drivername == "postgresql+psycopg"
    assert place.shown == "postgresql://ann:***@db.example:5433/music"


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("mysql://ann:hush@host/music", "cannot be kept in mysql"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("postgresql://ann:hush@host:port/music", "malformed"),
        ("://hush", "malformed"),
    ],
)
def test_what_no_store_can_be_kept_in(named: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        FeedbackStore.open(named)
    assert "hush" not in str(caught.value)


def test_folders_are_made_and_the_file_is_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "new" / "100% of #1?.db"  # what a URL would read otherwise
    with FeedbackStore.open(file) as store:
        assert store.count() == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_sqlite_keeps_its_promises_on_every_connection(tmp_path: Path) -> None:
    with FeedbackStore.open(tmp_path / "a.db") as store, store.raw() as cursor:
        asked = ("journal_mode", "synchronous", "secure_delete", "auto_vacuum")
        found = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    assert found == ["wal", 2, 1, 2]  # FULL, on, incremental


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "mail.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE letters (text)")
    before = file.read_bytes()
    with pytest.raises(DataError, match="something else"):
        FeedbackStore.open(file)
    assert file.read_bytes() == before

"""Where a store is, by a path or URL, and what it is called before people."""

from __future__ import annotations

from pathlib import Path

import pytest

from tigertail.errors import ConfigError
from tigertail.feedback import FeedbackStore
from tigertail.feedback.location import Location


def test_a_path_is_a_sqlite_file(tmp_path: Path) -> None:
    for named in (tmp_path / "a.db", str(tmp_path / "a.db"), f"sqlite:///{tmp_path}/a.db"):
        location = Location.of(named)
        assert location.file == tmp_path / "a.db"
        assert location.display == str(tmp_path / "a.db")
        assert not location.read_only
    assert Location.of(f"sqlite:///{tmp_path}/a.db?mode=ro").read_only


def test_a_password_is_never_shown() -> None:
    location = Location.of("postgresql://ann:hush@db.example:5433/music?sslmode=require&password=hush")
    assert location.file is None
    assert location.url.drivername == "postgresql+psycopg"
    assert location.display == "postgresql://ann:***@db.example:5433/music"


def test_a_password_may_hold_any_character() -> None:
    location = Location.of("postgresql://ann:hu%40sh%2F@db.example/music")
    assert location.url.password == "hu@sh/"
    assert location.display == "postgresql://ann:***@db.example/music"


def test_a_scheme_is_known_however_it_is_written(tmp_path: Path) -> None:
    assert Location.of(f"SQLite:///{tmp_path}/a.db").file == tmp_path / "a.db"
    for scheme in ("postgres", "PostgreSQL"):
        assert Location.of(f"{scheme}://ann:hush@host/music").display == "postgresql://ann:***@host/music"


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("mysql://ann:hush@host/music", "cannot be kept in mysql"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("postgresql://ann:hush@host:port/music", "malformed"),
        ("postgresql:ann:hush@host/music", "malformed"),
        ("postgresql://ann:hu@hush@host/music", "an @ too many"),
        ("postgresql://ann:hu@hush/hush@host:5433/music", "an @ too many"),
        ("postgresql://ann:hu@hush?hush@host/music", "an @ too many"),
        ("postgresql://ann:hu@hush/hush@host:port/music", "an @ too many"),
        ("postgresql://ann/hush:hush@host/music", "or a / before it"),
        ("sqlite:a.db", "malformed"),
        ("sqlite://a.db", "more than a file"),
        ("sqlite://data/a.db", "more than a file"),
        ("sqlite:///a.db?mode=RO", "more than a file"),
        ("sqlite:///a.db?mod=ro", "more than a file"),
        ("://hush", "malformed"),
        ("", "'' is no path"),
        ("a\0b", "is no path"),
    ],
)
def test_what_no_store_can_be_kept_in(named: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        FeedbackStore.open(named)
    assert "hush" not in str(caught.value)

"""Retention, and the erasure of one listener."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tigertail.errors import ConfigError, DataError, StoreUnavailableError, TigertailWarning
from tigertail.feedback import FeedbackStore, Receipt, erase, prune
from tigertail.feedback.tables import ERASURES

Make = Callable[..., dict[str, Any]]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def book(store: FeedbackStore) -> list[tuple[str, int]]:
    """What the book of erasures says: why, and how many."""
    with store.database.transaction() as connection:
        return [(row.reason, row.events) for row in connection.execute(select(ERASURES))]


def test_one_listener_is_erased(store: FeedbackStore, event: Make) -> None:
    store.record([event(f"e{n}", listener=f"u{n % 3}") for n in range(9)])
    assert erase(store, "u1") == 3
    assert set(store.read()["listener"]) == {"u0", "u2"}
    assert erase(store, "u1") == 0
    assert book(store) == [("listener", 3), ("listener", 0)]
    assert store.read()["seq"].to_list() == [1, 3, 4, 6, 7, 9]  # the others keep theirs


def test_nobody_is_named_in_the_book(store: FeedbackStore, event: Make) -> None:
    store.record([event("e1", listener="somebody")])
    erase(store, "somebody")
    with store.database.transaction() as connection:
        (row,) = connection.execute(select(ERASURES)).mappings()
    assert set(row) == {"erasure", "at", "reason", "events"}
    assert "somebody" not in str(dict(row))


def test_nothing_of_a_listener_is_left_in_the_files(tmp_path: Path, event: Make) -> None:
    file = tmp_path / "feedback.db"
    secret = "listener-5f1c"
    with FeedbackStore.open(file) as store:
        for n in range(40):  # in turns, so that pages hold both
            store.record([event(f"a{n}", listener=secret), event(f"b{n}", item="x" * 200)])
        held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert secret.encode() in held
        assert erase(store, secret) == 40
        held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert secret.encode() not in held
        assert store.count() == 40


def test_a_reader_in_the_way_is_told(tmp_path: Path, event: Make) -> None:
    file = tmp_path / "feedback.db"
    with FeedbackStore.open(file, timeout=0.1) as store, closing(sqlite3.connect(file)) as reader:
        store.record([event("a")])
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM feedback_events").fetchall()
        with pytest.warns(TigertailWarning, match="old pages"):
            assert erase(store, "u1") == 1
        assert store.count() == 0


@pytest.mark.parametrize("again", [lambda store: erase(store, "nobody"), lambda store: prune(store, 1)])
def test_what_a_reader_kept_in_the_log_goes_at_the_next_call(
    tmp_path: Path, event: Make, again: Callable[[FeedbackStore], int]
) -> None:
    file = tmp_path / "feedback.db"
    secret = "listener-5f1c"
    with FeedbackStore.open(file, timeout=0.1) as store:
        store.record([event("a"), event("b", listener=secret)])
        with closing(sqlite3.connect(file)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM feedback_events").fetchall()
            with pytest.warns(TigertailWarning, match=r"until .* the next erase or prune"):
                erase(store, secret)
        assert secret.encode() in b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert again(store) == 0
        assert secret.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_writer_in_the_way_of_tidying_is_no_failure(
    tmp_path: Path, event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "feedback.db"
    with FeedbackStore.open(file, timeout=0.1) as store, closing(sqlite3.connect(file)) as other:
        store.record([event("a"), event("b", listener="u2")])
        raw = store.database.raw

        def meanwhile() -> Any:
            other.execute("BEGIN IMMEDIATE")
            return raw()

        monkeypatch.setattr(store.database, "raw", meanwhile)
        with pytest.warns(TigertailWarning, match=r"old pages \(.* is locked by another process\)"):
            assert erase(store, "u1") == 1
        other.rollback()
        assert store.count() == 1


def test_room_is_given_back(tmp_path: Path, event: Make) -> None:
    file = tmp_path / "feedback.db"
    with FeedbackStore.open(file, clock=lambda: NOON) as store:
        store.record([event(f"e{n}", item="x" * 200) for n in range(2000)])
        store.close()
        before = file.stat().st_size
        store.clock = lambda: NOON + timedelta(days=1)
        assert prune(store, 0.5) == 2000
        assert file.stat().st_size < before / 5


def test_old_events_go_by_the_time_they_were_received(address: str, event: Make) -> None:
    now = [NOON]
    with FeedbackStore.open(address, clock=lambda: now[0]) as store:
        for day in range(5):
            now[0] = NOON + timedelta(days=day)
            store.record([event(f"e{day}-{n}", at=NOON - timedelta(days=999)) for n in range(3)])
        assert prune(store, 90) == 0
        assert book(store) == []
        assert prune(store, 2, step=4) == 6  # those of exactly two days ago stay
        assert set(store.read()["event_id"].str.slice(0, 2)) == {"e2", "e3", "e4"}
        assert book(store) == [("retention", 4), ("retention", 2)]
        assert store.record([event("e0-0")]) == Receipt(1, 0)  # what is forgotten is not known again


@pytest.mark.parametrize("days", [-1.0, float("nan")])
def test_days_are_not_negative(store: FeedbackStore, days: float) -> None:
    with pytest.raises(ConfigError, match="days"):
        prune(store, days)


@pytest.mark.parametrize("step", [0, -1])
def test_steps_erase_something(store: FeedbackStore, step: int) -> None:
    with pytest.raises(ConfigError, match="at a time"):
        prune(store, 1, step=step)


@pytest.mark.parametrize("listener", ["\udcff", "a\0b"])
def test_a_listener_that_no_event_can_have_is_refused(store: FeedbackStore, listener: str) -> None:
    with pytest.raises(DataError, match="half of a surrogate pair") as caught:
        erase(store, listener)
    assert caught.value.remedy
    assert book(store) == []


def test_all_the_time_there_is(store: FeedbackStore, event: Make) -> None:
    store.record([event("a")])
    assert prune(store, 1e6) == 0
    with pytest.raises(ConfigError, match="days"):
        prune(store, 1e300)


def test_an_erasure_that_cannot_be_is_none(store: FeedbackStore, address: str, event: Make) -> None:
    store.record([event("a")])
    with FeedbackStore.open(address) as other, other.database.transaction(write=True):
        with pytest.raises(StoreUnavailableError, match="locked") as caught:
            erase(store, "u1")
        assert "try again later" in caught.value.remedy
        with pytest.raises(StoreUnavailableError, match="locked"):
            prune(store, 0)
    assert store.count() == 1
    assert book(store) == []


def test_a_backup_of_postgresql_goes_on(server: Any, event: Make, tmp_path: Path) -> None:
    backup = str(tmp_path / "feedback.dump")
    with FeedbackStore.open(server.new_database()) as store:
        store.record([event("a"), event("b")])
        whole = store.read()
        url = store.database.location.url.set(drivername="postgresql").render_as_string(hide_password=False)
    other = server.new_database()
    for command in (
        ["pg_dump", "--format", "custom", "--file", backup, url],
        ["pg_restore", "--clean", "--if-exists", "--dbname", other, backup],
    ):
        subprocess.run([server.programs / command[0], *command[1:]], check=True, capture_output=True)
    with FeedbackStore.open(other, create=False) as store:
        assert store.read().equals(whole)
        assert store.record([event("b"), event("c")]) == Receipt(1, 1)
        assert store.read()["seq"].is_sorted()

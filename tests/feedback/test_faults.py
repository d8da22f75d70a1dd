"""What goes wrong with databases, and that nothing acknowledged is lost to it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import text

from tigertail.errors import StoreUnavailableError
from tigertail.feedback import FeedbackStore, Receipt
from tigertail.feedback.tables import VERSION_TABLE

Make = Callable[..., dict[str, Any]]


def refused(store: FeedbackStore, events: list[dict[str, Any]], words: str) -> None:
    """The batch is refused in these words, with a remedy, and no password anywhere."""
    with pytest.raises(StoreUnavailableError, match=words) as caught:
        store.record(events)
    assert caught.value.remedy
    assert "Traceback" not in str(caught.value)
    error: BaseException | None = caught.value
    while error is not None:
        assert "pass-w0rd" not in repr(error) + str(error)
        error = error.__cause__


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_while_it_writes(
    address: str, writer: Callable[..., Any], batch: Callable[..., Any], seed: int
) -> None:
    moments = random.Random(seed)
    names = [f"round{number}" for number in range(5)]
    acknowledged = set()
    for name in names:
        one = writer(address, name)
        one.wait(moments.randrange(1, 8))
        one.process.join(moments.random() / 200)  # somewhere within a batch
        one.kill()
        assert one.process.exitcode == -9
        acknowledged |= {f"{name}-{number}" for number in one.acknowledged}
    with FeedbackStore.open(address) as store:
        stored = Counter(store.read()["list_id"].to_list())
        assert set(stored) >= acknowledged  # what was acknowledged is there
        assert set(stored.values()) == {7}  # all of a batch or none
        assert store.read()["event_id"].n_unique() == store.count()  # none twice
        # Whoever was killed begins again, and sends everything once more.
        for name in names:
            for number in range(sum(label.startswith(f"{name}-") for label in stored)):
                assert store.record(batch(name, number)) == Receipt(0, 7)
        assert store.record(batch("new", 0)) == Receipt(7, 0)


def test_locked_by_another(store: FeedbackStore, address: str, event: Make) -> None:
    with FeedbackStore.open(address) as other, other.database.transaction(write=True):
        refused(store, [event("a")], "is locked by another process")
        assert store.count() == 0  # readers do not wait
        store.ping()
        with FeedbackStore.open(address, timeout=0.1) as third:  # nor does who opens it
            assert third.count() == 0
    assert store.record([event("a")]) == Receipt(1, 0)


def test_locked_by_a_thread(store: FeedbackStore, event: Make) -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with store.database.transaction(write=True):
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(30)
    refused(store, [event("a")], "is locked")
    leave.set()
    thread.join()
    assert store.record([event("a")]) == Receipt(1, 0)


def test_too_many_at_once(store: FeedbackStore, event: Make) -> None:
    held = [store.database.transaction() for _ in range(15)]
    for one in held:
        one.__enter__()
    try:
        refused(store, [event("a")], "no free connection: all that this process may open are in use")
    finally:
        for one in held:
            one.__exit__(None, None, None)
    assert store.record([event("a")]) == Receipt(1, 0)


def test_an_error_within_a_transaction_leaves_nothing(store: FeedbackStore, event: Make) -> None:
    store.record([event("a")])

    def half_done() -> None:
        with store.database.transaction(write=True) as connection:
            connection.execute(text("DELETE FROM feedback_events"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    assert store.count() == 1


# SQLite.


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a SQLite store may be."""
    return tmp_path / "feedback.db"


def test_opened_to_be_read_alone(file: Path, event: Make) -> None:
    with FeedbackStore.open(file) as store:
        store.record([event("a")])
    with FeedbackStore.open(f"sqlite:///{file}?mode=ro") as store:
        refused(store, [event("b")], "is read-only")
        with pytest.raises(StoreUnavailableError, match=r"is read-only, .*\n  -> open it without mode=ro"):
            store.ping()
        assert store.read()["event_id"].to_list() == ["a"]


@pytest.fixture
def without_rights(file: Path) -> Iterator[Callable[[], None]]:
    """Takes the right to write from a file and its folder: a chmod, and for root another user besides."""
    root = os.geteuid() == 0

    def take() -> None:
        for path in file.parent.iterdir():
            path.chmod(0o444)
        for folder in (file.parent, *file.parent.parents) if root else (file.parent,):
            modes.append((folder, folder.stat().st_mode))
            folder.chmod(0o555 if folder == file.parent else folder.stat().st_mode | 0o55)
        if root:
            os.seteuid(65534)

    modes: list[tuple[Path, int]] = []
    yield take
    if root:
        os.seteuid(0)
    for folder, mode in modes:
        folder.chmod(mode)


def test_a_file_without_the_right_to_write(
    file: Path, event: Make, without_rights: Callable[[], None]
) -> None:
    with FeedbackStore.open(file) as writer:
        writer.record([event("a")])
        without_rights()
        with FeedbackStore.open(file) as store:
            refused(store, [event("b")], "is read-only")
            assert store.count() == 1


def test_a_folder_without_the_right_to_write(
    file: Path, event: Make, without_rights: Callable[[], None]
) -> None:
    file.write_bytes(b"")
    without_rights()
    with pytest.raises(StoreUnavailableError, match=r"read-only|cannot be opened"):
        FeedbackStore.open(file)
    with pytest.raises(StoreUnavailableError, match=r"Permission denied"):
        FeedbackStore.open(file.with_name("new.db"))


def test_no_room_on_the_disk(file: Path, event: Make) -> None:
    with FeedbackStore.open(file) as store:
        store.record([event(f"a{n}") for n in range(50)])
        store.close()
        pages = [20]
        listening.listen(
            store.database.engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={pages[0]}")
        )
        more = [event(f"b{n}", item="x" * 256) for n in range(500)]
        refused(store, more, "has no space left")
        assert store.count() == 50
        pages[0] = 100_000  # somebody made room
        store.close()
        assert store.record(more) == Receipt(500, 0)


def test_the_file_is_taken_away_and_put_back(file: Path, event: Make) -> None:
    with FeedbackStore.open(file, timeout=0.3) as store:
        store.record([event("a")])
        store.close()  # the log goes into the file
        store.ping()
        away = file.with_name("away")
        file.rename(away)
        refused(store, [event("b")], "cannot be opened")
        with pytest.raises(StoreUnavailableError, match="cannot be opened"):
            store.ping()
        assert not file.exists()  # none is begun behind people's backs
        away.rename(file)
        assert store.record([event("a"), event("b")]) == Receipt(1, 1)


def test_the_file_is_taken_away_in_the_midst_of_a_batch(file: Path, event: Make) -> None:
    with FeedbackStore.open(file, timeout=0.3) as store:

        def take_away(*_: Any) -> None:
            file.unlink(missing_ok=True)

        listening.listen(store.database.engine, "commit", take_away)
        refused(store, [event("a")], r"cannot be opened|removed or replaced")


def test_a_backup_takes_the_place_of_the_file(file: Path, event: Make) -> None:
    backup = file.with_name("backup")
    with FeedbackStore.open(file) as store:
        store.record([event("a")])
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as target:
            source.backup(target)
        store.record([event("b")])
        for old in file.parent.glob("feedback.db*"):
            old.unlink()
        shutil.move(backup, file)
        assert store.read()["event_id"].to_list() == ["a"]
        assert store.record([event("a"), event("b")]) == Receipt(1, 1)


@pytest.mark.parametrize("content", [b"", b"no database" * 1000])
def test_something_else_takes_the_place_of_the_file(file: Path, event: Make, content: bytes) -> None:
    with FeedbackStore.open(file) as store:
        store.record([event("a")])
        for old in file.parent.glob("feedback.db*"):
            old.unlink()
        file.write_bytes(content)
        refused(store, [event("b")], r"there is no feedback store at|damaged, or not a database")
        assert file.read_bytes()[:11] == content[:11]


def test_a_store_of_a_newer_release_takes_the_place_of_the_file(file: Path, event: Make) -> None:
    newer = file.with_name("newer.db")
    with FeedbackStore.open(newer) as store, store.database.transaction(write=True) as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with FeedbackStore.open(newer, lazy=True) as store:
        refused(store, [event("a")], "newer release")
    with FeedbackStore.open(file) as store:
        store.record([event("a")])
        for old in file.parent.glob("feedback.db*"):
            old.unlink()
        newer.rename(file)
        refused(store, [event("b")], "newer release")


def test_a_store_may_begin_with_another_programs_database_in_its_place(file: Path, event: Make) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE albums (title)")
    store = FeedbackStore.open(file, lazy=True)
    refused(store, [event("a")], "another program")
    file.unlink()
    assert store.record([event("a")]) == Receipt(1, 0)
    store.close()


@pytest.mark.parametrize("timeout", [1e10, float("inf")])
def test_one_may_wait_for_good(file: Path, event: Make, timeout: float) -> None:
    with FeedbackStore.open(file, timeout=timeout) as store:
        assert store.record([event("a")]) == Receipt(1, 0)


def test_what_is_no_database(file: Path, tmp_path: Path) -> None:
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreUnavailableError, match="damaged, or not a database"):
        FeedbackStore.open(file)
    with pytest.raises(StoreUnavailableError, match="cannot be opened"):
        FeedbackStore.open(tmp_path)


def test_a_store_may_begin_before_its_folder(tmp_path: Path, event: Make) -> None:
    folder = tmp_path / "disk"
    folder.write_text("not mounted yet")
    store = FeedbackStore.open(folder / "feedback.db", lazy=True)
    refused(store, [event("a")], "cannot be opened")
    folder.unlink()
    assert store.record([event("a")]) == Receipt(1, 0)
    store.close()


# PostgreSQL.


@pytest.fixture
def database(server: Any) -> str:
    """A new database of PostgreSQL."""
    return str(server.new_database())


def test_the_server_stops_and_starts(server: Any, database: str, event: Make) -> None:
    with FeedbackStore.open(database) as store:
        store.record([event("a")])
        server.stop("fast")
        try:
            refused(store, [event("b")], "cannot be reached")
            with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                FeedbackStore.open(database)
        finally:
            server.start()
        assert store.record([event("a"), event("b")]) == Receipt(1, 1)


def test_a_store_may_begin_before_its_server(server: Any, event: Make) -> None:
    database = server.new_database()
    server.stop("fast")
    try:
        store = FeedbackStore.open(database, lazy=True)
        refused(store, [event("a")], "cannot be reached")
    finally:
        server.start()
    assert store.record([event("a")]) == Receipt(1, 0)
    store.close()


def test_the_server_dies_in_the_midst_of_a_batch(server: Any, database: str, event: Make) -> None:
    with FeedbackStore.open(database) as store:
        store.record([event("a")])

        def die(*_: Any) -> None:
            if server.running:
                server.stop("immediate")

        listening.listen(store.database.engine, "commit", die)
        try:
            refused(store, [event("b")], "cannot be reached")
        finally:
            if not server.running:
                server.start()
        listening.remove(store.database.engine, "commit", die)
        assert store.read()["event_id"].to_list() == ["a"]
        assert store.record([event("a"), event("b")]) == Receipt(1, 1)


def test_the_server_ends_our_connections(server: Any, database: str, event: Make) -> None:
    with FeedbackStore.open(database) as store:
        store.record([event("a")])
        name = database.rpartition("/")[2]
        server.do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        assert store.record([event("b")]) == Receipt(1, 0)


def test_the_database_is_made_read_only(server: Any, database: str, event: Make) -> None:
    name = database.rpartition("/")[2]
    with FeedbackStore.open(database) as store:
        store.close()
        server.do(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        refused(store, [event("a")], "is read-only")
        store.close()
        server.do(f"ALTER DATABASE {name} SET default_transaction_read_only = off")
        assert store.record([event("a")]) == Receipt(1, 0)


def test_a_table_locked_by_somebody_else(server: Any, database: str, event: Make) -> None:
    with FeedbackStore.open(database, timeout=0.2) as store:
        with FeedbackStore.open(database) as other, other.database.transaction() as connection:
            connection.execute(text("LOCK TABLE feedback_events IN ACCESS EXCLUSIVE MODE"))
            refused(store, [event("a")], "is locked")
        assert store.record([event("a")]) == Receipt(1, 0)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("53100", "no space left"),
        ("53300", "too many connections"),
        ("XX001", "damaged"),
        ("0A000", "cannot be used"),
    ],
)
def test_what_the_server_says(server: Any, database: str, event: Make, state: str, words: str) -> None:
    with FeedbackStore.open(database) as store:
        name = database.rpartition("/")[2]
        server.do(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$;"
            "CREATE TRIGGER fail BEFORE INSERT ON feedback_events EXECUTE FUNCTION fail()",
            name,
        )
        refused(store, [event("a")], words)
        server.do("DROP TRIGGER fail ON feedback_events", name)
        assert store.record([event("a")]) == Receipt(1, 0)


def test_a_wrong_password_or_database(server: Any, database: str) -> None:
    asked = {
        database.replace("pass-w0rd", "pass-w0rd2"): r"refuses this user\n  -> check .*the password",
        database.replace(":pass-w0rd", ""): r"refuses this user\n  -> check .*the password",
        f"{database}x": r"does not exist\n  -> create the database first",
    }
    for url, words in asked.items():
        with pytest.raises(StoreUnavailableError, match=words) as caught:
            FeedbackStore.open(url)
        assert "pass-w0rd" not in str(caught.value)

"""What a store promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import multiprocessing
import runpy
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, exc, text

from tigertail.errors import ConfigError, DataError, StoreUnavailableError, TigertailError
from tigertail.feedback import SCHEMA, EventConflictError, FeedbackStore, Receipt, check_table
from tigertail.feedback.tables import EVENTS, METADATA, VERSION_TABLE

Make = Callable[..., dict[str, Any]]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_new_store_is_empty(store: FeedbackStore) -> None:
    assert store.count() == 0
    assert store.counts() == {}
    assert store.read().equals(SCHEMA.to_frame())
    assert store.record([]) == Receipt(0, 0)
    store.ping()


def test_what_is_recorded_is_read(store: FeedbackStore, event: Make) -> None:
    at = datetime(2026, 2, 3, 4, 5, 6, 789_012, tzinfo=UTC)
    before = datetime.now(UTC)
    assert store.record([event("a", at=at), event("b", kind="like", country=None)]) == Receipt(2, 0)
    table = store.read()
    assert table.schema == SCHEMA
    assert table.drop("seq", "received_at").to_dicts() == [
        event("a", at=at),
        event("b", kind="like", country=None),
    ]
    assert table["received_at"].is_between(before, datetime.now(UTC)).all()
    assert store.counts() == {"like": 1, "play": 1}
    assert check_table(table).equals(table)


def test_what_was_sent_twice_is_kept_once(store: FeedbackStore, event: Make) -> None:
    store.record([event("a")])
    assert store.record([event("a"), event("b")]) == Receipt(accepted=1, duplicates=1)
    assert store.record([event("b"), event("a")]) == Receipt(0, 2)
    assert store.record([event("c"), event("c")]) == Receipt(1, 1)
    assert store.read()["event_id"].to_list() == ["a", "b", "c"]


def test_the_same_instant_in_another_zone_is_the_same(store: FeedbackStore, event: Make) -> None:
    store.record([event("a", at="2026-02-03T04:05:06Z")])
    assert store.record([event("a", at="2026-02-03T05:05:06+01:00")]) == Receipt(0, 1)


@pytest.mark.parametrize(
    "other", [{"kind": "skip"}, {"rank": 3}, {"listener": "u2"}, {"country": None}, {"at": NOON}]
)
def test_an_id_with_other_content_refuses_the_batch(
    store: FeedbackStore, event: Make, other: dict[str, Any]
) -> None:
    store.record([event("a")])
    with pytest.raises(EventConflictError, match="'a'") as caught:
        store.record([event("new"), event("a", **other)])
    assert caught.value.event_id == "a"
    with pytest.raises(EventConflictError, match="'b'"):
        store.record([event("new"), event("b"), event("b", **other)])
    assert store.read()["event_id"].to_list() == ["a"]


def test_a_wrong_event_refuses_the_batch(store: FeedbackStore, event: Make) -> None:
    with pytest.raises(DataError, match="event 2"):
        store.record([event("a"), event("b", rank=0)])
    assert store.count() == 0


def test_a_batch_keeps_its_order(store: FeedbackStore, event: Make) -> None:
    ids = [f"e{n * 7919 % 2003:04}" for n in range(2003)]
    assert store.record([event(name) for name in ids]) == Receipt(2003, 0)
    assert store.record([event(name) for name in reversed(ids)]) == Receipt(0, 2003)
    table = store.read()
    assert table["event_id"].to_list() == ids
    assert table["seq"].is_sorted()


def test_reading_goes_on_where_it_ended(store: FeedbackStore, event: Make) -> None:
    store.record([event(f"a{n}") for n in range(7)])
    parts = list(store.chunks(chunk=3))
    assert [part.height for part in parts] == [3, 3, 1]
    last = parts[-1]["seq"][-1]
    assert store.read(after=last).is_empty()
    store.record([event("a0"), event("new")])
    assert store.read(after=last)["event_id"].to_list() == ["new"]


def test_what_is_stored_meanwhile_is_left_for_the_next_time(store: FeedbackStore, event: Make) -> None:
    store.record([event("a"), event("b")])
    seen = []
    for number, part in enumerate(store.chunks(chunk=1)):
        seen += part["event_id"].to_list()
        store.record([event(f"later{number}")])
    assert seen == ["a", "b"]


def test_what_is_stored_after_the_call_is_not_read(store: FeedbackStore, event: Make) -> None:
    store.record([event("a")])
    parts = store.chunks()
    store.record([event("b")])
    assert [part["event_id"].to_list() for part in parts] == [["a"]]


def test_what_cannot_be_read_is_said_by_the_call(store: FeedbackStore) -> None:
    with pytest.raises(DataError, match="no time zone"):
        store.chunks(since=datetime(2026, 3, 1))
    for chunk in (0, -1):
        with pytest.raises(ConfigError, match="at a time"):
            store.chunks(chunk=chunk)


def test_times_limit_what_is_read(address: str, event: Make) -> None:
    days = iter(range(9))
    with FeedbackStore.open(address, clock=lambda: NOON + timedelta(days=next(days))) as store:
        for name in "abc":
            store.record([event(name)])
        assert store.read(since=NOON + timedelta(days=1))["event_id"].to_list() == ["b", "c"]
        assert store.read(before=NOON + timedelta(days=1))["event_id"].to_list() == ["a"]
        with pytest.raises(DataError, match="no time zone"):
            store.read(since=datetime(2026, 3, 1))


def test_a_clock_that_jumps_back_changes_nothing(address: str, event: Make) -> None:
    ticks = iter([NOON, NOON - timedelta(days=400), NOON + timedelta(days=4000), NOON - timedelta(hours=1)])
    with FeedbackStore.open(address, clock=lambda: next(ticks)) as store:
        for name in ("a", "b"):
            store.record([event(name)])
        assert store.record([event("a"), event("c")]) == Receipt(1, 1)
        assert store.record([event("b"), event("d")]) == Receipt(1, 1)
        table = store.read()
        assert table["event_id"].to_list() == ["a", "b", "c", "d"]
        assert not table["received_at"].is_sorted()
        assert store.read(after=table["seq"][1])["event_id"].to_list() == ["c", "d"]


def test_events_are_never_changed(store: FeedbackStore, event: Make) -> None:
    store.record([event("a")])
    with pytest.raises(StoreUnavailableError) as caught, store.database.transaction(write=True) as connection:
        connection.execute(text("UPDATE feedback_events SET kind = 'like'"))
    assert isinstance(caught.value.__cause__, exc.DBAPIError)
    assert "never changed" in str(caught.value.__cause__)
    assert store.counts() == {"play": 1}


def test_a_seq_is_never_given_twice(store: FeedbackStore, event: Make) -> None:
    store.record([event("a")])
    first = store.read()["seq"][0]
    with store.database.transaction(write=True) as connection:
        connection.execute(delete(EVENTS))
    store.record([event("b")])
    assert store.read()["seq"][0] > first


def test_it_is_there_when_it_is_opened_again(address: str, event: Make) -> None:
    with FeedbackStore.open(address) as store:
        store.record([event("a")])
    assert store.count() == 1  # a closed one opens again by itself
    with FeedbackStore.open(address, create=False) as store:
        assert store.record([event("a")]) == Receipt(0, 1)


def test_what_is_not_there_is_not_made_unasked(address: str) -> None:
    for _ in range(2):
        with pytest.raises(DataError, match="there is no feedback store"):
            FeedbackStore.open(address, create=False)


def test_migrations_make_the_tables_that_the_code_uses(store: FeedbackStore) -> None:
    with store.database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []


def test_a_store_of_a_newer_release_is_refused(store: FeedbackStore, address: str) -> None:
    with store.database.transaction(write=True) as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(TigertailError, match="newer release") as caught:
        FeedbackStore.open(address)
    assert "upgrade tigertail" in caught.value.remedy


def test_a_database_that_lacks_most_scripts_is_refused(server: Any) -> None:
    url = server.new_database("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(TigertailError, match="LATIN1"):
        FeedbackStore.open(url)


def test_an_acknowledgement_waits_for_the_disk_whatever_the_default(server: Any) -> None:
    url = server.new_database()
    server.do(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off")
    with FeedbackStore.open(url) as store:
        with store.database.transaction(write=True) as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
        with store.database.transaction() as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "off"


def test_threads_share_a_store(address: str, event: Make) -> None:
    receipts: list[Receipt] = []

    def write(thread: int) -> None:
        for n in range(10):
            receipts.append(store.record([event(f"{thread}-{n}"), event(f"all-{n}")]))

    with FeedbackStore.open(address) as store:
        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(receipts) == 80
        assert sum(receipt.accepted for receipt in receipts) == store.count() == 90
        assert store.read()["event_id"].n_unique() == 90


def test_a_reader_who_goes_on_misses_nothing_while_others_write(
    address: str, writer: Callable[..., Any]
) -> None:
    with FeedbackStore.open(address) as store:
        writers = [writer(address, name, batches=25) for name in "abc"]
        seen: list[str] = []
        last = 0
        while any(one.process.is_alive() for one in writers):
            part = store.read(after=last)
            seen += part["event_id"].to_list()
            last = part["seq"].max() or last
        seen += store.read(after=last)["event_id"].to_list()
        for one in writers:
            one.join()
            assert one.process.exitcode == 0
            assert one.acknowledged == list(range(25))
        assert len(seen) == len(set(seen)) == 3 * 25 * 7


def test_processes_may_open_a_new_store_at_once(address: str, writer: Callable[..., Any]) -> None:
    writers = [writer(address, f"w{number}", batches=2) for number in range(6)]
    for one in writers:
        one.join()
    assert [one.process.exitcode for one in writers] == [0] * 6
    with FeedbackStore.open(address, create=False) as store:
        lists = Counter(store.read()["list_id"].to_list())
    assert lists == {f"w{number}-{batch}": 7 for number in range(6) for batch in range(2)}


def test_threads_may_open_a_new_store_at_once(address: str, event: Make) -> None:
    ready = threading.Barrier(8)

    def begin(number: int) -> Receipt:
        ready.wait(30)
        with FeedbackStore.open(address) as store:
            return store.record([event(f"e{number}"), event("all")])

    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(begin, range(8)))
    assert sum(receipt.accepted for receipt in receipts) == 9


def test_threads_may_each_open_a_new_store_at_once(tmp_path: Path, event: Make) -> None:
    ready = threading.Barrier(8)

    def begin(number: int) -> int:
        ready.wait(30)
        with FeedbackStore.open(tmp_path / f"{number}.db") as store:
            store.record([event("e1")])
            return store.count()

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(begin, range(8))) == [1] * 8


FORKED = """
import os
from tigertail.feedback import FeedbackStore
store = FeedbackStore.open(address)
store.record([event | {"event_id": "parent"}])
with store.database._writer:  # another thread of the parent is writing
    child = os.fork()
    if not child:
        assert store.database.engine.pool.checkedin() == 0  # the parent's are the parent's
        told = store.record([event | {"event_id": "child"}]).accepted
        os._exit(0 if told == 1 else 1)
assert os.waitpid(child, 0)[1] == 0
assert store.record([event | {"event_id": "child"}]).duplicates == 1
assert store.record([event | {"event_id": "later"}]).accepted == 1
"""


def test_a_fork_has_connections_of_its_own(address: str, event: Make, tmp_path: Path) -> None:
    script = tmp_path / "forked.py"
    script.write_text(FORKED)
    context = multiprocessing.get_context("forkserver")
    process = context.Process(
        target=runpy.run_path, args=(str(script), {"address": address, "event": event()})
    )
    process.start()
    process.join(60)
    assert process.exitcode == 0
    with FeedbackStore.open(address) as store:
        assert store.read()["event_id"].to_list() == ["parent", "child", "later"]


def test_a_table_of_events_can_be_recorded(store: FeedbackStore, event: Make) -> None:
    table = pl.DataFrame([event("a"), event("b")], schema=pl.Schema({k: SCHEMA[k] for k in event()}))
    assert store.record(table) == Receipt(2, 0)

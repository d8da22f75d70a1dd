"""Out of the store, to a file or a table."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tigertail.errors import ConfigError, DataError, StoreUnavailableError, TigertailError
from tigertail.feedback import SCHEMA, FeedbackStore, export_events, read_feedback

Make = Callable[..., dict[str, Any]]


def test_an_export_is_the_store(store: FeedbackStore, address: str, event: Make, tmp_path: Path) -> None:
    store.record([event(f"e{n}", kind="like" if n % 2 else "skip") for n in range(11)])
    out = tmp_path / "new" / "feedback.parquet"
    assert export_events(store, out, chunk=4) == 11
    assert pl.read_parquet(out).equals(store.read())
    assert read_feedback(out).equals(read_feedback(address))
    assert [path.name for path in out.parent.iterdir()] == ["feedback.parquet"]


def test_an_export_may_begin_where_another_ended(store: FeedbackStore, event: Make, tmp_path: Path) -> None:
    store.record([event("a"), event("b")])
    out = tmp_path / "feedback.parquet"
    assert export_events(store, out, after=store.read()["seq"][0]) == 1
    assert read_feedback(out)["event_id"].to_list() == ["b"]


def test_an_empty_store_is_an_empty_table(store: FeedbackStore, address: str, tmp_path: Path) -> None:
    out = tmp_path / "feedback.parquet"
    assert export_events(store, out) == 0
    assert read_feedback(out).equals(SCHEMA.to_frame())
    assert read_feedback(address).equals(SCHEMA.to_frame())


def test_an_export_is_whole_or_not_at_all(
    store: FeedbackStore, event: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record([event("a"), event("b")])
    folder = tmp_path / "out"
    folder.mkdir()
    out = folder / "feedback.parquet"
    out.write_text("the old one")
    chunks = store.chunks

    def broken(**options: Any) -> Any:
        yield next(chunks(**options))
        raise StoreUnavailableError("gone in the midst", remedy="put it back")

    monkeypatch.setattr(store, "chunks", broken)
    with pytest.raises(StoreUnavailableError, match="in the midst"):
        export_events(store, out, chunk=1)
    assert out.read_text() == "the old one"
    assert [path.name for path in folder.iterdir()] == ["feedback.parquet"]


def test_where_an_export_cannot_be_written(store: FeedbackStore, tmp_path: Path) -> None:
    with pytest.raises(TigertailError, match="cannot be written"):
        export_events(store, tmp_path)


def test_an_export_takes_no_chunk_that_the_store_refuses(store: FeedbackStore, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read 0 at a time"):
        export_events(store, tmp_path / "feedback.parquet", chunk=0)
    assert list(tmp_path.glob("feedback.parquet")) == []


def test_what_holds_no_feedback(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    with pytest.raises(DataError, match="cannot be read"):
        read_feedback(wrong)
    with pytest.raises(DataError, match="cannot be read"):
        read_feedback(tmp_path)
    wrong.write_text("kind,item\n")
    with pytest.raises(DataError, match="neither an export nor a SQLite store"):
        read_feedback(wrong)
    wrong.write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match="damaged"):
        read_feedback(wrong)
    pl.DataFrame({"kind": ["play"]}).write_parquet(wrong)
    with pytest.raises(DataError, match="lacks the column"):
        read_feedback(wrong)
    with pytest.raises(DataError, match="no feedback store"):
        read_feedback(f"sqlite:///{tmp_path}/none.db")


def test_an_export_is_read_without_a_database_library(
    store: FeedbackStore, event: Make, tmp_path: Path
) -> None:
    store.record([event("a")])
    export_events(store, tmp_path / "feedback.parquet")
    code = (
        "import sys; from tigertail.feedback import read_feedback;"
        "print(len(read_feedback(sys.argv[1])), 'sqlalchemy' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "feedback.parquet")]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["1", "False"]


def test_a_store_without_a_database_library_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None;"  # as if it were not installed
        "from tigertail.feedback import read_feedback;"
        "from tigertail.errors import ConfigError\n"
        "try: read_feedback(sys.argv[1])\n"
        "except ConfigError as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, "sqlite:///feedback.db"], capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines() == [
        "the feedback store needs sqlalchemy, which is not installed",
        "  -> pip install 'tigertail[service]'",
    ]

"""Helpers that tests of several packages share."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import polars as pl
from typer.testing import CliRunner, Result

from tigertail.cli import app
from tigertail.dataset.dataset import Dataset
from tigertail.factorization import ALSConfig
from tigertail.feedback import FeedbackStore
from tigertail.ingest.formats.delimited import Csv
from tigertail.ingest.formats.parquet import Parquet
from tigertail.model import ModelConfig
from tigertail.simulation import WorldConfig, simulate

if TYPE_CHECKING:
    from fastapi import FastAPI

SMALL_MODEL: Final = ModelConfig.model_validate(
    {"base": {"factors": 16, "iterations": 3}, "listening": {"min_group_size": 20}}
)

Found = TypeVar("Found")


def run_cli(*arguments: object) -> Result:
    """Run the command line in this process; an error of the command is raised."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def poll(condition: Callable[[], Found], what: str, *, seconds: float = 60, interval: float = 0.02) -> Found:
    """Wait until a condition is true, and return its value; fail when the time is over."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if found := condition():
            return found
        time.sleep(interval)
    raise AssertionError(f"not within {seconds} s: {what}")


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an app on a free port of loopback, and yield its address."""
    import uvicorn  # of an extra that most tests do without

    listening = socket.create_server(("127.0.0.1", 0))
    # A client may leave a connection open, for which the end would wait.
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=10)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    poll(lambda: server.started or not thread.is_alive(), "the server starts")
    assert server.started
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(60)
        listening.close()
    assert not thread.is_alive(), "the server does not end"


def als_config(**settings: Any) -> ALSConfig:
    """Return settings of the solver for small matrices of confidences about 1."""
    usual: dict[str, Any] = {"factors": 128, "iterations": 6, "reg": 0.03, "nu": 1.0, "alpha0": 0.02}
    return ALSConfig(**usual | settings)


def tiny_world(folder: Path, *, listeners: int = 150, artists: int = 120, countries: int = 3) -> Dataset:
    """Simulate a world that is fitted in a second."""
    config = WorldConfig(listeners=listeners, artists=artists, countries=countries, artists_per_listener=12)
    return simulate(folder / "world", config)


def write_store(events: pl.DataFrame, file: Path) -> Path:
    """Record events, in their order, in a feedback store of their own."""
    rows = events.select(pl.exclude("seq")).with_columns(
        event_id=pl.int_range(pl.len()).cast(pl.String),
        country=pl.lit(None, pl.String),
        at=pl.lit(None, pl.Datetime),
    )
    with FeedbackStore.open(file) as store:
        store.record(rows)
    return file


def damages(file: Path) -> Iterator[None]:
    """Damage a file at one place, then at another, and so on to its end; Polars panics at some damage to Parquet."""
    whole = file.read_bytes()
    for begin in range(4, len(whole), 8):
        file.write_bytes(whole[:begin] + bytes(20) + whole[begin + 20 :])
        yield


def csv_source(folder: Path, text: str, **options: Any) -> Csv:
    """Write a text to a file of a folder, and return it as a source in CSV."""
    file = folder / "t.csv"
    file.write_text(text, encoding="utf-8")
    return Csv(format="csv", path=file, **options)


def parquet_source(folder: Path, content: Any, **options: Any) -> Parquet:
    """Write a table to a file of a folder, and return it as a source in Parquet."""
    file = folder / "t.parquet"
    pl.DataFrame(content).write_parquet(file)
    return Parquet(format="parquet", path=file, **options)

"""The store locked, read-only or gone: refused clearly, lists go on, and the same events are taken afterwards."""

from __future__ import annotations

import concurrent.futures
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tigertail.feedback import FeedbackStore


def events(name: str) -> dict[str, Any]:
    shown = {"query": "star", "item": "p1", "model": "m", "list_id": "l", "listener": "u"}
    return {
        "events": [{"event_id": f"{name}-{rank}", "kind": "play", "rank": rank} | shown for rank in (1, 2)]
    }


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store") / "feedback.sqlite"


@pytest.fixture(scope="module")
def service(run, original: Path, store: Path):
    return run(original, "--feedback", str(store), workers=1).ready()


@pytest.fixture
def client(service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=60) as made:
        yield made


def check_refused(answer: httpx.Response, words: str, store: Path) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    assert words in answer.json()["detail"]
    assert answer.json()["remedy"]
    assert str(store.parent) not in answer.text, "where it is, is no client's business"


def check_lists(client: httpx.Client) -> None:
    for path in ("/v1/similar?item=star", "/v1/items?q=k", "/v1/items/star", "/v1/models", "/health/ready"):
        assert client.get(path).status_code == 200


def ids(store: Path) -> list[str]:
    with FeedbackStore.open(store) as opened:
        return list(opened.read()["event_id"])


def test_locked(service, client: httpx.Client, store: Path) -> None:
    assert client.post("/v1/feedback", json=events("before")).json() == {"accepted": 2, "duplicates": 0}
    other = sqlite3.connect(store, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with concurrent.futures.ThreadPoolExecutor(45) as many:  # more than a worker has threads to wait on
        waiting = [
            many.submit(httpx.post, f"{service.url}/v1/feedback", json=events(f"l{number}"), timeout=60)
            for number in range(45)
        ]
        check_lists(client)
        assert not all(one.done() for one in waiting), "lists were answered while others waited for the store"
        for one in waiting:
            check_refused(one.result(), "locked", store)
    other.execute("ROLLBACK")
    other.close()
    assert client.post("/v1/feedback", json=events("l0")).json() == {"accepted": 2, "duplicates": 0}
    assert ids(store) == ["before-1", "before-2", "l0-1", "l0-2"]


def test_gone_and_back(client: httpx.Client, store: Path, tmp_path: Path) -> None:
    assert client.post("/v1/feedback", json=events("early")).status_code == 200
    there = ids(store)
    for file in store.parent.glob("feedback.sqlite*"):
        shutil.move(file, tmp_path / file.name)
    check_refused(client.post("/v1/feedback", json=events("g")), "opened", store)
    assert client.get("/health/ready").json()["feedback"] != "kept"
    assert str(store.parent) not in client.get("/health/ready").text
    check_lists(client)
    for file in tmp_path.glob("feedback.sqlite*"):
        shutil.move(file, store.parent / file.name)
    assert client.post("/v1/feedback", json=events("g")).json() == {"accepted": 2, "duplicates": 0}
    assert client.post("/v1/feedback", json=events("g")).json() == {"accepted": 0, "duplicates": 2}
    assert ids(store) == [*there, "g-1", "g-2"]
    assert client.get("/health/ready").json()["feedback"] == "kept"


def test_read_only(run, original: Path, tmp_path: Path) -> None:
    file = tmp_path / "feedback.sqlite"
    with FeedbackStore.open(file):
        pass
    reading = run(original, "--feedback", f"sqlite:///{file}?mode=ro", workers=1).ready()
    with httpx.Client(base_url=reading.url, timeout=60) as client:
        check_refused(client.post("/v1/feedback", json=events("r")), "read-only", file)
        check_lists(client)
    assert reading.stop() == 0
    assert ids(file) == []


def test_a_database_server_that_goes_and_comes_back(run, original: Path, server, tmp_path: Path) -> None:
    url = server.new_schema()
    password = url.split(":")[2].split("@")[0]
    service = run(original, "--feedback", url).ready()
    with httpx.Client(base_url=service.url, timeout=60) as client:
        assert client.post("/v1/feedback", json=events("a")).status_code == 200
        server.stop("immediate")
        try:
            refused = client.post("/v1/feedback", json=events("b"))
            check_refused(refused, "cannot be reached", tmp_path)
            health = client.get("/health/ready").text
            for secret in ("127.0.0.1", password, url):
                assert secret not in refused.text + health
            check_lists(client)
        finally:
            server.start()
        assert client.post("/v1/feedback", json=events("b")).json() == {"accepted": 2, "duplicates": 0}
    assert service.stop() == 0
    said = service.text()
    assert "the feedback store cannot be used" in said
    assert password not in said
    with FeedbackStore.open(url) as opened:
        assert opened.count() == 4

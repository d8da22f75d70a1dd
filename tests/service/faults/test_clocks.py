"""The wall clock jumps by hours, forwards and backwards: nothing but the times in the records follows it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tigertail.feedback import FeedbackStore
from tigertail.model import Model, load, save

JUMPS = [timedelta(hours=9), timedelta(hours=-9), timedelta(days=4000), timedelta(days=-4000)]


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Sets the wall clock, however it is asked for in this process."""
    right = time.time

    def to(by: timedelta) -> None:
        class Elsewhere(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.fromtimestamp(right(), tz or UTC) + by

            @classmethod
            def utcnow(cls):
                return (datetime.fromtimestamp(right(), UTC) + by).replace(tzinfo=None)

        monkeypatch.setattr(time, "time", lambda: right() + by.total_seconds())
        monkeypatch.setattr(time, "time_ns", lambda: int((right() + by.total_seconds()) * 1e9))
        monkeypatch.setattr("tigertail.feedback.store.datetime", Elsewhere)
        monkeypatch.setattr("tigertail.service.http.logs.datetime", Elsewhere)

    return to


def event(number: int) -> dict[str, object]:
    shown = {"query": "star", "item": "p1", "model": "m", "list_id": "l", "listener": "u"}
    return {"event_id": f"e{number}", "kind": "play", "rank": 1} | shown


def test_feedback_keeps_its_order_and_its_single_copies(serve, jump, folder: Path) -> None:
    client: TestClient = serve()
    for number, by in enumerate(JUMPS):
        jump(by)
        assert client.post("/v1/feedback", json={"events": [event(number)]}).json()["accepted"] == 1
        assert client.post("/v1/feedback", json={"events": [event(number)]}).json()["duplicates"] == 1
        assert client.get("/v1/similar?item=star").status_code == 200
    with FeedbackStore.open(folder.with_name("model-feedback.sqlite")) as store:
        kept = store.read()
    assert kept["event_id"].to_list() == ["e0", "e1", "e2", "e3"]
    assert kept["received_at"].is_sorted() is False, "the clock did jump"


def test_rates_follow_no_wall_clock(serve, jump) -> None:
    client: TestClient = serve(limits={"rate": 0.001, "burst": 2})
    assert client.get("/v1/items").status_code == 200
    for by in JUMPS:
        jump(by)
        client.get("/v1/items")
        answer = client.get("/v1/items")
        assert answer.status_code == 429, "hours that did not pass earn nothing"
        assert 0 < int(answer.headers["retry-after"]) <= 1000


def test_whoever_may_ask_still_may_when_the_clock_goes_back(serve, jump) -> None:
    client: TestClient = serve(limits={"rate": 1, "burst": 50})
    for by in JUMPS:
        assert client.get("/v1/items").status_code == 200
        jump(by)
    assert client.get("/v1/items").status_code == 200


def test_a_model_is_found_whatever_the_time_it_says(serve, jump, folder: Path, other: Model) -> None:
    client: TestClient = serve()
    for by, model in zip(JUMPS, [other, load(folder), other, load(folder)], strict=True):
        jump(by)
        for name in model.signals:
            model.signals[name]
        save(model, folder)
        client.app.state.context.models.check()
        assert client.get("/v1/similar?item=star").json()["model"] == load(folder).version

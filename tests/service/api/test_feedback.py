"""What listeners say back reaches the store."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event as listening
from tests.support import poll

from tigertail.feedback.store import FeedbackStore
from tigertail.service.http.metrics import FEEDBACK_EVENTS

EVENT = {
    "event_id": "e1",
    "kind": "like",
    "query": "star",
    "item": "p1",
    "rank": 1,
    "model": "c0ffee",
    "list_id": "l1",
    "listener": "ola",
    "country": "PL",
}


def sent(client: TestClient, *events: dict):
    return client.post("/v1/feedback", json={"events": list(events)})


def test_events_are_kept_once(client: TestClient, folder: Path) -> None:
    assert sent(client, EVENT, EVENT | {"event_id": "e2", "kind": "play"}).json() == {
        "accepted": 2,
        "duplicates": 0,
    }
    assert sent(client, EVENT).json() == {"accepted": 0, "duplicates": 1}
    with FeedbackStore.open(str(folder.with_name("model-feedback.sqlite"))) as store:
        kept = store.read()
    assert kept["event_id"].to_list() == ["e1", "e2"]
    assert kept["country"].to_list() == ["PL", "PL"]


def test_a_delivery_of_too_many_events_counts_as_refused(serve: Callable[..., TestClient]) -> None:
    client = serve(limits={"batch": 1})
    before = FEEDBACK_EVENTS.labels("refused")._value.get()
    assert sent(client, *[EVENT] * 11).status_code == 422
    assert FEEDBACK_EVENTS.labels("refused")._value.get() == before + 11


def test_an_id_with_other_content_is_refused(client: TestClient) -> None:
    sent(client, EVENT)
    refused = sent(client, EVENT | {"kind": "hide"})
    assert refused.status_code == 409
    assert "e1" in refused.json()["detail"]


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "shout"}, {"rank": 0}, {"country": "XX"}, {"listener": ""}, {"more": 1}, {"item": "a\0"}],
)
def test_an_event_that_is_none_is_refused_with_all_that_came_with_it(client: TestClient, wrong: dict) -> None:
    refused = sent(client, EVENT, EVENT | {"event_id": "e2"} | wrong)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("events.1.")
    assert sent(client, EVENT).json()["accepted"] == 1, "nothing was kept before"


def test_a_listener_is_forgotten(client: TestClient) -> None:
    sent(client, EVENT, EVENT | {"event_id": "e2", "listener": "jan"})
    assert client.delete("/v1/feedback/listeners/ola").json() == {"erased": 1}
    assert client.delete("/v1/feedback/listeners/ola").json() == {"erased": 0}


def test_a_listener_may_be_called_anything(client: TestClient) -> None:
    sent(client, EVENT | {"listener": "aGk/cw=="})
    assert client.delete("/v1/feedback/listeners/aGk%2Fcw==").json() == {"erased": 1}


def test_a_line_feed_in_the_id_of_a_listener_is_part_of_it(client: TestClient) -> None:
    names = ("ola", "ola\n", "o\nla")
    sent(client, *[EVENT | {"event_id": name, "listener": name} for name in names])
    for path in ("ola%0A", "o%0Ala"):
        assert client.delete(f"/v1/feedback/listeners/{path}").json() == {"erased": 1}
    assert sent(client, EVENT | {"event_id": "ola", "listener": "ola"}).json()["duplicates"] == 1, (
        "it is kept"
    )


def test_a_page_elsewhere_cannot_send_events(client: TestClient) -> None:
    body = json.dumps({"events": [EVENT]})
    for kind in ({}, {"Content-Type": "text/plain"}):  # all that needs no leave of the browser
        assert client.post("/v1/feedback", content=body, headers=kind).status_code == 422


@pytest.mark.parametrize("said", [{}, {"consent": False}])
def test_events_without_consent_are_refused_where_it_is_required(serve, folder: Path, said: dict) -> None:
    client = serve(feedback={"consent": True})
    refused = client.post("/v1/feedback", json={"events": [EVENT], **said})
    assert refused.status_code == 403
    assert refused.json()["remedy"] == 'ask the listener first, then send "consent": true'
    assert client.post("/v1/feedback", json={"events": [EVENT], "consent": True}).json()["accepted"] == 1


def test_consent_is_a_yes_and_nothing_like_one(serve) -> None:
    client = serve(feedback={"consent": True})
    for like in ("true", 1, "yes", None):
        assert client.post("/v1/feedback", json={"events": [EVENT], "consent": like}).status_code == 422


def test_a_service_that_keeps_none_says_so(serve) -> None:
    client = serve(feedback={"on": False})
    refused = sent(client, EVENT)
    assert refused.status_code == 503
    assert refused.json()["detail"] == "this service keeps no feedback"
    assert client.get("/health/ready").json()["feedback"] == "none is kept"


def test_what_was_kept_long_enough_is_erased(serve, folder: Path) -> None:
    where = str(folder.with_name("model-feedback.sqlite"))
    with FeedbackStore.open(where) as store:
        store.record([EVENT])
    serve(feedback={"keep_days": 1})
    with FeedbackStore.open(where) as store:
        assert store.count() == 1, "today's stay"
        store.clock = lambda: datetime.now(UTC) - timedelta(days=2)
        store.record([EVENT | {"event_id": "old"}])
    serve(feedback={"keep_days": 1})

    def only_the_new_is_left() -> bool:
        with FeedbackStore.open(where) as store:
            return store.read()["event_id"].to_list() == ["e1"]

    poll(only_the_new_is_left, "the old event is erased", interval=0.1)


def test_a_store_opened_to_be_read_alone_is_said_to_keep_nothing(
    serve: Callable[..., TestClient], tmp_path: Path
) -> None:
    with FeedbackStore.open(tmp_path / "feedback.sqlite"):
        pass
    client = serve(feedback={"store": f"sqlite:///{tmp_path}/feedback.sqlite?mode=ro"})
    assert client.get("/health/ready").json()["feedback"] == (
        "the feedback store is read-only, by the mode=ro of its URL"
    )
    assert sent(client, EVENT).json()["remedy"] == "open it without mode=ro"


def test_a_full_disk_is_told_until_something_is_kept_again(client: TestClient) -> None:
    assert sent(client, EVENT).status_code == 200
    database = client.app.state.context.store.database
    database.close()
    pages = [20]
    listening.listen(
        database.engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={pages[0]}")
    )
    large = [EVENT | {"event_id": f"large{number}", "item": "x" * 256} for number in range(500)]
    assert sent(client, *large).status_code == 503
    told = "the last write was refused: the feedback store has no space left on its disk"
    assert client.get("/health/ready").json()["feedback"] == told, "though it can be read"
    pages[0] = 100_000  # somebody made room
    database.close()
    assert sent(client, *large).json()["accepted"] == 500
    assert client.get("/health/ready").json()["feedback"] == "kept"

"""One line for every request, and the headers of every response."""

from __future__ import annotations

import asyncio
import logging
import re

import pytest
from fastapi.testclient import TestClient
from starlette.responses import Response
from starlette.types import Message, Scope

from tigertail.service.middleware.access_log import PIECE, AccessLog
from tigertail.service.middleware.authentication import digest

KEY = "a-key-that-must-not-be-seen"
KEYS = {"radio": digest(KEY)}
SAID = {"Authorization": f"Bearer {KEY}"}


def test_every_answer_says_which_request_it_is_of_and_is_safe_to_show(client: TestClient) -> None:
    for path in ("/v1/similar?item=star", "/v1/similar?item=nobody", "/nowhere"):
        headers = client.get(path).headers
        assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "data:" not in policy
    assert "img-src 'self' data:" in client.get("/docs").headers["content-security-policy"]
    given = client.get("/health/live", headers={"X-Request-Id": "trace-7"})
    assert given.headers["x-request-id"] == "trace-7"
    odd = client.get("/health/live", headers={"X-Request-Id": "a b\tc"})
    assert re.fullmatch(r"[0-9a-f]{32}", odd.headers["x-request-id"])


def test_methods_that_a_client_thinks_up_are_counted_as_one(client: TestClient) -> None:
    for number in range(3):
        client.request(f"ZORBLE{number}", "/v1/models")
    counts = client.get("/metrics").text
    assert 'method="(other)"' in counts
    assert "ZORBLE" not in counts


@pytest.mark.parametrize(("size", "pieces"), [(0, [0]), (PIECE, [PIECE]), (2 * PIECE + 1, [PIECE, PIECE, 1])])
def test_a_body_is_sent_in_pieces(size: int, pieces: list[int]) -> None:
    """So that for a client that does not read, the server holds one piece in memory, and not a copy of the whole."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    asyncio.run(AccessLog(Response(b"x" * size))(scope, receive, send))
    start, *bodies = sent
    assert start["status"] == 200
    assert [len(body["body"]) for body in bodies] == pieces
    assert [body["more_body"] for body in bodies] == [True] * (len(pieces) - 1) + [False]


def test_a_request_is_noted_without_its_question_or_its_key(serve, caplog: pytest.LogCaptureFixture) -> None:
    client = serve(keys=KEYS)
    with caplog.at_level(logging.INFO, "tigertail.service"):
        client.get("/v1/similar?item=star&country=PL", headers=SAID)
        client.get(f"/v1/items?q=star&api_key={KEY}")
        client.get("/v1/items?q=star")
    similar, _, refused = (vars(record) for record in caplog.records if record.name.endswith("requests"))
    assert (similar["route"], similar["method"], similar["status"]) == ("/v1/similar", "GET", 200)
    assert similar["client"] == "key radio"
    assert similar["model"] is not None
    assert (refused["route"], refused["status"]) == ("(refused)", 401)
    everything = " ".join(str(vars(record)) for record in caplog.records)
    assert KEY not in everything
    assert "star" not in everything

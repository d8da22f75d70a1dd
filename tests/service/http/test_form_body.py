"""Forms that bring a key, read before anything else."""

from __future__ import annotations

import anyio
import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from tigertail.service.http import form_body
from tigertail.service.http.problems import ServiceError

FORM = Headers({"content-type": "Application/X-WWW-Form-urlencoded; charset=utf-8"})


def _scope(method: str = "POST", path: str = "/2.0/") -> Scope:
    return {"type": "http", "method": method, "path": path, "query_string": b"format=json"}


def _sending(*parts: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages += [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]
    waiting = iter(messages)

    async def receive() -> Message:
        return next(waiting)

    return receive


def test_only_players_forms_are_read() -> None:
    assert form_body.sent(_scope(), FORM)
    assert form_body.sent(_scope(path="/2.0"), FORM)
    assert not form_body.sent(_scope(method="GET"), FORM)
    assert not form_body.sent(_scope(path="/v1/feedback"), FORM)
    assert not form_body.sent(_scope(), Headers({"content-type": "application/json"}))


def test_a_form_stands_beside_the_query_and_is_received_once_more() -> None:
    scope = _scope()

    async def run() -> list[Message]:
        receive = await form_body.read(scope, _sending(b"api_key=open+", b"sesame"))
        return [await receive(), await receive()]

    whole, then = anyio.run(run)
    assert whole == {"type": "http.request", "body": b"api_key=open+sesame", "more_body": False}
    assert then["type"] == "http.disconnect"
    assert form_body.fields(scope) == b"format=json&api_key=open+sesame"


def test_a_form_has_its_size() -> None:
    async def run() -> None:
        await form_body.read(_scope(), _sending(*[b"x" * 1024] * 65))

    with pytest.raises(ServiceError, match="a form of more than") as error:
        anyio.run(run)
    assert error.value.status == 413

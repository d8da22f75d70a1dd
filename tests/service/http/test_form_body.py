"""Forms that bring a key, read before anything else."""

from __future__ import annotations

import anyio
import pytest
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
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
    assert form_body.is_form(_scope(), FORM)
    assert form_body.is_form(_scope(path="/2.0"), FORM)
    assert not form_body.is_form(_scope(method="GET"), FORM)
    assert not form_body.is_form(_scope(path="/v1/feedback"), FORM)
    assert not form_body.is_form(_scope(), Headers({"content-type": "application/json"}))


def _read(scope: Scope, receive: Receive) -> None:
    anyio.run(form_body.read, scope, receive)


def test_a_form_stands_beside_the_query() -> None:
    scope = _scope()
    _read(scope, _sending(b"api_key=open+", b"sesame"))
    assert form_body.fields(scope) == b"format=json&api_key=open+sesame"


def test_a_form_has_its_size() -> None:
    scope = _scope()
    with pytest.raises(ServiceError, match="a form of more than") as error:
        _read(scope, _sending(b"format=json", *[b"x" * 1024] * 65))
    assert error.value.status == 413
    assert form_body.fields(scope).startswith(b"format=json&format=json"), (
        "the format of the answer that refuses it"
    )


def test_a_form_that_its_client_breaks_off_is_no_form() -> None:
    messages = iter(
        [{"type": "http.request", "body": b"api_key=op", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> Message:
        return next(messages)

    with pytest.raises(ClientDisconnect):
        _read(_scope(), receive)

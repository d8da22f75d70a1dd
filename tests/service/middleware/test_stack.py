"""Deny by default: every route is guarded, limited and logged unless its path is public."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.websockets import WebSocketDisconnect

from tigertail.service.middleware.authentication import digest

KEY = "a-key"
KEYS = {"radio": digest(KEY)}
SAID = {"Authorization": f"Bearer {KEY}"}


EVERY_METHOD = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def paths_of(routes: Iterable[BaseRoute], below: str = "") -> Iterator[str]:
    """Walk routes, those of included routers and of mounted applications too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from paths_of(included.routes, below)
            continue
        assert isinstance(route, (Route, Mount)), f"how is {route!r} guarded?"
        path = below + re.sub(r"\{[^}]*\}", "x", route.path)
        if isinstance(route, Mount):
            yield from (f"{path}/", f"{path}/x")
            yield from paths_of(route.routes, path)
        else:
            yield path


def test_every_route_is_guarded_but_those_named_here(serve) -> None:
    client = serve(keys=KEYS)
    paths = set(paths_of(client.app.routes)) | {"/nowhere", "/explorer", "/health", "/v1/"}
    assert paths > {
        "/metrics",
        "/2.0",
        "/2.0/",
        "/similar-artists/json",
        "/v1/similar",
        "/docs/oauth2-redirect",
    }
    public = {
        path
        for path in paths
        for method in EVERY_METHOD
        # Last.fm says 403 where others say 401
        if client.request(method, path, follow_redirects=False).status_code not in (401, 403)
    }
    assert public == {
        "/",
        "/docs",
        "/explorer/",
        "/explorer/x",
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/static-offline-docs/",
        "/static-offline-docs/x",
    }


def add_toys(app: FastAPI) -> None:
    @app.get("/toy")
    async def toy() -> PlainTextResponse:
        return PlainTextResponse("toy")

    @app.post("/toy")
    async def read(body: dict[str, str]) -> PlainTextResponse:
        return PlainTextResponse("read")

    mounted = Starlette(routes=[Route("/toy", lambda request: PlainTextResponse("mounted"))])
    app.mount("/mounted", mounted)


@pytest.mark.parametrize("path", ["/toy", "/mounted/toy"])
def test_a_route_that_is_added_is_guarded_limited_and_logged(
    serve, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve(keys=KEYS, limits={"rate": 0.001, "burst": 1})
    add_toys(client.app)
    with caplog.at_level(logging.INFO, "tigertail.service"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=SAID).status_code == 200
        assert client.get(path, headers=SAID).status_code == 429
    logged = [vars(record) for record in caplog.records if record.name == "tigertail.service.requests"]
    assert [(line["status"], line["client"]) for line in logged] == [
        (401, "unknown"),
        (200, "key radio"),
        (429, "key radio"),
    ]


def test_a_route_that_is_added_has_the_limit_of_the_body(serve) -> None:
    client = serve(limits={"max_body_bytes": 1024})
    add_toys(client.app)
    chunks = (b" " * 600 for _ in range(3))  # of no declared length
    refused = client.post("/toy", content=chunks, headers={"Content-Type": "application/json"})
    assert refused.status_code == 413


def test_a_refusal_of_a_large_body_counts_as_a_request(serve) -> None:
    client = serve(keys=KEYS, limits={"rate": 0.001, "burst": 1, "max_body_bytes": 1024})
    answers = [client.post("/v1/similar", content=b" " * 2000, headers=SAID) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [413, 429]


def test_a_websocket_that_is_added_is_refused(serve) -> None:
    client = serve()

    @client.app.websocket("/socket")
    async def socket(websocket: object) -> None:
        raise AssertionError("reached without a check")

    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/socket"):
        pass


def test_a_page_elsewhere_cannot_pass_for_this_machine(client: TestClient) -> None:
    refused = client.get("/v1/similar?item=star", headers={"Host": "evil.example"})
    assert refused.status_code == 421
    for host in ("LOCALHOST:8000", "localhost:", "localhost.", "[::1]:8000", "[::1]"):
        assert client.get("/v1/similar?item=star", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("hosts", [["*"], ["localhost"]])
def test_a_second_host_is_refused_whatever_the_first_is(serve, hosts: list[str]) -> None:
    twice = [("Host", "localhost"), ("Host", "evil.example")]
    for headers in (twice, twice[::-1], twice[:1] * 2):
        refused = serve(hosts=hosts).get("/v1/items", headers=headers)
        assert (refused.status_code, refused.json()["detail"]) == (400, "several Host headers")


def test_the_api_is_documented_without_another_server(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    scripts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert scripts
    for script in scripts:
        assert script.startswith("/")
        assert client.get(script).status_code == 200


def test_a_form_that_its_client_breaks_off_is_not_answered(serve) -> None:
    messages = iter(
        [{"type": "http.request", "body": b"api_key=op", "more_body": True}, {"type": "http.disconnect"}]
    )
    sent = []
    headers = [(b"host", b"localhost"), (b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": "POST", "path": "/2.0/", "query_string": b"", "headers": headers}

    async def receive():
        return next(messages)

    async def send(message) -> None:
        sent.append(message)

    anyio.run(serve(keys=KEYS).app, scope, receive, send)
    assert not sent

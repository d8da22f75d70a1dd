"""A client that has the current response gets 304."""

from __future__ import annotations

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from tigertail.service.http.caching import cacheable, client_has_current, not_modified


def asked(*known: str, method: str = "GET", query: str = "item=kult") -> Request:
    """A request of a client that has the answers with some tags."""
    headers = [(b"if-none-match", one.encode()) for one in known]
    scope = {"type": "http", "method": method, "path": "/v1/similar", "query_string": query.encode()}
    return Request(scope | {"headers": headers})


TAG = cacheable(asked(), b"{}", "model-1", "v1").headers["etag"]


@pytest.mark.parametrize(
    ("header", "current"),
    [(TAG, True), (f'"v0", W/{TAG}', True), ('"v0"', False), ('"v1"', False), ("", False)],
)
def test_a_client_has_the_response_whose_tag_it_sends(header: str, current: bool) -> None:
    assert client_has_current(asked(header), "v1") is current
    assert not client_has_current(asked(header, method="POST"), "v1")
    assert not client_has_current(asked(header), "v2")


def test_the_tag_of_one_address_is_not_that_of_another() -> None:
    assert not client_has_current(asked(TAG, query="item=hey"), "v1")


def test_several_lines_are_one_list() -> None:
    assert client_has_current(asked('"v0"', TAG), "v1")


def test_a_client_that_has_any_response_gets_none_once_there_is_one() -> None:
    assert not client_has_current(asked("*"), "v1")
    assert cacheable(asked("*"), b"{}", "model-1", "v1").status_code == 304
    assert cacheable(asked("*", method="POST"), b"{}", "model-1", "v1").status_code == 200


def test_both_responses_carry_the_tag_and_the_version() -> None:
    for response in (cacheable(asked(), b"{}", "model-1", "v1"), not_modified(asked(), "model-1", "v1")):
        assert response.headers["etag"] == TAG
        assert response.headers["x-tigertail-model"] == "model-1"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/similar?item=star", 304),
        ("/v1/similar?item=nobody", 404),
        ("/v1/similar?item=star&country=Narnia", 400),
        ("/v1/path?from=star&to=nobody", 404),
        ("/v1/radio?item=nobody", 404),
        ("/v1/items/nobody", 404),
        ("/v1/neighbours?country=Narnia", 400),
        ("/v1/map", 404),
    ],
)
def test_an_error_is_never_not_modified(client: TestClient, path: str, status: int) -> None:
    tag = client.get("/v1/similar?item=star").headers["etag"]
    for known in (tag, "*"):
        assert client.get(path, headers={"If-None-Match": known}).status_code == status

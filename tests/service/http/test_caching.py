"""A client that has the current response gets 304."""

from __future__ import annotations

import pytest
from fastapi import Request

from tigertail.service.http.caching import cacheable, client_has_current, not_modified


@pytest.mark.parametrize(
    ("header", "current"), [('"v1"', True), ('"v0", W/"v1"', True), ("*", True), ('"v0"', False), ("", False)]
)
def test_a_client_has_the_response_whose_tag_it_sends(header: str, current: bool) -> None:
    headers = [(b"if-none-match", header.encode())]
    assert client_has_current(Request({"type": "http", "method": "GET", "headers": headers}), "v1") is current
    assert not client_has_current(Request({"type": "http", "method": "POST", "headers": headers}), "v1")


def test_several_lines_are_one_list() -> None:
    lines = [(b"if-none-match", tag) for tag in (b'"v0"', b'"v1"')]
    assert client_has_current(Request({"type": "http", "method": "GET", "headers": lines}), "v1")


def test_both_responses_carry_the_tag_and_the_version() -> None:
    for response in (cacheable(b"{}", "model-1", "v1"), not_modified("model-1", "v1")):
        assert response.headers["etag"] == '"v1"'
        assert response.headers["x-tigertail-model"] == "model-1"

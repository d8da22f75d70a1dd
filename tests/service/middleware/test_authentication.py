"""API keys, and the paths that need none."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from tigertail.service.http.problems import ServiceError
from tigertail.service.middleware.authentication import PUBLIC, Keys, digest, is_public, key_given, new_key

KEY = "a-key"
KEYS = {"radio": digest(KEY)}
SAID = {"Authorization": f"Bearer {KEY}"}


def test_a_new_key_is_known_by_its_digest_alone() -> None:
    key, kept = new_key()
    assert key not in kept
    keys = Keys({"radio": kept})
    assert keys.name(key) == "radio"
    assert keys.name(key + "x") is None
    assert keys.name(None) is None
    assert keys.name(kept) is None, "who reads the settings has no key"


def test_no_keys_means_none_is_needed() -> None:
    scope = {"type": "http", "query_string": b""}
    assert Keys({}).authenticate(scope, Headers({})) is None
    with pytest.raises(ServiceError, match="missing or invalid API key"):
        Keys({"radio": digest("k")}).authenticate(scope, Headers({}))


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": "Bearer k"}, b""),
        ({"authorization": "Token k"}, b""),
        ({"X-API-Key": "k"}, b""),
        ({}, b"method=artist.getSimilar&api_key=k&artist=x"),
    ],
)
def test_a_key_comes_in_the_ways_of_programs_and_players(headers: dict[str, str], query: bytes) -> None:
    assert key_given(Headers(headers), query) == "k"


@pytest.mark.parametrize("scheme", ["Basic dTpw", "Bearer", "Bearer "])
def test_what_is_no_key(scheme: str) -> None:
    assert key_given(Headers({"Authorization": scheme}), b"item=api_key") is None


def test_a_key_is_needed_where_keys_are_set(serve) -> None:
    client = serve(keys=KEYS)
    refused = client.get("/v1/similar?item=star")
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer KEY" in refused.json()["remedy"]
    assert client.get("/v1/similar?item=star", headers={"X-API-Key": "wrong"}).status_code == 401
    assert client.get("/v1/similar?item=star", headers=SAID).status_code == 200
    assert client.get("/metrics").status_code == 401


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/", "/openapi.json"])
def test_health_and_the_page_need_none(serve, path: str) -> None:
    assert serve(keys=KEYS).get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/explorer",
        "/explorerer/x",
        "/health/live/",
        "/health/ready/x",
        "/docs/",
        "//",
        "/Docs",
        "/v1/explorer/x",
    ],
)
def test_a_path_that_only_looks_public_is_not(path: str) -> None:
    assert not is_public(path)


def test_every_public_path_exists(serve) -> None:
    client = serve(keys=KEYS)
    assets = {
        "/explorer/*": "/explorer/index.html",
        "/static-offline-docs/*": "/static-offline-docs/favicon.png",
    }
    for path in PUBLIC:
        assert client.get(assets.get(path, path)).status_code == 200, path

"""What every request passes, and what is noted of it."""

from __future__ import annotations

import logging
import re

import pytest
from fastapi.testclient import TestClient

from tigertail.service.middleware.keys import digest

KEY = "a-key-that-must-not-be-seen"
KEYS = {"radio": digest(KEY)}
SAID = {"Authorization": f"Bearer {KEY}"}


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


def test_a_client_that_asks_too_fast_is_told_when_to_come_back(serve) -> None:
    client = serve(limits={"rate": 0.5, "burst": 2})
    answers = [client.get("/v1/items?q=k") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] in ("1", "2")
    assert client.get("/health/live").status_code == 200, "health is asked by machines that must know"


def test_each_key_has_its_own_rate(serve) -> None:
    client = serve(keys=KEYS | {"other": digest("other")}, limits={"rate": 0.5, "burst": 1})
    assert client.get("/v1/items", headers=SAID).status_code == 200
    assert client.get("/v1/items", headers=SAID).status_code == 429
    assert client.get("/v1/items", headers={"X-API-Key": "other"}).status_code == 200


def test_guessing_keys_is_slowed_down(serve) -> None:
    client = serve(keys=KEYS, limits={"rate": 0.5, "burst": 2})
    guesses = [client.get("/v1/items", headers={"X-API-Key": f"guess {n}"}).status_code for n in range(3)]
    assert guesses == [401, 401, 429]


def test_a_page_elsewhere_cannot_pass_for_this_machine(client: TestClient) -> None:
    refused = client.get("/v1/similar?item=star", headers={"Host": "evil.example"})
    assert refused.status_code == 421
    assert client.get("/v1/similar?item=star", headers={"Host": "LOCALHOST:8000"}).status_code == 200
    assert client.get("/v1/similar?item=star", headers={"Host": "[::1]:8000"}).status_code == 200


def test_every_answer_says_which_request_it_is_of_and_is_safe_to_show(client: TestClient) -> None:
    for path in ("/v1/similar?item=star", "/v1/similar?item=nobody", "/nowhere"):
        headers = client.get(path).headers
        assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in headers["content-security-policy"]
    given = client.get("/health/live", headers={"X-Request-Id": "trace-7"})
    assert given.headers["x-request-id"] == "trace-7"
    odd = client.get("/health/live", headers={"X-Request-Id": "a b\tc"})
    assert re.fullmatch(r"[0-9a-f]{32}", odd.headers["x-request-id"])


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


def test_the_api_is_documented_without_another_server(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    scripts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert scripts
    for script in scripts:
        assert script.startswith("/")
        assert client.get(script).status_code == 200

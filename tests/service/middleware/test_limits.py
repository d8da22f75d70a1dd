"""Requests per second, and the size of a body."""

from __future__ import annotations

from tigertail.service.middleware.authentication import digest

KEY = "a-key"
KEYS = {"radio": digest(KEY)}
SAID = {"Authorization": f"Bearer {KEY}"}


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


def test_a_body_whose_size_is_not_declared_is_refused_with_the_same_remedy(serve) -> None:
    client = serve(limits={"max_body_bytes": 1024})
    chunks = iter([b"{", b" " * 2000])
    refused = client.post("/v1/feedback", content=chunks, headers={"Content-Type": "application/json"})
    assert refused.status_code == 413
    assert refused.json()["remedy"] == "send less at a time"


def test_a_body_that_is_declared_too_large_is_refused_before_it_is_read(serve) -> None:
    client = serve(limits={"max_body_bytes": 1024})
    refused = client.post(
        "/v1/feedback", content=b"{" + b" " * 2000, headers={"Content-Type": "application/json"}
    )
    assert refused.status_code == 413
    assert refused.json()["detail"] == "a body of more than 1,024 bytes"

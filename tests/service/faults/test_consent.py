"""Where consent is required, nothing of a visitor who did not give it is written: neither stored nor logged."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

VISITOR = "127.0.0.77"
PRIVATE = ("l1stener", "3vent", "l1st", VISITOR)
EVENT = {
    "event_id": "3vent",
    "kind": "like",
    "query": "star",
    "item": "p1",
    "rank": 1,
    "model": "m",
    "list_id": "l1st",
    "listener": "l1stener",
}


def written(folder: Path) -> bytes:
    """Return all that is in the store and what its database keeps beside it."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_a_first_visit_writes_nothing(run, original: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    where = str(store / "feedback.sqlite")
    service = run(
        original, "--feedback", where, TIGERTAIL_FEEDBACK__CONSENT="1", TIGERTAIL_LIMITS__RATE="50"
    ).ready()
    before = written(store)
    from_elsewhere = httpx.HTTPTransport(local_address=VISITOR)
    with httpx.Client(base_url=service.url, transport=from_elsewhere) as visitor:
        for path in ("/", "/v1/similar?item=star&listener=l1stener", "/v1/items?q=star"):
            assert visitor.get(path).status_code == 200
        for sent in ({"events": [EVENT]}, {"events": [EVENT], "consent": False}):
            refused = visitor.post("/v1/feedback", json=sent)
            assert refused.status_code == 403
            assert refused.json()["remedy"]
        assert written(store) == before
        answered = visitor.post("/v1/feedback", json={"events": [EVENT], "consent": True})
        assert answered.json()["accepted"] == 1
        kept = written(store)
        assert VISITOR.encode() not in kept, "the store keeps no address, even of who agreed"
        assert b"l1stener" in kept, "this is where it would be found"
        assert visitor.delete("/v1/feedback/listeners/l1stener").json() == {"erased": 1}
    service.stop()
    assert b"l1stener" not in written(store)
    requests = [line for line in service.text().splitlines() if '"message":"request"' in line]
    assert {json.loads(line)["status"] for line in requests} == {200, 403}
    for secret in PRIVATE:
        assert secret not in service.text(), secret

"""All lists, a page at a time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient

from tigertail.model import Model, save


def test_pages_are_all_lists_in_order(client: TestClient, local_model: Model) -> None:
    lists, cursor, pages = {}, None, 0
    while True:
        asked = {"top": 3, "limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/neighbours", params=asked).json()
        lists |= {one["id"]: [item["id"] for item in one["items"]] for one in page["neighbours"]}
        cursor, pages = page["next"], pages + 1
        if cursor is None:
            break
    assert pages == 3
    assert list(lists) == local_model.items["item_id"].to_list()
    for target, own in local_model.neighbours(top=3).group_by("target_item_id", maintain_order=True):
        assert lists[target[0]] == own["item_id"].to_list()


def test_pages_of_two_models_are_never_mixed(client: TestClient, local_model: Model, folder: Path) -> None:
    first = client.get("/v1/neighbours?limit=3").json()
    save(replace(local_model, training_summary={}), folder)
    client.app.state.context.models.check()
    stale = client.get("/v1/neighbours", params={"limit": 3, "cursor": first["next"]})
    assert stale.status_code == 409
    assert stale.json()["remedy"] == "start without a cursor"


def test_a_cursor_that_is_none(client: TestClient) -> None:
    for cursor in ("x", ".3", "abc.-1", "abc.٣"):
        assert client.get("/v1/neighbours", params={"cursor": cursor}).status_code == 422

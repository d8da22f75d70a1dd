"""Finding items by name."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient


def found(client: TestClient, text: str, n: int = 10) -> list[str]:
    return [item["id"] for item in client.get("/v1/items", params={"q": text, "n": n}).json()["items"]]


@pytest.mark.parametrize("text", ["Myslovitz", "mysl", "Mislovitz", "myslowitz", "MYSLO"])
def test_a_name_is_found_while_it_is_typed_and_mistyped(client: TestClient, text: str) -> None:
    assert found(client, text)[0] == "p3"


def test_any_script(client: TestClient) -> None:
    assert found(client, "Ляпис")[0] == "e1"
    assert found(client, "трубец")[0] == "e1"


def test_nothing_typed_lists_the_most_heard(client: TestClient) -> None:
    assert found(client, "", n=1) == ["star"]


def test_an_item_says_who_knows_it(client: TestClient) -> None:
    item = client.get("/v1/items/star").json()
    assert item["name"] == "Queen"
    assert item["known_by"]["listening"] is True
    assert item["weights"]
    assert set(item["weights"]) <= {name for name, known in item["known_by"].items() if known}


def test_ids_may_hold_anything(client: TestClient) -> None:
    missing = client.get("/v1/items/AC%2FDC%3F")
    assert missing.status_code == 404
    assert missing.json()["detail"] == "no item has the id 'AC/DC?'"
    assert missing.json()["remedy"] == "look the item up with /v1/items?q=NAME"


def test_a_line_feed_makes_another_id(client: TestClient) -> None:
    for path in ("star%0A", "st%0Aar"):
        assert client.get(f"/v1/items/{path}").json()["detail"].startswith("no item has the id 'st")


def test_what_a_client_has_of_the_model_makes_no_item(client: TestClient) -> None:
    known = {"If-None-Match": client.get("/v1/items/star").headers["etag"]}
    assert client.get("/v1/items/star", headers=known).status_code == 304
    assert client.get("/v1/items/nobody", headers=known).status_code == 404


def test_an_item_says_where_its_listeners_are(client: TestClient) -> None:
    places = client.get("/v1/items/star").json()["places"]
    assert [place["name"] for place in places[:2]] == ["Brazil", "Poland"]
    assert places[0]["share"] / places[1]["share"] == pytest.approx(20 / 16, rel=1e-3)
    assert client.get("/v1/items/star").json()["labels"] == []

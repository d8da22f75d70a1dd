"""Recommendations over HTTP: as the model gives them, and words for what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tigertail.model import Model


def ask(client: TestClient, history: Any, **more: Any) -> Any:
    return client.post("/v1/recommend", json={"history": history, **more})


def test_a_list_is_the_models(client: TestClient, local_model: Model) -> None:
    answer = ask(client, ["Queen", {"item": "p1", "plays": 3}], n=3, country="PL")
    assert answer.status_code == 200, answer.text
    own = local_model.recommend([("star", 1), ("p1", 3)], 3, country="PL")
    found = answer.json()
    assert [item["id"] for item in found["items"]] == own["item_id"].to_list()
    assert found["items"][0]["affinity"] == pytest.approx(own["score"][0], rel=1e-5)
    assert {item["id"] for item in found["history"]} == {"star", "p1"}
    assert found["items"][0]["model"] == found["model"]


def test_no_cache_keeps_what_somebody_played(client: TestClient) -> None:
    answer = ask(client, ["Queen"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_what_is_known_is_left_out_unless_asked(client: TestClient) -> None:
    assert "star" not in [item["id"] for item in ask(client, ["star", "p1"]).json()["items"]]
    known = ask(client, ["star", "p1"], include_known=True)
    assert "star" in [item["id"] for item in known.json()["items"]]


def test_unknown_entries_are_noted(client: TestClient) -> None:
    answer = ask(client, ["Queen", "Zorble"]).json()
    assert answer["notices"] == ["1 of 2 entries are no item of the model: Zorble"]


def test_a_history_of_unknown_entries_is_not_found(client: TestClient) -> None:
    answer = ask(client, ["Quen"])
    assert answer.status_code == 404
    assert "Queen" in answer.json()["suggestions"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"history": []},
        {"history": "Queen"},
        {"history": [""]},
        {"history": [{"item": "Queen", "plays": 0}]},
        {"history": [{"item": "Queen", "plays": "3"}]},
        {"history": [{"item": "Queen", "times": 3}]},
        {"history": ["Queen"], "n": 501},
        {"history": ["Queen"] * 1001},
        {"history": ["Queen"], "contry": "PL"},
        {"history": ["Queen"], "beta": 3},
    ],
    ids=["none", "empty", "text", "blank", "zero", "words", "field", "long", "many", "option", "range"],
)
def test_what_is_wrong_is_said(client: TestClient, body: dict[str, Any]) -> None:
    answer = client.post("/v1/recommend", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("entry", "detail"),
    [
        ({"item": "Queen", "plays": 0}, "history.0.plays: Input should be greater than 0"),
        ({"item": "Queen", "plays": "3"}, "history.0.plays: Input should be a valid number"),
        ({"item": ""}, "history.0.item: String should have at least 1 character"),
        ("", "history.0.item: String should have at least 1 character"),
        ("a" * 301, "history.0.item: String should have at most 300 characters"),
        ({"plays": 3}, "history.0.item: Field required"),
        (17, "history.0.item: Input should be a valid string"),
    ],
)
def test_the_fault_of_an_entry_is_named_by_its_field(client: TestClient, entry: Any, detail: str) -> None:
    assert ask(client, [entry]).json()["detail"] == detail


@pytest.mark.parametrize(
    "option", [{"n": "1"}, {"n": True}, {"beta": "0.5"}, {"exact": "yes"}, {"include_known": "yes"}]
)
def test_a_value_of_another_type_is_refused(client: TestClient, option: dict[str, Any]) -> None:
    answer = ask(client, ["Queen"], **option)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"{next(iter(option))}: Input should be a valid")


def test_numbers_are_those_of_json(client: TestClient) -> None:
    assert ask(client, ["Queen"], n=2.0, beta=1).status_code == 200


def test_a_parameter_in_the_url_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/recommend?country=PL", json={"history": ["Queen"]})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "parameter 'country' in the URL"
    assert answer.json()["remedy"] == "send it in the body"


def test_the_document_names_what_an_entry_may_be(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    text, played = schemas["RecommendRequest"]["properties"]["history"]["items"]["anyOf"]
    assert text["type"] == "string"
    assert played == {"$ref": "#/components/schemas/Played"}


def test_the_document_names_no_limit_above_those_of_any_configuration(serve: Any) -> None:
    client = serve(limits={"n": 50_000, "seeds": 5000})
    fields = client.get("/openapi.json").json()["components"]["schemas"]["RecommendRequest"]["properties"]
    assert fields["history"]["maxItems"] == 10_000
    assert fields["n"]["maximum"] == 10_000


def test_the_limits_that_are_set_are_in_the_document(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    fields = schemas["RecommendRequest"]["properties"]
    assert fields["history"]["maxItems"] == 1000
    assert fields["n"]["maximum"] == 500
    assert "country" in fields

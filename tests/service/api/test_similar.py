"""Lists over HTTP: as the model gives them, and words for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tigertail.errors import ConfigError, UnknownItemError
from tigertail.model import Model
from tigertail.service.api.similar import PendingQuery, answer_all, compute_answer
from tigertail.service.http.json import to_json
from tigertail.service.http.parameters import SimilarQuery
from tigertail.service.serving.served_model import ServedModel


def listed(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def test_a_list_is_the_models(client: TestClient, local_model: Model) -> None:
    answer = client.get("/v1/similar", params={"item": "star", "n": 3, "country": "PL"})
    own = local_model.similar("star", 3, country="PL")
    assert listed(answer) == own["item_id"].to_list()
    first = answer.json()["items"][0]
    assert first["rank"] == 1
    assert first["affinity"] == pytest.approx(own["score"][0], rel=1e-5)
    assert first["name"] == own["name"][0]
    assert first["model"] == answer.json()["model"]
    assert answer.json()["seeds"][0]["name"] == "Queen"


@pytest.mark.parametrize("item", ["star", "Queen", "QUEEN", "queen"])
def test_an_item_is_asked_for_by_id_or_name(client: TestClient, item: str) -> None:
    assert client.get("/v1/similar", params={"item": item}).json()["seeds"][0]["id"] == "star"


def test_after_several_items(client: TestClient, local_model: Model) -> None:
    answer = client.get("/v1/similar", params={"item": ["p1", "p2"], "n": 3})
    assert listed(answer) == local_model.similar(["p1", "p2"], 3)["item_id"].to_list()
    assert [seed["id"] for seed in answer.json()["seeds"]] == ["p1", "p2"]


def test_why(client: TestClient) -> None:
    params = {"item": "star", "signal": "co-listening", "why": True}
    first = client.get("/v1/similar", params=params).json()["items"][0]
    assert first["why"][0]["share"] == 1
    assert first["because"].startswith("co-listening 100 %")
    assert "why" not in client.get("/v1/similar?item=star").json()["items"][0]


def test_dials_are_turned(client: TestClient) -> None:
    exclude = client.get("/v1/similar", params={"item": "star", "exclude": ["p1", "p2"]})
    assert not {"p1", "p2"} & set(listed(exclude))
    none = client.get("/v1/similar", params={"item": "star", "kind": "album"})
    assert listed(none) == []


def test_naive_cf_is_the_factors_at_a_beta_of_one(client: TestClient, local_model: Model) -> None:
    answer = client.get("/v1/similar", params={"item": "star", "signal": "cosine"})
    assert listed(answer) == local_model.similar("star", signal="factors", beta=1.0)["item_id"].to_list()


def test_what_should_be_known_of_an_answer_comes_with_it(client: TestClient) -> None:
    answer = client.get("/v1/similar", params={"item": "star", "country": "CZ"}).json()
    assert answer["notices"][0].startswith("too few listeners in Czechia")


def test_an_answer_holds_until_the_model_changes(client: TestClient) -> None:
    first = client.get("/v1/similar?item=star")
    tag = first.headers["etag"]
    assert tag.startswith(f'"{first.json()["model"]}.')
    again = client.get("/v1/similar?item=star", headers={"If-None-Match": f'"older", W/{tag}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    assert client.get("/v1/similar?item=star", headers={"If-None-Match": '"older"'}).status_code == 200


def test_the_same_request_is_answered_from_the_cache(client: TestClient) -> None:
    first, again = (client.get("/v1/similar?item=p1&n=2").content for _ in range(2))
    assert first == again
    counts = client.get("/metrics").text
    assert 'tigertail_cache_requests_total{outcome="hit"}' in counts


def problem(answer, status: int) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["remedy"]
    return answer.json()


def test_an_unknown_item_is_met_with_suggestions(client: TestClient) -> None:
    found = problem(client.get("/v1/similar", params={"item": "Myslovits"}), 404)
    assert found["detail"] == "no item called 'Myslovits'"
    assert found["remedy"].startswith("did you mean: Myslovitz")
    assert found["suggestions"][0] == "Myslovitz"


def test_an_unknown_name_in_exclude_is_said_to_be_there(client: TestClient) -> None:
    found = problem(client.get("/v1/similar", params={"item": "star", "exclude": ["Kult", "Myslovits"]}), 404)
    assert found["detail"] == "exclude: no item called 'Myslovits'"
    assert found["suggestions"][0] == "Myslovitz"


def test_an_unknown_item_that_no_name_is_close_to_can_be_looked_up(client: TestClient) -> None:
    found = problem(client.get("/v1/similar", params={"item": "\u4e00"}), 404)
    assert found["remedy"] == "look the item up with /v1/items?q=NAME"
    assert found["suggestions"] == []


@pytest.mark.parametrize(
    ("params", "status", "detail"),
    [
        ({"item": "star", "country": "Narnia"}, 400, "unknown country or region 'Narnia'"),
        ({"item": "star", "signal": "telepathy"}, 400, "unknown signal 'telepathy'"),
        ({"item": "star", "beta": 3}, 422, "beta: Input should be less than or equal to 2"),
        ({"item": "star", "m": 3}, 422, "unknown parameter 'm'"),
        ({"item": "star", "n": 501}, 422, "a list of 501"),
        ({"item": ["star"] * 101}, 422, "101 seeds"),
        ({}, 422, "item: "),
        ({"item": ""}, 422, "item.0: "),
        ({"item": "a\0b"}, 422, "a text with a null character"),
        ({"item": "x" * 301}, 422, "item.0: "),
    ],
)
def test_what_is_wrong_is_said(client: TestClient, params: dict, status: int, detail: str) -> None:
    assert detail in problem(client.get("/v1/similar", params=params), status)["detail"]


@pytest.mark.parametrize(
    ("key", "shown"), [(r"\ud800", r"\ud800"), ("x" * 100_000, "x" * 300)], ids=["half a pair", "long"]
)
def test_an_unknown_key_is_shown_as_text(client: TestClient, key: str, shown: str) -> None:
    body = f'{{"requests": [{{"items": ["star"], "{key}": 1}}]}}'
    answer = client.post("/v1/similar:batch", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer, 422)["detail"] == f"unknown parameter '{shown}'"


def test_a_batch_answers_in_order_and_one_failure_fails_no_other(client: TestClient) -> None:
    requests = [{"items": ["p1"], "n": 2}, {"items": ["nobody"]}, {"items": ["p1", "b1"], "beta": 0.2}]
    answer = client.post("/v1/similar:batch", json={"requests": requests})
    first, second, third = answer.json()["answers"]
    assert [item["id"] for item in first["items"]] == listed(client.get("/v1/similar?item=p1&n=2"))
    assert second["error"]["status"] == 404
    assert len(third["seeds"]) == 2
    assert {first["model"], third["model"]} == {answer.json()["model"]}


def test_a_batch_has_its_limits(client: TestClient) -> None:
    many = {"requests": [{"items": ["p1"]}] * 101}
    assert problem(client.post("/v1/similar:batch", json=many), 422)["detail"] == "101 requests in a batch"
    problem(client.post("/v1/similar:batch", json={"requests": []}), 422)
    problem(client.post("/v1/similar:batch", content=b"not json"), 422)


def test_a_list_whose_length_a_request_leaves_open_keeps_the_limit(serve) -> None:
    client = serve(limits={"n": 2})
    document = client.get("/openapi.json").json()
    for path in ("/v1/similar", "/v1/radio"):
        parameters = {one["name"]: one["schema"] for one in document["paths"][path]["get"]["parameters"]}
        assert (parameters["n"]["maximum"], parameters["n"]["default"]) == (2, 2)
        assert len(listed(client.get(path, params={"item": "star"}))) == 2
        problem(client.get(path, params={"item": "star", "n": 3}), 422)
    for name in ("RecommendRequest", "SimilarRequest"):
        assert document["components"]["schemas"][name]["properties"]["n"]["default"] == 2
    assert len(listed(client.post("/v1/recommend", json={"history": ["star"]}))) == 2
    requests = [{"items": ["star"]}, {"items": ["star"], "n": 3}]
    whole, refused = client.post("/v1/similar:batch", json={"requests": requests}).json()["answers"]
    assert (len(whole["items"]), refused["error"]["status"]) == (2, 422)


@pytest.mark.parametrize("path", ["/v1/similar", "/v1/radio"])
def test_under_another_limit_a_list_whose_length_is_left_open_is_another(serve, path) -> None:
    asked = {"item": "star"}
    two = serve(limits={"n": 2}).get(path, params=asked)
    known = {"If-None-Match": two.headers["etag"]}
    three = serve(limits={"n": 3}).get(path, params=asked, headers=known)
    assert (len(listed(two)), len(listed(three))) == (2, 3)
    assert serve(limits={"n": 2}).get(path, params=asked, headers=known).status_code == 304


def test_a_batch_has_no_parameters_in_the_url(client: TestClient) -> None:
    answer = client.post("/v1/similar:batch?n=3", json={"requests": [{"items": ["p1"]}]})
    assert problem(answer, 422)["detail"] == "parameter 'n' in the URL"


def test_a_body_has_its_limit(serve) -> None:
    client = serve(limits={"max_body_bytes": 1024})
    large = {"requests": [{"items": ["x" * 300] * 5}]}
    problem(client.post("/v1/similar:batch", json=large), 413)


def test_of_questions_answered_together_one_that_fails_fails_no_other(local_model: Model) -> None:
    served = ServedModel(local_model, Path("model"))
    asked = [
        (["star"], {}),
        (["p2"], {"why": True}),
        (["nobody"], {}),
        (["p2"], {}),
        (["p2", "b2"], {}),
        (["b2"], {"signal": "no such signal"}),
        (["p3"], {"why": True}),
    ]
    queries = [
        PendingQuery(served, seeds, SimilarQuery(item=seeds, n=3, **options)) for seeds, options in asked
    ]
    answers = answer_all(queries)
    for place, (_, seeds, request) in enumerate(queries):
        if place in (2, 5):
            assert isinstance(answers[place], (UnknownItemError, ConfigError))
        else:
            assert answers[place] == to_json(compute_answer(served, seeds, request))

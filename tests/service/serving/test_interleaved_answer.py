"""One list from two models."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tigertail.dataset.dataset import Dataset
from tigertail.model import ModelConfig, fit, save


@pytest.fixture(scope="module")
def challenger(countries: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that groups nobody, of fewer factors."""
    folder = tmp_path_factory.mktemp("challenger") / "model"
    settings = {"base": {"factors": 2}, "listening": {"groups": "none"}}
    save(fit(countries, ModelConfig.model_validate(settings)), folder)
    return folder


@pytest.fixture
def client(serve, challenger: Path) -> TestClient:
    return serve(challenger=challenger)


def asked(client: TestClient, listener: str, **more: object) -> dict:
    query = {"item": "star", "listener": listener, "n": 6} | more
    return client.get("/v1/similar", params=query).json()


def test_the_models_take_turns(client: TestClient) -> None:
    versions = {one["role"]: one["version"] for one in client.get("/v1/models").json()["models"]}
    answer = asked(client, "ola")
    assert answer["model"] == f"{versions['current']}+{versions['challenger']}"
    assert [item["rank"] for item in answer["items"]] == [1, 2, 3, 4, 5, 6]
    assert len({item["id"] for item in answer["items"]}) == 6
    teams = [item["model"] for item in answer["items"]]
    for start in (0, 2, 4):
        assert set(teams[start : start + 2]) == set(versions.values()), "in every round each picks one"


def test_a_listener_sees_the_same_list_again_and_others_see_others(client: TestClient) -> None:
    first = asked(client, "ola")
    assert asked(client, "ola") == first
    leaders = {asked(client, f"listener {n}")["items"][0]["model"] for n in range(20)}
    assert len(leaders) == 2, "the coin is fair"


def test_who_is_not_named_gets_the_models_own_list(client: TestClient) -> None:
    answer = client.get("/v1/similar", params={"item": "star", "n": 6})
    assert "+" not in answer.json()["model"]
    assert "etag" in answer.headers
    named = client.get("/v1/similar", params={"item": "star", "listener": "ola"})
    assert "etag" not in named.headers
    assert named.headers["cache-control"] == "no-store"


def test_a_single_signal_is_asked_of_the_model_alone(client: TestClient) -> None:
    assert "+" not in asked(client, "ola", signal="factors")["model"]


def test_a_challenger_that_lacks_what_an_option_needs_adds_nothing(client: TestClient) -> None:
    alone = client.get("/v1/similar", params={"item": "star", "country": "PL"}).json()
    assert alone["items"]
    named = asked(client, "ola", country="PL", n=20)  # the challenger groups nobody
    assert [item["id"] for item in named["items"]] == [item["id"] for item in alone["items"]]


def test_a_batch_takes_no_listener_as_it_interleaves_nothing(client: TestClient) -> None:
    refused = client.post("/v1/similar:batch", json={"requests": [{"items": ["star"], "listener": "ola"}]})
    assert refused.status_code == 422

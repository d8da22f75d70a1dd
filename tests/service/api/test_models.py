"""Which models are served, and what else is known of them."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient


def test_a_model_says_how_it_can_be_asked(client: TestClient) -> None:
    [model] = client.get("/v1/models").json()["models"]
    assert model["role"] == "current"
    assert model["version"] == client.get("/v1/similar?item=star").json()["model"]
    assert {"listening", "factors", "co-listening", "mixture", "cosine"} == set(model["signals"])
    assert {place["code"]: place["listeners"] for place in model["places"]} == {"BR": 20, "PL": 16, "151": 6}
    assert model["places"][0]["name"] == "Brazil"
    assert model["kinds"] == ["artist"]


def test_no_map_and_no_evaluation_say_how_to_make_them(client: TestClient) -> None:
    assert client.get("/v1/map").json()["remedy"].startswith("make one with: tigertail map")
    assert client.get("/v1/evaluation").json()["remedy"].startswith("make one with: tigertail evaluate")


def test_an_evaluation_is_shown_as_it_was_written(serve, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"k": 20}')
    assert serve(evaluation=tmp_path / "report.json").get("/v1/evaluation").json() == {"k": 20}


def test_health(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    ready = client.get("/health/ready").json()
    assert (ready["status"], ready["refused"], ready["feedback"]) == ("ready", {}, "kept")

"""Which models are served, and what else is known of them."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
from fastapi.testclient import TestClient

from tigertail.model import Model, load
from tigertail.model.maps.map import save_map
from tigertail.model.registry import SIGNALS
from tigertail.model.store.folder import map_file


def test_a_model_says_how_it_can_be_asked(client: TestClient) -> None:
    [model] = client.get("/v1/models").json()["models"]
    assert model["role"] == "current"
    assert model["version"] == client.get("/v1/similar?item=star").json()["model"]
    signals = {signal["name"]: signal for signal in model["signals"]}
    assert signals.keys() == {"listening", "factors", "co-listening", "mixture", "cosine"}
    assert signals["listening"]["title"] == SIGNALS["listening"].title
    assert re.fullmatch("#[0-9a-f]{6}", signals["listening"]["colour"])
    assert {place["code"]: place["listeners"] for place in model["places"]} == {"BR": 20, "PL": 16, "151": 6}
    assert model["places"][0]["name"] == "Brazil"
    assert model["kinds"] == ["artist"]


def test_no_map_and_no_evaluation_say_how_to_make_them(client: TestClient) -> None:
    assert client.get("/v1/map").json()["remedy"].startswith("make one with: tigertail map")
    assert client.get("/v1/evaluation").json()["remedy"].startswith("make one with: tigertail evaluate")


def test_an_evaluation_is_shown_as_it_was_written(serve, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"k": 20}')
    client = serve(evaluation=tmp_path / "report.json")
    assert client.get("/v1/evaluation").json() == {"k": 20}
    (tmp_path / "report.json").write_text("{")
    damaged = client.get("/v1/evaluation")
    assert damaged.status_code == 404
    assert damaged.json()["detail"] == "the evaluation of this service cannot be read"


def test_health(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    ready = client.get("/health/ready").json()
    assert (ready["status"], ready["refused"], ready["feedback"]) == ("ready", {}, "kept")


def test_a_map_made_anew_is_shown(client: TestClient, folder: Path, local_model: Model) -> None:
    places = pl.DataFrame(
        {"item_id": ["star"], "before_x": [0.1], "before_y": [0.2], "after_x": [0.3], "after_y": [0.4]}
    )
    save_map(places, load(folder), folder)
    first = client.get("/v1/map")
    assert first.json()["before"][first.json()["id"].index("star")] == [0.1, 0.2]
    tag = {"If-None-Match": first.headers["etag"]}
    assert client.get("/v1/map", headers=tag).status_code == 304
    save_map(places.with_columns(before_x=pl.lit(0.5)), load(folder), folder)
    again = client.get("/v1/map", headers=tag)
    assert again.json()["before"][again.json()["id"].index("star")] == [0.5, 0.2]


def test_a_damaged_map_tells_nobody_where_it_lies(client: TestClient, folder: Path) -> None:
    version = client.get("/v1/models").json()["models"][0]["version"]
    map_file(folder, version).parent.mkdir()
    map_file(folder, version).write_bytes(b"PAR1, but no more")
    damaged = client.get("/v1/map")
    assert damaged.status_code == 503
    assert damaged.json()["remedy"] == "make it anew with: tigertail map model"
    assert str(folder.parent) not in damaged.text

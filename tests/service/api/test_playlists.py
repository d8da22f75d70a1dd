"""Paths and radio over HTTP: as the model gives them, as JSON and as playlists."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tigertail.model import Model, save

ENDS = {"from": "star", "to": "p1"}


def test_a_path_is_the_models(client: TestClient, local_model: Model) -> None:
    answer = client.get("/v1/path", params=ENDS | {"n": 4})
    assert answer.status_code == 200, answer.text
    own = local_model.path("star", "p1", 4)
    assert [item["id"] for item in answer.json()["items"]] == own["item_id"].to_list()
    assert answer.json()["items"][0] | {"mbid": None, "rank": 1, "affinity": 1.0} == answer.json()["items"][0]


def test_an_artist_of_tracks_alone_is_known_by_the_best_known_of_them(
    serve, tracks_model: Model, tmp_path: Path
) -> None:
    save(tracks_model, tmp_path / "tracks")
    asked = {"from": "Can", "to": "Song 5", "format": "m3u"}
    answer = serve(model=tmp_path / "tracks").get("/v1/path", params=asked)
    assert answer.text.splitlines()[1:4] == [
        "#PLAYLIST:Song 0 to Song 5",
        "#EXTINF:-1,Can - Song 0",
        "./Can - Song 0",
    ]


def test_radio_is_the_models(client: TestClient, local_model: Model) -> None:
    asked = {"n": 5, "variety": 0.5, "explore": 0.2, "seed": 3, "country": "PL"}
    answer = client.get("/v1/radio", params={"item": "star"} | asked)
    own = local_model.radio("star", **asked)
    assert [item["id"] for item in answer.json()["items"]] == own["item_id"].to_list()
    again = client.get(
        "/v1/radio", params={"item": "star"} | asked, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def test_as_jspf(client: TestClient) -> None:
    answer = client.get("/v1/path", params=ENDS | {"format": "jspf"})
    assert answer.headers["content-type"] == "application/jspf+json"
    playlist = answer.json()["playlist"]
    listed = client.get("/v1/path", params=ENDS).json()["items"]
    assert playlist["title"] == f"{listed[0]['name']} to {listed[-1]['name']}"
    assert [track["title"] for track in playlist["track"]] == [item["name"] for item in listed]


@pytest.mark.parametrize("item", ["star", "id:star", "queen"])
def test_as_m3u(client: TestClient, item: str) -> None:
    answer = client.get("/v1/radio", params={"item": item, "n": 2, "format": "m3u"})
    assert answer.headers["content-type"].startswith("audio/x-mpegurl")
    lines = answer.text.splitlines()
    assert lines[:2] == ["#EXTM3U", "#PLAYLIST:After Queen"]
    assert [line.startswith("#EXTINF:-1,") for line in lines[2:]] == [True, False] * 2


def test_every_format_has_the_notices(client: TestClient) -> None:
    asked = {"item": "star", "n": 2, "country": "IS"}
    (notice,) = client.get("/v1/radio", params=asked).json()["notices"]
    jspf = client.get("/v1/radio", params=asked | {"format": "jspf"}).json()
    assert jspf["playlist"]["annotation"] == notice
    m3u = client.get("/v1/radio", params=asked | {"format": "m3u"}).text.splitlines()
    assert m3u[2] == f"# {notice}"


@pytest.mark.parametrize(
    ("path", "asked", "status", "word"),
    [
        ("path", {"from": "star"}, 422, "to"),
        ("path", ENDS | {"n": 1}, 422, "greater than or equal to 2"),
        ("path", ENDS | {"n": 9999}, 422, "at most 500"),
        ("path", ENDS | {"to": "no such item"}, 404, "no such item"),
        (
            "path",
            ENDS | {"exclude": ["star", *["p1", "p2", "p3", "b1", "b2", "b3", "e1"]]},
            400,
            "no path from",
        ),
        ("path", ENDS | {"form": "star"}, 422, "did you mean"),
        ("radio", {"item": "star", "variety": 2}, 422, "less than or equal to 1"),
        ("radio", {"item": "star", "stratum": "head"}, 400, "strata"),
        ("radio", {"item": "no such item"}, 404, "no such item"),
        ("radio", {"item": ["star"] * 101}, 422, "at most 100"),
    ],
)
def test_words_for_what_is_wrong(
    client: TestClient, path: str, asked: dict[str, str], status: int, word: str
) -> None:
    answer = client.get(f"/v1/{path}", params=asked)
    assert answer.status_code == status
    assert word in f"{answer.json()['detail']} {answer.json()['remedy']}"


def test_a_path_has_two_ends_where_one_seed_is_the_limit(serve) -> None:
    client = serve(limits={"seeds": 1})
    assert client.get("/v1/path", params=ENDS).status_code == 200
    assert client.get("/v1/radio", params={"item": ["star", "p1"]}).status_code == 422

"""AudioMuse-AI's API, in what its clients do not ask (test_players.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from fastapi.testclient import TestClient

from tigertail.dataset.folding import fold_series
from tigertail.model import load, save
from tigertail.service.compat import audiomuse


def test_an_artist_id_is_an_id_though_another_artist_has_it_for_a_name(
    folder: Path, serve: Callable[..., TestClient]
) -> None:
    model = load(folder)
    ids = pl.col("item_id").replace("b1", "Kult")
    save(replace(model, items=model.items.with_columns(ids)), folder)
    client = serve()

    def nearest(**asked: str) -> set[str]:
        listed = client.get("/api/similar_artists", params={"n": "3", **asked}).json()
        return {one["artist_id"] for one in listed}

    assert nearest(artist_id="Kult") == nearest(artist="Os Mutantes") >= {"b2", "b3"}
    assert nearest(artist="Kult") == nearest(artist_id="p1") >= {"p2", "p3"}
    assert nearest(artist="b2") == nearest(artist_id="Legião Urbana") >= {"Kult", "b3"}


def _model_of_tracks(folder: Path) -> Path:
    """Make the items of a model tracks: two are called Creep, a tribute has the artist's name."""
    model = load(folder)
    titles = ["Creep", "Creep", "Radiohead Tribute", *(f"Song {n}" for n in range(3, len(model.items)))]
    artists = ["TLC", "Radiohead", "Easy Stars", *["Blur"] * (len(titles) - 3)]
    items = model.items.drop("folded").with_columns(name=pl.Series(titles), artist_name=pl.Series(artists))
    items = items.with_columns(folded=fold_series(items["name"]), kind=pl.lit("track"))
    save(replace(model, items=items), folder)
    return folder


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ({"search_query": "Radiohead Creep"}, ("Creep", "Radiohead")),
        ({"search_query": " creep - radiohed "}, ("Creep", "Radiohead")),
        ({"search_query": "creep"}, ("Creep", "TLC")),  # which more people know
        ({"artist": "Radiohead", "title": "Creep"}, ("Creep", "Radiohead")),
        (
            {"search_query": "Radiohead Tribute", "artist": "TLC", "title": "Creep"},
            ("Radiohead Tribute", "Easy Stars"),
        ),
    ],
)
def test_tracks_are_searched_by_title_and_artist(
    folder: Path, serve: Callable[..., TestClient], asked: dict[str, str], first: tuple[str, str]
) -> None:
    _model_of_tracks(folder)
    found = serve().get("/api/search_tracks", params=asked).json()
    assert (found[0]["title"], found[0]["author"]) == first


def test_an_artist_alone_finds_their_tracks(folder: Path, serve: Callable[..., TestClient]) -> None:
    _model_of_tracks(folder)
    client = serve()
    for asked in ({"artist": "Radiohead"}, {"artist": "Radiohead", "title": "   "}):
        found = client.get("/api/search_tracks", params=asked).json()
        assert {"Creep", "Radiohead Tribute"} == {one["title"] for one in found}
        assert "TLC" not in {one["author"] for one in found}


def test_blanks_find_nothing(folder: Path, serve: Callable[..., TestClient]) -> None:
    _model_of_tracks(folder)
    assert serve().get("/api/search_tracks", params={"search_query": "    "}).json() == []


def test_no_more_are_found_than_there(
    folder: Path, serve: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiomuse, "_MOST_FOUND", 1)
    _model_of_tracks(folder)
    client = serve()
    assert len(client.get("/api/search_tracks", params={"title": "Creep", "artist": "Radiohead"}).json()) == 1


def test_a_list_has_three_tracks_of_an_artist_unless_more_are_wanted(
    folder: Path, serve: Callable[..., TestClient]
) -> None:
    _model_of_tracks(folder)
    client = serve()

    def by_blur(**asked: str) -> int:
        listed = client.get("/api/similar_tracks", params={"item_id": "star", **asked}).json()
        return sum(one["author"] == "Blur" for one in listed)

    assert by_blur() == by_blur(eliminate_duplicates="True") == 3
    assert by_blur(eliminate_duplicates="false") > 3

"""AudioMuse-AI's API, in what its clients do not ask (test_players.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
from fastapi.testclient import TestClient

from tigertail.model import load, save


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

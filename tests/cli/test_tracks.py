"""The recipe of tracks, from the shows of a radio station to lists that name the artist."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from tests.support import run_cli

from tigertail.errors import UnknownItemError

RECIPE = Path(__file__).parents[2] / "recipes" / "wfmu-tracks.toml"
KRAUT = [("Can", "Vitamin C"), ("Neu!", "Hallogallo"), ("Faust", "Krautrock"), ("Can", "Intro")]
TROPICAL = [("Os Mutantes", "A Minha Menina"), ("Tom Zé", "Intro"), ("Gal Costa", "Baby")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each show leaves one track of its music out."""
    folder = tmp_path_factory.mktemp("radio")
    rows = [
        {"DJ": dj, "AirDate": datetime(2020, 1, 1 + day, tzinfo=UTC), "Artist": artist, "Title": title}
        for dj, tracks in (("Inga", KRAUT), ("Lia", TROPICAL))
        for day in range(12)
        for place, (artist, title) in enumerate(tracks)
        if day % len(tracks) != place
    ]
    (folder / "wfmu-playlists").mkdir()
    pl.DataFrame(rows).write_parquet(folder / "wfmu-playlists" / "playlists.parquet")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TIGERTAIL_DATA", str(folder))
        assert run_cli("build", RECIPE, folder / "dataset").exit_code == 0
    (folder / "small.toml").write_text("[base]\nfactors = 4\n")
    fitted = run_cli("fit", folder / "dataset", folder / "model", "--config", folder / "small.toml")
    assert fitted.exit_code == 0, fitted.output
    assert f"Ask it: tigertail similar {folder / 'model'} 'Can - Intro'" in fitted.stdout
    return folder / "model"


def listed(model: Path, text: str, *options: str) -> list[str]:
    result = run_cli("similar", model, text, "-n", "3", "--json", *options)
    assert result.exit_code == 0, result.output
    return [f"{row['artist_name']} - {row['name']}" for row in json.loads(result.stdout)]


@pytest.mark.parametrize("text", ["Can - Vitamin C", "can \u2013 VITAMIN C", "CAN \u2014 Vitamin C!"])
def test_a_track_is_asked_for_by_artist_and_title(model: Path, text: str) -> None:
    assert set(listed(model, text)) == {"Neu! - Hallogallo", "Faust - Krautrock", "Can - Intro"}


def test_two_tracks_of_one_title(model: Path) -> None:
    assert set(listed(model, "Tom Ze - Intro")[:2]) == {"Os Mutantes - A Minha Menina", "Gal Costa - Baby"}
    assert "Can - Intro" not in listed(model, "Can - Vitamin C", "--exclude", "Can \u2013 Intro")
    both = run_cli("similar", model, "Intro")
    assert "2 items have the name 'Intro'" in both.stderr
    assert "Ask for another by artist (as 'Artist - Name')" in both.stderr


def test_every_list_names_the_artist(model: Path, tmp_path: Path) -> None:
    alone = run_cli("similar", model, "Can - Vitamin C").stdout
    assert alone.startswith("After Can - Vitamin C (9 listeners")
    for shown in (alone, run_cli("similar", model, "Can - Vitamin C", "--beside", "cosine").stdout):
        assert "Neu! - Hallogallo" in shown
    why = run_cli("similar", model, "Can - Vitamin C", "--why").stdout
    assert "Faust - Krautrock" in why
    lists = tmp_path / "lists.csv"
    (tmp_path / "queries.txt").write_text("Gal Costa - Baby\n", encoding="utf-8")
    assert (
        run_cli(
            "neighbours", model, "--queries", tmp_path / "queries.txt", "--out", lists, "--names"
        ).exit_code
        == 0
    )
    table = pl.read_csv(lists)
    assert set(table["target_artist_name"]) == {"Gal Costa"}
    assert {"Os Mutantes", "Tom Zé"} <= set(table["artist_name"])


def test_what_is_close_is_suggested_with_its_artist(model: Path) -> None:
    with pytest.raises(UnknownItemError, match="did you mean: Neu! - Hallogallo"):
        run_cli("similar", model, "Neu! - Halogalo")

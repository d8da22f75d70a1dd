"""From open data to a player: the recipe ``open``, its two commands, and what the service then answers."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import polars as pl
import pytest
from fastapi.testclient import TestClient
from tests.support import run_cli

from tigertail.dataset.dataset import Dataset
from tigertail.service.app import create_app
from tigertail.service.http.settings import Settings
from tigertail.testing import OpenWorld

WORLD = OpenWorld(artists=60, listeners=150)
ALGORITHM = "session_based_days_7500_session_300_contribution_5_threshold_10_limit_100_filter_True_skip_30"
KANA = 1  # a popular artist whose name is in kana


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the dataset ``open`` and the model ``open-model``, made by the commands that are printed."""
    folder = tmp_path_factory.mktemp("open")
    for name in ("listenbrainz", "musicbrainz"):
        (folder / "data" / name).mkdir(parents=True)
    dumps = folder / "data" / "listenbrainz"
    WORLD.write_listens(
        dumps / "listenbrainz-spark-dump-1-20260101-000000-full.tar", 9_000, member_rows=4_000
    )
    WORLD.write_listens(
        dumps / "listenbrainz-spark-dump-2-20260102-000000-incremental.tar", 500, first_day=7300
    )
    WORLD.write_artists(folder / "data" / "musicbrainz" / "artist.tar.xz")
    with pytest.MonkeyPatch.context() as patch, chdir(folder):
        patch.setenv("TIGERTAIL_DATA", str(folder / "data"))
        shown = run_cli("recipe", "copy", "open").stdout
        commands = [shlex.split(line) for line in shown.splitlines() if line.startswith("  tigertail ")]
        assert [command[1] for command in commands] == ["build", "fit"]
        for _, *arguments in commands:
            run_cli(*arguments)
        yield folder


def test_every_listen_is_in_the_dataset(made: Path) -> None:
    dataset = Dataset.open(made / "open")
    joint = dataset.plays["plays"].sum() - 9_500  # a listen to two artists counts for both
    assert 0.03 * 9_500 < joint < 0.07 * 9_500
    assert dataset.items["mbid"].null_count() == 0  # listens without an MBID found their artist by its alias
    assert set(dataset.items["country"]) == {"BR", "JP", "UA", "GR"}


def test_names_are_in_the_script_of_the_artist(made: Path) -> None:
    names = dict(Dataset.open(made / "open").items.select("mbid", "name").iter_rows())
    assert names == {WORLD.mbid(number): WORLD.name(number) for number in range(60)}
    assert names[WORLD.mbid(KANA)] == "カカカカキ"


def test_genres_and_tags_are_annotations(made: Path) -> None:
    dataset = Dataset.open(made / "open")
    item = dataset.items.filter(pl.col("mbid") == WORLD.mbid(KANA))["item_id"].item()
    rows = dataset.scan("annotations").filter(pl.col("item_id") == item).collect()
    assert set(rows.select("facet", "label").rows()) == {
        ("type", "Person"),
        ("genre", "shibuya-kei"),
        ("tag", "scene of shibuya-kei"),
    }


def test_an_alias_in_another_script_finds_the_artist(made: Path) -> None:
    assert WORLD.name(KANA, "Latin") == "Kakakakaki"
    shown = run_cli("similar", made / "open-model", "Kakakakaki", "-n", "3").stdout
    assert shown.startswith("After カカカカキ")


def test_a_player_gets_mbids_and_names(made: Path) -> None:
    with TestClient(create_app(Settings(model=made / "open-model")), base_url="http://localhost") as client:
        asked = {"artist_mbids": WORLD.mbid(KANA), "algorithm": ALGORITHM}
        rows = client.get("/similar-artists/json", params=asked).json()
    numbers = {WORLD.mbid(number): number for number in range(60)}
    assert [row["name"] for row in rows] == [WORLD.name(numbers[row["artist_mbid"]]) for row in rows]
    first = [WORLD.script(numbers[row["artist_mbid"]]) for row in rows[:10]]
    assert first.count("Kana") >= 8  # those of the same scene
    assert {row["reference_mbid"] for row in rows} == {WORLD.mbid(KANA)}

"""The recipes that come with the package."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tigertail.errors import ConfigError
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.shipped import (
    copy_recipe,
    published_set,
    published_sets,
    recipe_names,
    recipe_notes,
    recipe_text,
)

ROOT = Path(__file__).parents[2]


def test_those_at_the_root_are_those_in_the_package() -> None:
    assert "open" in recipe_names()
    assert recipe_text("open") == (ROOT / "recipes/open.toml").read_text("utf-8")


def test_files_of_systems_are_no_recipes() -> None:
    assert (ROOT / "recipes/systems.toml").exists()
    assert "systems" not in recipe_names()


@pytest.mark.parametrize("name", recipe_names())
def test_each_says_where_its_data_is_its_licence_and_its_checksum(name: str) -> None:
    notes = recipe_notes(name)
    for what in ("Data:", "Licence:", "Checksum:"):
        assert any(line.startswith(what) for line in notes), what


def test_no_two_published_sets_have_one_name() -> None:
    named = [
        one["name"]
        for name in recipe_names()
        for one in tomllib.loads(recipe_text(name)).get("published", [])
    ]
    assert sorted(published_sets()) == sorted(named)


def test_a_copy_is_a_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIGERTAIL_DATA", "/data")
    written = copy_recipe("open", tmp_path)
    assert written == tmp_path / "open.toml"
    assert [source.path for source in Recipe.load(written).source] == [
        Path("/data/listenbrainz"),
        Path("/data/musicbrainz"),
    ]


def test_a_copy_replaces_nothing_unless_it_may(tmp_path: Path) -> None:
    target = tmp_path / "mine.toml"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="already exists"):
        copy_recipe("open", target)
    assert target.read_text("utf-8") == "mine"
    copy_recipe("open", target, replace=True)
    assert target.read_text("utf-8") == recipe_text("open")


def test_an_unknown_name_gets_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no recipe 'opne'.*\n.*open, web"):
        recipe_text("opne")
    with pytest.raises(
        ConfigError, match=r"published set 'mb'.*\n.*listenbrainz, listenbrainz-day, musicbrainz"
    ):
        published_set("mb")

import re
from pathlib import Path

import pytest

from tigertail.errors import ConfigError
from tigertail.ingest.formats.delimited import Csv
from tigertail.ingest.recipe import Recipe

ROOT = Path(__file__).parents[2]


def write(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_start_at_the_recipe_and_know_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSIC", "/music")
    recipe = Recipe.load(
        write(
            tmp_path,
            '[[source]]\nformat = "csv"\npath = "plays.csv"\n'
            '[[source]]\nname = "b"\nformat = "lastfm-1k"\npath = "${MUSIC}/1k"\nkind = "track"\n',
        )
    )
    assert recipe.name == "recipe"
    assert [source.path for source in recipe.source] == [tmp_path / "plays.csv", Path("/music/1k")]
    assert [source.label for source in recipe.source] == ["plays", "b"]
    assert isinstance(recipe.source[0], Csv)
    assert recipe.namespaces == ["plays", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no sources"),
        ("name = ", "not a TOML file"),
        ("source = 3", "no sources"),
        ("source = [3]", "source 1 is not a table"),
        ('[[source]]\nformat = "mp3"\npath = "x"', "it is one of lastfm-country"),
        ('[[source]]\npath = "x"', "format is ''"),
        ('[[source]]\nformat = "csv"', "source 1: path"),
        ('[[source]]\nformat = "csv"\npath = "x"\nsep = ","', "unknown key 'sep'"),
        ('[[source]]\nformat = "lastfm-360k"\npath = "x"\nkind = "track"', "source 1: kind"),
        ('[[source]]\nformat = "csv"\npath = "x"\ncolumns = {user = "u"}', "unknown column user"),
        ('[[source]]\nformat = "csv"\npath = "${NOT_SET_ANYWHERE}/x"', "NOT_SET_ANYWHERE is not set"),
        ('color = "red"\n[[source]]\nformat = "csv"\npath = "x"', "unknown key 'color'"),
        ('[[source]]\nformat = "csv"\npath = "x"\nname = "a b"', "source 1: name"),
        (
            '[[source]]\nformat="csv"\npath="x"\n[[source]]\nformat="csv"\npath="x"',
            "two sources have the name 'x'",
        ),
        (
            '[[source]]\nformat = "csv"\npath = "people.csv"\ntable = "listeners"',
            "no source of plays has the namespace 'people'",
        ),
    ],
)
def test_mistakes_are_named_with_file_and_key(text: str, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")) as error:
        Recipe.load(path)
    assert error.value.path == path


def test_missing_recipe(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        Recipe.load(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("name", ["lastfm-country", "hetrec", "lastfm-union", "everything", "wfmu-tracks"])
def test_recipes_that_come_with_the_project(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIGERTAIL_DATA", "/data")
    assert Recipe.load(ROOT / "recipes" / f"{name}.toml").name == name


def test_recipes_in_the_guide_are_recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIGERTAIL_DATA", "/data")
    guide = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    recipes = re.findall(r"```toml\n(.*?)```", guide, flags=re.DOTALL)
    assert [len(Recipe.load(write(tmp_path, text)).source) for text in recipes] == [2, 3, 1, 3, 5, 3, 3]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('name = "everything"', "cannot be named 'everything'"),
        (
            'namespace = "shop"\ncatalogue = "open"\n[[source]]\nformat = "csv"\npath = "b.csv"\nnamespace = "shop"',
            "one source of plays only",
        ),
        ('table = "items"\ncatalogue = "open"', "'open' is for plays"),
    ],
)
def test_catalogues_that_contradict_are_refused(keys: str, message: str, tmp_path: Path) -> None:
    file = write(tmp_path, f'[[source]]\nformat = "csv"\npath = "a.csv"\n{keys}\n')
    with pytest.raises(ConfigError, match=message):
        Recipe.load(file)

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
        (
            '[[source]]\nformat = "csv"\npath = "~nobody-at-all/x"',
            "no home folder is known for ~nobody-at-all",
        ),
        (
            'color = "red"\n[[source]]\nformat = "csv"\npath = "x"',
            "unknown key 'color'\n  -> the keys are missing, name",
        ),
        ('missing = 0\n[[source]]\nformat = "csv"\npath = "x"', "recipe: missing: expected a list"),
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


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("missing = 0", r'source 1: missing: expected a list in brackets, such as \["a", "b"\]'),
        ("missing = [0]", "source 1: missing.0: expected a text in quotes"),
        ('credits = ""', "credits: what stands between artists has at least one character"),
        ("columns = 3", "source 1: columns: expected a table in braces"),
        ("join = { path = 3, on = 'song' }", "source 1: join: path: expected a text in quotes"),
        ('columns = { name = ["artist", "title"] }', "columns: name is one column of the file"),
        ("header = 7", "source 1: header: expected true or false"),
        ("rating_scale = 5", r"rating_scale: '5' is not the lowest and the highest rating, such as \[1, 5\]"),
        (
            "rating_scale = [5, 1]",
            "rating_scale: the lowest rating comes first, then the highest; 5 is not below 1",
        ),
        (
            'where = { event = { equals = "play" } }',
            "where: event: unknown key 'equals'; write a value, a list",
        ),
        ("where = { ms = { at_least = '30' } }", "where: ms: '30' is no number; write"),
        ("where = { ms = { at_least = 30, at_most = 3 } }", "where: ms: at_least is above at_most"),
        ("where = { ms = { at_least = nan } }", "where: ms: 'nan' is no number"),
        (f"where = {{ ms = {{ at_least = 1{400 * '0'} }} }}", "where: ms: a number beyond 1.8e.308"),
        (f"where = {{ ms = 1{400 * '0'} }}", "where: ms: a number beyond 1.8e.308"),
        ("where = { ms = {} }", "where: ms: a condition without a value; write"),
        ("where = { ms = { without = [] } }", "where: ms: a condition without a value"),
        ("where = { day = 2020-01-01 }", "where: day: '2020-01-01' is no text, number or truth; write"),
    ],
)
def test_keys_of_another_type_say_what_is_expected(keys: str, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, f'[[source]]\nformat = "csv"\npath = "x.csv"\n{keys}\n')
    with pytest.raises(ConfigError, match=message) as error:
        Recipe.load(path)
    assert error.value.path == path


def test_values_of_an_export_are_of_its_listener(tmp_path: Path) -> None:
    path = write(tmp_path, '[[source]]\nformat = "listenbrainz"\npath = "x"\nvalues = { user = "me" }\n')
    with pytest.raises(ConfigError, match="a value for listener_id alone, not for user"):
        Recipe.load(path)


def test_one_text_is_a_list_of_one(tmp_path: Path) -> None:
    text = (
        'missing = "NA"\nunlisted = "VA"\n[[source]]\nformat = "csv"\npath = "x.csv"\ncredits = " feat. "\n'
        'time_format = "%d/%m/%Y"\nwhere = { event = { without = "skip" } }\n'
        '[[source]]\nformat = "csv"\npath = "a.csv"\ntable = "audio"\nmissing = ""\n'
        'descriptors = "bpm"\nwithout = "key"\n[[source]]\nformat = "dbpedia"\npath = "d"\nfacets = "genre"\n'
    )
    recipe = Recipe.load(write(tmp_path, text))
    plays, audio, facts = recipe.source
    assert recipe.unlisted == ("VA",)
    assert (plays.missing, audio.missing) == (("NA",), ("",))
    assert (plays.credits, plays.time_format, facts.facets) == ((" feat. ",), ("%d/%m/%Y",), ("genre",))
    assert plays.where["event"].without == ("skip",)
    assert (audio.descriptors, audio.without) == (("bpm",), ("key",))


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
    assert [len(Recipe.load(write(tmp_path, text)).source) for text in recipes] == [2, 3, 1, 3, 5, 3, 3, 2]


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

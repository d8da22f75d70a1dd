from pathlib import Path

import pytest
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.errors import ConfigError, TigertailError

RECIPE = (
    '[[source]]\nformat = "csv"\npath = "plays.csv"\n[[source]]\nformat = "lastfm-country"\npath = "c.csv"\n'
)


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "recipe.toml").write_text(RECIPE)
    (tmp_path / "plays.csv").write_text("listener_id,name,plays\na,The Cure,2\na,Sade,-2\n")
    (tmp_path / "c.csv").write_text("user,artist,sex,country\n1,cure,f,Atlantis\n1,cure,f,Atlantis\n")
    return tmp_path / "recipe.toml"


def test_build_says_what_it_did_and_what_comes_next(recipe: Path) -> None:
    target = recipe.parent / "made here"
    result = CliRunner().invoke(app, ["build", str(recipe), str(target)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "2 plays, 2 listeners, 1 items" in result.stdout
    remarks = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "plays rejected plays is negative 1" in remarks
    assert "lastfm-country warning unknown country, left out, such as 'Atlantis' 2" in remarks
    assert "Items in both lastfm-country and plays: 1." in result.stdout
    assert f"tigertail describe '{target}'" in result.stdout


def test_the_name_of_a_source_does_not_steer_the_terminal(recipe: Path) -> None:
    recipe.write_text(RECIPE.replace('path = "plays.csv"', 'path = "plays.csv"\nname = "a\\u001b[31m"'))
    arguments = ["build", str(recipe), str(recipe.parent / "made")]
    shown = CliRunner().invoke(app, arguments, color=True, catch_exceptions=False).stdout
    assert r"Items in both a\x1b[31m and lastfm-country: 1." in shown
    assert "\x1b" not in shown


def test_the_name_of_the_folder_does_not_steer_the_terminal(recipe: Path) -> None:
    arguments = ["build", str(recipe), str(recipe.parent / "\x1b[31mmade")]
    shown = CliRunner().invoke(app, arguments, color=True, catch_exceptions=False).stdout
    assert shown.count(r"\x1b[31mmade") == 3
    assert "\x1b" not in shown


def test_build_shows_what_listeners_of_each_source_could_hear(recipe: Path) -> None:
    (recipe.parent / "plays.csv").write_text("listener_id,name,plays\na,The Cure,2\nb,Sade,2\nb,Fairuz,2\n")
    shown = CliRunner().invoke(app, ["build", str(recipe), str(recipe.parent / "made")]).stdout
    table = shown[shown.index("What listeners of each source could hear") :]
    rows = {line.split()[0]: line.split()[1:] for line in table.splitlines() if "closed" in line}
    assert rows == {
        "plays": ["2", "3", "3", "100.0%", "closed"],
        "lastfm-country": ["1", "1", "1", "33.3%", "closed"],
    }
    assert "WARNING: lastfm-country, 1 of 3 listeners, could hear 33.3% of the items." in shown
    assert "rests on the 2 listeners of larger catalogues" in shown


def test_tables_beside_the_plays_are_said_to_match_and_to_cover(recipe: Path) -> None:
    with recipe.open("a", encoding="utf-8") as file:
        file.write('[[source]]\nformat = "csv"\npath = "sound.csv"\ntable = "audio"\n')
    (recipe.parent / "sound.csv").write_text("name,energy\nCure,0.5\nUnheard Of,1\n", encoding="utf-8")
    target = recipe.parent / "made"
    result = CliRunner().invoke(app, ["build", str(recipe), str(target)], catch_exceptions=False)
    assert "Tables that make no items" in result.stdout
    assert "1 of 2" in result.stdout
    assert "Unheard Of" in result.stdout
    described = CliRunner().invoke(app, ["describe", str(target)], catch_exceptions=False)
    assert "Items covered by other tables" in described.stdout
    assert "audio" in described.stdout


def test_what_would_read_more_is_said_below_what_was_not_read(recipe: Path) -> None:
    (recipe.parent / "plays.csv").write_text("listener_id,name\na,Cure\na,Céline Dion\n", encoding="cp1252")
    shown = CliRunner().invoke(app, ["build", str(recipe), str(recipe.parent / "made")]).stdout
    assert "To read more: name the encoding of plays in its source, such as encoding = 'cp1252'." in shown


def test_an_id_that_nothing_names_and_nobody_plays_is_told(recipe: Path) -> None:
    tags = '[[source]]\nformat = "csv"\npath = "tags.csv"\ntable = "annotations"\nnamespace = "plays"\n'
    recipe.write_text(RECIPE + tags)
    (recipe.parent / "plays.csv").write_text("listener_id,item_id,name\na,104,Cure\na,105,\n")
    (recipe.parent / "tags.csv").write_text("item_id,name,label\n1O4,,rock\n105,,rock\n,mork,rock\n")
    shown = CliRunner().invoke(app, ["build", str(recipe), str(recipe.parent / "made")]).stdout
    assert "Items without a name and without a play: 1, such as 1O4." in shown
    recipe.write_text(RECIPE + tags + 'catalogue = "known"\n')
    shown = CliRunner().invoke(app, ["build", str(recipe), str(recipe.parent / "known")]).stdout
    assert "Next: tigertail describe" in shown
    assert "Items without a name" not in shown


def test_items_without_a_name_that_share_an_mbid_are_told_by_it(recipe: Path) -> None:
    mbid = "65f4f0c5-ef9e-490c-aee3-909e7ae6b2ab"
    plays = f"listener_id,item_id,mbid,plays\na,7,{mbid},2\na,8,{mbid},1\n"
    (recipe.parent / "plays.csv").write_text(plays)
    result = CliRunner().invoke(
        app, ["build", str(recipe), str(recipe.parent / "made")], catch_exceptions=False
    )
    assert f"which were not merged: 1, such as {mbid};" in result.stdout


def test_what_the_recipe_keeps_out_and_nothing_is_called_is_said(recipe: Path) -> None:
    recipe.write_text('unlisted = ["The Cure", "The Cuer"]\n' + recipe.read_text())
    result = CliRunner().invoke(
        app, ["build", str(recipe), str(recipe.parent / "made")], catch_exceptions=False
    )
    assert "No item is called as the recipe's unlisted says: The Cuer." in result.stdout


def test_an_existing_dataset_needs_force(recipe: Path) -> None:
    arguments = ["build", str(recipe), str(recipe.parent / "made")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    with pytest.raises(TigertailError, match="already exists"):
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert CliRunner().invoke(app, [*arguments, "--force"]).exit_code == 0


def test_a_mistaken_recipe_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('[[source]]\nformat = "mp3"\npath = "x"\n')
    with pytest.raises(ConfigError, match="it is one of"):
        CliRunner().invoke(app, ["build", str(tmp_path / "r.toml"), "out"], catch_exceptions=False)

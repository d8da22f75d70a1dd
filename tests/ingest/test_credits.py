from pathlib import Path

import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold
from tigertail.errors import ConfigError
from tigertail.ingest.build import build
from tigertail.ingest.credits import split_credit
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.report import BuildReport

SEPARATORS = 'credits = [" feat. ", " & ", "; "]\n'
PLAYS = '[[source]]\nformat = "csv"\npath = "plays.csv"\n'
TEXT = """listener_id,name,plays
a,Zorble,1
a,Zorble FEAT. Finch,2
b,Finch; Mork,2
b,Mork; Finch,2
c,Salt & Pepper,4
c,Salt & Pepper feat. Mork,1
"""


def made(folder: Path, recipe: str, **files: str) -> tuple[Dataset, BuildReport]:
    for name, text in {"plays": TEXT, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "recipe.toml").write_text(recipe, encoding="utf-8")
    return build(Recipe.load(folder / "recipe.toml"), folder / "made", replace=True)


def plays(dataset: Dataset) -> dict[tuple[str, str], float]:
    return {(listener, item): count for listener, item, count in dataset.plays.iter_rows()}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Zorble", ["Zorble"]),
        ("Zorble feat. Finch", ["Zorble", "Finch"]),
        ("Zorble (feat. Finch)", ["Zorble", "Finch"]),
        ("Salt & Pepper", ["Salt & Pepper"]),
        ("salt and PEPPER feat. Finch & Mork", ["salt and PEPPER", "Finch", "Mork"]),
        ("Finch & Salt & Pepper", ["Finch", "Salt & Pepper"]),
        ("Zorble & Zorble", ["Zorble"]),
        (" & Zorble", ["Zorble"]),
        (" & ", [" & "]),
        (":))", [":))"]),  # what is not split stays as it is
        ("Sunn O))) & Boris", ["Sunn O)))", "Boris"]),  # no separator opened a bracket
        ("Salt & Pepper :)", ["Salt & Pepper :)"]),
        ("Zorble (feat. Finch) [Live]", ["Zorble", "Finch [Live]"]),
        ("Zorble (feat. Finch (UK))", ["Zorble", "Finch (UK)"]),
        ("Zorble [feat. Finch]", ["Zorble", "Finch"]),
        ("Zorble （feat. Finch） & Mork", ["Zorble", "Finch", "Mork"]),
        ("Zorble (feat. Finch [feat. Mork])", ["Zorble", "Finch", "Mork"]),
        ("Zorble (feat. Finch & Mork) & Sunn O)))", ["Zorble", "Finch", "Mork", "Sunn O)))"]),
    ],
)
def test_never_inside_a_known_name(name: str, parts: list[str]) -> None:
    known = frozenset({"salt and pepper", "zorble"})
    separators = (" feat. ", " (feat. ", " [feat. ", " （feat. ", " & ")
    assert split_credit(name, separators, known) == parts


@pytest.mark.parametrize(
    "credit",
    [
        "Zorble & Finch",
        "Zorble  &  Finch",
        "Zorble\u3000&\u3000Finch",
        "Zorble\u00a0& Finch",
        "Zorble \t FEAT.\u2003Finch",
    ],
)
def test_blanks_around_a_separator_are_of_any_kind_and_number(credit: str) -> None:
    assert split_credit(credit, (" & ", " feat. "), frozenset()) == ["Zorble", "Finch"]
    assert split_credit(credit, (" & ", " feat. "), frozenset({fold(credit)})) == [credit]


def test_two_separators_may_share_their_blank() -> None:
    assert split_credit("Zorble; feat. Finch", (" feat. ", "; "), frozenset()) == ["Zorble", "Finch"]


def test_a_separator_with_blanks_needs_them() -> None:
    assert split_credit("Zorble&Finch &Mork", (" & ",), frozenset()) == ["Zorble&Finch &Mork"]


def test_a_long_credit_is_split_in_one_pass_not_by_trying_all_its_parts_together() -> None:
    many = [f"Zorble {number}" for number in range(2000)]
    assert split_credit(" & ".join(many), (" & ",), frozenset({"salt and pepper"})) == many


def test_a_long_run_of_blanks_is_passed_once() -> None:
    name = f"Zorble{' ' * 500_000}Finch"
    assert split_credit(name, (" & ", " feat. "), frozenset()) == [name]


def test_a_play_counts_for_every_artist_of_its_credit(tmp_path: Path) -> None:
    dataset, report = made(tmp_path, PLAYS + SEPARATORS)
    assert plays(dataset) == {
        ("a", "zorble"): 3,
        ("a", "finch"): 2,
        ("b", "finch"): 4,
        ("b", "mork"): 4,
        ("c", "salt"): 5,
        ("c", "pepper"): 5,
        ("c", "mork"): 1,
    }
    (split,) = report.sources[0].warnings
    assert (split.what, split.rows) == ("credit of several artists, split", 5)
    assert "Zorble FEAT. Finch" in split.examples
    assert report.sources[0].duplicates == 0


def test_a_play_may_count_for_the_first_artist(tmp_path: Path) -> None:
    dataset, _ = made(tmp_path, PLAYS + SEPARATORS + 'credited = "first"\n')
    assert plays(dataset) == {("a", "zorble"): 3, ("b", "finch"): 2, ("b", "mork"): 2, ("c", "salt"): 5}


@pytest.mark.parametrize(
    ("more", "file"),
    [
        ('[[source]]\nformat = "csv"\npath = "names.csv"\ntable = "items"\n', "name\nSalt and Pepper\n"),
        (
            '[[source]]\nformat = "csv"\npath = "names.csv"\n',
            "listener_id,name,mbid\nz,Salt & Pepper,11111111-1111-1111-1111-111111111111\n",
        ),
    ],
    ids=["of a table of items", "beside an MBID"],
)
def test_known_names_stay_whole(more: str, file: str, tmp_path: Path) -> None:
    dataset, _ = made(tmp_path, PLAYS + SEPARATORS + more, names=file)
    names = dict(dataset.items.select("item_id", "name").iter_rows())
    heard = {names[item] for listener, item in plays(dataset) if listener.removeprefix("plays:") == "c"}
    assert heard in ({"Salt & Pepper", "Mork"}, {"Salt and Pepper", "Mork"})


def test_a_credit_with_an_id_of_its_own_is_an_item(tmp_path: Path) -> None:
    text = "listener_id,item_id,name,plays\na,7,Zorble & Finch,1\na,,Zorble & Mork,1\n"
    dataset, _ = made(tmp_path, PLAYS + SEPARATORS, plays=text)
    assert dataset.items["name"].to_list() == ["Zorble & Finch", "Mork", "Zorble"]


def test_other_tables_are_split_too(tmp_path: Path) -> None:
    tags = '[[source]]\nformat = "csv"\npath = "tags.csv"\ntable = "annotations"\n' + SEPARATORS
    tags += 'catalogue = "known"\n'
    dataset, _ = made(
        tmp_path, PLAYS + SEPARATORS + tags, tags="name,label\nFinch & Zorble,rock\nMork,jazz\n"
    )
    found = dataset.scan("annotations").select("item_id", "label").collect().rows()
    assert sorted(found) == [("finch", "rock"), ("mork", "jazz"), ("zorble", "rock")]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('kind = "track"\n' + SEPARATORS, "credits are of artists"),
        ('table = "items"\n' + SEPARATORS, "known names"),
        ('credited = "first"\n', "credited needs credits"),
        ('credits = [""]\n', "credits"),
    ],
)
def test_options_that_make_no_sense(keys: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        made(tmp_path, PLAYS + keys)

"""Tables besides the plays, from recipe to dataset."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.coverage import coverage
from tigertail.dataset.dataset import Dataset
from tigertail.ingest.build import build
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.report import BuildReport

ROOT = Path(__file__).parents[2]
PLAYS = "listener_id,name,plays\nann,Can,2\nann,Wire,1\nbob,Can,1\nbob,Kult,4\n"


def made(
    folder: Path, tables: dict[str, tuple[str, str]], plays: str = PLAYS, name: str = "made"
) -> tuple[Dataset, BuildReport]:
    """Build plays and further tables: each a text and further lines of its source."""
    (folder / "plays.csv").write_text(plays, encoding="utf-8")
    recipe = '[[source]]\nformat = "csv"\npath = "plays.csv"\nnamespace = "x"\n'
    for table, (text, options) in tables.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
        recipe += f'[[source]]\nformat = "csv"\npath = "{table}.csv"\ntable = "{table}"\nnamespace = "x"\n{options}\n'
    (folder / "recipe.toml").write_text(recipe, encoding="utf-8")
    return build(Recipe.load(folder / "recipe.toml"), folder / name, replace=True)


def rows(dataset: Dataset, table: str) -> list[tuple[object, ...]]:
    return dataset.scan(table).collect().rows()


def test_descriptors_speak_of_items_there_are(tmp_path: Path) -> None:
    text = "name,energy,mood\nCan,0.5,\nCAN,0.75,\nCan,0.5,\nUnheard Of,1,\n"
    dataset, report = made(tmp_path, {"audio": (text, "")})
    assert dataset.scan("audio").collect().columns == ["item_id", "energy"], "nobody has a mood"
    assert rows(dataset, "audio") == [("can", 0.5), ("can", 0.75)], "two clips, one of them said twice"
    assert dataset.items["item_id"].to_list() == ["can", "kult", "wire"]
    match = report.matches[0]
    assert (match.matched_rows, match.rows, match.items, match.examples) == (3, 4, 1, ["Unheard Of"])
    assert json.loads((dataset.path / "report.json").read_text("utf-8"))["matches"][0]["items"] == 1


def test_what_stands_for_nothing_is_no_descriptor(tmp_path: Path) -> None:
    text = "name,energy,mood\nCan,-999,0.5\nWire,0.25, NA \nKult,-999,\n"
    dataset, report = made(tmp_path, {"audio": (text, 'missing = ["-999", "NA", ""]')})
    assert rows(dataset, "audio") == [("can", None, 0.5), ("wire", 0.25, None)]
    audio = report.sources[-1]
    assert audio.warnings == []
    assert audio.rejected == {"no descriptor": 1}, "Kult's stand for nothing"


def test_a_recipe_can_make_items_of_all(tmp_path: Path) -> None:
    dataset, report = made(tmp_path, {"audio": ("name,energy\nUnheard Of,1\n", 'catalogue = "all"')})
    assert dataset.items["item_id"].to_list() == ["can", "kult", "unheard of", "wire"]
    assert report.matches == []


def test_annotations_make_items_unless_told_otherwise(tmp_path: Path) -> None:
    text = "name,label\nCan,krautrock\nUnheard Of,pop\n"
    dataset, _ = made(tmp_path, {"annotations": (text, "")})
    assert "unheard of" in dataset.items["item_id"]
    dataset, _ = made(tmp_path, {"annotations": (text, 'catalogue = "known"')})
    assert "unheard of" not in dataset.items["item_id"]
    assert rows(dataset, "annotations") == [("can", "tag", "krautrock", 1.0, "crowd")]


def test_a_table_beside_the_plays_changes_nobody(tmp_path: Path) -> None:
    mbids = ["1" * 8 + "-1111" * 3 + "-" + digit * 12 for digit in "12"]
    text = "name,mbid,energy\n" + "".join(f"Can,{mbid},0.5\n" for mbid in mbids)
    alone, _ = made(tmp_path, {}, name="alone")
    dataset, _ = made(tmp_path, {"audio": (text, "")})
    assert dataset.items.equals(alone.items)
    assert dataset.plays.equals(alone.plays)
    assert not dataset.has("audio"), "two artists are called so: nothing is guessed"


def test_sequences_are_sorted_and_hold_nothing_twice(tmp_path: Path) -> None:
    text = "sequence_id,position,name,curator\nq,2,Kult,dj\nq,1,Can,dj\nq,1,CAN,dj\nq,3,Unheard Of,dj\np,1,Can,\n"
    dataset, _ = made(tmp_path, {"sequences": (text, "")})
    assert rows(dataset, "sequences") == [
        ("p", 1, "can", None),
        ("q", 1, "can", "dj"),
        ("q", 2, "kult", "dj"),
    ]


def test_a_held_out_listeners_sequences_are_hidden(tmp_path: Path) -> None:
    text = "sequence_id,name,curator\np,Can,ann\nq,Can,bob\n"
    dataset, _ = made(tmp_path, {"sequences": (text, "")})
    view = dataset.without(pl.Series(["ann"]))
    assert view.scan("sequences").collect()["sequence_id"].to_list() == ["q"]


def test_sequences_of_two_sources_keep_their_ids_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("sequence_id,name,curator\n1,Can,dj\n", encoding="utf-8")
    (tmp_path / "plays.csv").write_text(PLAYS, encoding="utf-8")
    recipe = '[[source]]\nformat = "csv"\npath = "plays.csv"\n' + "".join(
        f'[[source]]\nformat = "csv"\npath = "{name}.csv"\ntable = "sequences"\n' for name in ("one", "two")
    )
    (tmp_path / "r.toml").write_text(recipe, encoding="utf-8")
    dataset, _ = build(Recipe.load(tmp_path / "r.toml"), tmp_path / "made")
    frame = dataset.scan("sequences").collect()
    assert frame.select("sequence_id", "curator").rows() == [("one:1", "one:dj"), ("two:1", "two:dj")]


def test_pairs_are_summed_and_an_item_is_no_pair_with_itself(tmp_path: Path) -> None:
    text = "name_a,name_b,count\nCan,Wire,2\nCAN,wire,1.5\nWire,Can,1\nCan,can,9\nCan,Unheard Of,5\n"
    dataset, report = made(tmp_path, {"pairs": (text, "")})
    assert rows(dataset, "pairs") == [("can", "wire", 3.5), ("wire", "can", 1)]
    assert (report.matches[0].matched_rows, report.matches[0].rows) == (9, 10), "a pair has two items"
    assert [(warned.what, warned.rows) for warned in report.sources[1].warnings] == [
        ("an item paired with itself, left out", 1)
    ]


def test_pairs_by_id(tmp_path: Path) -> None:
    plays = "listener_id,item_id,plays\nann,7,1\nann,8,1\n"
    dataset, _ = made(tmp_path, {"pairs": ("item_a,item_b,count\n7,8,3\n7,9,3\n", "")}, plays)
    assert rows(dataset, "pairs") == [("7", "8", 3)]


def test_coverage_counts_items_by_stratum(tmp_path: Path) -> None:
    tables = {
        "items": ("name,country\nNobody Yet,PL\nCan,DE\n", ""),
        "audio": ("name,energy\nCan,1\nCan,2\nNobody Yet,1\n", ""),
        "annotations": ("name,facet,label\nKult,genre,punk\n", ""),
        "pairs": ("name_a,name_b,count\nCan,Wire,1\n", ""),
    }
    dataset, _ = made(tmp_path, tables)
    found = {row.table: (row.rows, row.items, tuple(row.by_stratum.values())) for row in coverage(dataset)}
    assert found == {  # Can has two of four plays; Kult comes before Wire
        "items: country": (2, 2, (1, 0, 0, 1)),
        "annotations: genre": (1, 1, (0, 1, 0, 0)),
        "audio": (3, 2, (1, 0, 0, 1)),
        "pairs": (1, 2, (1, 1, 0, 0)),
    }


def test_a_million_tags_with_garbage_among_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    count, bad = 1_000_000, 50_000
    names = np.array([f"artist {number}" for number in range(2_000)])
    frame = pl.DataFrame(
        {
            "name": names[rng.integers(0, len(names), count)],
            "label": np.array([f"tag {number}" for number in range(500)])[rng.integers(0, 500, count)],
            "weight": rng.integers(1, 100, count).astype(str),
            "annotator": rng.integers(0, 5_000, count).astype(str),
        }
    )
    spoilt = np.arange(0, count, count // bad)
    for column, values in (("weight", ["-1", "many", "nan", "0"]), ("name", [""]), ("label", [" "])):
        own = frame[column].to_numpy().astype(object)
        mine = spoilt[::3] if column == "weight" else spoilt[1::3] if column == "name" else spoilt[2::3]
        own[mine] = np.resize(np.array(values, object), len(mine))
        frame = frame.with_columns(pl.Series(column, own, pl.String))
    text = "listener_id,name,plays\n" + "".join(f"ann,{name},1\n" for name in names)
    dataset, report = made(tmp_path, {"annotations": (frame.write_csv(), "")}, text)
    assert sum(report.sources[1].rejected.values()) == bad
    assert report.sources[1].rejected["no item name"] == len(spoilt[1::3])
    with (dataset.path / "quarantine.csv").open(encoding="utf-8") as file:
        assert sum(1 for _ in file) < bad, "counted to the last, kept up to a limit"
    assert dataset.items.height == len(names)
    kept = frame.filter(~pl.int_range(pl.len()).is_in(spoilt)).select("name", "label", "annotator").unique()
    assert dataset.manifest["tables"]["annotations"] == kept.height


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, BuildReport]:
    if "TIGERTAIL_DATA" not in os.environ:
        pytest.skip("TIGERTAIL_DATA is not set: no real data to build from")
    recipe = Recipe.load(ROOT / "recipes" / "everything.toml")
    return build(recipe, tmp_path_factory.mktemp("real") / "everything")


def test_real_tables_find_their_artists(everything: tuple[Dataset, BuildReport]) -> None:
    dataset, report = everything
    items = {(match.source, match.table): match.items for match in report.matches}
    assert items["dbpedia", "annotations"] > 9_500
    assert items["homes", "items"] > 9_500
    assert items["spotify", "audio"] > 5_200
    assert items["wfmu", "sequences"] > 5_000
    assert items["wfmu-repertoires", "sequences"] > 7_000
    radiohead = dataset.scan("annotations").filter(item_id="radiohead", facet="genre").collect()
    assert "Alternative rock" in radiohead["label"]


def test_real_side_tables_leave_the_catalogue_alone(everything: tuple[Dataset, BuildReport]) -> None:
    dataset, _ = everything
    spelled_twice = 3  # P!nk and Pink, and two more: one artist by DBpedia
    assert dataset.items.height == 17_511 - spelled_twice, "as the two Last.fm sets alone have it"

"""The reader sees every answer once, and nothing that depends on who gave it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.evaluation.panel import make_sheet, read_key
from tigertail.evaluation.panel.lists import LAYOUT


def shown(text: str) -> dict[str, list[tuple[int, str]]]:
    """Return the numbers and answers under each heading of a sheet."""
    found = {}
    for part in text.split("\n## ")[1:]:
        heading, _, rest = part.partition("\n")
        lines = re.findall(r"^- \[ \] (\d+): (.*)$", rest, re.MULTILINE)
        found[heading] = [(int(number), answer) for number, answer in lines]
    return found


def test_each_pair_is_judged_once(lists: pl.DataFrame) -> None:
    found = shown(make_sheet(lists).text)
    assert {heading: sorted(name for _, name in answers) for heading, answers in found.items()} == {
        "Kult": ["Hey", "Myslovitz", "Queen"],
        r"N\*E\*R\*D": ["Clipse", "Hey"],
    }
    assert [number for answers in found.values() for number, _ in answers] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("seed", range(5))
def test_no_system_can_be_recovered(lists: pl.DataFrame, seed: int) -> None:
    """Whoever gave an answer, and in whatever place: the sheet is the same, byte by byte."""
    sheet = make_sheet(lists, seed=seed)
    for system in ("plain ALS cosine", "ours"):
        assert system not in sheet.text
    swapped = lists.with_columns(
        pl.col("system").replace({"plain ALS cosine": "ours", "ours": "plain ALS cosine"})
    )
    ranked_backwards = lists.with_columns(rank=3 - pl.col("rank"))
    one_gave_all = lists.with_columns(system=pl.lit("ours"))
    for other in (swapped, ranked_backwards, one_gave_all, lists.reverse()):
        assert make_sheet(other, seed=seed).text == sheet.text


def test_the_order_is_a_shuffle_of_the_seed() -> None:
    """Over many seeds the place of an answer in a list of twenty is as often in the first half as not."""
    rows = [("tail", "ours", "q", "Q", rank, f"a{rank:02}", f"A{rank:02}") for rank in range(1, 21)]
    lists = pl.DataFrame(rows, list(LAYOUT), orient="row")
    places = []
    for seed in range(60):
        key = make_sheet(lists, seed=seed).key
        places.append(key["number"].to_numpy())
    mean = np.mean(places, axis=0)
    assert len({tuple(place) for place in places}) == 60
    assert abs(np.corrcoef(mean, np.arange(20))[0, 1]) < 0.5
    assert (abs(mean - 10.5) < 3).all()


def test_the_key_leads_from_numbers_to_systems(lists: pl.DataFrame, tmp_path: Path) -> None:
    sheet = make_sheet(lists)
    file = tmp_path / "key.csv"
    sheet.key.write_csv(file)
    key = read_key(file)
    assert key.rows() == sheet.key.rows()
    numbers = {(number, name) for answers in shown(sheet.text).values() for number, name in answers}
    names = {"hey": "Hey", "queen": "Queen", "myslovitz": "Myslovitz", "clipse": "Clipse"}
    listed = key.drop_nulls("item_id")
    assert {(row["number"], names[row["item_id"]]) for row in listed.rows(named=True)} == numbers
    shared = key.filter(target_item_id="kult", item_id="hey")
    assert shared["system"].to_list() == ["plain ALS cosine", "ours"]
    assert shared["number"].n_unique() == 1


def test_ids_stand_for_names_that_are_missing() -> None:
    rows = [("mid", "ours", "kult", None, 1, "hey", None)]
    text = make_sheet(pl.DataFrame(rows, list(LAYOUT), orient="row")).text
    assert shown(text) == {"kult": [(1, "hey")]}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("P&Omega;", r"P\&Omega;"),
        ("&copy;", r"\&copy;"),
        ("~~Strike~~ Band", r"\~\~Strike\~\~ Band"),
        ("Two\nLines", "Two Lines"),
    ],
)
def test_a_name_is_shown_as_it_is(name: str, written: str) -> None:
    rows = [("mid", "ours", "q", name, 1, "a", name)]
    text = make_sheet(pl.DataFrame(rows, list(LAYOUT), orient="row")).text
    assert shown(text) == {written: [(1, written)]}


def test_another_table_is_no_lists(lists: pl.DataFrame) -> None:
    with pytest.raises(DataError, match="the lists lack the column rank, answer"):
        make_sheet(lists.drop("rank", "answer"))


@pytest.mark.parametrize(("column", "value"), [("number", "1.5x"), ("rank", "first")])
def test_a_key_has_whole_numbers(lists: pl.DataFrame, tmp_path: Path, column: str, value: str) -> None:
    file = tmp_path / "key.csv"
    key = make_sheet(lists).key.cast({column: pl.String})
    key.with_columns(
        pl.when(pl.int_range(pl.len()) == 2).then(pl.lit(value)).otherwise(column).alias(column)
    ).write_csv(file)
    with pytest.raises(DataError, match=f"the {column} '{value}' is not a whole number") as refused:
        read_key(file)
    assert refused.value.line == 4


def test_half_a_number_in_parquet_is_no_whole_one(lists: pl.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "key.parquet"
    key = make_sheet(lists).key
    key.cast({"number": pl.Float64}).write_parquet(file)
    assert read_key(file).equals(key.cast({"number": pl.Int64}))
    key.with_columns(pl.col("rank") + 0.5).write_parquet(file)
    with pytest.raises(DataError, match=r"the rank '1\.5' is not a whole number"):
        read_key(file)


def test_another_file_is_no_key(tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    file.write_text("number,mark\n1,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="lacks the column stratum, system"):
        read_key(file)

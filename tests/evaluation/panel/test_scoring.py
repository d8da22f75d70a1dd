"""Marks become fitting answers in a list, beside those of plain ALS cosine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.evaluation.panel import PanelRow, make_sheet, read_marks, score_marks
from tigertail.evaluation.panel.sheet import KEY_LAYOUT

MARKS = {("kult", "hey"): "1", ("kult", "queen"): "0", ("kult", "myslovitz"): "1", ("nerd", "clipse"): "?"}


@pytest.fixture
def key(lists: pl.DataFrame) -> pl.DataFrame:
    return make_sheet(lists).key


@pytest.fixture
def marks(key: pl.DataFrame) -> pl.DataFrame:
    """After N*E*R*D, Clipse is not known and Hey does not fit."""
    pairs = key.drop_nulls("number").unique("number").sort("number")
    given = [MARKS.get((row["target_item_id"], row["item_id"]), "0") for row in pairs.rows(named=True)]
    return pl.DataFrame({"number": pairs["number"], "mark": given})


def row_of(rows: list[PanelRow], group: str, system: str) -> PanelRow:
    return next(row for row in rows if (row.group, row.system) == (group, system))


def test_a_shared_answer_has_one_mark_for_both(key: pl.DataFrame, marks: pl.DataFrame) -> None:
    scores = score_marks(key, [marks])
    cf, ours = (row_of(scores.rows, "mid", system) for system in ("plain ALS cosine", "ours"))
    assert (cf.fits.mean, ours.fits.mean) == (1, 2)
    assert (cf.judged, ours.judged) == (0.5, 1.0)
    assert ours.difference is not None
    assert ours.ratio is not None
    assert (ours.difference.mean, ours.ratio.mean) == (1, 2)
    assert cf.difference is None
    assert scores.marks == {"1": 2, "0": 2, "?": 1}


def test_each_reader_counts_alike(key: pl.DataFrame, marks: pl.DataFrame) -> None:
    strict = marks.with_columns(mark=pl.lit("0"))
    scores = score_marks(key, [marks, strict])
    cf, ours = (row_of(scores.rows, "mid", system) for system in ("plain ALS cosine", "ours"))
    assert (cf.fits.mean, ours.fits.mean) == (0.5, 1), "half of what the lenient reader alone counts"
    assert scores.marks == {"1": 2, "0": 7, "?": 1}
    assert scores.agreement == pytest.approx(2 / 5)
    assert score_marks(key, [marks]).agreement is None


def test_an_empty_list_counts_as_no_fitting_answer(key: pl.DataFrame, marks: pl.DataFrame) -> None:
    rows = score_marks(key, [marks]).rows
    cf = row_of(rows, "mid and tail", "plain ALS cosine")
    assert (cf.queries, cf.fits.mean) == (2, 0.5)
    tail = row_of(rows, "tail", "plain ALS cosine")
    assert (tail.queries, tail.fits.mean) == (1, 0)
    assert np.isnan(tail.judged)
    assert row_of(rows, "tail", "ours").ratio is None, "nothing is a multiple of no fitting answer"


def test_an_unknown_answer_does_not_fit_and_is_not_judged(key: pl.DataFrame, marks: pl.DataFrame) -> None:
    ours = row_of(score_marks(key, [marks]).rows, "tail", "ours")
    assert (ours.fits.mean, ours.unknown, ours.judged) == (0, 1, 0)


def test_only_strata_with_artists_are_listed(key: pl.DataFrame, marks: pl.DataFrame) -> None:
    groups = [row.group for row in score_marks(key, [marks]).rows]
    assert list(dict.fromkeys(groups)) == ["overall", "mid", "tail", "mid and tail"]


def test_differences_are_paired_by_query() -> None:
    """One more fitting answer after every artist, though artists differ: the interval has no width."""
    rows = []
    for query, fitting in enumerate([0, 3, 6, 9]):
        base, ours = 10 * query, 10 * query + fitting + 1
        for system, end in (("plain ALS cosine", ours - 1), ("ours", ours)):
            rows += [(n, "mid", system, f"q{query}", n - base + 1, f"i{n}") for n in range(base, end)]
    key = pl.DataFrame(rows, list(KEY_LAYOUT), orient="row")
    marks = pl.DataFrame({"number": key["number"].unique().sort()}).with_columns(mark=pl.lit("1"))
    ours = row_of(score_marks(key, [marks]).rows, "mid", "ours")
    assert ours.difference is not None
    assert ours.ratio is not None
    assert (ours.difference.low, ours.difference.mean, ours.difference.high) == (1, 1, 1)
    assert ours.fits.low < ours.fits.mean == 5.5 < ours.fits.high
    assert ours.ratio.mean == pytest.approx(5.5 / 4.5)
    assert 1 < ours.ratio.low < ours.ratio.mean < ours.ratio.high


def test_the_reference_must_be_there(key: pl.DataFrame, marks: pl.DataFrame) -> None:
    with pytest.raises(DataError, match="no system 'EASE'"):
        score_marks(key, [marks], reference="EASE")


def test_marks_are_read_as_they_are_written(key: pl.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    file.write_text("number,mark,remark\n2, 0,\n1,1 ,a cover band\n3,?,\n4,1,\n5,0,\n", encoding="utf-8")
    assert dict(read_marks(file, key).rows()) == {1: "1", 2: "0", 3: "?", 4: "1", 5: "0"}


def test_marks_may_be_numbers_of_a_parquet_file(key: pl.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "marks.parquet"
    pl.DataFrame({"number": [1, 2, 3, 4, 5], "mark": [1, 0, 1, 1, 0]}).write_parquet(file)
    assert dict(read_marks(file, key).rows()) == {1: "1", 2: "0", 3: "1", 4: "1", 5: "0"}


def test_blank_lines_and_empty_rows_are_no_marks(key: pl.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    file.write_text("number,mark\n1,1\n\n2,0\n3,1\n4,1\n5,0\n,\n\n", encoding="utf-8")
    assert dict(read_marks(file, key).rows()) == {1: "1", 2: "0", 3: "1", 4: "1", 5: "0"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("number,fits\n1,1\n", "lacks the column mark"),
        ("number,mark\n1,1\n2,yes\n3,0\n4,0\n5,0\n", "line 3: the mark of number 2 is 'yes'"),
        ("number,mark\n1,1\n2,\n3,0\n4,0\n5,0\n", "line 3: the mark of number 2 is ''"),
        ('number,mark,remark\n1,1,"of\nthree\nlines"\n2,yes,\n', "line 5: the mark of number 2 is 'yes'"),
        ("number,mark\n1,1\n6,1\n", "line 3: the key lacks number 6"),
        ("number,mark\none,1\n", "line 2: the key lacks number one"),
        ("number,mark\n1,1\n1,0\n", "line 2: two marks of number 1"),
        ("number,mark\n1,1\n3,0\n5,0\n", "2 numbers have no mark, the first is 2"),
    ],
)
def test_marks_that_cannot_be_used(text: str, message: str, key: pl.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_marks(file, key)

"""A frame of pandas is read without its Arrow interface, which needs another library."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.frames.convert import as_column, is_column, to_polars


def test_missing_values_of_pandas_are_null() -> None:
    frame = pd.DataFrame(
        {
            "text": pd.Series(["a", None]),
            "whole": pd.Series([1, None], dtype="Int64"),
            "number": [1.5, float("nan")],
            "time": pd.to_datetime(["2026-01-01", None]),
        }
    )
    assert to_polars(frame, "plays").null_count().row(0) == (1, 1, 1, 1)


def test_named_levels_of_an_index_are_columns_and_a_plain_index_is_none() -> None:
    frame = pd.DataFrame({"user": ["a", "a"], "artist": ["x", "x"]})
    assert to_polars(frame, "plays").columns == ["user", "artist"]
    assert to_polars(frame.groupby(["user", "artist"]).size(), "plays").rows() == [("a", "x", 2)]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([["a", "x", "b"]], columns=["user", "artist", "user"]),
        pd.DataFrame({"user": ["a"], "artist": ["x"]}, index=pd.Index([1], name="user")),
    ],
)
def test_two_columns_of_one_name(frame: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=r"plays: two columns, .* are called 'user'") as error:
        to_polars(frame, "plays")
    assert error.value.remedy


@pytest.mark.parametrize("column", [[1, 2], (1, 2), range(2), pl.Series([1, 2]), pd.Index([1, 2])])
def test_what_is_a_column(column: object) -> None:
    assert is_column(column)
    assert len(as_column(column, "item_id")) == 2


@pytest.mark.parametrize("other", ["ab", {"a": 1}, pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}), 5])
def test_what_is_none(other: object) -> None:
    assert not is_column(other)


def test_answers_become_pandas_and_go_in_again() -> None:
    pytest.importorskip("pyarrow", reason="pip install 'tigertail[pandas]'")
    frame = pl.DataFrame({"user": ["a"], "artist": ["x"], "n": [2]})
    assert to_polars(frame.to_pandas(), "plays").equals(frame)
    assert to_polars(frame.to_pandas(use_pyarrow_extension_array=True), "plays").rows() == frame.rows()

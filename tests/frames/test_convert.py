"""A frame of pandas is read without its Arrow interface, which needs another library."""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
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


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["a", pd.NA], dtype="string"),
        pd.Series([1, pd.NA], dtype="Int64"),
        pd.Index(["a", None]),
        pd.to_datetime(pd.Series(["2026-01-01", None])).dt.tz_localize("Europe/Warsaw"),
        pd.array([1, pd.NA]),
        pd.Categorical(["a", None]),
        ["a", pd.NA],
        [pd.Timestamp("2026-01-01"), pd.NaT],
        [1, "a", np.float32("nan")],
        [Decimal("1.5"), Decimal("nan")],
        [uuid.UUID(int=1), float("nan")],
    ],
)
def test_missing_values_of_a_column_alone_are_null(column: object) -> None:
    assert as_column(column, "item_id").is_null().to_list()[-1]
    assert as_column(column, "item_id").null_count() == 1


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_missing_values_within_lists_are_null(missing: object) -> None:
    assert as_column([["Queen", missing], ["Hey"]], "artist").to_list() == [["Queen", None], ["Hey"]]


def test_dates_and_times_of_arrow_within_pandas() -> None:
    arrow = pytest.importorskip("pyarrow", reason="pip install 'tigertail[pandas]'")
    dates = pd.Series([date(2026, 5, 1), None]).astype(pd.ArrowDtype(arrow.date32()))
    noon = pd.Series([pd.Timestamp("2026-05-01 12:00", tz="Europe/Warsaw"), None])
    times = noon.astype(pd.ArrowDtype(arrow.timestamp("us", "Europe/Warsaw")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = to_polars(pd.DataFrame({"date": dates, "time": times}), "plays")
    assert found["date"].to_list() == [date(2026, 5, 1), None]
    assert found["time"].to_list() == [datetime(2026, 5, 1, 10, tzinfo=UTC), None]


@pytest.mark.parametrize("unit", ["ns", "us", "s"])
@pytest.mark.parametrize("column", [np.asarray, list, pd.Series])
def test_times_of_numpy_in_any_unit(column: Callable[[object], object], unit: str) -> None:
    times = np.array(["2026-05-01", "NaT"], f"datetime64[{unit}]")
    assert as_column(column(times), "time").to_list() == [datetime(2026, 5, 1), None]


class Frame(pd.DataFrame):
    """A frame of a library that builds on pandas."""


def test_a_kind_of_pandas_frame_is_one() -> None:
    frame = Frame({"artist": ["x"]}, index=pd.Index(["a"], name="user"))
    assert to_polars(frame, "plays").columns == ["user", "artist"]


@pytest.mark.parametrize("values", [[uuid.UUID(int=1)], pl.Series([uuid.UUID(int=1)], dtype=pl.Object)])
def test_values_that_polars_has_no_type_for_are_text(values: object) -> None:
    text = [str(uuid.UUID(int=1))]
    assert as_column(values, "user").to_list() == text
    assert to_polars({"user": values}, "plays")["user"].to_list() == text
    assert to_polars(pl.DataFrame({"user": values}), "plays")["user"].to_list() == text


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


def test_two_names_that_are_one_as_text() -> None:
    with pytest.raises(DataError, match="plays: two columns are called '1'"):
        to_polars({1: ["a"], "1": ["x"]}, "plays")


def test_an_arrow_table_without_columns_of_their_own_names() -> None:
    arrow = pytest.importorskip("pyarrow", reason="pip install 'tigertail[pandas]'")
    twice = arrow.table([["x"], ["y"]], names=["artist", "artist"])
    for frame in (twice, arrow.chunked_array([["x"]])):
        with pytest.raises(DataError, match="plays cannot be read as a data frame") as error:
            to_polars(frame, "plays")
        assert error.value.remedy


@pytest.mark.parametrize("plays", [1, np.int64(1), np.array(1)])
def test_one_number_is_no_column(plays: object) -> None:
    with pytest.raises(DataError, match=r"'plays' is of type .*, not a column"):
        to_polars({"user": ["a"], "plays": plays}, "plays")


@pytest.mark.parametrize("column", [[1, 2], (1, 2), range(2), pl.Series([1, 2]), pd.Index([1, 2])])
def test_what_is_a_column(column: object) -> None:
    assert is_column(column)
    assert len(as_column(column, "item_id")) == 2


@pytest.mark.parametrize(
    "other", ["ab", {"a": 1}, pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}), 5, np.int64(5)]
)
def test_what_is_none(other: object) -> None:
    assert not is_column(other)


def test_answers_become_pandas_and_go_in_again() -> None:
    pytest.importorskip("pyarrow", reason="pip install 'tigertail[pandas]'")
    frame = pl.DataFrame({"user": ["a"], "artist": ["x"], "n": [2]})
    assert to_polars(frame.to_pandas(), "plays").equals(frame)
    assert to_polars(frame.to_pandas(use_pyarrow_extension_array=True), "plays").rows() == frame.rows()

"""A log in order: what was shown, what was done with it, and what cannot be used is counted."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.evaluation.online.log import Log


def event(kind: str, item: str, rank: int | None = 1, **other: Any) -> dict[str, Any]:
    plain = {"kind": kind, "query": "q", "item": item, "rank": rank, "model": "v1", "list_id": "1"}
    return plain | {"listener": "me", "country": None} | other


def read(*events: dict[str, Any]) -> Log:
    return Log.of(pl.DataFrame(list(events), infer_schema_length=None).with_row_index("seq"))


def positive(log: Log) -> dict[str, bool]:
    return dict(log.shown.select("item", "positive").iter_rows())


def test_a_play_or_a_like_is_right_and_a_skip_is_not() -> None:
    shown = [event("impression", item, rank) for rank, item in enumerate("abcd", start=1)]
    log = read(*shown, event("play", "a"), event("like", "b", 2), event("skip", "c", 3))
    assert positive(log) == {"a": True, "b": True, "c": False, "d": False}
    assert log.shown["skip"].to_list() == [False, False, True, False]


def test_what_was_played_and_then_hidden_was_not_right_after_all() -> None:
    shown = [event("impression", "a"), event("impression", "b", 2)]
    log = read(*shown, event("play", "a"), event("hide", "a"), event("play", "b", 2))
    assert positive(log) == {"a": False, "b": True}
    assert log.shown["negative"].to_list() == [True, False]


def test_a_list_is_one_listeners_for_one_query() -> None:
    log = read(
        event("impression", "a"),
        event("impression", "a", query="other"),
        event("impression", "a", listener="you"),
        event("impression", "b", 2),
        event("play", "a", listener="you"),
    )
    assert (log.lists, log.listeners) == (3, 2)
    assert log.shown.filter("positive")["listener"].to_list() == ["you"]
    assert log.shown["list"].to_list() == [0, 0, 1, 2]


def test_order_is_that_of_seq_whatever_the_order_of_rows() -> None:
    table = pl.DataFrame([event("impression", item, list_id=item) for item in "abc"]).with_columns(
        seq=pl.Series([3, 1, 2])
    )
    assert Log.of(table).shown["item"].to_list() == ["b", "c", "a"]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.String])
def test_seq_is_a_number_as_text_too(dtype: pl.DataType) -> None:
    table = pl.DataFrame([event("impression", item, list_id=item) for item in "abc"])
    table = table.with_columns(seq=pl.Series([10, 9, 8]).cast(dtype), rank=pl.lit("1"))
    assert Log.of(table).shown["item"].to_list() == ["c", "b", "a"]
    with pytest.raises(DataError, match="seq is no whole number in 1 of 3 events"):
        Log.of(table.with_columns(seq=pl.Series(["10", "", "8"])))


def test_a_whole_number_may_have_a_point_and_a_fraction_is_none() -> None:
    table = pl.DataFrame([event("impression", item, list_id=item) for item in "abc"])
    written = table.with_columns(seq=pl.Series(["10.0", "9", "8.0"]), rank=pl.Series(["1.0", "2", "1.5"]))
    log = Log.of(written)
    assert log.shown.select("item", "rank").rows() == [("b", 2), ("a", 1)]
    assert log.left_out == {"a column is empty, or rank is no whole number from 1 up": 1}
    with pytest.raises(DataError, match="seq is no whole number in 2 of 3 events"):
        Log.of(table.with_columns(seq=pl.Series([3.0, 3.5, 3.1])))


def test_seq_may_be_an_instant_in_nanoseconds() -> None:
    table = pl.DataFrame([event("impression", item, list_id=item) for item in "abc"])
    instants = pl.Series([1_700_000_000_000_000_002, 1_700_000_000_000_000_001, 1_700_000_000_000_000_000])
    for seq in (instants, instants.cast(pl.String)):
        assert Log.of(table.with_columns(seq=seq)).shown["item"].to_list() == ["c", "b", "a"]


def test_nothing_is_left_out_in_silence() -> None:
    log = read(
        event("impression", "a"),
        event("impression", "a", 2),
        event("impression", "b", 0),
        event("impression", "c", None),
        event("applause", "a"),
        event("play", "z"),
        event("play", "a", list_id="another"),
    )
    assert log.events == 7
    assert log.left_out == {
        "a column is empty, or rank is no whole number from 1 up": 2,
        "of an unknown kind": 1,
        "a duplicate impression (the first counts)": 1,
        "an action without an impression": 2,
    }
    assert log.shown["rank"].to_list() == [1]


def test_a_log_that_shows_nothing_and_a_table_that_is_none_are_refused() -> None:
    with pytest.raises(DataError, match="the log has no impression"):
        read(event("play", "a"))
    with pytest.raises(DataError, match="lacks the column model, listener"):
        Log.of(pl.DataFrame([event("impression", "a")]).drop("model", "listener"))


def test_models_are_named_by_how_much_they_showed() -> None:
    log = read(event("impression", "a", model="v2"), event("impression", "b", 2), event("impression", "c", 3))
    assert log.models == ["v1", "v2"]

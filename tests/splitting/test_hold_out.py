"""Held-out listeners leave no trace, and queries are what the protocol says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError
from tigertail.splitting.hold_out import ProtocolConfig, hold_out


@pytest.fixture
def tagged(tmp_path: Path) -> Dataset:
    """Twenty listeners with three of six artists each; each tags the first and played them day by day."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    rows = [
        (f"l{listener:02}", f"a{(listener + place) % 6}", 1.0, start + timedelta(days=place))
        for listener in range(20)
        for place in range(3)
    ]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays", "last_played"], orient="row")
    listeners = sorted(set(plays["listener_id"]))
    tags = {
        "item_id": [f"a{int(name[1:]) % 6}" for name in listeners],
        "facet": "tag",
        "label": "good",
        "weight": 1.0,
        "source": "crowd",
        "annotator": listeners,
    }
    tables = {
        "plays": plays,
        "listeners": pl.DataFrame({"listener_id": listeners, "country": ["PL", "BR"] * 10}),
        "annotations": pl.DataFrame(tags),
    }
    return Dataset.write(tmp_path / "tagged", tables, name="tagged")


def test_held_out_listeners_vanish_from_every_table(tagged: Dataset) -> None:
    split = hold_out(tagged, ProtocolConfig())
    held = set(split.profiles["listener_id"])
    assert len(held) == 4
    assert not held & set(split.train.plays["listener_id"])
    assert not held & set(split.train.listeners["listener_id"])
    assert not held & set(split.train.scan("annotations").collect()["annotator"])
    assert not held & set(split.interactions.listeners.ids)


def test_every_item_is_a_query_and_the_others_its_answer(tagged: Dataset) -> None:
    split = hold_out(tagged, ProtocolConfig())
    for row in range(split.relevant.shape[0]):
        mine = split.relevant.row(row)[0]
        assert split.query_items[split.query_listeners == row].tolist() == mine.tolist()


def test_at_most_so_many_queries_a_listener(tagged: Dataset) -> None:
    split = hold_out(tagged, ProtocolConfig(queries=2))
    assert np.bincount(split.query_listeners).tolist() == [2, 2, 2, 2]


def test_a_service_knows_the_country_of_a_listener_it_has_heard_nothing_from(tagged: Dataset) -> None:
    assert set(hold_out(tagged, ProtocolConfig()).profiles["country"]) <= {"PL", "BR"}


def test_seeds_choose_and_repeat(tagged: Dataset) -> None:
    def held(seed: int) -> list[str]:
        return hold_out(tagged, ProtocolConfig(seed=seed)).profiles["listener_id"].to_list()

    assert held(1) == held(1)
    assert held(1) != held(2)


def test_a_split_by_time_trains_on_nothing_played_later(tagged: Dataset) -> None:
    split = hold_out(tagged, ProtocolConfig(split="time", after=0.4))
    assert split.train.plays["last_played"].max() == datetime(2020, 1, 2, tzinfo=UTC)
    for row in range(split.relevant.shape[0]):
        asked = split.query_items[split.query_listeners == row]
        answers = split.relevant.row(row)[0]
        assert (len(asked), len(answers)) == (2, 1)
        assert not set(asked) & set(answers)


def test_plays_without_times_cannot_be_split_by_them(scenes: Dataset) -> None:
    with pytest.raises(DataError, match="no times"):
        hold_out(scenes, ProtocolConfig(split="time"))


def test_shows_of_one_day_each_cannot_be_split_by_time(tagged: Dataset) -> None:
    days = tagged.plays.with_columns(pl.col("last_played").first().over("item_id"), listener_id="item_id")
    shows = Dataset.in_memory({"plays": days}, name="shows")
    with pytest.raises(DataError, match="only 0 listeners") as refused:
        hold_out(shows, ProtocolConfig(split="time"))
    assert "plays on one day alone" in (refused.value.remedy or "")


def test_too_few_listeners_say_so(tmp_path: Path) -> None:
    plays = pl.DataFrame({"listener_id": ["a", "a", "b"], "item_id": ["x", "y", "x"], "plays": 1.0})
    few = Dataset.write(tmp_path / "few", {"plays": plays}, name="few")
    with pytest.raises(DataError, match="only 1 listeners"):
        hold_out(few, ProtocolConfig())


def test_too_few_of_those_that_may_be_held_out_say_so(tagged: Dataset) -> None:
    with pytest.raises(DataError, match="only 2 listeners, of those that may be held out, have"):
        hold_out(tagged, ProtocolConfig(), among=pl.Series(["l00", "l01"]))


def test_what_is_rated_lowest_is_neither_a_query_nor_a_target(tmp_path: Path) -> None:
    rows = [
        (f"l{listener:02}", item, 1.0, rating)
        for listener in range(20)
        for item, rating in (("good", 1.0), ("bad", 0.0), ("fine", 0.5))
    ]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays", "rating"], orient="row")
    split = hold_out(Dataset.write(tmp_path / "rated", {"plays": plays}, name="rated"), ProtocolConfig())
    bad = split.interactions.items.ids.to_list().index("bad")
    assert bad not in split.relevant.indices
    assert bad not in split.query_items
    assert split.history_sizes.tolist() == [2] * 4
    assert split.interactions.item_listeners[bad] == 0, "it stays in the catalogue"


@pytest.mark.parametrize("without", ["queries", "targets"])
def test_in_a_split_by_time_too_whoever_has_no_query_or_no_target_is_not_held_out(
    tmp_path: Path, without: str
) -> None:
    """Of 24 listeners every other one rated the first item, or the last, lowest."""
    day = datetime(2020, 1, 1, tzinfo=UTC)
    low = 0 if without == "queries" else 1
    rows = [
        (
            f"l{listener:02}",
            f"a{place}",
            1.0,
            float(listener % 2 or place != low),
            day + timedelta(days=place),
        )
        for listener in range(24)
        for place in range(2)
    ]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays", "rating", "last_played"], orient="row")
    dataset = Dataset.write(tmp_path / "late", {"plays": plays}, name="late")
    split = hold_out(dataset, ProtocolConfig(split="time", after=0.5, held_out=0.5))
    assert split.relevant.row_sizes.tolist() == [1] * 6
    assert split.history_sizes.tolist() == [1] * 6


def test_one_listener_stays_to_learn_from(tagged: Dataset) -> None:
    split = hold_out(tagged, ProtocolConfig(held_out=0.99))
    assert len(split.interactions.listeners) == 1


def test_the_time_of_a_pair_is_that_of_its_last_play(tmp_path: Path) -> None:
    day = datetime(2020, 1, 1, tzinfo=UTC)
    rows = [
        (f"l{listener:02}", item, 1.0, day + timedelta(days=days))
        for listener in range(20)
        for item, days in (("twice", 0), ("once", 1), ("twice", 9))
    ]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays", "last_played"], orient="row")
    dataset = Dataset.write(tmp_path / "twice", {"plays": plays}, name="twice")
    split = hold_out(dataset, ProtocolConfig(split="time", after=0.5))
    named = split.interactions.items.ids
    assert set(named.gather(split.query_items)) == {"once"}
    assert set(named.gather(split.relevant.indices)) == {"twice"}


def test_of_a_pair_in_several_rows_all_count(tmp_path: Path) -> None:
    """The first artist was rated lowest at first, and played later."""
    day = datetime(2020, 1, 1, tzinfo=UTC)
    rows = [
        (f"l{listener:02}", item, 1.0, rating, day + timedelta(days=days))
        for listener in range(20)
        for item, rating, days in (("first", 0.0, 0), ("first", 1.0, 1), ("second", 1.0, 2))
    ]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays", "rating", "last_played"], orient="row")
    dataset = Dataset.write(tmp_path / "rated", {"plays": plays}, name="rated")
    split = hold_out(dataset, ProtocolConfig(split="time", after=0.5))
    assert split.history_sizes.tolist() == [1] * 4

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tigertail.ingest import accumulator
from tigertail.ingest.accumulator import PlaysAccumulator
from tigertail.ingest.formats.source import ROW_KEY

ITEMS = pl.DataFrame({"ref": [1, 2, 3], "item_id": ["x", "y", "x"]}, schema_overrides={"ref": pl.UInt64})


def rows(*cells: tuple[str, int, float]) -> pl.DataFrame:
    return pl.DataFrame(cells, schema=["listener_id", "ref", "plays"], orient="row")


def merged(spooled: PlaysAccumulator) -> list[tuple[str, str, float]]:
    whole = pl.concat(spooled.plays(ITEMS))
    return whole.select("listener_id", "item_id", "plays").rows()


def test_counts_of_one_listener_and_item_are_summed(tmp_path: Path) -> None:
    spooled = PlaysAccumulator(tmp_path)
    spooled.add("s", rows(("b", 1, 2), ("a", 2, 1), ("b", 3, 5), ("b", 1, 4)), events=False)
    assert merged(spooled) == [("a", "y", 1), ("b", "x", 11)]


def test_equal_rows_of_counts_are_one_row(tmp_path: Path) -> None:
    spooled = PlaysAccumulator(tmp_path)
    spooled.add("s", rows(("a", 1, 2), ("a", 1, 2)), events=False)
    spooled.add("s", rows(("a", 1, 2)), events=False)
    spooled.add("t", rows(("a", 1, 2)), events=False)
    assert merged(spooled) == [("a", "x", 4)]
    assert spooled.duplicates == {"s": 2, "t": 0}


def test_equal_events_are_plays(tmp_path: Path) -> None:
    spooled = PlaysAccumulator(tmp_path)
    spooled.add("s", rows(("a", 1, 1), ("a", 1, 1)), events=True)
    spooled.add("s", rows(("a", 1, 1)), events=True)
    assert merged(spooled) == [("a", "x", 3)]
    assert not spooled.duplicates


def test_ratings_are_averaged_and_the_last_time_stays(tmp_path: Path) -> None:
    spooled = PlaysAccumulator(tmp_path)
    early, late = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    more = pl.DataFrame({"rating": [0.0, 1.0], "last_played": [late, early]})
    spooled.add("s", pl.concat([rows(("a", 1, 1), ("a", 3, 1)), more], how="horizontal"), events=False)
    spooled.add("t", rows(("b", 1, 1)), events=False)
    whole = pl.concat(spooled.plays(ITEMS))
    assert whole.select("listener_id", "rating", "last_played").rows() == [
        ("a", 0.5, late),
        ("b", None, None),
    ]


def test_a_play_without_a_rating_is_no_part_of_the_mean_of_others(tmp_path: Path) -> None:
    spooled = PlaysAccumulator(tmp_path)
    for ratings in ([1.0, None, None], [0.0], [None]):
        rated = pl.DataFrame({"rating": ratings}, schema={"rating": pl.Float64})
        plays = rows(*[("a", 1, 1.0)] * len(ratings))
        spooled.add("s", pl.concat([plays, rated], how="horizontal"), events=True)
    assert pl.concat(spooled.plays(ITEMS)).select("plays", "rating").rows() == [(5, 0.5)]


def test_many_runs_and_ranges_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plays = [(f"l{n % 13:02}", 1 + n % 3, float(n % 5)) for n in range(500)]
    whole, small = PlaysAccumulator(tmp_path), PlaysAccumulator(tmp_path / "small")
    (tmp_path / "small").mkdir()
    whole.add("s", rows(*plays), events=True)
    expected = merged(whole)
    monkeypatch.setattr(accumulator, "RUN_ROWS", 20)
    monkeypatch.setattr(accumulator, "RANGE_ROWS", 7)
    for start in range(0, 500, 10):
        small.add("s", rows(*plays[start : start + 10]), events=True)
    assert merged(small) == expected
    assert len(list((tmp_path / "small").iterdir())) > 5


def test_more_rows_than_32_bits_count_are_still_in_ranges_of_their_own(tmp_path: Path) -> None:
    spooled = PlaysAccumulator(tmp_path)
    schema = spooled._rows_by_listener.schema
    spooled._rows_by_listener = pl.DataFrame(
        [("a", 2**31), ("b", 2**31), ("c", 2_000_000), ("d", 1)], schema, orient="row"
    )
    assert list(spooled._ranges()) == [("a", "a"), ("b", "b"), ("c", "c"), ("d", "d")]


def log(*moments: datetime, ref: int = 1, exact: bool = True) -> pl.DataFrame:
    times = pl.DataFrame({"last_played": moments, "#exact": exact})
    return pl.concat([rows(*[("a", ref, 1.0)] * len(moments)), times], how="horizontal")


NOON, LATER = datetime(2020, 1, 1, 12, tzinfo=UTC), datetime(2020, 1, 1, 12, 0, 1, tzinfo=UTC)


def test_the_same_second_of_one_listener_and_item_is_one_play(tmp_path: Path) -> None:
    spooled = PlaysAccumulator(tmp_path)
    spooled.add("s", log(NOON, NOON, LATER), events=True)
    spooled.add("s", log(LATER.replace(microsecond=123_000)), events=True)
    spooled.add("t", log(NOON, ref=3), events=True)
    assert merged(spooled) == [("a", "x", 2)]
    assert spooled.duplicates == {"s": 2, "t": 1}


@pytest.mark.parametrize("batches", [[log(NOON, NOON)], [log(NOON), log(NOON)]])
def test_a_row_of_several_artists_is_one_duplicate_however_it_is_read(
    tmp_path: Path, batches: list[pl.DataFrame]
) -> None:
    spooled = PlaysAccumulator(tmp_path)
    for batch in batches:
        spooled.add("s", batch, events=True)
    both = pl.DataFrame({"ref": [1, 1], "item_id": ["x", "y"]}, schema=ITEMS.schema)
    [plays] = spooled.plays(both)
    assert plays.select("listener_id", "item_id", "plays").rows() == [("a", "x", 1), ("a", "y", 1)]
    assert spooled.duplicates == {"s": 1}


def test_the_same_second_of_another_item_is_another_play(tmp_path: Path) -> None:
    spooled = PlaysAccumulator(tmp_path)
    spooled.add("s", log(NOON), events=True)
    spooled.add("s", log(NOON, ref=2), events=True)
    assert merged(spooled) == [("a", "x", 1), ("a", "y", 1)]


def test_the_same_minute_or_day_may_be_several_plays(tmp_path: Path) -> None:
    spooled = PlaysAccumulator(tmp_path)
    spooled.add("s", log(NOON, NOON, exact=False), events=True)
    assert merged(spooled) == [("a", "x", 2)]
    assert not +spooled.duplicates


def test_equal_counts_of_different_things_are_both_counted(tmp_path: Path) -> None:
    spooled = PlaysAccumulator(tmp_path)
    keys = pl.DataFrame({ROW_KEY: [7, 8, 8]}, schema={ROW_KEY: pl.UInt64})
    counts = pl.concat([rows(("a", 1, 3), ("a", 1, 3), ("a", 1, 3)), keys], how="horizontal")
    spooled.add("s", counts, events=False)
    assert merged(spooled) == [("a", "x", 6)]
    assert spooled.duplicates == {"s": 1}

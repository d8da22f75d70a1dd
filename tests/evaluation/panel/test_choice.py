"""The rule of the panel: countries in line, strata from the head down, the artist of the median play."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import COLD, HEAD, MID, TAIL
from tigertail.errors import DataError
from tigertail.evaluation.panel import SLOTS, choose

# 60 pairs of listener and artist: 30 of the head, 18 of the mid, 12 of the tail.
ARTISTS: dict[str, tuple[str | None, int]] = {
    "us-head": ("US", 16),
    "pl-head": ("PL", 14),
    "us-mid": ("US", 9),
    "placeless": (None, 6),
    "br-mid": ("BR", 5),
    "us-four": ("US", 4),
    "us-a": ("US", 2),
    "us-b": ("US", 1),
    "pl-a": ("PL", 1),
    "pl-b": ("PL", 1),
    "pl-c": ("PL", 1),
    "us-none": ("US", 0),
    "br-none": ("BR", 0),
}


def world(folder: Path, artists: Mapping[str, tuple[str | None, int]] = ARTISTS) -> Dataset:
    plays = [(f"u{number:02}", name, 1.0) for name, (_, size) in artists.items() for number in range(size)]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(plays, ["listener_id", "item_id", "plays"], orient="row"),
        "items": pl.DataFrame(
            {
                "item_id": list(artists),
                "name": [name.title() for name in artists],
                "kind": "artist",
                "country": [country for country, _ in artists.values()],
            }
        ),
    }
    return Dataset.write(folder / "world", tables, name="world", replace=True)


def chosen(dataset: Dataset, **slots: int) -> list[str]:
    strata = {"head": HEAD, "mid": MID, "tail": TAIL, "cold": COLD}
    return choose(dataset, slots={strata[name]: count for name, count in slots.items()})["item_id"].to_list()


def test_countries_stand_in_line_by_artists_with_a_listener(tmp_path: Path) -> None:
    """US has five, PL four, BR one; who gave an artist goes to the end of the line."""
    dataset = world(tmp_path)
    assert chosen(dataset, head=2) == ["us-head", "pl-head"]
    assert chosen(dataset, head=2, mid=2) == ["us-head", "pl-head", "br-mid", "us-mid"]


def test_a_country_without_an_artist_there_keeps_its_place(tmp_path: Path) -> None:
    """After the US, Poland is first, but it has no artist in the mid: Brazil gives one, and Poland the next."""
    assert chosen(world(tmp_path), head=1, mid=1, tail=1) == ["us-head", "br-mid", "pl-b"]


def test_the_artist_of_the_median_play_is_taken_and_equals_go_by_id(tmp_path: Path) -> None:
    """Of the seven pairs of the American tail the first artist has four; three Poles have one each."""
    dataset = world(tmp_path)
    assert chosen(dataset, tail=2) == ["us-four", "pl-b"]
    assert chosen(dataset, tail=4) == ["us-four", "pl-b", "us-a", "pl-a"]


def test_an_artist_nobody_plays_is_taken_from_the_middle(tmp_path: Path) -> None:
    assert chosen(world(tmp_path), cold=2) == ["us-none", "br-none"]


def test_only_so_many_countries_stand_in_line(tmp_path: Path) -> None:
    assert set(choose(world(tmp_path), slots={HEAD: 2, TAIL: 3}, countries=2)["country"]) == {"US", "PL"}
    with pytest.raises(DataError, match=r"'mid' 2 artists are needed: the 2 countries with .* have 1"):
        choose(world(tmp_path), slots={MID: 2}, countries=2)


def test_a_stratum_that_runs_out_says_what_there_is(tmp_path: Path) -> None:
    """Every artist of the world has a country: a source of these alone would not help."""
    known = {name: (country, size) for name, (country, size) in ARTISTS.items() if country}
    with pytest.raises(
        DataError, match=r"'cold' 3 artists are needed: the 3 countries with .* have 2"
    ) as few:
        choose(world(tmp_path, known), slots={COLD: 3})
    assert few.value.remedy is not None
    assert few.value.remedy.startswith("take a dataset with more such artists")


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    backwards = dict(reversed(ARTISTS.items()))
    slots = {"head": 2, "mid": 2, "tail": 5, "cold": 2}
    assert chosen(world(tmp_path, backwards), **slots) == chosen(world(tmp_path), **slots)


def test_what_is_known_of_a_choice(tmp_path: Path) -> None:
    row = choose(world(tmp_path), slots={MID: 1}).row(0, named=True)
    assert row == {
        "stratum": "mid",
        "country": "US",
        "item_id": "us-mid",
        "name": "Us-Mid",
        "listeners": 9,
    }


def test_thirty_artists_of_every_stratum() -> None:
    assert sum(SLOTS.values()) == 30
    assert set(SLOTS) == {HEAD, MID, TAIL, COLD}


def test_artists_without_countries_cannot_be_chosen(scenes: Dataset) -> None:
    with pytest.raises(DataError, match="no countries"):
        choose(scenes)

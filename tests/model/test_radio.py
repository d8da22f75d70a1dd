"""Radio: an artist never twice in a row, as much of the tail as is asked for, the same again for the same seed."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from tigertail.errors import ConfigError, UnknownItemError
from tigertail.model import Model
from tigertail.model.query_options import QueryOptions
from tigertail.model.radio import RadioOrder, draw


class Answered:
    """Twelve items, the even ones of one artist; those of the tail are the last four."""

    items = np.arange(12, dtype=np.int32)
    affinities = np.linspace(1, 0.1, 12).astype(np.float32)
    notices = ("a note",)


class OfTheTail(Answered):
    items = Answered.items[8:]
    affinities = Answered.affinities[8:]


class Nothing(Answered):
    items = Answered.items[:0]
    affinities = Answered.affinities[:0]


ITEMS = pl.DataFrame({"name": [f"Song {one}" for one in range(12)]}).with_columns(
    artist_name=pl.Series(["Same" if one % 2 == 0 else f"Artist {one}" for one in range(12)])
)


def drawn(n: int, options: QueryOptions | None = None, **order: float) -> list[int]:
    def answer(seeds: object, size: int, options: QueryOptions) -> type[Answered]:
        return OfTheTail if options.strata else Answered

    made = RadioOrder(**{"variety": 0.0, "explore": 0.0, **order})  # type: ignore[arg-type]
    found = draw(ITEMS, answer, np.array([0], np.int32), n, made, options or QueryOptions())
    assert found.notices == ("a note",)
    assert len(found.nearness) == len(found.items)
    return found.items.tolist()


def test_without_variety_the_closest_come_first() -> None:
    assert drawn(4) == [0, 1, 2, 3]


def test_an_artist_is_never_twice_in_a_row() -> None:
    owners = ITEMS["artist_name"].to_list()
    for seed in range(20):
        listed = drawn(12, variety=1.0, seed=seed)
        assert len(set(listed)) == len(listed)
        assert all(owners[a] != owners[b] for a, b in pairwise(listed))


def test_no_artist_comes_more_often_than_the_query_allows() -> None:
    allowed = QueryOptions(max_per_artist=2)
    assert drawn(12, allowed) == [0, 1, 2, 3, 5, 7, 9, 11]
    assert drawn(12, allowed, explore=0.5) == [0, 9, 1, 8, 3, 11, 5, 7]


def test_a_share_is_from_the_tail() -> None:
    listed = drawn(8, explore=0.25)
    assert [one >= 8 for one in listed] == [False, False, False, True] * 2


@pytest.mark.parametrize("explore", [0, 0.25])
def test_it_is_said_where_the_query_leaves_nothing_to_explore(explore: float) -> None:
    def answer(seeds: object, size: int, options: QueryOptions) -> type[Answered]:
        return Nothing if options.strata else Answered

    order = RadioOrder(variety=0, explore=explore)
    found = draw(ITEMS, answer, np.array([0], np.int32), 4, order, QueryOptions())
    assert found.items.tolist() == [0, 1, 2, 3]
    said = ("nothing is explored: no tail or cold item fits the query",) if explore else ()
    assert found.notices == ("a note", *said)


def test_an_artist_of_many_tracks_leaves_the_list_as_long_as_it_was_asked_for() -> None:
    tracks = pl.DataFrame(
        {"name": "Song", "artist_name": ["Bach"] * 200 + [f"Artist {one}" for one in range(20)]}
    )
    asked = []

    def answer(seeds: object, size: int, options: QueryOptions) -> SimpleNamespace:
        asked.append(size)
        best = np.arange(min(size, len(tracks)), dtype=np.int32)
        return SimpleNamespace(items=best, affinities=1 / (1 + best.astype(np.float32)), notices=())

    def listed(n: int) -> list[int]:
        order = RadioOrder(variety=0, explore=0)
        return draw(tracks, answer, np.array([0], np.int32), n, order, QueryOptions()).items.tolist()

    assert listed(4) == [0, 200, 1, 201]
    assert asked == [100, 400]
    assert len(listed(41)) == 41
    assert len(listed(60)) == 41  # then all that is left is of Bach


def test_the_seed_decides_the_order() -> None:
    assert drawn(8, variety=0.5, seed=1) == drawn(8, variety=0.5, seed=1)
    assert len({tuple(drawn(8, variety=0.5, seed=seed)) for seed in range(5)}) == 5


def test_the_closest_come_early_more_often() -> None:
    places = [drawn(6, variety=0.3, seed=seed) for seed in range(50)]
    assert sum(one[0] < 4 for one in places) > 35


def test_a_models_radio(model: Model) -> None:
    first = model.items["item_id"][0]
    listed = model.radio(first, 5, variety=0, explore=0)
    assert listed["item_id"].to_list() == model.similar(first, 5)["item_id"].to_list()
    assert listed.columns == model.similar(first, 5).columns


def test_an_artist_of_tracks_alone_is_known_by_the_tracks(tracks_model: Model) -> None:
    assert set(tracks_model.radio("can", 1)["artist_name"]) == {"ID: M"}
    assert len(tracks_model.radio("can", 4)) == 1  # all others are of the artist before
    for unknown in ("Faust", "ID: M"):  # what begins with "id:" is an id, never a name
        with pytest.raises(UnknownItemError):
            tracks_model.radio(unknown)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [({"variety": 2.0}, "variety is 2"), ({"explore": -1.0}, "explore is -1"), ({"seed": -1}, "seed is -1")],
)
def test_numbers_out_of_range(model: Model, asked: dict[str, float], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        model.radio(model.items["item_id"][0], **asked)  # type: ignore[arg-type]


def test_a_share_of_the_tail_of_some_strata_makes_no_sense(model: Model) -> None:
    with pytest.raises(ConfigError, match="strata") as refused:
        model.radio(model.items["item_id"][0], strata=["head"])
    assert refused.value.remedy == "set explore to 0, or name no strata"
    assert len(model.radio(model.items["item_id"][0], explore=0, strata=["head"])) >= 0

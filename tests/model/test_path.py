"""A walk from one item to another: small maps of roads where anyone sees the way."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tigertail.errors import ConfigError, UnknownItemError
from tigertail.model import Model
from tigertail.model.path import LISTED, Neighbourhoods, find_path, find_path_of

Roads = dict[int, dict[int, float]]


def both_ways(*roads: tuple[int, int, float]) -> Roads:
    found: Roads = {}
    for a, b, share in roads:
        found.setdefault(a, {})[b] = share
        found.setdefault(b, {})[a] = share
    return found


def on(roads: Roads) -> Neighbourhoods:
    return Neighbourhoods(lambda items: [roads.get(item, {}) for item in items])


LINE = both_ways((0, 1, 0.9), (1, 2, 0.9), (2, 3, 0.9))
SHORTCUT = both_ways((0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (0, 3, 0.06))


def test_it_goes_along_the_line() -> None:
    assert find_path(0, 3, on(LINE)) == [0, 1, 2, 3]
    assert find_path(3, 0, on(LINE)) == [3, 2, 1, 0]


def test_small_steps_are_preferred_to_a_large_one() -> None:
    assert find_path(0, 3, on(SHORTCUT)) == [0, 1, 2, 3]


def test_near_ends_need_no_detour() -> None:
    assert find_path(0, 3, on(both_ways((0, 1, 1.0), (1, 3, 1.0), (0, 3, 0.8)))) == [0, 3]


def test_a_hub_that_lists_neither_end_is_avoided() -> None:
    roads = both_ways((0, 1, 0.7), (1, 2, 0.7))
    for end in (0, 2):
        roads[end][9] = 0.8  # everyone lists it; its own list has others
    roads[9] = {8: 1.0}
    assert find_path(0, 2, on(roads)) == [0, 1, 2]


def test_no_road_is_no_walk() -> None:
    assert find_path(0, 9, on(LINE | {9: {8: 1.0}})) == []


def test_from_an_item_to_itself() -> None:
    assert find_path(2, 2, on(LINE)) == [2]


def test_fewer_items_take_the_shortcut_and_none_is_none() -> None:
    assert find_path_of(0, 3, on(SHORTCUT), 2) == [0, 3]
    assert find_path_of(0, 3, on(LINE), 3) == []


def test_more_items_split_the_widest_step() -> None:
    roads = both_ways((0, 1, 1.0), (1, 3, 0.3), (1, 2, 0.6), (2, 3, 0.6), (0, 3, 0.01))
    assert find_path(0, 3, on(roads)) == [0, 1, 3]
    assert find_path_of(0, 3, on(roads), 4) == [0, 1, 2, 3]
    assert find_path_of(0, 3, on(roads), 9) == [0, 1, 2, 3]  # no more lie between


@pytest.mark.parametrize("n", [None, 4])
def test_every_step_of_a_models_path_is_in_a_list(model: Model, n: int | None) -> None:
    first, *_, last = model.similar(model.items["item_id"][0], 6)["item_id"]
    walked = model.path(first, last, n)
    ids = walked["item_id"].to_list()
    assert (ids[0], ids[-1], len(set(ids))) == (first, last, len(ids))
    assert walked["score"][0] == 1.0
    for a, b in pairwise(ids):
        lists = [model.similar(one, LISTED)["item_id"].to_list() for one in (a, b)]
        assert b in lists[0] or a in lists[1]


def test_an_artist_of_tracks_alone_is_known_by_the_best_known_of_them(tracks_model: Model) -> None:
    assert tracks_model.path("can", "Song 5")["item_id"].to_list() == ["t0", "t5"]
    assert tracks_model.path("can", "CAN")["item_id"].to_list() == ["t0"]
    for unknown in ("Faust", "ID: M"):  # what begins with "id:" is an id, never a name
        with pytest.raises(UnknownItemError):
            tracks_model.path("can", unknown)


def test_words_for_what_is_wrong(model: Model) -> None:
    first = model.items["item_id"][0]
    with pytest.raises(ConfigError, match="a path of 1 items"):
        model.path(first, model.items["item_id"][1], 1)
    with pytest.raises(UnknownItemError):
        model.path(first, "no such item")
    more = "allow more items (by kind, stratum, exclude), or"
    for n, remedy in ((None, more), (2, f"ask for a longer one, {more}")):
        with pytest.raises(ConfigError, match="no path") as told:
            model.path(
                first,
                model.items["item_id"][-1],
                n,
                strata=["cold"],
                exclude=model.items["item_id"].to_list()[1:-1],
            )
        assert told.value.remedy.startswith(remedy)

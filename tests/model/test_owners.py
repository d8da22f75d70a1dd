"""Lists with at most so many tracks of one artist."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tigertail.errors import ConfigError
from tigertail.model import Model
from tigertail.model.owners import among_first, owners

CAN = {"t0", "t1"}  # the other four tracks are by ID: M


def artists(listed: list[str]) -> Counter[bool]:
    return Counter(item in CAN for item in listed)


def test_a_track_is_its_artists_and_compares_with_others(tracks_model: Model) -> None:
    numbers = owners(tracks_model.items, np.arange(6, dtype=np.int32))
    is_can = np.array([item in CAN for item in tracks_model.items["item_id"]])
    assert len(set(numbers[is_can])) == len(set(numbers[~is_can])) == 1
    assert set(numbers[is_can]) != set(numbers[~is_can])


def test_the_first_of_each_are_kept() -> None:
    assert among_first(np.array([3, 3, 1, 3, 1]), 1).tolist() == [0, 2]
    assert among_first(np.array([], np.int64), 1).tolist() == []


@pytest.mark.parametrize("exact", [None, True])
def test_a_list_has_so_many_tracks_of_an_artist_and_the_next_best_of_others(
    tracks_model: Model, exact: bool | None
) -> None:
    every = tracks_model.similar("t5", 5, exact=exact)["item_id"].to_list()
    listed = tracks_model.similar("t5", 2, max_per_artist=1, exact=exact)["item_id"].to_list()
    assert artists(listed) == {True: 1, False: 1}
    assert listed == [
        item for place, item in enumerate(every) if (item in CAN) not in [e in CAN for e in every[:place]]
    ]
    assert len(tracks_model.similar("t5", 5, max_per_artist=1, exact=exact)) == 2, "there are two artists"
    whole = tracks_model.similar("t5", 5, max_per_artist=4, exact=exact)["item_id"].to_list()
    assert whole == every


def test_lists_of_many_queries_and_for_a_listener_have_so_many_too(tracks_model: Model) -> None:
    lists = tracks_model.neighbours(top=3, max_per_artist=1)
    for (query,), rows in lists.group_by("target_item_id"):
        alone = tracks_model.similar(str(query), 3, max_per_artist=1)["item_id"].to_list()
        assert rows.sort("rank")["item_id"].to_list() == alone
        assert rows["rank"].sort().to_list() == list(range(1, len(rows) + 1))
    for_listener = tracks_model.recommend(["t2", "t3"], 4, max_per_artist=1, include_known=True)
    assert artists(for_listener["item_id"].to_list()) == {True: 1, False: 1}


def test_reasons_are_those_of_what_is_listed(tracks_model: Model) -> None:
    every = tracks_model.similar("t5", 5, why=True)
    listed = tracks_model.similar("t5", 2, max_per_artist=1, why=True)
    reasons = dict(zip(every["item_id"], every["why"].to_list(), strict=True))
    assert [reasons[item] for item in listed["item_id"]] == listed["why"].to_list()


def test_a_path_takes_what_steps_it_needs(tracks_model: Model) -> None:
    with pytest.raises(ConfigError, match="max_per_artist does not hold for a path"):
        tracks_model.path("t0", "t5", max_per_artist=1)

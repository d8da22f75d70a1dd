"""The true affinity, which only a simulated world knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError
from tigertail.simulation import WorldConfig, true_affinity
from tigertail.simulation.truth import DEPTH, affinities, affinity_lists
from tigertail.simulation.world import World, make_world


def two_camps() -> World:
    """One listener of rock, one of jazz, one of both; two rock artists, two jazz artists."""
    made = make_world(WorldConfig(listeners=10, artists=20, artists_per_listener=2), np.random.default_rng(0))
    return replace(
        made,
        config=made.config.model_copy(update={"listeners": 3, "artists": 4}),
        taste=np.array([[5.0, 0.0], [0.0, 5.0], [3.0, 3.0]]),
        style=np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]]),
    )


def test_artists_of_one_camp_are_near_each_other() -> None:
    lists = affinity_lists(two_camps(), pl.Series(["rock 1", "rock 2", "jazz 1", "jazz 2"]))
    nearest = dict(lists.filter(pl.col(c.RANK) == 1).select(c.TARGET_ITEM_ID, c.ITEM_ID).iter_rows())
    assert nearest == {"rock 1": "rock 2", "rock 2": "rock 1", "jazz 1": "jazz 2", "jazz 2": "jazz 1"}


def test_the_formula() -> None:
    world = two_camps()
    utility = world.taste @ world.style.T
    weight = np.exp(utility) / np.exp(utility).sum(axis=0)
    np.testing.assert_allclose(affinities(world, slice(None)), weight.T @ utility)


def test_truth_is_complete(small_world: Dataset) -> None:
    truth = true_affinity(small_world)
    artists = set(small_world.items[c.ITEM_ID])
    assert truth.columns == [c.TARGET_ITEM_ID, c.ITEM_ID, c.SCORE, c.RANK]
    assert set(truth[c.TARGET_ITEM_ID]) == artists
    assert set(truth[c.ITEM_ID]) <= artists
    assert truth.height == len(artists) * DEPTH
    assert truth.filter(pl.col(c.TARGET_ITEM_ID) == pl.col(c.ITEM_ID)).is_empty()
    assert truth.select(c.TARGET_ITEM_ID, c.ITEM_ID).is_unique().all()


def test_scores_fall_with_rank(small_world: Dataset) -> None:
    for _, neighbours in true_affinity(small_world).group_by(c.TARGET_ITEM_ID):
        assert neighbours[c.RANK].to_list() == list(range(1, DEPTH + 1))
        assert neighbours[c.SCORE].is_sorted(descending=True)


def test_truth_is_directed(small_world: Dataset) -> None:
    top = true_affinity(small_world).filter(pl.col(c.RANK) <= 10)
    there = set(top.select(c.TARGET_ITEM_ID, c.ITEM_ID).iter_rows())
    back = {(b, a) for a, b in there}
    assert 0.1 < len(there & back) / len(there) < 0.9


def test_artists_of_one_genre_have_different_neighbours() -> None:
    world = make_world(WorldConfig(listeners=500, artists=400), np.random.default_rng(0))
    lists = affinity_lists(world, pl.Series([str(code) for code in range(400)]))
    genre = np.flatnonzero(world.genre == np.bincount(world.genre).argmax())
    tops = [
        frozenset(lists.filter((pl.col(c.TARGET_ITEM_ID) == str(code)) & (pl.col(c.RANK) <= 10))[c.ITEM_ID])
        for code in genre
    ]
    assert len(set(tops)) > 0.9 * len(tops)


def test_real_data_have_no_known_truth(tmp_path: Path) -> None:
    plays = pl.DataFrame({c.LISTENER_ID: ["ann"], c.ITEM_ID: ["a"], c.PLAYS: [1.0]})
    real = Dataset.write(tmp_path / "real", {c.PLAYS_TABLE: plays}, name="real")
    with pytest.raises(DataError, match="not known"):
        true_affinity(real)

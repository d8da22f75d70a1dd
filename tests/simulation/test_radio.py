"""Radio shows."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tigertail import columns as c
from tigertail.simulation.config import WorldConfig
from tigertail.simulation.listening import listen
from tigertail.simulation.radio import PLACES, SHOWS, air_shows
from tigertail.simulation.world import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    config = WorldConfig(listeners=300, artists=1_000, countries=4, artists_per_listener=20, djs=30)
    return make_world(config, np.random.default_rng(0))


@pytest.fixture(scope="module")
def shows(world: World) -> pl.DataFrame:
    return air_shows(world, np.random.default_rng(1))


def test_every_dj_has_shows_of_distinct_artists(shows: pl.DataFrame) -> None:
    sizes = shows.group_by(c.CURATOR, c.SEQUENCE_ID).agg(pl.col("item").n_unique(), pl.col(c.POSITION).sort())
    assert len(sizes) == 30 * SHOWS
    assert sizes["item"].unique().to_list() == [PLACES]
    assert sizes[c.POSITION].list.max().unique().to_list() == [PLACES - 1]


def share_of_pairs_in_one_genre(groups: np.ndarray, genre: np.ndarray) -> float:
    same = groups[:, None] == groups
    np.fill_diagonal(same, False)
    return float((genre[:, None] == genre)[same].mean())


def test_a_show_has_a_theme_and_a_dj_a_taste(world: World, shows: pl.DataFrame) -> None:
    genre = world.genre[shows["item"].to_numpy()]
    shows_, djs = (shows[name].to_numpy() for name in (c.SEQUENCE_ID, c.CURATOR))
    by_chance = float(np.square(np.bincount(genre) / genre.size).sum())
    of_a_dj = share_of_pairs_in_one_genre(djs, genre)
    assert of_a_dj > 3 * by_chance
    assert share_of_pairs_in_one_genre(shows_, genre) > 1.2 * of_a_dj


def test_djs_dig_deeper_than_listeners(world: World, shows: pl.DataFrame) -> None:
    heard = np.concatenate([artist for _, artist, _ in listen(world, np.random.default_rng(2))])
    obscure = world.log_popularity < np.median(world.log_popularity)
    assert obscure[shows["item"].to_numpy()].mean() > 2 * obscure[heard].mean()


def test_an_artist_nobody_hears_may_be_on_the_radio(world: World, shows: pl.DataFrame) -> None:
    heard = np.concatenate([artist for _, artist, _ in listen(world, np.random.default_rng(2))])
    assert np.setdiff1d(shows["item"].to_numpy(), heard).size > 0


def test_a_small_world_has_short_shows() -> None:
    config = WorldConfig(listeners=20, artists=24, artists_per_listener=5, djs=2)
    shows = air_shows(make_world(config, np.random.default_rng(0)), np.random.default_rng(1))
    assert shows[c.POSITION].max() == 5

"""Who listens to what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tigertail.simulation.config import WorldConfig
from tigertail.simulation.listening import listen, log_encounter, utilities
from tigertail.simulation.world import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    config = WorldConfig(listeners=400, artists=300, countries=6, artists_per_listener=20, genres=4)
    return make_world(config, np.random.default_rng(0))


def heard(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    listener, artist, plays = map(np.concatenate, zip(*listen(world, np.random.default_rng(1)), strict=True))
    return listener, artist, plays


def test_a_listener_plays_distinct_artists_in_order(world: World) -> None:
    listener, artist, plays = heard(world)
    pair = listener * world.config.artists + artist
    assert (np.diff(pair) > 0).all()
    assert plays.min() == 1


def test_everybody_plays_about_as_many_artists_as_asked(world: World) -> None:
    artists = np.bincount(heard(world)[0])
    assert artists.size == world.config.listeners
    assert artists.min() >= 2
    assert artists.mean() == pytest.approx(20, rel=0.1)


def test_play_counts_have_a_heavy_tail(world: World) -> None:
    plays = heard(world)[2]
    assert plays.max() > 20 * np.median(plays)


def test_listeners_play_what_they_like(world: World) -> None:
    utility = utilities(world, slice(None))
    listener, artist, _ = heard(world)
    assert utility[listener, artist].mean() > utility.mean() + utility.std()


def test_popular_artists_are_played_by_more(world: World) -> None:
    listeners = np.bincount(heard(world)[1], minlength=world.config.artists)
    order = np.argsort(world.log_popularity)
    assert listeners[order[-75:]].sum() > 4 * listeners[order[:75]].sum()


def test_local_artists_are_hardly_heard_of_abroad(world: World) -> None:
    artist = int(np.flatnonzero(world.local & (world.home == 1))[0])
    seen = log_encounter(world, slice(None))[:, artist]
    here = (world.culture == 1) | (world.residence == 1)
    assert seen[here].min() > seen[~here].max()


def home_bias(world: World) -> float:
    """How many times as often as by chance a listener's artist is from their country."""
    listener, artist, _ = heard(world)
    by_chance = world.culture[np.random.default_rng(2).permutation(listener)]
    return float(
        np.mean(world.home[artist] == world.culture[listener]) / np.mean(world.home[artist] == by_chance)
    )


def test_listeners_prefer_artists_of_their_country(world: World) -> None:
    assert home_bias(world) > 1.5


def test_without_local_structure_there_is_no_home_bias(world: World) -> None:
    flat = make_world(world.config.model_copy(update={"local_structure": 0.0}), np.random.default_rng(0))
    assert home_bias(flat) == pytest.approx(1, abs=0.08)


def test_a_listener_of_the_diaspora_keeps_the_taste_of_home(world: World) -> None:
    moved = replace(world, residence=(world.culture + 1) % world.config.countries)
    assert home_bias(moved) > 1.3

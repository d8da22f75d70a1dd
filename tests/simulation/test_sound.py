"""What artists sound like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tigertail.simulation.config import WorldConfig
from tigertail.simulation.sound import SCALES, USELESS, describe_sound
from tigertail.simulation.world import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    config = WorldConfig(listeners=200, artists=600, countries=4, artists_per_listener=20)
    return make_world(config, np.random.default_rng(0))


def described(world: World, columns: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the artists whose sound is known, and the ranks of some columns, which have one scale."""
    rows = describe_sound(world, np.random.default_rng(1))
    return rows["item"].to_numpy(), rows.select(pl.col(columns).rank()).to_numpy()


def neighbours_in_genre(world: World, columns: list[str]) -> float:
    """How many times as often as by chance the nearest artist is of the same genre."""
    artist, ranks = described(world, columns)
    distance = np.square(ranks[:, None] - ranks).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    genre = world.genre[artist]
    return float(np.mean(genre[distance.argmin(axis=1)] == genre) / np.mean(genre[:, None] == genre))


def test_artists_of_one_genre_sound_alike(world: World) -> None:
    assert neighbours_in_genre(world, list(SCALES)) > 3


def test_some_columns_say_nothing(world: World) -> None:
    assert neighbours_in_genre(world, list(USELESS)) == pytest.approx(1, abs=0.5)


def test_home_is_heard_through_the_scene_alone(world: World) -> None:
    elsewhere = replace(world, home=(world.home + 1) % 4)
    for made in (world, elsewhere):
        assert describe_sound(made, np.random.default_rng(1)).equals(
            describe_sound(world, np.random.default_rng(1))
        )


def test_as_many_artists_are_described_as_asked(world: World) -> None:
    rows = describe_sound(world, np.random.default_rng(1))
    assert len(rows) == rows["item"].n_unique() == round(0.85 * 600)
    assert rows["item"].is_sorted()


def test_columns_are_finite_and_on_scales_of_their_own(world: World) -> None:
    rows = describe_sound(world, np.random.default_rng(1))
    assert rows.select(pl.all().exclude("item").is_finite().all()).row(0) == (True,) * (rows.width - 1)
    assert rows["energy"].is_between(0, 1).all()
    assert rows["loudness"].mean() < 0
    assert 80 < rows["tempo"].mean() < 160
    assert rows["duration_ms"].mean() > 100_000
    assert rows["key"].is_between(0, 11).all()

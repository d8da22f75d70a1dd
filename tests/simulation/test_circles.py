"""Who is named beside an artist."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tigertail.simulation.circles import draw_among, mentioned
from tigertail.simulation.config import WorldConfig
from tigertail.simulation.world import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(WorldConfig(listeners=100, artists=500, countries=6), np.random.default_rng(0))


def test_a_member_of_the_group_is_drawn_by_weight() -> None:
    groups, weight = np.array([1, 0, 1, 0]), np.array([3.0, 1.0, 1.0, 0.0])
    drawn = draw_among(groups, weight, np.repeat([0, 1], 4_000), np.random.default_rng(0))
    assert set(drawn[:4_000]) == {1}
    assert np.mean(drawn[4_000:] == 0) == pytest.approx(0.75, abs=0.03)


def test_an_empty_group_has_nobody() -> None:
    assert draw_among(np.array([2]), np.ones(1), np.array([1, 3]), np.random.default_rng(0)).tolist() == [
        -1,
        -1,
    ]


def test_nobody_is_named_beside_themselves(world: World) -> None:
    owner = np.repeat(np.arange(500), 40)
    drawn = mentioned(world, owner, np.random.default_rng(0))
    assert not (drawn == owner).any()
    assert drawn.min() >= 0
    assert drawn.max() < 500


def test_those_of_the_same_genre_and_country_are_named_most(world: World) -> None:
    owner = np.repeat(np.arange(500), 40)
    drawn = mentioned(world, owner, np.random.default_rng(0))
    other = mentioned(world, np.random.default_rng(1).permutation(owner), np.random.default_rng(0))
    for trait in (world.genre, world.home):
        assert np.mean(trait[drawn] == trait[owner]) > 2 * np.mean(trait[other] == trait[owner])


def test_the_popular_are_named_more(world: World) -> None:
    drawn = mentioned(world, np.repeat(np.arange(500), 40), np.random.default_rng(0))
    times = np.bincount(drawn, minlength=500)[np.argsort(world.log_popularity)]
    assert times[-100:].sum() > 2 * times[:100].sum()


def test_the_only_artist_of_a_genre_has_somebody_beside_them(world: World) -> None:
    alone = replace(world, genre=np.arange(500), home=np.arange(500))
    drawn = mentioned(alone, np.full(1_000, 7), np.random.default_rng(0))
    assert 7 not in drawn
    assert len(set(drawn)) > 50

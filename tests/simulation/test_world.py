"""Who lives in the simulated world."""

from __future__ import annotations

import numpy as np

from tigertail.simulation.config import WorldConfig
from tigertail.simulation.world import World, make_cold, make_world, popularity_quantile


def world(**settings: float) -> World:
    config = WorldConfig.checked(listeners=2_000, artists=1_000, **settings)
    return make_world(config, np.random.default_rng(0))


def test_countries_have_very_unequal_numbers_of_listeners() -> None:
    listeners = np.bincount(world().culture, minlength=24)
    assert listeners.argmax() == 0
    assert listeners.max() > 20 * listeners.min()


def test_some_listeners_live_abroad() -> None:
    abroad = world(diaspora=0.2)
    home = world(diaspora=0.0)
    assert 0.1 < np.mean(abroad.culture != abroad.residence) < 0.2
    assert (home.culture == home.residence).all()


def test_local_artists_belong_to_a_scene_of_their_own_country() -> None:
    made = world()
    genres, own = made.config.genres, made.config.scenes_per_country
    assert ((made.genre[made.local] - genres) // own == made.home[made.local]).all()
    assert (made.genre[~made.local] < genres).all()


def test_the_popular_are_more_often_international() -> None:
    made = world()
    popular = made.log_popularity > np.median(made.log_popularity)
    assert made.local[popular].mean() < made.local[~popular].mean()


def test_without_local_structure_nobody_is_local() -> None:
    made = world(local_structure=0.0)
    scenes = made.taste[:, made.config.genres :][:, : made.config.countries * made.config.scenes_per_country]
    assert not made.local.any()
    assert not scenes.any()


def test_cold_artists_are_of_every_popularity() -> None:
    made = world(cold=0.3)
    assert not made.cold.any()
    with_cold = make_cold(made, np.random.default_rng(1))
    assert with_cold.cold.sum() == 300
    assert (
        abs(made.log_popularity[with_cold.cold].mean() - made.log_popularity.mean())
        < 0.2 * made.log_popularity.std()
    )


def test_the_quantile_of_popularity_is_the_share_of_those_less_popular() -> None:
    np.testing.assert_allclose(popularity_quantile(np.array([-1.0, -3.0, -2.0, 0.0])), [0.5, 0, 0.25, 0.75])

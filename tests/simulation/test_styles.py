"""What is true of an artist's style."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tigertail.simulation.config import WorldConfig
from tigertail.simulation.styles import draw_genres, genre_weights, known_of, marked_moods, moods
from tigertail.simulation.world import MOOD_AXES, World, make_world


def world() -> World:
    return make_world(WorldConfig(listeners=100, artists=400, countries=4), np.random.default_rng(0))


def test_style_is_genres_then_moods() -> None:
    made = world()
    np.testing.assert_allclose(genre_weights(made).sum(axis=1), 1)
    np.testing.assert_allclose(np.square(moods(made)).sum(axis=1), 1)


def test_a_genre_is_drawn_as_much_as_the_artist_belongs_to_it() -> None:
    made = world()
    mixed = int(genre_weights(made).max(axis=1).argmin())
    drawn = draw_genres(made, np.full(5_000, mixed), np.random.default_rng(0))
    share = np.bincount(drawn, minlength=genre_weights(made).shape[1]) / 5_000
    np.testing.assert_allclose(share, genre_weights(made)[mixed], atol=0.03)


def test_the_strongest_mood_marks_an_artist() -> None:
    made = world()
    style = made.style.copy()
    first = genre_weights(made).shape[1]
    style[:2, first : first + MOOD_AXES] = [[0, 0, 0.9, 0.1, 0, 0], [0, 0, 0, 0.1, 0, -0.9]]
    np.testing.assert_array_equal(marked_moods(replace(made, style=style), np.array([0, 1])), [5, 10])


def test_most_of_the_popular_and_some_others_are_known_of() -> None:
    made = world()
    known = known_of(made, 0.5, np.random.default_rng(1))
    assert len(set(known)) == 200
    assert (np.diff(known) > 0).all()
    has = np.isin(np.argsort(made.log_popularity), known)
    assert has[-80:].mean() > 0.8
    assert 0 < has[:80].mean() < 0.3

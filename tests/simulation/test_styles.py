"""What is true of an artist's style."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tigertail.simulation.config import WorldConfig
from tigertail.simulation.styles import draw_scenes, known_of, marked_moods, moods, scene_mix, standing
from tigertail.simulation.world import MOODS, World, make_world


def world() -> World:
    return make_world(WorldConfig(listeners=100, artists=400, countries=4), np.random.default_rng(0))


def test_style_is_scenes_then_moods() -> None:
    made = world()
    np.testing.assert_allclose(scene_mix(made).sum(axis=1), 1)
    np.testing.assert_allclose(np.square(moods(made)).sum(axis=1), 1)


def test_a_scene_is_drawn_as_much_as_the_artist_belongs_to_it() -> None:
    made = world()
    leaning = int(scene_mix(made).max(axis=1).argmin())
    drawn = draw_scenes(made, np.full(5_000, leaning), np.random.default_rng(0))
    share = np.bincount(drawn, minlength=scene_mix(made).shape[1]) / 5_000
    np.testing.assert_allclose(share, scene_mix(made)[leaning], atol=0.03)


def test_the_strongest_mood_marks_an_artist() -> None:
    made = world()
    style = made.style.copy()
    first = scene_mix(made).shape[1]
    style[:2, first : first + MOODS] = [[0, 0, 0.9, 0.1, 0, 0], [0, 0, 0, 0.1, 0, -0.9]]
    np.testing.assert_array_equal(marked_moods(replace(made, style=style), np.array([0, 1])), [5, 10])


def test_standing_is_the_share_of_those_less_famous() -> None:
    made = replace(world(), fame=np.array([-1.0, -3.0, -2.0, 0.0]))
    np.testing.assert_allclose(standing(made), [0.5, 0, 0.25, 0.75])


def test_most_of_the_famous_and_some_others_are_known_of() -> None:
    made = world()
    known = known_of(made, 0.5, np.random.default_rng(1))
    assert len(set(known)) == 200
    assert (np.diff(known) > 0).all()
    has = np.isin(np.argsort(made.fame), known)
    assert has[-80:].mean() > 0.8
    assert 0 < has[:80].mean() < 0.3

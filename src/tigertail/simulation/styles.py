"""True properties of an artist's style, from which tags, pages and sound are generated."""

from __future__ import annotations

from typing import Final

import numpy as np

from tigertail.simulation.world import MOOD_AXES, Codes, Reals, World, genre_count, popularity_quantile

# Weight of chance in which artists are known, relative to their quantile of popularity.
CHANCE: Final = 0.3


def genre_weights(world: World) -> Reals:
    """Return the degree to which each artist belongs to each genre, shape (artists, genres); rows sum to 1."""
    return world.style[:, : genre_count(world.config)]


def moods(world: World) -> Reals:
    """Return the mood of each artist, a unit vector, shape (artists, MOOD_AXES)."""
    genres = genre_count(world.config)
    return world.style[:, genres : genres + MOOD_AXES]


def draw_genres(world: World, artist: Codes, rng: np.random.Generator) -> Codes:
    """Draw a genre of each artist, the main or the second one, by their weights."""
    weights = genre_weights(world)
    other = np.where(weights == weights.max(axis=1, keepdims=True), 0, weights)
    second_weight = other.max(axis=1)
    drawn: Codes = np.where(
        rng.random(len(artist)) < second_weight[artist], other.argmax(axis=1)[artist], world.genre[artist]
    )
    return drawn


def marked_moods(world: World, artist: Codes) -> Codes:
    """Return the end of the mood axis that marks each artist most: twice the axis, plus 1 at its high end."""
    mood = moods(world)
    axis = np.abs(mood).argmax(axis=1)
    end = mood[np.arange(len(axis)), axis] > 0
    marked: Codes = (2 * axis + end)[artist]
    return marked


def known_of(world: World, share: float, rng: np.random.Generator) -> Codes:
    """Draw the artists that pages or facts are about, in the order of their codes.

    They are a share of all: most of the popular, some of the others.
    """
    known = popularity_quantile(world.log_popularity) + CHANCE * rng.standard_normal(
        world.log_popularity.size
    )
    chosen: Codes = np.argsort(-known, kind="stable")[: round(share * world.log_popularity.size)]
    return np.sort(chosen)

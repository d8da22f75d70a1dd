"""True properties of an artist's style, from which tags, pages and sound are generated."""

from __future__ import annotations

from typing import Final

import numpy as np

from tigertail.simulation.world import MOODS, Codes, Reals, World, scene_count

CHANCE: Final = 0.3  # weight of chance in which artists are known, relative to their standing from 0 to 1


def scene_mix(world: World) -> Reals:
    """Return the degree to which each artist belongs to each scene, shape (artists, scenes); rows sum to 1."""
    return world.style[:, : scene_count(world.config)]


def moods(world: World) -> Reals:
    """Return the mood of each artist, a unit vector, shape (artists, MOODS)."""
    scenes = scene_count(world.config)
    return world.style[:, scenes : scenes + MOODS]


def draw_scenes(world: World, artist: Codes, rng: np.random.Generator) -> Codes:
    """Draw a scene of each artist, its main one or the one it leans to, as much as it belongs there."""
    mix = scene_mix(world)
    other = np.where(mix == mix.max(axis=1, keepdims=True), 0, mix)
    lean = other.max(axis=1)
    drawn: Codes = np.where(
        rng.random(len(artist)) < lean[artist], other.argmax(axis=1)[artist], world.scene[artist]
    )
    return drawn


def marked_moods(world: World, artist: Codes) -> Codes:
    """Return the end of the mood axis that marks each artist most: twice the axis, plus 1 at its high end."""
    mood = moods(world)
    axis = np.abs(mood).argmax(axis=1)
    end = mood[np.arange(len(axis)), axis] > 0
    marked: Codes = (2 * axis + end)[artist]
    return marked


def standing(world: World) -> Reals:
    """Return the share of artists each artist is more famous than, from 0 to below 1, shape (artists,)."""
    count = world.fame.size
    rank: Reals = np.argsort(np.argsort(world.fame, kind="stable"), kind="stable") / count
    return rank


def known_of(world: World, share: float, rng: np.random.Generator) -> Codes:
    """Draw a share of the artists, in the order of their codes: most of the famous, some of the others."""
    known = standing(world) + CHANCE * rng.standard_normal(world.fame.size)
    chosen: Codes = np.argsort(-known, kind="stable")[: round(share * world.fame.size)]
    return np.sort(chosen)

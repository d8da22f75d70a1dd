"""Who is named beside an artist: those of the same scene, those from the same country, anybody."""

from __future__ import annotations

from typing import Final

import numpy as np

from tigertail.simulation.styles import draw_scenes
from tigertail.simulation.world import Codes, Reals, World

CIRCLES: Final = (0.5, 0.2, 0.3)  # how often somebody of the same scene, same country, or anybody
FOLLOW: Final = 0.5  # how much of the logarithm of fame goes into being mentioned


def mentioned(world: World, owner: Codes, rng: np.random.Generator) -> Codes:
    """Draw an artist to mention beside each owner, never the owner, the famous more often.

    Returns
    -------
    Codes
        Artist codes, as many as owners.
    """
    weight = np.exp(FOLLOW * (world.fame - world.fame.max()))
    everybody = np.zeros_like(world.home)
    circles = [
        draw_among(world.scene, weight, draw_scenes(world, owner, rng), rng),
        draw_among(world.home, weight, world.home[owner], rng),
        draw_among(everybody, weight, everybody[owner], rng),
    ]
    circle = rng.choice(len(CIRCLES), len(owner), p=CIRCLES)
    drawn = np.choose(circle, circles)
    alone = (drawn < 0) | (drawn == owner)
    artists = world.home.size
    anybody = (owner + rng.integers(1, artists, size=owner.size)) % artists  # but the owner
    others: Codes = np.where(alone, anybody, drawn)
    return others


def draw_among(groups: Codes, weight: Reals, wanted: Codes, rng: np.random.Generator) -> Codes:
    """Draw a member of each wanted group, by weight; -1 where the group is empty.

    Examples
    --------
    >>> groups, weight = np.array([7, 5, 7]), np.array([0.0, 1.0, 1.0])
    >>> draw_among(groups, weight, np.array([7, 5, 6]), np.random.default_rng(0))
    array([ 2,  1, -1])
    """
    order = np.argsort(groups, kind="stable")
    bound = np.concatenate([[0.0], np.cumsum(weight[order])])
    start = np.searchsorted(groups[order], wanted, side="left")
    end = np.searchsorted(groups[order], wanted, side="right")
    mark = bound[start] + rng.random(len(wanted)) * (bound[end] - bound[start])
    place = np.clip(np.searchsorted(bound, mark, side="right") - 1, start, np.maximum(end - 1, start))
    drawn: Codes = np.where(start < end, order[np.minimum(place, len(order) - 1)], -1)
    return drawn

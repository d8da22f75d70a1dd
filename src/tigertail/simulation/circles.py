"""Artists mentioned on a page: of the same genre, of the same country, or any others."""

from __future__ import annotations

from typing import Final

import numpy as np

from tigertail.simulation.styles import draw_genres
from tigertail.simulation.world import Codes, Reals, World

CIRCLES: Final = (0.5, 0.2, 0.3)  # shares of mentions: same genre, same country, any artist
FOLLOW: Final = 0.5  # how much of the logarithm of popularity goes into being mentioned


def mentioned(world: World, owner: Codes, rng: np.random.Generator) -> Codes:
    """Draw an artist to mention on the page of each owner, never the owner, the popular more often.

    Returns
    -------
    Codes
        Artist codes, as many as owners.
    """
    weight = np.exp(FOLLOW * (world.log_popularity - world.log_popularity.max()))
    one_group = np.zeros_like(world.home)
    circles = [
        draw_among(world.genre, weight, draw_genres(world, owner, rng), rng),
        draw_among(world.home, weight, world.home[owner], rng),
        draw_among(one_group, weight, one_group[owner], rng),
    ]
    circle = rng.choice(len(CIRCLES), len(owner), p=CIRCLES)
    drawn = np.choose(circle, circles)
    # Where nobody was drawn, or the owner, any other artist is mentioned, one as likely as another.
    replaced = (drawn < 0) | (drawn == owner)
    artists = world.home.size
    any_other = (owner + rng.integers(1, artists, size=owner.size)) % artists
    others: Codes = np.where(replaced, any_other, drawn)
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

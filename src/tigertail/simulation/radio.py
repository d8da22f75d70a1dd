"""Radio shows: sequences by DJs, who know far more of the long tail than listeners do.

The taste of a DJ is drawn like that of a listener, so country and language count in it as in a listener's. But
popularity has less weight, and an artist from abroad is found as easily as one from home. Each show has a theme, one of
the DJ's genres. Artists that no listener comes across (``cold``) may be played too.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.simulation.numerics import product, row_blocks
from tigertail.simulation.world import (
    Codes,
    Reals,
    World,
    genre_count,
    listener_shares,
    tastes,
)

SHOWS: Final = 12  # of a DJ
PLACES: Final = 20  # artists of a show; a quarter of the world's where these are fewer
DEPTH: Final = 0.25  # how much of the logarithm of popularity a DJ follows
THEME: Final = 4.0  # utility of an artist in the middle of a show's genre
FREEDOM: Final = 1.5  # temperature of a choice


def air_shows(world: World, rng: np.random.Generator) -> pl.DataFrame:
    """Simulate the shows of DJs.

    Distinct artists of a show are drawn with probability proportional to ``exp((u + theme + DEPTH log popularity) /
    FREEDOM)``, with u the artist's utility by the DJ's taste. How they are drawn is as for listeners
    (:mod:`tigertail.simulation.listening`).

    Returns
    -------
    pl.DataFrame
        Columns curator and sequence_id (codes from 0), position, item (an artist code); by show and position.
    """
    config = world.config
    culture = rng.choice(config.countries, config.djs, p=listener_shares(config))
    taste = tastes(culture, config, rng)
    dj = np.repeat(np.arange(config.djs), SHOWS)
    theme = _themes(taste[dj, : genre_count(config)], rng)
    wish = taste[dj]
    wish[np.arange(len(dj)), theme] += THEME
    places = min(PLACES, config.artists // 4)
    chosen: list[Codes] = [np.empty((0, places), np.int64)]
    for block in row_blocks(len(dj), config.artists):
        score = (product(wish[block], world.style.T) + DEPTH * world.log_popularity) / FREEDOM
        score -= np.log(rng.standard_exponential(score.shape))  # plus Gumbel noise
        best = np.argpartition(-score, places - 1, axis=1)[:, :places]
        # Sorted first, since how a partition orders what it finds differs between machines.
        chosen.append(rng.permuted(np.sort(best, axis=1), axis=1))
    items = np.concatenate(chosen)
    return pl.DataFrame(
        {
            c.CURATOR: np.repeat(dj, places),
            c.SEQUENCE_ID: np.repeat(np.arange(len(dj)), places),
            c.POSITION: np.tile(np.arange(places, dtype=np.int32), len(dj)),
            "item": items.ravel(),
        }
    )


def _themes(genres: Reals, rng: np.random.Generator) -> Codes:
    """Draw a genre for each row, as much as it is liked."""
    bound = np.cumsum(genres, axis=1)
    drawn: Codes = (bound < (rng.random(len(genres)) * bound[:, -1])[:, None]).sum(axis=1)
    return drawn

"""Annotations by experts: genres and homes of artists, as in an encyclopaedia, with few errors.

They do not depend on listeners, so they also cover artists without listeners.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.simulation.styles import draw_genres, known_of
from tigertail.simulation.tagging import GENRE, HOME, true_labels
from tigertail.simulation.world import World

STATEMENTS: Final = 3  # of genres, about an artist; those that repeat one another count once
WRONG: Final = 0.05  # share of statements of a genre that name any genre instead, by chance even a true one
FACETS: Final = {GENRE: "genre", HOME: "hometown"}


def state_facts(world: World, rng: np.random.Generator) -> pl.DataFrame:
    """State the genres and the home of some artists.

    Returns
    -------
    pl.DataFrame
        Columns item (an artist code), facet, label; a row only once.
    """
    labels = true_labels(world)
    known = known_of(world, world.config.facts, rng)
    stated = np.repeat(known, STATEMENTS)
    genre = draw_genres(world, stated, rng)
    wrong = rng.random(len(genre)) < WRONG
    genre = np.where(wrong, rng.integers(len(labels[GENRE]), size=len(genre)), genre)
    facts = {GENRE: (stated, genre), HOME: (known, world.home[known])}
    rows = [
        pl.DataFrame({"item": item, c.LABEL: labels[kind].gather(label)}).with_columns(
            pl.lit(FACETS[kind]).alias(c.FACET)
        )
        for kind, (item, label) in facts.items()
    ]
    return pl.concat(rows).select("item", c.FACET, c.LABEL).unique().sort("item", c.FACET, c.LABEL)

"""Plays: encounters decide which artists a listener comes across, taste which of them the listener plays.

A listener picks distinct artists with probability proportional to ``exp(log_encounter + utility)``. The draw
without replacement is the Gumbel top-k trick (W. Kool et al., "Stochastic Beams and Where to Find Them",
ICML 2019): add Gumbel noise to the logarithms and keep the k largest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from tigertail.progress import track
from tigertail.simulation.numerics import product, row_blocks
from tigertail.simulation.services import Services
from tigertail.simulation.world import Codes, Flags, Reals, World

PENALTY_ABROAD: Final = 3.0  # on the logarithm of how often a local artist is come across abroad
SPREAD: Final = 0.5  # of the logarithm of artists a listener
MEAN_LOG_PLAYS: Final = 2.5  # of the plays to expect of one artist by one listener, beyond the first play
ACTIVITY: Final = 0.8  # spread of that logarithm between listeners
WHIM: Final = 1.0  # the same, between one listener's artists
FONDNESS: Final = 0.3  # how much of the utility goes into playing an artist more


def listen(
    world: World, rng: np.random.Generator, services: Services | None = None
) -> Iterator[tuple[Codes, Codes, Codes]]:
    """Let everybody listen, a block of listeners at a time.

    Chance is drawn block by block, so that blocks of another size (:func:`~tigertail.simulation.numerics.row_blocks`)
    give other plays from the same seed.

    Parameters
    ----------
    world
        The listeners and artists.
    rng
        Random generator.
    services
        What everybody can play; None means everything. Who cannot play one artist plays another instead, but nobody
        plays more than half of what they can.

    Yields
    ------
    tuple
        Listener codes, artist codes and plays, one entry a listener and artist, sorted by listener and
        artist.
    """
    config = world.config
    drawn = rng.lognormal(np.log(config.artists_per_listener) - SPREAD**2 / 2, SPREAD, config.listeners)
    wanted = np.clip(np.rint(drawn), 2, config.artists // 2).astype(np.int64)
    activity = rng.normal(MEAN_LOG_PLAYS, ACTIVITY, config.listeners)
    for block in track(row_blocks(config.listeners, config.artists), "listening"):
        utility = utilities(world, block)
        score = utility + log_encounter(world, block)
        if services is not None:
            reach = services.within_reach(world, block) & ~world.cold
            score[~reach] = -np.inf
            wanted[block] = np.clip(wanted[block], 1, np.maximum(reach.sum(axis=1) // 2, 1))
        score -= np.log(rng.standard_exponential(score.shape))  # plus Gumbel noise
        row, artist = _top(score, wanted[block])
        fond = utility[row, artist]
        # The mean comes off: of a listener's artists those liked more get more plays, the others fewer.
        fond -= (np.bincount(row, fond) / wanted[block])[row]
        log_rate = activity[block][row] + FONDNESS * fond + WHIM * rng.standard_normal(row.size)
        yield block.start + row, artist, 1 + rng.poisson(np.exp(log_rate))


def utilities(world: World, block: slice) -> Reals:
    """Return the utility of each artist for a block of listeners, shape (listeners, artists)."""
    return product(world.taste[block], world.style.T)


def log_encounter(world: World, block: slice) -> Reals:
    """Return how often a block of listeners comes across each artist, whatever their taste, as a logarithm."""
    here = (world.home == world.culture[block, None]) | (world.home == world.residence[block, None])
    penalty = world.config.local_structure * PENALTY_ABROAD * (world.local & ~here)
    result: Reals = np.where(world.cold, -np.inf, world.log_popularity - penalty)
    return result


def _top(score: Reals, wanted: Codes) -> tuple[Codes, Codes]:
    """Return the rows and columns of the ``wanted`` largest scores of each row, by row, then column."""
    most = int(wanted.max())
    columns = np.argpartition(-score, most - 1, axis=1)[:, :most]
    best = np.argsort(-np.take_along_axis(score, columns, axis=1), axis=1, kind="stable")
    columns = np.take_along_axis(columns, best, axis=1)
    chosen: Flags = np.zeros(score.shape, dtype=np.bool_)
    row, place = np.nonzero(np.arange(most) < wanted[:, None])
    chosen[row, columns[row, place]] = True
    rows, artists = np.nonzero(chosen)
    return rows, artists

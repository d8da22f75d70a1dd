"""Radio: a list of what is like some items, in an order that varies, an artist never twice in a row.

The order is that of log(share) + variety G, where share is the affinity as a share of the best one's and G are
independent standard Gumbel numbers: a draw without replacement with probabilities proportional to
share^(1 / variety) (Kool, van Hoof and Welling, "Stochastic beams and where to find them", ICML 2019, section 2.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.dataset.strata import COLD, TAIL
from tigertail.errors import ConfigError
from tigertail.lookup.item_index import ItemIndex, is_prefixed
from tigertail.model.answers import Answers, Playlist
from tigertail.model.owners import GROWTH, owners
from tigertail.model.query_options import QueryOptions

SEEDS: Final = 10
"""Tracks that stand for an artist in a catalogue of tracks."""
POOL: Final = 5
"""Answers drawn from at first for each item of a list: more than one, as some are of the artist before."""
LEAST_POOL: Final = 100
"""Answers that even the shortest list is drawn from at first."""
_LEAST_SHARE: Final = 1e-9
"""Keeps the logarithm of a share finite."""
_LEAST_BEST: Final = 1e-12
"""What the best affinity counts as where it is 0 or less."""
_ROUNDING: Final = 1e-9
"""Added before rounding down, so that 100 * 0.29 counts as 29."""
EXPLORED: Final = (TAIL.label, COLD.label)
"""The strata to explore."""


@dataclass(frozen=True)
class RadioOrder:
    """How a list is ordered.

    Parameters
    ----------
    variety
        How far from the order of the affinities: 0 is that order.
    explore
        Share of the list, rounded down to whole items, that is drawn from :data:`EXPLORED`, tail and cold; the rest may
        have some of these too.
    seed
        Of the random order.
    """

    variety: float = 0.3
    explore: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value in (("variety", self.variety), ("explore", self.explore)):
            if not 0 <= value <= 1:
                raise ConfigError(f"{name} is {value}", remedy="choose a value from 0 to 1")
        if self.seed < 0:
            raise ConfigError(f"seed is {self.seed}", remedy="choose 0 or more")


def draw(
    items: pl.DataFrame,
    answer: Callable[..., Answers],
    seeds: NDArray[np.int32],
    n: int,
    order: RadioOrder,
    options: QueryOptions,
) -> Playlist:
    """Return a list of what is like some items.

    Parameters
    ----------
    items
        The items of the model.
    answer
        Its :meth:`~tigertail.model.model.Model.answer`.
    seeds
        Codes of the items that the list is to be like; (seeds,).
    n
        Length.
    order
        How it is ordered.
    options
        The options of the query.

    Raises
    ------
    ConfigError
        If the tail is to be explored, and the query names the strata that may be listed.
    """
    if order.explore and options.strata:
        raise ConfigError(
            f"explore is {order.explore:g}, a share of the tail, but the query names the strata that may be listed",
            remedy="set explore to 0, or name no strata",
        )
    size = max(LEAST_POOL, POOL * n)
    # The limit is that of the whole list, not of each pool.
    most, options = options.max_per_artist, options.replace(max_per_artist=None)
    while True:
        pools = [answer(seeds, size, options=options)]
        if order.explore:
            pools.append(answer(seeds, size, options=options.replace(strata=EXPLORED)))
        drawn = _drawn(items, pools, n, order, most)
        if len(drawn.items) == n or all(len(one.items) < size for one in pools):
            return drawn
        size *= GROWTH


def _drawn(
    items: pl.DataFrame, pools: Sequence[Answers], n: int, order: RadioOrder, most: int | None
) -> Playlist:
    """Return a list from the answers to a query and, in a second pool where a share is explored, those to explore.

    ``most`` is how many may be of one artist; None is any number.
    """
    random = np.random.default_rng(order.seed)
    orders = [_shuffled(one.items, one.affinities, order.variety, random) for one in pools]
    # The affinities of an item in both pools are the same, but for a factor near 1 (HasCandidates.best_candidates).
    affinity = {
        code: value
        for one in pools
        for code, value in zip(one.items.tolist(), one.affinities.tolist(), strict=True)
    }
    pooled = list(affinity)
    owner = dict(zip(pooled, owners(items, np.array(pooled, np.int32)).tolist(), strict=True))
    codes = arranged(orders[0], orders[-1], n, order.explore, owner, most)
    notices = pools[0].notices
    if order.explore and not orders[-1]:
        notices += (f"nothing is explored: no {' or '.join(EXPLORED)} item fits the query",)
    return Playlist(
        np.array(codes, np.int32), np.array([affinity[one] for one in codes], np.float32), notices
    )


def seeds_of(
    index: ItemIndex, texts: Sequence[str], tracks: int = SEEDS
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return the items that texts mean, int32, (seeds,), and what a person should know of the choice.

    An artist who is no item is known by some tracks or albums, as many as ``tracks``, those with most listeners.

    Raises
    ------
    UnknownItemError
        If there is no such item or artist.
    ConfigError
        If there is no text.
    """
    if not texts:
        raise ConfigError("no item given", remedy="give the id or name of an item")
    codes: list[int] = []
    notes: dict[str, None] = {}
    for text in texts:
        if (match := index.match_or_none(text)) is not None:
            codes.append(match.code)
            notes[match.note] = None
        elif not is_prefixed(text) and len(theirs := np.flatnonzero(index.mask_of_artist(text))[:tracks]):
            codes += theirs.tolist()
        else:
            raise index.unknown_item_error(text)
    return np.array(list(dict.fromkeys(codes)), np.int32), tuple(note for note in notes if note)


def _shuffled(
    items: NDArray[np.int32], affinities: NDArray[np.float32], variety: float, random: np.random.Generator
) -> list[int]:
    """Return items, best first, in the order in which radio draws them; at a variety of 0 as they are."""
    if not variety or not len(items):
        return [int(one) for one in items]
    shares = np.maximum(affinities.astype(np.float64) / max(float(affinities[0]), _LEAST_BEST), _LEAST_SHARE)
    keys = np.log(shares) + variety * random.gumbel(size=len(items))
    return [int(one) for one in items[np.argsort(-keys, kind="stable")]]


def arranged(
    known: Sequence[int],
    explored: Sequence[int],
    n: int,
    explore: float,
    owner: Mapping[int, int],
    most: int | None = None,
) -> list[int]:
    """Return a list of ``n`` from two, an artist never twice in a row.

    It is shorter where all that is left is of the last artist, or of those who have as many items as they may.

    Parameters
    ----------
    known, explored
        Items in order: all, and those to explore.
    n
        Length.
    explore
        Share of the list that is explored, spread evenly.
    owner
        Whose each item is, as a number.
    most
        Items of one artist; None is any number.

    Examples
    --------
    >>> owner = {1: 0, 2: 0, 3: 1, 9: 2}
    >>> arranged([1, 2, 3], [9], 4, 0.25, owner), arranged([1, 2, 3], [], 3, 0.0, owner)
    ([1, 3, 2, 9], [1, 3, 2])
    """
    chosen: list[int] = []
    taken: set[int] = set()
    times: Counter[int] = Counter()
    while len(chosen) < n:
        place = len(chosen)
        is_explored = int((place + 1) * explore + _ROUNDING) > int(place * explore + _ROUNDING)
        last = owner[chosen[-1]] if chosen else None
        sources = (explored, known) if is_explored else (known, explored)
        free = (
            one
            for source in sources
            for one in source
            if one not in taken and owner[one] != last and (most is None or times[owner[one]] < most)
        )
        following = next(free, None)
        if following is None:
            break
        chosen.append(following)
        taken.add(following)
        times[owner[following]] += 1
    return chosen

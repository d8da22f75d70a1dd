"""Score one system on one split: its lists, their metrics, and its frontier over popularity exponents."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.strata import Stratum
from tigertail.errors import ConfigError, TigertailWarning
from tigertail.evaluation.metrics.beyond_accuracy import list_figures
from tigertail.evaluation.metrics.locality import UNKNOWN, listener_countries
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.systems.system import System
from tigertail.ranking.popularity_exponent import at_exponents
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import GroupAware, Signal
from tigertail.splitting.hold_out import Split

EXPONENTS: Final = (0.6, 0.4, 0.25, 0.12, 0.0, -0.12, -0.25, -0.4, -0.6, -1.0)
"""Popularity exponents beta of a frontier: a system's affinity for B is divided by listeners(B)^beta,
where it is positive.

They come on top of a system's own exponent: 0 is the system as it is. Only frontiers over the same
ten compare.
"""

BLOCK: Final = 512  # distinct query items ranked at a time


@dataclass(frozen=True, eq=False)
class QueryScores:
    """Metrics of one system, query by query.

    Parameters
    ----------
    values
        Metrics of the system as it is, in the order of :data:`METRICS`; float64, (queries, metrics).
    targets
        The same where only the targets in one stratum are relevant, by stratum.
    sweep
        nDCG and IPS-nDCG at each exponent of :data:`EXPONENTS`; float64, (exponents, 2, queries).
    lists
        Figures of the lists of the system as it is that are not of accuracy, such as coverage, by name.
    """

    values: NDArray[np.float64]
    targets: dict[Stratum, NDArray[np.float64]]
    sweep: NDArray[np.float64]
    lists: dict[str, float]


class RankingBlock(NamedTuple):
    """Lists that are ranked at a time.

    Parameters
    ----------
    items, catalogues
        Distinct pairs of a query item and the catalogue of a listener's source, ascending by item, then by catalogue;
        int32, (pairs,).
    place
        The country that the signal is localised to; :data:`UNKNOWN` for none.
    """

    items: NDArray[np.int32]
    catalogues: NDArray[np.int32]
    place: str


@dataclass(frozen=True, eq=False)
class Ranking:
    """The lists that an evaluation asks a signal for, in blocks that can be ranked apart.

    Parameters
    ----------
    offered
        Which items each source's catalogue has; bool, (catalogues, items).
    popularity
        Listeners of each item; int64, (items,).
    exponents
        Popularity exponents.
    k
        Length of a list.
    blocks
        What is ranked.
    name
        What messages call the system; None for the class of its signal.
    """

    offered: NDArray[np.bool_]
    popularity: NDArray[np.int64]
    exponents: tuple[float, ...]
    k: int
    blocks: list[RankingBlock]
    name: str | None = None

    def ranked(self, signal: Signal, block: RankingBlock) -> NDArray[np.int32]:
        """Rank the lists of a block.

        Parameters
        ----------
        signal
            The signal, localised to the block's place.
        block
            The block.

        Returns
        -------
        NDArray[np.int32]
            Items, best first, -1 after the end of a list; int32, (exponents, pairs, k).

        Raises
        ------
        ConfigError
            If the signal breaks the contract of :class:`~tigertail.signals.contract.Signal`.

        Warns
        -----
        TigertailWarning
            If a list of a part of the catalogue has affinities below 0, which exponents do not change.
        """
        items, row = np.unique(block.items, return_inverse=True)
        lists = np.full((len(self.exponents), len(block.items), self.k), -1, np.int32)
        name = self.name or type(signal).__name__
        scores = _checked(signal.affinity(items), items, len(self.popularity), name)
        below = False
        for setting, weighted in enumerate(at_exponents(scores, self.popularity, self.exponents)):
            for catalogue in np.unique(block.catalogues):
                pairs = np.flatnonzero(block.catalogues == catalogue)
                scored = weighted[row[pairs]]
                scored[:, ~self.offered[catalogue]] = -np.inf
                found, affinities = top_k(scored, self.k, block.items[pairs])
                lists[setting, pairs, : found.shape[1]] = found
                if self.offered[catalogue].sum() > self.k:  # else all is listed, also what nothing recommends
                    below |= bool(((affinities < 0) & (affinities > -np.inf)).any())
        if below and any(self.exponents):
            warnings.warn(
                f"{name}: lists have affinities below 0, which popularity exponents do not change: its frontier "
                "does not compare; give positive ones, such as the exp of log-probabilities",
                TigertailWarning,
                stacklevel=2,
            )
        return lists


def _checked(
    scores: NDArray[np.float32], queries: NDArray[np.int32], items: int, name: str
) -> NDArray[np.float32]:
    """Return affinities that keep the contract of a signal; those of another maker may not."""
    is_array, shape = isinstance(scores, np.ndarray), (len(queries), items)
    if not is_array or scores.dtype.kind != "f" or scores.shape != shape:
        found = f"{scores.dtype} of shape {scores.shape}" if is_array else type(scores).__name__
        problem = f"affinity returned {found}"
    elif _is_below_infinity(scores) or _is_below_infinity(_without_own(scores, queries)):
        return scores
    else:
        problem = "affinity returned NaN or infinity"
    raise ConfigError(
        f"{name}: {problem}",
        remedy=f"return a NumPy array of float32 of shape {shape}, for queries and items: each affinity a finite "
        "number, or -inf where there is none",
    )


def _is_below_infinity(scores: NDArray[np.float32]) -> bool:
    return bool(scores.max(initial=-np.inf) < np.inf)  # the maximum of NaN and others is NaN


def _without_own(scores: NDArray[np.float32], queries: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return affinities without those of items to themselves, which may be anything."""
    others = scores.copy()
    others[np.arange(len(queries)), queries] = -np.inf
    return others


class Ranker(Protocol):
    """What ranks lists: :func:`rank_here`, or something that does the same elsewhere."""

    def __call__(self, signal: Signal, ranking: Ranking) -> Iterator[NDArray[np.int32]]:
        """Rank the lists of every block, and yield them in the order of the blocks."""


def rank_here(signal: Signal, ranking: Ranking) -> Iterator[NDArray[np.int32]]:
    """Rank the lists of every block, one after the other."""
    for place, blocks in groupby(ranking.blocks, key=lambda block: block.place):
        localised = localised_to(signal, place)
        yield from (ranking.ranked(localised, block) for block in blocks)


def localised_to(signal: Signal, place: str) -> Signal:
    """Return a signal as listeners of a country would have it, or as it is."""
    if place == UNKNOWN:
        return signal
    assert isinstance(signal, GroupAware)
    return signal.localised(place)


def score_system(system: System, split: Split, rank: Ranker = rank_here) -> QueryScores:
    """Fit a system on the training data of a split and score its lists for every query.

    Raises
    ------
    ConfigError, TypeError
        As :func:`ranked_lists`.
    """
    signal = system.fit(split)
    lists = ranked_lists(signal, split, EXPONENTS, name=system.name, lens=system.lens, rank=rank)
    as_is = EXPONENTS.index(0.0)
    values = [_scores(split, lists[setting]) for setting in range(len(EXPONENTS))]
    return QueryScores(
        values[as_is],
        {stratum: _scores(split, lists[as_is], split.strata == stratum) for stratum in Stratum},
        np.stack([value[:, : METRICS.index("IPS-nDCG") + 1].T for value in values]),
        list_figures(lists[as_is], signal, split),
    )


def ranked_lists(
    signal: Signal,
    split: Split,
    exponents: tuple[float, ...] = (0.0,),
    *,
    name: str | None = None,
    lens: bool = False,
    rank: Ranker = rank_here,
) -> NDArray[np.int32]:
    """Rank, for every query, the catalogue of the query's listener, at each of some popularity exponents.

    Parameters
    ----------
    signal
        The affinities; with a lens, a :class:`~tigertail.signals.contract.GroupAware` signal.
    split
        The queries.
    exponents
        Popularity exponents.
    name
        What messages call the system; None for the class of its signal.
    lens
        Whether each query is localised to its listener's country.
    rank
        What ranks them.

    Returns
    -------
    NDArray[np.int32]
        Items, best first, -1 after the end of a list; int32, (exponents, queries, k).

    Raises
    ------
    ConfigError
        If the signal breaks the contract of :class:`~tigertail.signals.contract.Signal`.
    TypeError
        If a lens is asked of a signal that has none.
    """
    if lens and not isinstance(signal, GroupAware):
        raise TypeError(f"{type(signal).__name__} has no lens")
    everyone = np.full(len(split.relevant.row_sizes), UNKNOWN)
    places = (listener_countries(split)[1] if lens else everyone)[split.query_listeners]
    blocks, answered = [], []
    for place in np.unique(places):
        for block, queries_and_pairs in _blocks(split, np.flatnonzero(places == place), str(place)):
            blocks.append(block)
            answered.append(queries_and_pairs)
    ranking = Ranking(split.exposure.offered, split.popularity, exponents, split.config.k, blocks, name)
    lists = np.empty((len(exponents), len(split.query_items), split.config.k), np.int32)
    for (queries, pairs), found in zip(answered, rank(signal, ranking), strict=True):
        lists[:, queries] = found[:, pairs]
    return lists


def _blocks(
    split: Split, queries: NDArray[np.integer], place: str
) -> Iterator[tuple[RankingBlock, tuple[NDArray[np.integer], NDArray[np.integer]]]]:
    """Yield blocks of distinct lists; and which queries are answered by them, and by which list each."""
    catalogues = len(split.exposure.offered)
    item = split.query_items[queries].astype(np.int64)
    pair = item * catalogues + split.exposure.catalogue_of[split.query_listeners[queries]]
    distinct = np.unique(item)
    for start in range(0, len(distinct), BLOCK):
        block = distinct[start : start + BLOCK]
        inside = np.flatnonzero((item >= block[0]) & (item <= block[-1]))
        pairs, pair_of_query = np.unique(pair[inside], return_inverse=True)
        items, of_source = (part.astype(np.int32) for part in np.divmod(pairs, catalogues))
        yield RankingBlock(items, of_source, place), (queries[inside], pair_of_query)


def _scores(
    split: Split, lists: NDArray[np.int32], targets: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    return score_lists(
        lists,
        split.relevant,
        split.query_listeners,
        split.query_items,
        split.adjusted_listeners,
        targets,
    )

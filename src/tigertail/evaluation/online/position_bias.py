"""Position bias: the probability that a rank is examined, from items that were shown at several ranks.

The position-based model is assumed: an item at rank k is played or liked if it is examined, with a probability p_k
that depends on the rank only, and if it is relevant to the listener, with a probability that depends on query and item
but not on the rank. Then the same item for the same query, shown at ranks k and l, gives an estimate of p_k / p_l:
intervention harvesting (A. Agarwal, I. Zaitsev, X. Wang, C. Li, M. Najork and T. Joachims, "Estimating position bias
without intrusive interventions", WSDM 2019). Interleaving moves items at random; a new model moves them too.

With w and c the number of times that (query, item) was shown at a rank and was positive there, every pair of ranks has

    W_kl = sum over (query, item) of c_k w_l / (w_k + w_l)

with the weights of Mantel and Haenszel (1959), equal on both sides, so that E[W_kl] / E[W_lk] = p_k / p_l. All pairs
together are fitted as a Bradley-Terry model in which W_kl is the number of wins of k against l. The result is
proportional to p; p_1 is set to 1. A prior keeps the fit finite: log p of neighbouring ranks differs by a normal
variable of mean 0 and variance 1. Of two neighbours this is worth about two wins each, as four positive answers at each
rank to items shown equally often at both; it draws p_k / p_l to 1. It is no evidence, so that a rank with nothing but
the prior has no estimate: where no moved item was positive, there are no wins.

Listeners of different countries may see different lists because their relevant items differ, so an item is compared
with itself within one country only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.errors import DataError
from tigertail.evaluation.online.log import Log, codes_of
from tigertail.evaluation.online.resampling import SAMPLES, resamples

Reals = NDArray[np.float64]

MAX_RANKS: Final = 100
MIN_POSITIVE: Final = 30
"""Positive answers among moved items that an estimate needs."""
_PRIOR: Final = 1.0  # inverse of the variance of that difference
_STEPS: Final = 50  # of Newton's method, at most
_FARTHEST: Final = 1.0  # that a strength's logarithm moves in one step


@dataclass(frozen=True, eq=False)
class Harvest:
    """Items of a log that were shown at several ranks, of the first ``MAX_RANKS``.

    Parameters
    ----------
    cells
        Code of the (query, item, country, rank) of each row that counts; int64, (rows,).
    rows
        Places of these rows in ``log.shown``; int64, (rows,).
    positive
        Whether the item was positive; float64, (rows,).
    pairs
        Cells of one item at two ranks; int64, (pairs, 2).
    ranks
        Rank of each cell, from 0; int64, (cells,).
    size
        Number of ranks.
    moved
        Number of these items, by query and country.
    """

    cells: NDArray[np.int64]
    rows: NDArray[np.int64]
    positive: Reals
    pairs: NDArray[np.int64]
    ranks: NDArray[np.int64]
    size: int
    moved: int

    @classmethod
    def of(cls, log: Log) -> Self:
        """Find the items that were shown at several ranks."""
        key = ["query", "item", "country"]
        size = min(int(log.shown["rank"].max()), MAX_RANKS)  # type: ignore[arg-type]
        shown = (
            log.shown.select(*key, "rank", "positive").with_row_index("row").filter(pl.col("rank") <= size)
        )
        moved = shown.filter(pl.col("rank").n_unique().over(key) > 1)
        cells = moved.select(*key, "rank").unique(maintain_order=True).with_row_index("cell")
        moved = moved.join(cells, on=[*key, "rank"], nulls_equal=True, maintain_order="left")
        pairs = cells.join(cells, on=key, nulls_equal=True, suffix="_other").filter(
            pl.col("rank") < pl.col("rank_other")
        )
        return cls(
            moved["cell"].to_numpy().astype(np.int64),
            moved["row"].to_numpy().astype(np.int64),
            moved["positive"].to_numpy().astype(np.float64),
            pairs.select("cell", "cell_other").to_numpy().astype(np.int64),
            cells["rank"].to_numpy().astype(np.int64) - 1,
            size,
            cells.select(key).n_unique(),
        )

    def wins(self, weights: Reals | None = None) -> Reals:
        """Return W; float64, (ranks, ranks).

        Parameters
        ----------
        weights
            Weight of each row of ``log.shown``; float64. None means 1.
        """
        each = np.ones(len(self.rows)) if weights is None else weights[self.rows]
        cells = len(self.ranks)
        shown = np.bincount(self.cells, each, cells)
        positive = np.bincount(self.cells, each * self.positive, cells)
        near, far = self.pairs.T
        both = np.maximum(shown[near] + shown[far], 1e-12)  # a resample may draw neither
        place = self.ranks[near] * self.size + self.ranks[far]
        won = np.bincount(place, positive[near] * shown[far] / both, self.size**2).reshape(
            self.size, self.size
        )
        lost = np.bincount(place, positive[far] * shown[near] / both, self.size**2)
        return np.asarray(won + lost.reshape(self.size, self.size).T)


@dataclass(frozen=True, eq=False)
class Examination:
    """Probability that each rank is examined, relative to the first.

    Ranks beyond ``MAX_RANKS`` count nowhere here: neither in ``moved`` and ``positive`` nor as ``unknown``.

    Parameters
    ----------
    probability
        Of each rank, up to ``MAX_RANKS``; 1 for the first, NaN without an estimate; float64, (ranks,).
    moved
        Items (by query and country) that were shown at several of the ranks.
    positive
        Positive answers among them.
    unknown
        Ranks without an estimate: no chain of moved items that were positive leads from the first to them.
    listeners
        Listeners who were shown moved items. One says nothing of how listeners differ, so that there is no interval.
    """

    probability: Reals
    moved: int = 0
    positive: int = 0
    unknown: list[int] = field(default_factory=list)
    listeners: int = 0

    def of(self, ranks: NDArray[np.int64]) -> Reals:
        """Return the probability at some ranks, counted from 1; NaN without an estimate.

        Examples
        --------
        >>> Examination(np.array([1.0, 0.5])).of(np.array([2, 1, 3]))
        array([0.5, 1. , nan])
        """
        known = np.append(self.probability, np.nan)
        return np.asarray(known[np.minimum(ranks, len(known)) - 1])


def examination(log: Log) -> Examination:
    """Estimate examination by rank.

    Parameters
    ----------
    log
        The events.

    Raises
    ------
    DataError
        If too few positive items were shown at several ranks.
    """
    harvest = Harvest.of(log)
    positive = int(harvest.positive.sum())
    if positive < MIN_POSITIVE:
        raise DataError(
            f"position bias cannot be estimated: the log has {positive:,} plays and likes of items that were shown "
            f"at several ranks for one query in one country, and needs {MIN_POSITIVE}",
            remedy="interleave two models for some time; this moves items between ranks",
        )
    probability = strengths(harvest.wins())
    unknown = [int(rank) + 1 for rank in np.flatnonzero(np.isnan(probability))]
    listeners = log.shown["listener"].gather(harvest.rows).n_unique()
    return Examination(probability, harvest.moved, positive, unknown, listeners)


def resampled_curves(log: Log, samples: int = SAMPLES, seed: int = 0) -> Reals:
    """Estimate examination again from resampled listeners; float64, (samples, ranks)."""
    harvest = Harvest.of(log)
    listener = codes_of(log.shown["listener"])
    drawn = resamples(log.listeners, samples, seed)
    return np.stack([strengths(harvest.wins(weights[listener])) for weights in drawn])


def strengths(wins: Reals) -> Reals:
    """Return the strength of each player of a Bradley-Terry model, relative to the first.

    Parameters
    ----------
    wins
        Number of wins of each against each other; float64, (players, players).

    Returns
    -------
    NDArray[np.float64]
        NaN for players not connected with the first by any chain of games; float64, (players,).

    Examples
    --------
    >>> strengths(np.array([[0.0, 2000.0, 0.0], [1000.0, 0.0, 0.0], [0.0, 0.0, 0.0]])).round(2)
    array([1. , 0.5, nan])
    """
    from scipy.sparse.csgraph import connected_components

    games = wins + wins.T
    size = len(wins)
    links = np.eye(size, k=1) + np.eye(size, k=-1)
    prior = _PRIOR * (np.diag(links.sum(axis=1)) - links)
    heights = np.zeros(size)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(heights[None, :] - heights[:, None]))
        slope = (wins - games * chance).sum(axis=1) - prior @ heights
        spread = games * chance * (1 - chance)
        curvature = np.diag(spread.sum(axis=1)) - spread + prior
        step = np.zeros(size)
        step[1:] = np.linalg.solve(curvature[1:, 1:], slope[1:]) if size > 1 else 0
        heights += np.clip(step, -_FARTHEST, _FARTHEST)
        if np.abs(step).max() < 1e-9:
            break
    group = connected_components(games > 0, directed=False)[1]
    return np.where(group == group[0], np.exp(heights), np.nan)

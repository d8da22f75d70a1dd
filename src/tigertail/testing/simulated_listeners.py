"""Simulated listeners with known preferences: two models are interleaved for them, and they respond.

They test the estimates of online evaluation, because the true winner and the true nDCG are known. Queries come in
pairs: for one query of a pair the first model has the list that the second model has for the other, and the same items
are relevant for both. Without an ``edge`` the two models are therefore exactly equal in relevance and nDCG; with one,
items that a model ranks higher than the other model does are relevant more often for the first model, and less often
for the second. Every listener belongs to one of two groups, which prefer the favourites of one model or of the other by
``taste``: the lists of one listener have similar outcomes, while the mean over both groups does not change. A
probability below 0 is taken for 0, so this is exact up to a taste of 0.1 less half of the edge; beyond, favourites are
relevant a little more often than ``relevance`` and ``ndcg`` say. Whether a rank is examined does not depend on the
item.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.evaluation.online.interleaving import Duel, team_draft

Reals = NDArray[np.float64]
Codes = NDArray[np.int64]

MODELS: Final = ("first", "second")
_DRAFTS: Final = 64  # interleavings of a query to draw from: so many that either model leads in about half
_BLUR: Final = 4.0  # standard deviation of the ranks of the models around the true order
_ABANDON: Final = 0.7  # exponent of the decay of examination with the rank


@dataclass(frozen=True)
class Population:
    """The simulated listeners, queries and models.

    Parameters
    ----------
    edge
        Difference in relevance between the favourites of the first model and those of the second.
    taste
        What is added to the relevance of the favourites of one model, and taken from that of the other's, in one of the
        two groups of listeners; in the other group the reverse.
    twins, items
        Number of pairs of queries, all equally frequent, and number of items in the lists of each: ``n`` at least.
    n
        Length of a shown list.
    lists
        Mean number of lists of a listener, at least one (a geometric distribution).
    seed
        Seed of the queries and models; listeners have a seed of their own.
    """

    edge: float = 0.0
    taste: float = 0.05
    twins: int = 10
    items: int = 24
    n: int = 10
    lists: float = 4.0
    seed: int = 0

    @cached_property
    def examination(self) -> Reals:
        """Probability that each rank is examined; float64, (n,)."""
        return np.asarray(np.arange(1.0, self.n + 1) ** -_ABANDON)

    @property
    def queries(self) -> int:
        """Number of queries."""
        return 2 * self.twins

    @cached_property
    def relevance(self) -> Reals:
        """Probability that each item is positive for a listener who examines it; float64, (queries, items)."""
        rng = np.random.default_rng(self.seed)
        common = np.sort(rng.uniform(0.1, 0.6, (self.twins, self.items)), axis=1)[:, ::-1]
        return np.asarray(np.clip(np.repeat(common, 2, axis=0) + self._kind * self.edge / 2, 0, 1))

    @cached_property
    def rankings(self) -> Codes:
        """Ranking of all items by each model for each query; int64, (models, queries, items)."""
        rng = np.random.default_rng(self.seed + 1)
        place = np.arange(self.items) + rng.normal(0, _BLUR, (self.twins, 2, self.items))
        lists = np.argsort(place, axis=2)
        return np.stack([lists.reshape(self.queries, -1), lists[:, ::-1].reshape(self.queries, -1)])

    def ranking(self, model: int) -> pl.DataFrame:
        """Return the lists of a model as a table: target_item_id, item_id, rank."""
        queries, size = self.rankings[model].shape
        return pl.DataFrame(
            {
                c.TARGET_ITEM_ID: [f"q{query:02}" for query in np.repeat(np.arange(queries), size)],
                c.ITEM_ID: [f"i{item:02}" for item in self.rankings[model].ravel()],
                c.RANK: np.tile(np.arange(1, size + 1), queries),
            }
        )

    def ndcg(self, model: int, k: int) -> float:
        """Return the true nDCG@k of a model, as :mod:`tigertail.evaluation.online.counterfactual` defines it.

        Parameters
        ----------
        model
            0 for the first model, 1 for the second.
        k
            Length of the lists, at most ``items``.
        """
        worth = np.take_along_axis(self.relevance, self.rankings[model][:, :k], axis=1)
        discount = 1 / np.log2(np.arange(k) + 2.0)
        return float((worth @ discount).mean() / discount.sum())

    def duel(self, listeners: int, seed: int) -> Responses:
        """Simulate listeners, their lists and their plays.

        Parameters
        ----------
        listeners
            Number of listeners.
        seed
            Seed of the listeners and their actions.
        """
        rng = np.random.default_rng([self.seed, seed])
        visits = rng.geometric(1 / self.lists, listeners)
        who = np.repeat(np.arange(listeners), visits)
        # A listener arrives at each step, and returns at any time within as many steps as there are listeners.
        when = who + np.where(np.diff(who, prepend=-1) > 0, 0, rng.uniform(0, listeners, len(who)))
        who = who[np.argsort(when, kind="stable")]
        group = rng.choice([-1.0, 1.0], listeners)
        query = rng.integers(0, self.queries, len(who))
        draft = rng.integers(0, _DRAFTS, len(who))
        items, teams = self._drafts[0][query, draft], self._drafts[1][query, draft]
        chance = (
            self.relevance[query[:, None], items]
            + group[who, None] * self.taste * self._kind[query[:, None], items]
        )
        positive = rng.random(items.shape) < self.examination * np.clip(chance, 0, 1)
        return Responses(who, query, items, teams, positive)

    @cached_property
    def _kind(self) -> Reals:
        """1 for items that the first model ranks higher than the second, -1 for lower, else 0."""
        places = np.argsort(self.rankings, axis=2)  # the inverse of each ranking: where an item stands
        return np.asarray(np.sign(places[1] - places[0]), np.float64)

    @cached_property
    def _drafts(self) -> tuple[Codes, Codes]:
        """Items and teams of interleavings of every query; int64, (queries, drafts, n)."""
        made = [
            [team_draft(first.tolist(), second.tolist(), self.n, rng) for _ in range(_DRAFTS)]
            for first, second, rng in zip(
                *self.rankings, np.random.default_rng(self.seed + 2).spawn(self.queries), strict=True
            )
        ]
        items, teams = (np.array([[draft[part] for draft in query] for query in made]) for part in (0, 1))
        return items, teams


@dataclass(frozen=True, eq=False)
class Responses:
    """Items shown and positive items, one row per list in order of arrival.

    Parameters
    ----------
    listener, query
        Of each list; int64, (lists,).
    items, teams
        Item at each rank, and the team that picked it; int64, (lists, n).
    positive
        Whether the item was played; bool, (lists, n).
    """

    listener: Codes
    query: Codes
    items: Codes
    teams: Codes
    positive: NDArray[np.bool_]

    def duel(self) -> Duel:
        """Return the winner of each list, as :func:`tigertail.evaluation.online.interleaving.duels` finds it."""
        counted = np.zeros(self.items.shape, np.bool_)
        sizes = np.minimum(self.teams.sum(axis=1), (1 - self.teams).sum(axis=1))[:, None]
        for team in (0, 1):
            own = self.teams == team
            counted |= own & (np.cumsum(own, axis=1) <= sizes)
        first, second = ((self.positive & counted & (self.teams == team)).sum(axis=1) for team in (0, 1))
        lists = pl.DataFrame(
            {
                "list": np.arange(len(self.items)),
                "listener": [f"u{listener}" for listener in self.listener],
                "first": first,
                "second": second,
                "score": np.sign(first - second).astype(np.int8),
            }
        )
        return Duel(*MODELS, lists)

    def events(self) -> pl.DataFrame:
        """Return the log: an impression of every item, and a play of every positive item."""
        lists, n = self.items.shape
        rows = pl.DataFrame(
            {
                "kind": "impression",
                "query": [f"q{query:02}" for query in np.repeat(self.query, n)],
                "item": [f"i{item:02}" for item in self.items.ravel()],
                "rank": np.tile(np.arange(1, n + 1), lists),
                "model": np.array(MODELS)[self.teams.ravel()],
                "list_id": [f"l{number}" for number in np.repeat(np.arange(lists), n)],
                "listener": [f"u{listener}" for listener in np.repeat(self.listener, n)],
                "seq": 2 * np.arange(lists * n),
            }
        )
        played = rows.filter(pl.Series(self.positive.ravel())).with_columns(kind=pl.lit("play"))
        return pl.concat([rows, played.with_columns(pl.col("seq") + 1)]).sort("seq")

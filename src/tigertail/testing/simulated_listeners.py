"""Listeners whose minds are known, to prove the estimates by: two models are interleaved for them and they respond.

Queries come in twins: for one the first model has the list that the second has for the other, and the same items are
positive for both. Without an ``edge`` the models are therefore equals to the last digit; with one, what a model ranks
higher than the other does is positive more often where that is the first model, and less often where it is the second.
Every listener belongs to one of two camps, drawn to the favourites of one model or the other by ``taste``: one
listener's lists are alike, while over both camps nothing changes. A place is looked at or not whatever stands there.
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
_DRAFTS: Final = 64  # interleavings of a query that are drawn from
_BLUR: Final = 4.0  # places by which models misjudge what is positive
_ABANDON: Final = 0.7  # exponent of how fast looking fades with the rank


@dataclass(frozen=True)
class Population:
    """Who listens, and to what.

    Parameters
    ----------
    edge
        How much more often what the first model favours is positive than what the second does.
    taste
        How much more often, and less often, than on average this is positive to the two camps.
    twins, items
        Pairs of queries, all equally often asked, and items of which the lists of each are made.
    n
        Length of a shown list.
    lists
        Mean number of lists of a listener, at least one (a geometric distribution).
    seed
        Of the world; listeners are drawn with a seed of their own.
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
        """Probability of looking at each rank; float64, (n,)."""
        return np.asarray(np.arange(1.0, self.n + 1) ** -_ABANDON)

    @property
    def queries(self) -> int:
        """Number of queries."""
        return 2 * self.twins

    @cached_property
    def relevance(self) -> Reals:
        """How often each item is positive for who asks and looks; float64, (queries, items)."""
        rng = np.random.default_rng(self.seed)
        common = np.sort(rng.uniform(0.1, 0.6, (self.twins, self.items)), axis=1)[:, ::-1]
        return np.asarray(np.clip(np.repeat(common, 2, axis=0) + self._kind * self.edge / 2, 0, 1))

    @cached_property
    def rankings(self) -> Codes:
        """What each model lists for each query, all items; int64, (models, queries, items)."""
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
        """Return the true nDCG@k of a model, as :mod:`tigertail.evaluation.online.counterfactual` defines it."""
        worth = np.take_along_axis(self.relevance, self.rankings[model][:, :k], axis=1)
        discount = 1 / np.log2(np.arange(k) + 2.0)
        return float((worth @ discount).mean() / discount.sum())

    def duel(self, listeners: int, seed: int) -> Responses:
        """Let listeners come, ask, look and play.

        Parameters
        ----------
        listeners
            How many.
        seed
            Of who they are and what they do.
        """
        rng = np.random.default_rng([self.seed, seed])
        visits = rng.geometric(1 / self.lists, listeners)
        who = np.repeat(np.arange(listeners), visits)
        # They arrive one after another and come back at any time until as many again have arrived.
        when = who + np.where(np.diff(who, prepend=-1) > 0, 0, rng.uniform(0, listeners, len(who)))
        who = who[np.argsort(when, kind="stable")]
        camp = rng.choice([-1.0, 1.0], listeners)
        query = rng.integers(0, self.queries, len(who))
        draft = rng.integers(0, _DRAFTS, len(who))
        items, teams = self._drafts[0][query, draft], self._drafts[1][query, draft]
        chance = (
            self.relevance[query[:, None], items]
            + camp[who, None] * self.taste * self._kind[query[:, None], items]
        )
        positive = rng.random(items.shape) < self.examination * np.clip(chance, 0, 1)
        return Responses(who, query, items, teams, positive)

    @cached_property
    def _kind(self) -> Reals:
        """1 for what the first model ranks higher than the second, -1 for what it ranks lower, 0."""
        places = np.argsort(self.rankings, axis=2)
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
    """What was shown and what was positive, one row a list in order of arrival.

    Parameters
    ----------
    listener, query
        Of each list; int64, (lists,).
    items, teams
        What stood at each rank, and who put it there; int64, (lists, n).
    positive
        Whether it was played; bool, (lists, n).
    """

    listener: Codes
    query: Codes
    items: Codes
    teams: Codes
    positive: NDArray[np.bool_]

    def duel(self) -> Duel:
        """Return who won each list, as :func:`tigertail.evaluation.online.interleaving.duels` would say of the log."""
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
        """Return the log: an impression of everything, and a play of what was positive."""
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

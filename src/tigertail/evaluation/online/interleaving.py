"""Team-draft interleaving: two models in one list, and the winner of each list.

F. Radlinski, M. Kurup and T. Joachims, "How does clickthrough data reflect retrieval quality?" (CIKM 2008). In
every round a fair coin decides which model picks first; each picks its best item that is not in the list yet. A
positive item (see :class:`~tigertail.evaluation.online.log.Log`) is credited to the team that picked it.

Credit and ties. Only as many picks of each team count as the other team has too, so that the coin alone decides which
team has the better ranks: picks after the end of the other model's list, or the odd pick of the last round, do not
count. A round takes place only if both models can pick, whoever leads. Where both want the last item of the shorter
list, its model could pick only if it led: the coin would decide whether it has one more pick that counts. So the rest
of the items is the longer list's. A list is won (+1), lost (-1) or drawn (0).
Lists of one listener depend on one another, so a listener is one observation: the mean of their lists
(:func:`listener_scores`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.evaluation.online.log import Log

Item = TypeVar("Item")

DELAY: Final = 0.25
"""The delay of :func:`listener_scores` by default."""


def team_draft(
    first: Sequence[Item], second: Sequence[Item], n: int, seed: int | np.random.Generator
) -> tuple[list[Item], list[int]]:
    """Interleave two ranked lists.

    Parameters
    ----------
    first, second
        Items, best first; of any lengths.
    n
        Largest number of items.
    seed
        Seed of the coin, or a generator.

    Returns
    -------
    items
        At most ``n`` different items.
    teams
        The team of each item: 0 for the first model, 1 for the second.

    Examples
    --------
    >>> team_draft("abcd", "cxay", 4, seed=1)
    (['a', 'c', 'x', 'b'], [0, 1, 1, 0])
    >>> team_draft("abcd", "cxay", 4, seed=4)
    (['c', 'a', 'x', 'b'], [1, 0, 1, 0])
    """
    coin = np.random.default_rng(seed)
    left = dict.fromkeys(first), dict.fromkeys(second)  # what each could still pick, best first
    items: list[Item] = []
    teams: list[int] = []
    while True:
        leader = int(coin.integers(2))
        shorter, longer = sorted((leader, 1 - leader), key=lambda team: len(left[team]))
        if len(items) >= n or not left[longer]:
            return items, teams
        # Both want the shorter list's last item: that list would have a pick in this round only if its model led.
        last_of_both = len(left[shorter]) == 1 and next(iter(left[shorter])) == next(iter(left[longer]))
        both_can = bool(left[shorter]) and not last_of_both
        for team in (leader, 1 - leader) if both_can else (longer,):
            if len(items) < n:
                items.append(next(iter(left[team])))
                teams.append(team)
                for unlisted in left:
                    unlisted.pop(items[-1], None)


@dataclass(frozen=True, eq=False)
class Duel:
    """The interleaved lists of two models.

    Parameters
    ----------
    first, second
        Versions of the models, in alphabetical order: the first need not be the served one.
    lists
        One row per list in order of arrival: list, listener, ``first`` and ``second`` (positive items of each
        team, of the picks that count), ``score`` (1 where the first won, -1 where the second won, else 0).
    """

    first: str
    second: str
    lists: pl.DataFrame

    @property
    def listeners(self) -> int:
        """Number of listeners."""
        return self.lists["listener"].n_unique()

    def outcomes(self) -> tuple[int, int, int]:
        """Return the numbers of lists won by the first model, won by the second, and drawn."""
        score = self.lists["score"]
        return int((score > 0).sum()), int((score < 0).sum()), int((score == 0).sum())


def duels(log: Log) -> list[Duel]:
    """Return the pairs of interleaved models, those with the most lists first.

    Parameters
    ----------
    log
        The events. A list with items of exactly two models counts as interleaved.
    """
    shown = log.shown.with_columns(pl.col("model").n_unique().over("list").alias("teams"))
    met = shown.filter(pl.col("teams") == 2).with_columns(
        pl.col("model").min().over("list").alias("a"),
        pl.col("model").max().over("list").alias("b"),
        pl.int_range(pl.len()).over("list", "model").alias("pick"),  # rows are by rank
        pl.len().over("list", "model").alias("size"),
    )
    counts = pl.col("pick") < pl.col("size").min().over("list")
    met = met.with_columns((pl.col("positive") & counts).cast(pl.Int64).alias("credited"))
    lists = met.group_by("list", "listener", "a", "b", maintain_order=True).agg(
        pl.col("credited").filter(pl.col("model") == pl.col("a")).sum().alias("first"),
        pl.col("credited").filter(pl.col("model") == pl.col("b")).sum().alias("second"),
    )
    lists = lists.with_columns((pl.col("first") - pl.col("second")).sign().cast(pl.Int8).alias("score"))
    found = [
        Duel(str(a), str(b), part.drop("a", "b"))
        for (a, b), part in lists.group_by("a", "b", maintain_order=True)
    ]
    return sorted(found, key=lambda duel: (-len(duel.lists), duel.first, duel.second))


def listener_scores(duel: Duel, delay: float = DELAY) -> NDArray[np.float64]:
    """Return the mean score of each listener that counts so far, in the order of their first lists.

    A sequential test must use every observation once, so the score of a listener must never change. Later lists of one
    listener are not independent of the first, but their mean has a smaller variance than the first list alone. A
    listener whose first list is the a-th of the duel therefore counts from its ``(1 + delay) a``-th list on, with
    the mean of their lists up to there. This time depends only on the number of lists, not on the results.

    Parameters
    ----------
    duel
        The lists.
    delay
        0 counts the first list only, immediately.

    Returns
    -------
    NDArray[np.float64]
        From -1 to 1; float64, (listeners that count,). A longer log only appends scores, if no action arrives for a
        list after its listener counted: choose ``delay`` long enough.
    """
    place = pl.int_range(1, pl.len() + 1).alias("place")
    lists = duel.lists.select("listener", "score", place).with_columns(
        ((1 + delay) * pl.col("place").min().over("listener")).floor().alias("until")
    )
    counted = lists.filter((pl.col("until") <= len(lists)) & (pl.col("place") <= pl.col("until")))
    means = counted.group_by("listener", maintain_order=True).agg(pl.col("score").cast(pl.Float64).mean())
    return means["score"].to_numpy()

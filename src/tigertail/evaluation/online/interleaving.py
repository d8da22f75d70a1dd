"""Two models in one list: team-draft interleaving, and who won it.

F. Radlinski, M. Kurup and T. Joachims, "How does clickthrough data reflect retrieval quality?" (CIKM 2008). In
every round a fair coin says which model picks first; each picks the best of its list that is not there yet. What a
listener plays or likes is credited to the team that picked it.

Credit and ties. Of each team only as many picks count as the other team has too, so that the coin alone decides who
has the better places: a model whose list has ended, or the odd pick of the last round, wins nothing for anybody. A
list is won (+1), lost (-1) or drawn (0). A listener's lists depend on one another, so a listener is one observation:
the mean of their lists (:func:`listener_scores`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.evaluation.online.log import Log

FIRST: Final = 0
SECOND: Final = 1
Item = TypeVar("Item")

PATIENCE: Final = 0.25
"""How much longer than at a listener's arrival the log must be before the listener counts, as a share."""


def seed_of(*parts: object) -> int:
    """Return a seed that hangs on the parts alone: the same in every process and on every machine.

    Examples
    --------
    >>> seed_of("listener", "query", "v1", "v2")
    3817622023854002155
    >>> seed_of("ab", "c") == seed_of("a", "bc")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        text = str(part).encode()
        digest.update(len(text).to_bytes(8, "big") + text)
    return int.from_bytes(digest.digest()[:8], "big")


def team_draft(
    first: Sequence[Item], second: Sequence[Item], n: int, seed: int | np.random.Generator
) -> tuple[list[Item], list[int]]:
    """Interleave two ranked lists.

    Parameters
    ----------
    first, second
        Items, best first; of any lengths.
    n
        Most items wanted.
    seed
        Seed of the coin, or a generator.

    Returns
    -------
    items
        At most ``n``, none twice.
    teams
        Who picked each: 0, the first model, or 1.

    Examples
    --------
    >>> team_draft("abcd", "cxay", 4, seed=1)
    (['a', 'c', 'x', 'b'], [0, 1, 1, 0])
    >>> team_draft("abcd", "cxay", 4, seed=4)
    (['c', 'a', 'x', 'b'], [1, 0, 1, 0])
    """
    coin = np.random.default_rng(seed)
    rankings, next_pick = (first, second), [0, 0]
    items: list[Item] = []
    teams: list[int] = []
    there: set[Item] = set()

    def pick(team: int) -> bool:
        ranking = rankings[team]
        while next_pick[team] < len(ranking) and ranking[next_pick[team]] in there:
            next_pick[team] += 1
        if len(items) >= n or next_pick[team] == len(ranking):
            return False
        items.append(ranking[next_pick[team]])
        teams.append(team)
        there.add(items[-1])
        return True

    while True:
        leader = int(coin.integers(2))
        led = pick(leader)
        followed = pick(1 - leader)
        if not (led or followed):
            return items, teams


@dataclass(frozen=True, eq=False)
class Duel:
    """The lists in which two models met.

    Parameters
    ----------
    first, second
        Versions of the models, in the order of their names.
    lists
        One row a list in order of arrival: list, listener, ``first`` and ``second`` (what was right of each
        team), ``score`` (1 where the first won, -1 where the second did, 0).
    """

    first: str
    second: str
    lists: pl.DataFrame

    @property
    def listeners(self) -> int:
        """Number of listeners."""
        return self.lists["listener"].n_unique()

    def outcomes(self) -> tuple[int, int, int]:
        """Return the lists that the first model won, those that the second won, and those drawn."""
        score = self.lists["score"]
        return int((score > 0).sum()), int((score < 0).sum()), int((score == 0).sum())


def duels(log: Log) -> list[Duel]:
    """Return the pairs of models that met, those of most lists first.

    Parameters
    ----------
    log
        The events. A list with items of exactly two models is taken to be interleaved.
    """
    shown = log.shown.with_columns(pl.col("model").n_unique().over("list").alias("teams"))
    met = shown.filter(pl.col("teams") == 2).with_columns(
        pl.col("model").min().over("list").alias("a"),
        pl.col("model").max().over("list").alias("b"),
        pl.int_range(pl.len()).over("list", "model").alias("pick"),
        pl.len().over("list", "model").alias("size"),
    )
    won = (pl.col("right") & (pl.col("pick") < pl.col("size").min().over("list"))).cast(pl.Int64)
    met = met.with_columns(won.alias("won"))
    lists = met.group_by("list", "listener", "a", "b", maintain_order=True).agg(
        pl.col("won").filter(pl.col("model") == pl.col("a")).sum().alias("first"),
        pl.col("won").filter(pl.col("model") == pl.col("b")).sum().alias("second"),
    )
    lists = lists.with_columns((pl.col("first") - pl.col("second")).sign().cast(pl.Int8).alias("score"))
    found = [
        Duel(str(a), str(b), part.drop("a", "b"))
        for (a, b), part in lists.group_by("a", "b", maintain_order=True)
    ]
    return sorted(found, key=lambda duel: (-len(duel.lists), duel.first, duel.second))


def listener_scores(duel: Duel, patience: float = PATIENCE) -> NDArray[np.float64]:
    """Return the mean score of each listener that counts by now, in the order of their first lists.

    A sequential test may use an observation once, so a listener must have one score that never changes. The next
    list of a listener who is known already says hardly anything new about *other* listeners, and to bet on it would
    be no fair bet; but the mean of several lists is a steadier score than the first alone. A listener whose first
    list is the a-th of the duel therefore counts from its ``(1 + patience) a``-th list on, with the mean of the
    lists until then. When that is depends on nothing but how many lists there are, never on who is ahead.

    Parameters
    ----------
    duel
        The lists.
    patience
        0 counts the first list alone, at once.

    Returns
    -------
    NDArray[np.float64]
        From -1 to 1; float64, (listeners that count,). A longer log only adds to its end, unless something is done
        with a list after its listener counted: ``patience`` must be long enough for lists to be done with.
    """
    place = pl.int_range(1, pl.len() + 1).alias("place")
    lists = duel.lists.select("listener", "score", place).with_columns(
        ((1 + patience) * pl.col("place").min().over("listener")).floor().alias("until")
    )
    counted = lists.filter((pl.col("until") <= len(lists)) & (pl.col("place") <= pl.col("until")))
    means = counted.group_by("listener", maintain_order=True).agg(pl.col("score").cast(pl.Float64).mean())
    return means["score"].to_numpy()

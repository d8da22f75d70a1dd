"""A walk from one item to another through the lists of the items between: every step near, the whole smooth.

    cost(A, B) = HOP + d(A, B)^2
    d(A, B)    = -(log s(A -> B) + log s(B -> A)) / 2
    s(A -> B)  = aff(A -> B) / max_C aff(A -> C)

A step goes only between items of which one is in the list of the other. The share of the best answer, not the affinity,
is what a step costs, since affinities of a popular and an obscure item differ in size; both directions count, as a hub,
which many lists have at their end, has few of those items in its own. Squares make two small steps cheaper than a
large one. A cheap walk is sought from both ends at once (Pohl, "Bi-directional search", Machine Intelligence 6, 1971),
and of those found the cheapest is taken. From each end the search goes along lists only: a step from an item to one
that lists it, and is not in its list, is found only where the two searches meet. So the walk may not be the cheapest of
all, and one may be missed; both are rare where lists are long. To be longer the widest steps of a walk are split by
items near both of their ends; to be shorter a step costs more.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.full_names import full_name
from tigertail.errors import ConfigError, NoPathError
from tigertail.lookup.item_index import ItemIndex
from tigertail.model.answers import BulkAnswers, Playlist
from tigertail.model.query_options import QueryOptions
from tigertail.model.radio import seeds_of

LISTED: Final = 50
"""Length of a list."""
HOP: Final = 1.0
"""What every step costs besides its distance: without it a walk would be of very many, very small steps."""
DEAREST_HOP: Final = 64.0
"""From which on a walk of fewer steps is no longer sought."""
ABSENT: Final = 0.05
"""Share of an item in a list that does not have it: less than almost any that has it."""
ENOUGH: Final = 300
"""Items whose lists are looked at before the best walk that was found is taken, so that no request holds a worker for
long. Here and below, those that one call of :func:`find_path` is the first to look at."""
MAX_LOOKED_AT: Final = 2000
"""Items whose lists are looked at before the search is given up."""
BATCH: Final = 16
"""Items that may split a step, or whose lists are asked for beside that of the next: together they are cheaper."""

Shares = Mapping[int, float]
"""The answers of an item, with their shares of the best one's affinity."""
Lists = Callable[[list[int]], list[Shares]]
"""Returns the shares of several items."""


def path_between(
    items: pl.DataFrame,
    answer_many: Callable[..., BulkAnswers],
    start: int,
    goal: int,
    n: int | None,
    options: QueryOptions,
) -> Playlist:
    """Return a walk from one item to another.

    Parameters
    ----------
    items
        The items of the model.
    answer_many
        Its :meth:`~tigertail.model.model.Model.answer_many`.
    start, goal
        Codes of the ends.
    n
        How many items, as of :func:`find_path_of`.
    options
        The options of the query; without kinds those of the ends.

    Raises
    ------
    NoPathError
        If no walk is found, or none of so few items.
    ConfigError
        If ``n`` is below 2.
    """
    if n is not None and n < 2:
        raise ConfigError(f"a path of {n} items", remedy="ask for 2 or more: it has two ends")
    if not options.kinds:
        options = options.replace(kinds=sorted({items[c.KIND][code] for code in (start, goal)}))
    notices: dict[str, None] = {}

    def lists(codes: list[int]) -> list[Shares]:
        answers = answer_many(np.array(codes, np.int32), LISTED, options=options)
        notices.update(dict.fromkeys(answers.notices))
        return _shares(codes, answers)

    near = Neighbourhoods(lists)
    path = find_path_of(start, goal, near, n)
    if not path:
        names = [full_name(items.row(code, named=True)) for code in (start, goal)]
        length, longer = ("", "") if n is None else (f" of {n} items", "ask for a longer one, ")
        filters = ", ".join(option.parameter for option in options.given() if option.both_lists)
        raise NoPathError(
            f"no path{length} from {names[0]} to {names[1]}",
            remedy=f"{longer}allow more items (by {filters}), or choose an end that has listeners",
        )
    shares = [
        1.0,
        *(near.seen.get(a, {}).get(b, near.seen.get(b, {}).get(a, ABSENT)) for a, b in pairwise(path)),
    ]
    return Playlist(np.array(path, np.int32), np.array(shares, np.float32), tuple(notices))


def ends_of(index: ItemIndex, start: str, goal: str) -> tuple[int, int, tuple[str, ...]]:
    """Return the codes of the ends of a path, and what a person should know of the choice.

    An artist who is no item is known by one track, that with most listeners.

    Raises
    ------
    UnknownItemError
        If there is no such item or artist.
    """
    (first, notes), (last, more) = (seeds_of(index, [end], tracks=1) for end in (start, goal))
    return int(first[0]), int(last[0]), tuple(dict.fromkeys((*notes, *more)))


def _shares(codes: list[int], answers: BulkAnswers) -> list[Shares]:
    """Return the list of each code, as shares of its best affinity."""
    listed: dict[int, dict[int, float]] = {code: {} for code in codes}
    rows: Any = zip(
        answers.queries.tolist(), answers.items.tolist(), answers.affinities.tolist(), strict=True
    )
    for target, item, affinity in rows:
        listed[target][item] = affinity
    shares: list[Shares] = []
    for code in codes:
        best = max(listed[code].values(), default=0.0)
        # An answer with an affinity of 0 or less is no step; without it the best, which divides, is above 0.
        shares.append({one: value / best for one, value in listed[code].items() if value > 0})
    return shares


@dataclass
class Neighbourhoods:
    """The lists that a search has seen.

    Parameters
    ----------
    lists
        Returns the lists of items.
    hop
        What every step costs besides its distance.
    seen
        The lists that were looked at.
    """

    lists: Lists
    hop: float = HOP
    seen: dict[int, Shares] = field(default_factory=dict)

    def ask(self, items: Iterable[int]) -> None:
        """Look at the lists of some items."""
        new = [one for one in dict.fromkeys(items) if one not in self.seen]
        if new:
            self.seen.update(zip(new, self.lists(new), strict=True))

    def cost(self, a: int, b: int) -> float:
        """Return the cost of a step between two items whose lists were looked at; of others the least it can be."""
        forth, back = (
            self.seen[one].get(other, ABSENT) if one in self.seen else 1.0 for one, other in ((a, b), (b, a))
        )
        distance = (math.log(max(forth, ABSENT)) + math.log(max(back, ABSENT))) / 2
        return self.hop + distance**2


def find_path(start: int, goal: int, near: Neighbourhoods) -> list[int]:
    """Return the items of the cheapest walk that is found from one item to another; empty where none is.

    Both are included. Where it takes very many lists to be sure, it is the cheapest of those found with enough of them.
    """
    sides = (_Side(start), _Side(goal))
    best, ends = math.inf, (-1, -1)
    before = len(near.seen)
    while all(side.queue for side in sides):
        if len(near.seen) - before >= (MAX_LOOKED_AT if best == math.inf else ENOUGH):
            break
        if sides[0].queue[0][0] + sides[1].queue[0][0] >= best:
            break
        side = min(sides, key=lambda one: one.queue[0][0])
        other = sides[1] if side is sides[0] else sides[0]
        item = side.advance(near)
        if item is None:
            continue
        for met, rest in other.costs.items():
            if met == item:
                total = side.costs[item] + rest
            elif met in near.seen[item] or item in near.seen[met]:
                total = side.costs[item] + near.cost(item, met) + rest
            else:
                continue
            if total < best:
                best, ends = total, (item, met) if side is sides[0] else (met, item)
    if best == math.inf:
        return []
    back, forth = sides[0].trail(ends[0]), sides[1].trail(ends[1])
    return [*reversed(back), *forth[ends[0] == ends[1] :]]


def find_path_of(start: int, goal: int, near: Neighbourhoods, n: int | None = None) -> list[int]:
    """Return the items of a walk; of ``n`` items, or as many as there are between, where it is given.

    Parameters
    ----------
    start, goal
        Its ends.
    near
        The lists; its ``hop`` may be larger afterwards.
    n
        How many items, both ends included; None takes as many as :func:`find_path` finds.

    Returns
    -------
    list[int]
        Empty where no walk is found, or none of so few items up to :data:`DEAREST_HOP`.
    """
    walk = find_path(start, goal, near)
    while n is not None and len(walk) > n and near.hop < DEAREST_HOP:
        near.hop *= 2
        walk = find_path(start, goal, near)
    if n is None or not walk:
        return walk
    return [] if len(walk) > n else _split(walk, n, near)


def _split(path: list[int], n: int, near: Neighbourhoods) -> list[int]:
    """Return a walk with items between the ends of its widest steps, until it has ``n`` or no step can be split."""
    whole: set[tuple[int, int]] = set()  # steps that no item can split
    while len(path) < n:
        steps = [step for step in pairwise(path) if step not in whole]
        if not steps:
            break
        a, b = max(steps, key=lambda step: near.cost(*step))
        near.ask((a, b))
        both = [one for one in near.seen[a] if one in near.seen[b] and one not in path]
        both = heapq.nlargest(BATCH, both, key=lambda one: min(near.seen[a][one], near.seen[b][one]))
        if not both:
            whole.add((a, b))
            continue
        near.ask(both)
        between = min(both, key=lambda one: max(near.cost(a, one), near.cost(one, b)))
        path = [*path[: path.index(b)], between, *path[path.index(b) :]]
    return path


class _Side:
    """The search from one end.

    What a step costs is known when both lists were looked at. Until then an item waits at the least that it can cost,
    and only one that comes first is looked at.
    """

    def __init__(self, item: int) -> None:
        self.costs: dict[int, float] = {}
        self.queue: list[tuple[float, int, int]] = [(0.0, item, item)]  # cost, item, the one before
        self._came_from: dict[int, int] = {}

    def advance(self, near: Neighbourhoods) -> int | None:
        """Reach the next item; None where it was reached before, or costs more than it seemed."""
        cost, item, before = heapq.heappop(self.queue)
        if item in self.costs:
            return None
        if item not in near.seen:
            near.ask([item, *(one for _, one, _ in heapq.nsmallest(BATCH, self.queue))])
        if item != before and (exact := self.costs[before] + near.cost(before, item)) > cost:
            heapq.heappush(self.queue, (exact, item, before))
            return None
        self.costs[item], self._came_from[item] = cost, before
        for step in near.seen[item]:
            if step not in self.costs:
                heapq.heappush(self.queue, (cost + near.cost(item, step), step, item))
        return item

    def trail(self, item: int) -> list[int]:
        """Return the items from one back to the end."""
        items = [item]
        while self._came_from[item] != item:
            item = self._came_from[item]
            items.append(item)
        return items

"""Choice sets: for each query that a mixture learns from, the items that there were to choose from.

They have the best answers of all signals at three popularity exponents, the most popular items, and some at random.
What was chosen need not be among them: it then does not count (:mod:`tigertail.mixing.trainer`).
(Candidates, which a query ranks, are another thing: :mod:`tigertail.mixing.candidates`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tigertail.mixing.best_answers import best_answers
from tigertail.mixing.pool import SCAN_ALL, Bands, pools
from tigertail.mixing.scale import less_confident, scales
from tigertail.signals.contract import Signal

Codes = NDArray[np.int32]
Floats = NDArray[np.float32]

BLOCK_BYTES: Final = 2**25  # of the affinities of one signal; a block has those of every signal
_POOLS: Final = 512  # queries whose pools are found at a time


class ChoiceSet(NamedTuple):
    """The choice set of a query.

    Parameters
    ----------
    items
        Ascending; int32, (items,).
    affinities
        By signal that has data about the query: its affinities to the items; float32, (items,).
    scales
        By signal that has data about the query: the query's scale; float32, ().
    """

    items: Codes
    affinities: Mapping[str, Floats]
    scales: Mapping[str, Floats]


class ChoiceSets(NamedTuple):
    """The choice sets of some queries.

    Parameters
    ----------
    starts
        Where the items of each query begin, and where the last end; int64, (queries + 1,).
    items
        Ascending for each query; int32.
    affinities
        Of each signal to the items; not read where it has no data about the query; float32, (signals, items).
    has_data
        Whether a signal has data about a query; bool, (queries, signals).
    scales
        The query's scale in each signal; float32, (queries, signals).
    """

    starts: NDArray[np.int64]
    items: Codes
    affinities: Floats
    has_data: NDArray[np.bool_]
    scales: Floats

    def each(self, signals: tuple[str, ...]) -> Iterator[ChoiceSet]:
        """Yield the choice set of each query.

        Parameters
        ----------
        signals
            Names of the signals.
        """
        for row, has_data in enumerate(self.has_data):
            entries = slice(self.starts[row], self.starts[row + 1])
            there = [(place, signals[place]) for place in np.flatnonzero(has_data)]
            yield ChoiceSet(
                self.items[entries],
                {name: self.affinities[place, entries] for place, name in there},
                {name: self.scales[row, place, ...] for place, name in there},
            )


class ChoiceBlock(NamedTuple):
    """Queries whose choice sets are found at a time, and the items that are in these by chance.

    Parameters
    ----------
    queries
        Item codes; int32, (queries,).
    drawn
        Items of each query; where choice sets are found from pools, one row for all queries of the block, since their
        pools have the same items that are in each (``Bands.always``); int32, (queries or 1, negatives).
    """

    queries: Codes
    drawn: Codes


@dataclass(frozen=True, eq=False)
class ChoicePlan:
    """Whose choice sets are wanted, in blocks that can be found apart.

    Parameters
    ----------
    listeners
        Listeners of each item; int64, (items,).
    popular
        The most popular items; int32.
    answers
        How many of the best answers of each signal, at each exponent.
    blocks
        The queries.
    """

    listeners: NDArray[np.int64]
    popular: Codes
    answers: int
    blocks: list[ChoiceBlock]

    @classmethod
    def of(
        cls, queries: Codes, listeners: NDArray[np.int64], *, answers: int, negatives: int, seed: int
    ) -> ChoicePlan:
        """Draw the items that are there by chance, for all queries in their order.

        Parameters
        ----------
        queries
            Item codes; int32, (queries,).
        listeners, answers
            As above.
        negatives
            How many of the most popular items, and how many at random.
        seed
            Seed of the latter.
        """
        rng = np.random.default_rng(seed)
        items = len(listeners)
        of_pools = items > SCAN_ALL  # where a look at every item would take long
        size = _POOLS if of_pools else max(1, BLOCK_BYTES // (4 * items))
        blocks = []
        for start in range(0, len(queries), size):
            block = queries[start : start + size]
            times = 1 if of_pools else len(block)
            drawn = [rng.integers(0, items, negatives, np.int32) for _ in range(times)]
            blocks.append(ChoiceBlock(block, np.stack(drawn)))
        popular = np.argsort(-listeners, kind="stable")[:negatives].astype(np.int32)
        return cls(listeners, popular, answers, blocks)

    def find(self, signals: Mapping[str, Signal], block: ChoiceBlock) -> ChoiceSets:
        """Find the choice sets of a block of queries."""
        find = self._of_pools if len(self.listeners) > SCAN_ALL else self._of_every_item
        return find(signals, block)

    def _of_every_item(self, signals: Mapping[str, Signal], block: ChoiceBlock) -> ChoiceSets:
        """Find them by a look at every item."""
        queries = block.queries
        has_data = _has_data(signals, queries)
        affinities = [np.array(signal.affinity(queries), np.float32) for signal in signals.values()]
        scale = np.stack(
            [
                less_confident(scales(of_signal, queries), signal, queries)
                for signal, of_signal in zip(signals.values(), affinities, strict=True)
            ],
            1,
        )
        best = [best_answers(of_signal, queries, self.listeners, self.answers) for of_signal in affinities]

        def found(row: int) -> tuple[Codes, Floats]:
            items = np.unique(
                np.concatenate([self.popular, block.drawn[row], *(one[row] for one in best)])
            ).astype(np.int32)
            items = items[items != queries[row]]
            return items, np.stack([of_signal[row, items] for of_signal in affinities])

        return _together(found, has_data, scale)

    def _of_pools(self, signals: Mapping[str, Signal], block: ChoiceBlock) -> ChoiceSets:
        """Find them from the queries' pools."""
        queries = block.queries
        has_data = _has_data(signals, queries)
        negatives = np.union1d(self.popular, block.drawn).astype(np.int32)
        pool = pools(signals, Bands.of(self.listeners).with_always(negatives), queries, has_data)

        def found(row: int) -> tuple[Codes, Floats]:
            entries = slice(pool.starts[row], pool.starts[row + 1])
            items, affinities = pool.items[entries], pool.affinities[:, entries]
            best = [
                best_answers(affinities[part, None], None, self.listeners[items], self.answers)[0]
                for part in np.flatnonzero(has_data[row])
            ]
            always = np.searchsorted(items, negatives[negatives != queries[row]])
            places = np.unique(np.concatenate([always, *best]))
            return items[places], affinities[:, places]

        return _together(found, has_data, pool.scale)


class ChoiceSetFinder(Protocol):
    """What finds choice sets: :func:`find_here`, or something that does the same elsewhere."""

    def __call__(self, signals: Mapping[str, Signal], plan: ChoicePlan) -> Iterator[ChoiceSets]:
        """Find the choice sets of every block of a plan, and yield them in the order of the blocks."""


def find_here(signals: Mapping[str, Signal], plan: ChoicePlan) -> Iterator[ChoiceSets]:
    """Find the choice sets of every block of a plan, one after the other."""
    return (plan.find(signals, block) for block in plan.blocks)


def _has_data(signals: Mapping[str, Signal], queries: Codes) -> NDArray[np.bool_]:
    return np.stack([signal.known[queries] for signal in signals.values()], 1)


def _together(
    found: Callable[[int], tuple[Codes, Floats]], has_data: NDArray[np.bool_], scale: Floats
) -> ChoiceSets:
    items, affinities = zip(*(found(row) for row in range(len(has_data))), strict=True)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in items])]).astype(np.int64)
    return ChoiceSets(
        starts, np.concatenate(items), np.concatenate(affinities, 1), has_data, scale.astype(np.float32)
    )

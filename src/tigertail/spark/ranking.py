"""The lists of an evaluation, ranked on many machines: a task for each block of query items.

Any system's signal is taken that ``pickle`` can write; each process of a worker reads it once.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.evaluation.scoring import Ranking, RankingBlock, localised_to
from tigertail.signals.contract import Signal
from tigertail.spark.arrays import read_arrays, records_of
from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.records import Record, Settings
from tigertail.spark.stages import Distributed

SIGNAL: Final = "signal"
CATALOGUES: Final = "catalogues"
QUERIES: Final = "queries"
LISTS: Final = "lists"


class DistributedRanker(Distributed):
    """Ranks lists on a cluster; called as :func:`tigertail.evaluation.scoring.rank_here` is."""

    def __call__(self, signal: Signal, ranking: Ranking) -> Iterator[NDArray[np.int32]]:
        """Rank the lists of every block, and yield them in the order of the blocks.

        Raises
        ------
        pickle.PicklingError, TypeError, AttributeError
            If ``pickle`` cannot write the signal, as where it keeps a function that has no name.
        """
        kept_signal = np.frombuffer(pickle.dumps(signal, protocol=5), np.uint8)
        items: dict[str, NDArray[Any]] = {"offered": ranking.offered, "popularity": ranking.popularity}
        blocks = [part for block in ranking.blocks for part in block]
        parts = [*items.values(), list(ranking.exponents), ranking.k, *blocks]
        stages = self.stages("ranking", kept_signal, *parts)
        stages.put(SIGNAL, [records_of({"signal": kept_signal})])
        stages.put(CATALOGUES, [records_of(items)])
        stages.put(QUERIES, (_asked(block) for block in ranking.blocks))
        rank = partial(_rank, exponents=ranking.exponents, k=ranking.k, name=ranking.name)
        stages.make(LISTS, rank, len(ranking.blocks))
        for block in range(len(ranking.blocks)):
            yield read_arrays(stages.kept, LISTS, block)["lists"]


def _asked(block: RankingBlock) -> Iterator[Record]:
    yield Settings(block.place)
    yield from records_of({"items": block.items, "catalogues": block.catalogues})


def _rank(
    block: int, kept: Checkpoints, exponents: tuple[float, ...], k: int, name: str | None
) -> Iterator[Record]:
    (place,) = kept.read(QUERIES, Settings, block)
    asked = RankingBlock(**read_arrays(kept, QUERIES, block), place=place.text)
    items = read_arrays(kept, CATALOGUES, 0)
    ranking = Ranking(**items, exponents=exponents, k=k, blocks=[asked], name=name)
    yield from records_of({"lists": ranking.ranked(_localised(kept, place.text), asked)})


@lru_cache(maxsize=1)
def _localised(kept: Checkpoints, place: str) -> Signal:
    _localised.cache_clear()  # that of the place or system before is not held beside this
    return localised_to(_signal(kept), place)


@lru_cache(maxsize=1)
def _signal(kept: Checkpoints) -> Signal:
    _signal.cache_clear()  # nor is that of the system before
    [content] = read_arrays(kept, SIGNAL, 0).values()
    found: Signal = pickle.loads(content.data)
    return found

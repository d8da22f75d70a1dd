"""What a mixture takes longest over, on many machines: the choice sets it learns from, and the candidates of all items.

A task is one block of queries, by the code that one machine runs for it. It asks all signals, so each process of a
worker reads these once and holds them; all else that a task takes or makes is of its own queries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from typing import Any, Final

from numpy.typing import NDArray

from tigertail.mixing import Mixture
from tigertail.mixing.choice_sets import ChoiceBlock, ChoicePlan, ChoiceSets
from tigertail.mixing.pool import Bands
from tigertail.mixing.retrieve import ChosenBlock, Retrieval, choose_block
from tigertail.model.registry import MIXTURE
from tigertail.signals.contract import Signal
from tigertail.spark.arrays import (
    key_of_signals,
    put_signals,
    read_arrays,
    read_signals,
    records_of,
    with_parts,
)
from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.records import Record
from tigertail.spark.stages import Distributed

ITEMS: Final = "items"
QUERIES: Final = "queries"
CHOICE_SETS: Final = "choice-sets"
CANDIDATES: Final = "candidates"


class DistributedChoiceSets(Distributed):
    """Finds choice sets on a cluster; called as :func:`tigertail.mixing.choice_sets.find_here` is."""

    def __call__(self, signals: Mapping[str, Signal], plan: ChoicePlan) -> Iterator[ChoiceSets]:
        """Find the choice sets of every block of a plan, and yield them in the order of the blocks."""
        items: dict[str, NDArray[Any]] = {"listeners": plan.listeners, "popular": plan.popular}
        asked = [array for block in plan.blocks for array in (block.queries, block.drawn)]
        parts = [*items.values(), plan.answers, *asked]
        stages = self.stages("choice sets", key_of_signals(signals), *parts)
        names = put_signals(stages, signals)
        stages.put(ITEMS, [records_of(items)])
        stages.put(QUERIES, (records_of(block._asdict()) for block in plan.blocks))
        stages.make(CHOICE_SETS, partial(_find, names=names, answers=plan.answers), len(plan.blocks))
        for block in range(len(plan.blocks)):
            yield ChoiceSets(**read_arrays(stages.kept, CHOICE_SETS, block))


class DistributedChooser(Distributed):
    """Chooses candidates on a cluster; called as :func:`tigertail.mixing.retrieve.choose_here` is."""

    def __call__(self, retrieval: Retrieval) -> Iterator[ChosenBlock]:
        """Choose the candidates of every block of queries, and yield them in the order of the blocks."""
        signals, blocks = with_parts(retrieval.mixture), len(retrieval.starts)
        parts = [retrieval.max_candidates, retrieval.order, retrieval.starts.step]
        stages = self.stages("candidates", key_of_signals(signals), *parts)
        names = put_signals(stages, signals)
        stages.put(QUERIES, (records_of({"queries": retrieval.queries(block)}) for block in range(blocks)))
        choose = partial(_choose, names=names, max_candidates=retrieval.max_candidates)
        stages.make(CANDIDATES, choose, blocks)
        for block in range(blocks):
            yield ChosenBlock(**read_arrays(stages.kept, CANDIDATES, block))


def _find(block: int, kept: Checkpoints, names: tuple[str, ...], answers: int) -> Iterator[Record]:
    items = read_arrays(kept, ITEMS, 0)
    asked = ChoiceBlock(**read_arrays(kept, QUERIES, block))
    plan = ChoicePlan(**items, answers=answers, blocks=[asked])
    yield from records_of(plan.find(read_signals(kept, names), asked)._asdict())


def _choose(block: int, kept: Checkpoints, names: tuple[str, ...], max_candidates: int) -> Iterator[Record]:
    asked = read_arrays(kept, QUERIES, block)
    mixture, bands = _mixture(kept, names), _bands(kept, names)
    yield from records_of(choose_block(mixture, bands, asked["queries"], max_candidates)._asdict())


@lru_cache(maxsize=1)
def _bands(kept: Checkpoints, names: tuple[str, ...]) -> Bands:
    """Return the bands, and keep no signal: :func:`read_signals` alone does, and lets go of those of another stage."""
    return Bands.of(_mixture(kept, names).listeners)


def _mixture(kept: Checkpoints, names: tuple[str, ...]) -> Mixture:
    mixture = read_signals(kept, names)[MIXTURE]
    assert isinstance(mixture, Mixture)
    return mixture

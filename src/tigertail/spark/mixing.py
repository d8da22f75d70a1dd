"""What a mixture takes longest over, on many machines: the choice sets it learns from, and the candidates of all items.

A task is one block of queries, by the code that one machine runs for it. It asks all signals, so each process of a
worker reads these once and holds them; all else that a task takes or makes is of its own queries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from tigertail.mixing import Mixture
from tigertail.mixing.choice_sets import ChoiceBlock, ChoicePlan, ChoiceSets
from tigertail.mixing.pool import Bands
from tigertail.mixing.retrieve import ChosenBlock, Retrieval, choose_block
from tigertail.model.registry import MIXTURE
from tigertail.signals.contract import Signal
from tigertail.spark.arrays import (
    arrays_of,
    key_of_signals,
    put_signals,
    read_signals,
    records_of,
    with_parts,
)
from tigertail.spark.checkpoints import Checkpoints, key_of
from tigertail.spark.cluster import Cluster
from tigertail.spark.records import NamedArray, Record
from tigertail.spark.stages import Stages
from tigertail.spark.stamp import kernel_stamp

ITEMS: Final = "items"
QUERIES: Final = "queries"
CHOICE_SETS: Final = "choice-sets"
CANDIDATES: Final = "candidates"


@dataclass(frozen=True)
class DistributedChoiceSets:
    """Finds choice sets on a cluster; called as :func:`tigertail.mixing.choice_sets.find_here` is.

    Parameters
    ----------
    cluster
        What runs the tasks.
    work
        Folder or URI that the driver and all workers reach: see :class:`Checkpoints`.
    """

    cluster: Cluster
    work: Path | str

    def __call__(self, signals: Mapping[str, Signal], plan: ChoicePlan) -> Iterator[ChoiceSets]:
        """Find the choice sets of every block of a plan, and yield them in the order of the blocks."""
        items: dict[str, NDArray[Any]] = {"listeners": plan.listeners, "popular": plan.popular}
        asked = [array for block in plan.blocks for array in (block.queries, block.drawn)]
        parts = [*items.values(), plan.answers, *asked, kernel_stamp()]
        kept = Checkpoints(self.work, key_of("choice sets", key_of_signals(signals), *parts))
        stages = Stages(self.cluster, kept)
        names = put_signals(stages, signals)
        stages.put(ITEMS, [records_of(items)])
        stages.put(QUERIES, (records_of(block._asdict()) for block in plan.blocks))
        stages.make(CHOICE_SETS, partial(_find, names=names, answers=plan.answers), len(plan.blocks))
        for block in range(len(plan.blocks)):
            yield ChoiceSets(**arrays_of(kept.read(CHOICE_SETS, NamedArray, block)))


@dataclass(frozen=True)
class DistributedChooser:
    """Chooses candidates on a cluster; called as :func:`tigertail.mixing.retrieve.choose_here` is.

    Parameters
    ----------
    cluster
        What runs the tasks.
    work
        Folder or URI that the driver and all workers reach: see :class:`Checkpoints`.
    """

    cluster: Cluster
    work: Path | str

    def __call__(self, retrieval: Retrieval) -> Iterator[ChosenBlock]:
        """Choose the candidates of every block of queries, and yield them in the order of the blocks."""
        signals, blocks = with_parts(retrieval.mixture), len(retrieval.starts)
        parts = [retrieval.max_candidates, retrieval.order, retrieval.starts.step, kernel_stamp()]
        kept = Checkpoints(self.work, key_of("candidates", key_of_signals(signals), *parts))
        stages = Stages(self.cluster, kept)
        names = put_signals(stages, signals)
        stages.put(QUERIES, (records_of({"queries": retrieval.queries(block)}) for block in range(blocks)))
        choose = partial(_choose, names=names, max_candidates=retrieval.max_candidates)
        stages.make(CANDIDATES, choose, blocks)
        for block in range(blocks):
            yield ChosenBlock(**arrays_of(kept.read(CANDIDATES, NamedArray, block)))


def _find(block: int, kept: Checkpoints, names: tuple[str, ...], answers: int) -> Iterator[Record]:
    items = arrays_of(kept.read(ITEMS, NamedArray, 0))
    asked = ChoiceBlock(**arrays_of(kept.read(QUERIES, NamedArray, block)))
    plan = ChoicePlan(**items, answers=answers, blocks=[asked])
    yield from records_of(plan.find(read_signals(kept, names), asked)._asdict())


def _choose(block: int, kept: Checkpoints, names: tuple[str, ...], max_candidates: int) -> Iterator[Record]:
    asked = arrays_of(kept.read(QUERIES, NamedArray, block))
    mixture, bands = _mixture(kept, names)
    yield from records_of(choose_block(mixture, bands, asked["queries"], max_candidates)._asdict())


@lru_cache(maxsize=1)
def _mixture(kept: Checkpoints, names: tuple[str, ...]) -> tuple[Mixture, Bands]:
    mixture = read_signals(kept, names)[MIXTURE]
    assert isinstance(mixture, Mixture)
    return mixture, Bands.of(mixture.listeners)

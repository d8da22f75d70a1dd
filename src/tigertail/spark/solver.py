"""The solver on many machines: what :func:`tigertail.factorization.fit_als` does, with the same bits.

Each side is cut into blocks of whole units. A half-sweep is two stages: the blocks of the fixed side send the vectors
that others asked for, the blocks of the other side solve their rows. Every stage starts from files, so a fit that
stopped goes on after the last one that was written. The driver holds the confidences of all pairs from beginning to
end, by listener and by item. Of the vectors it holds the Gram matrices alone, and at the end the factors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization import ALSConfig, Factors, Observable, kernels
from tigertail.factorization.als import padded_width
from tigertail.factorization.blocks import Basis, bases_of
from tigertail.factorization.units import GramSum, block_bounds
from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.records import Entries, Grams, Membership, Record, Vectors
from tigertail.spark.stages import Distributed, Stages
from tigertail.spark.tasks import (
    HalfSweep,
    Side,
    ask,
    asks_of,
    entries_of,
    grams_of,
    link,
    links_of,
    send_rows,
    solve_rows,
    start,
)
from tigertail.sparse import CSR
from tigertail.threads import limited

BLOCK_ENTRIES: Final = 4_000_000
"""Entries of a block, where the number of blocks is not given: half a second of solving on one core, at 128 factors
(``docs/spark.md``). How much a task then holds depends on the data: ``benchmarks/spark_paper.py`` estimates it."""
KEPT: Final = 2
"""Half-sweeps that are kept: the next one starts from the last of either side."""
NAMES: Final = ("listeners", "items")


@dataclass(frozen=True)
class DistributedALS(Distributed):
    """Fits factors on a cluster: a :class:`tigertail.factorization.als.Solver`.

    Parameters
    ----------
    cluster, work
        As in :class:`Distributed`.
    blocks
        Blocks of listeners and of items, 1 or more each; None chooses by the number of pairs. The factors are the same
        for any.
    """

    blocks: tuple[int | None, int | None] = (None, None)

    def __call__(
        self,
        confidence: CSR,
        config: ALSConfig,
        *,
        seed: int = 0,
        observable: Observable | None = None,
        threads: int | None = None,
        after_sweep: Callable[[int], None] = lambda sweep: None,
    ) -> Factors:
        """Factorise a matrix of confidences.

        Parameters
        ----------
        confidence
            Listeners by items; each value is the weight c of an observed pair.
        config
            Settings.
        seed
            Seed of the initial vectors.
        observable
            Pairs that could be observed; None means all.
        threads
            Threads that the driver uses; those of a task are the cluster's affair.
        after_sweep
            Called with the number of each finished sweep.
        """
        with limited(threads):
            fit = _Fit(self, CSR.of(confidence), config, int(seed), observable)
            fit.prepare()
            for half in range(2 * config.iterations):
                fit.half_sweep(half)
                if half % 2:
                    after_sweep((half + 1) // 2)
            return fit.factors()


@dataclass(frozen=True, eq=False)
class _Fit:
    als: DistributedALS
    confidence: CSR
    config: ALSConfig
    seed: int
    observable: Observable | None
    sums: dict[int, tuple[NDArray[np.float64], float]] = field(default_factory=dict)

    @cached_property
    def matrices(self) -> tuple[CSR, CSR]:
        return self.confidence, self.confidence.transpose()

    @cached_property
    def sides(self) -> tuple[Side, Side]:
        usual = max(2, -(-self.confidence.nnz // BLOCK_ENTRIES))
        groups = (None, None) if self.observable is None else self.observable.could_meet.shape
        first, second = (
            Side(name, block_bounds(matrix.indptr, wanted or usual), count)
            for name, matrix, wanted, count in zip(NAMES, self.matrices, self.als.blocks, groups, strict=True)
        )
        return first, second

    @cached_property
    def width(self) -> int:
        return padded_width(self.config.factors)

    @cached_property
    def stages(self) -> Stages:
        matrix, pairs = self.confidence, self.observable
        parts = [matrix.indptr, matrix.indices, matrix.data, matrix.shape, self.seed]
        parts += [side.bounds for side in self.sides]
        parts += [] if pairs is None else [pairs.rows, pairs.columns, pairs.could_meet]
        settings = self.config.model_dump(exclude={"iterations"})  # more sweeps go on where fewer ended
        return self.als.stages(settings, *parts)

    @property
    def kept(self) -> Checkpoints:
        return self.stages.kept

    @cached_property
    def finished(self) -> int:
        """The last half-sweep that was finished before, with the one before it; -1 where there is none."""
        halves = range(2 * self.config.iterations - 1, -1, -1)
        both = (
            half
            for half in halves
            if self.kept.done(vectors_of(half)) and self.kept.done(vectors_of(half - 1))
        )
        return next(both, -1)

    def prepare(self) -> None:
        """Write the blocks' entries and links; and first vectors, unless half-sweeps were done already."""
        for place, side in enumerate(self.sides):
            self.stages.put(entries_of(side), self._entries(place))
        for side, other in (self.sides, self.sides[::-1]):
            self.stages.make(links_of(side), partial(link, side=side, other=other), side.blocks)
            self.stages.make(asks_of(side), partial(ask, side=side, other=other), other.blocks)
        if self.finished < 0:
            # Half-sweep -2 stands for the listeners' first vectors, which are 0; -1 for the items', which are drawn.
            for half, seed in ((-2, None), (-1, self.seed)):
                side = self.sides[half % 2]
                begin = partial(start, side=side, config=self.config, seed=seed)
                self.stages.make(vectors_of(half), begin, side.blocks)

    def half_sweep(self, half: int) -> None:
        """Solve the listeners where ``half`` is even, the items where it is odd, unless it was done."""
        sent = f"sent-{half}"
        if half > self.finished:
            side, other = self.sides[half % 2], self.sides[1 - half % 2]
            turns_stay = half > 0 and self.observable is None
            plan = HalfSweep(
                self.config,
                side,
                other,
                self._bases(half),
                self._bases(half - 1)[0].rotation if turns_stay else None,
                before=vectors_of(half - 2),
                fixed=vectors_of(half - 1),
                sent=sent,
            )
            self.stages.make(sent, partial(send_rows, plan=plan), other.blocks)
            self.stages.make(vectors_of(half), partial(solve_rows, plan=plan), side.blocks)
        self.kept.remove(sent)  # a fit that stopped just before this left it
        self.kept.remove(vectors_of(half - KEPT))
        self.sums.pop(half - KEPT, None)

    def factors(self) -> Factors:
        """Read the factors of the last half-sweep of each side."""
        last = 2 * self.config.iterations - 1
        listeners, items = (self._vectors(half) for half in (last - 1, last))
        if self.observable is None:
            # The last half-sweep turned what it sent of them, not what is kept.
            kernels.rotate(listeners, self._bases(last)[0].rotation)
        d = self.config.factors
        return Factors(np.ascontiguousarray(listeners[:, :d]), np.ascontiguousarray(items[:, :d]))

    def _entries(self, place: int) -> Iterator[Iterator[Record]]:
        matrix, side = self.matrices[place], self.sides[place]
        member = None
        if self.observable is not None:
            member = self.observable.columns if place else self.observable.rows
        for block in range(side.blocks):
            yield _block_entries(matrix, member, *side.bounds[block : block + 2].tolist())

    def _bases(self, half: int) -> list[Basis]:
        """Return the bases in which a half-sweep solves its rows."""
        place = half % 2
        grams, largest = self._sums(half - 1)
        linked = None
        if self.observable is not None:
            linked = self.observable.could_meet.T if place else self.observable.could_meet
        half_size = self.config.reads_float16
        return bases_of(grams, self.config.factors, max_abs=largest if half_size else None, could_meet=linked)

    def _sums(self, half: int) -> tuple[NDArray[np.float64], float]:
        """Return the Gram matrices of the side that a half-sweep solved, and its largest absolute number."""
        if half in self.sums:
            return self.sums[half]
        side = self.sides[half % 2]
        total, largest = GramSum(side.bases), 0.0
        for block in range(side.blocks):
            for record in self.kept.read(vectors_of(half), Grams, block):
                total.add(grams_of(record, total.groups, self.width))
                largest = max(largest, record.largest)
        self.sums[half] = total.total(self.width), largest
        return self.sums[half]

    def _vectors(self, half: int) -> NDArray[np.float32]:
        side = self.sides[half % 2]
        vectors = np.empty((side.rows, self.width), np.float32)
        for block, first in enumerate(side.bounds[:-1].tolist()):
            for record in self.kept.read(vectors_of(half), Vectors, block):
                rows = record.vectors.reshape(-1, self.width)
                vectors[first : first + len(rows)] = rows
        return vectors


def vectors_of(half: int) -> str:
    """Return the stage with the vectors that a half-sweep solved, or with the first ones.

    Examples
    --------
    >>> [vectors_of(half) for half in (-2, -1, 0, 1)]
    ['start-listeners', 'start-items', 'half-0', 'half-1']
    """
    return f"start-{NAMES[half % 2]}" if half < 0 else f"half-{half}"


def _block_entries(matrix: CSR, member: NDArray[np.int32] | None, first: int, end: int) -> Iterator[Record]:
    span = slice(matrix.indptr[first], matrix.indptr[end])
    yield Entries(matrix.indptr[first : end + 1] - span.start, matrix.indices[span], matrix.data[span])
    if member is not None:
        yield Membership(member[first:end])

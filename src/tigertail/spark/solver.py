"""The solver on many machines: what :func:`tigertail.factorization.fit_als` does, with the same bits.

Each side is cut into blocks of whole units. A half-sweep is two tasks: the blocks of the fixed side send the vectors
that others need, the blocks of the other side solve their rows and are written. Every half-sweep starts from files, so
a fit that stopped goes on after the last one that was written. The driver holds the confidences of all pairs and the
factors at the end, and in between the Gram matrices alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tigertail.factorization import ALSConfig, Factors, Observable, kernels
from tigertail.factorization.als import padded_width
from tigertail.factorization.blocks import Basis, bases_of
from tigertail.factorization.units import GramSum, block_bounds
from tigertail.spark.checkpoints import Checkpoints, key_of
from tigertail.spark.cluster import Cluster, Made, Stored, Task
from tigertail.spark.records import ENTRIES, Record, to_batch
from tigertail.spark.stamp import kernel_stamp
from tigertail.spark.tasks import (
    HalfSweep,
    Side,
    ask,
    grams_of,
    link,
    send_rows,
    solve_rows,
    stamped,
    start,
)
from tigertail.sparse import CSR
from tigertail.threads import limited

BLOCK_ENTRIES: Final = 4_000_000
"""Entries of a block, where the number of blocks is not given."""
MESSAGE_BYTES: Final = 2**25
KEPT: Final = 4
"""Half-sweeps that are kept: the last two of each side."""
NAMES: Final = ("listeners", "items")


@dataclass(frozen=True)
class DistributedALS:
    """Fits factors on a cluster; called as :func:`tigertail.factorization.fit_als` is.

    Parameters
    ----------
    cluster
        What runs the tasks.
    work
        Folder or URI that the driver and all workers reach: see :class:`Checkpoints`.
    blocks
        Blocks of listeners and of items; None chooses by the number of pairs. The factors are the same for any.
    message_bytes
        About the most bytes that one block sends another at once.
    """

    cluster: Cluster
    work: Path | str
    blocks: tuple[int | None, int | None] = (None, None)
    message_bytes: int = MESSAGE_BYTES

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
            fit = _Fit(self, confidence, config, seed, observable)
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
            Side(block_bounds(matrix.indptr, wanted or usual), count)
            for matrix, wanted, count in zip(self.matrices, self.als.blocks, groups, strict=True)
        )
        return first, second

    @cached_property
    def width(self) -> int:
        return padded_width(self.config.factors)

    @cached_property
    def checkpoints(self) -> Checkpoints:
        matrix, pairs = self.confidence, self.observable
        parts = [matrix.indptr, matrix.indices, matrix.data, matrix.shape, self.seed, kernel_stamp()]
        parts += [side.bounds for side in self.sides]
        parts += [] if pairs is None else [pairs.rows, pairs.columns, pairs.could_meet]
        settings = self.config.model_dump(exclude={"iterations"})  # more sweeps go on where fewer ended
        return Checkpoints(self.als.work, key_of(settings, *parts))

    def prepare(self) -> None:
        """Write the blocks' entries, links and first vectors, unless half-sweeps were done already."""
        if self._last_done() >= 0:
            return
        store = self.checkpoints
        for place, name in enumerate(NAMES):
            if not store.done(f"entries-{name}"):
                store.write(f"entries-{name}", self._entries(place))
        for place, name in enumerate(NAMES):
            side, other = self.sides[place], self.sides[1 - place]
            entries = Stored(store.at(f"entries-{name}"), "abcf")
            self._stage(f"links-{name}", _made(link, side, entries))
            needs = Stored(store.at(f"links-{name}"), "b")
            self._stage(f"asks-{name}", _made(partial(ask, bounds=other.bounds), side, needs))
            seed = None if name == "listeners" else self.seed
            begin = partial(start, side=side, config=self.config, seed=seed, width=self.width)
            self._stage(f"half-{place - 2}", _made(begin, side, Stored(entries.uri, "f")))

    def half_sweep(self, half: int) -> None:
        """Solve the listeners where ``half`` is even, the items where it is odd, unless it was done."""
        if half <= self._last_done():
            return
        store = self.checkpoints
        place = half % 2
        side, other = self.sides[place], self.sides[1 - place]
        grouped = self.observable is not None
        plan = HalfSweep(
            self.config,
            side,
            other.rows,
            self._bases(half),
            self._bases(half - 1)[0].rotation if half > 0 and not grouped else None,
            grouped,
            self.als.message_bytes,
        )
        asked = Stored(store.at(f"asks-{NAMES[place]}"), "a")
        sent = _made(partial(send_rows, plan=plan), other, Stored(store.at(f"half-{half - 1}"), "a"), asked)
        own = Stored(store.at(f"half-{half - 2}"), "af"), Stored(store.at(f"links-{NAMES[place]}"), "abcde")
        self._stage(f"half-{half}", _made(partial(solve_rows, plan=plan), side, *own, sent))
        store.begin(f"half-{half - KEPT}")

    def factors(self) -> Factors:
        """Read the factors of the last half-sweep of each side."""
        last = 2 * self.config.iterations - 1
        listeners, items = (self._vectors(half) for half in (last - 1, last))
        if self.observable is None:
            kernels.rotate(listeners, self._bases(last)[0].rotation)
        d = self.config.factors
        return Factors(np.ascontiguousarray(listeners[:, :d]), np.ascontiguousarray(items[:, :d]))

    def _entries(self, place: int) -> Iterator[pa.RecordBatch]:
        matrix, bounds = self.matrices[place], self.sides[place].bounds
        member = None
        if self.observable is not None:
            member = self.observable.columns if place else self.observable.rows
        for block, (first, end) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
            span = slice(matrix.indptr[first], matrix.indptr[end])
            yield to_batch(
                Record(
                    block,
                    ENTRIES,
                    at=first,
                    a=matrix.indptr[first : end + 1] - matrix.indptr[first],
                    b=matrix.indices[span],
                    c=matrix.data[span],
                    f=None if member is None else member[first:end],
                )
            )

    def _stage(self, name: str, rows: Made) -> None:
        if not self.checkpoints.done(name):
            self.checkpoints.begin(name)
            self.als.cluster.write(rows, self.checkpoints.at(name))
            self.checkpoints.finish(name)

    def _last_done(self) -> int:
        """Return the last half-sweep that can be gone on from; -1 where there is none."""
        for half in range(2 * self.config.iterations - 1, -1, -1):
            if all(self.checkpoints.done(f"half-{before}") for before in (half, half - 1)):
                return half
        return -1

    def _bases(self, half: int) -> list[Basis]:
        """Return the bases in which a half-sweep solves its rows."""
        place = half % 2
        grams, largest = self._sums(half - 1)
        linked = None
        if self.observable is not None:
            linked = self.observable.could_meet.T if place else self.observable.could_meet
        half_size = self.config.storage == "float16"
        return bases_of(grams, self.config.factors, max_abs=largest if half_size else None, could_meet=linked)

    def _sums(self, half: int) -> tuple[NDArray[np.float64], float]:
        """Return the Gram matrices of the side that a half-sweep solved, and its largest absolute number."""
        if half in self.sums:
            return self.sums[half]
        total, largest = GramSum(self.sides[half % 2].groups or 1), 0.0
        for record in self.checkpoints.read(f"half-{half}", "bcde"):
            total.add(grams_of(record, total.groups, self.width))
            assert record.e is not None
            largest = max(largest, float(record.e[0]))
        self.sums[half] = total.total(self.width), largest
        return self.sums[half]

    def _vectors(self, half: int) -> NDArray[np.float32]:
        side = self.sides[half % 2]
        vectors = np.empty((side.rows, self.width), np.float32)
        for record in self.checkpoints.read(f"half-{half}", "a"):
            assert record.a is not None
            rows = record.a.reshape(-1, self.width)
            vectors[record.at : record.at + len(rows)] = rows
        return vectors


def _made(task: Task, side: Side, *rows: Stored | Made) -> Made:
    """Return what a task makes of rows, by the blocks of a side."""
    return Made(partial(stamped, task=task, stamp=kernel_stamp()), rows, len(side.bounds) - 1)

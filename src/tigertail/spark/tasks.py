"""What a task does with its rows: the steps of :mod:`tigertail.factorization.blocks`, from records to records.

Rows come sorted by block, kind, group and place. A task needs the rows of one block at a time, and nothing else.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tigertail.errors import DataError
from tigertail.factorization import ALSConfig, kernels
from tigertail.factorization.blocks import (
    Basis,
    GroupRows,
    even_chunks,
    group_rows,
    max_abs,
    requests,
    row_penalty,
    send,
    solve_block,
)
from tigertail.factorization.units import GramSum, gram_sum, initial_vectors
from tigertail.spark.cluster import Task
from tigertail.spark.records import (
    LINKS,
    OUT,
    SENT,
    VECTORS,
    Array,
    Record,
    records_of,
    to_batch,
)
from tigertail.spark.stamp import check_stamp
from tigertail.sparse import CSR
from tigertail.threads import limited

Batches = Iterator[pa.RecordBatch]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Side:
    """What tasks must have of the rows of one side.

    Parameters
    ----------
    bounds
        First row of each block, and the end of the last.
    groups
        Number of groups of rows; None where all pairs could be observed.
    """

    bounds: NDArray[np.int64]
    groups: int | None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.bounds[-1])

    def grams(self, block: int, vectors: Floats, member: NDArray[np.int32] | None) -> GramSum:
        """Return what one block adds to the side's Gram matrices."""
        first, end = self.bounds[block], self.bounds[block + 1]
        return gram_sum(vectors, member, self.groups or 1, first=int(first), last=bool(end == self.rows))


@dataclass(frozen=True, eq=False)
class HalfSweep:
    """What every task of a half-sweep must have.

    Parameters
    ----------
    config
        Settings of the solver.
    side
        The side that is solved.
    columns
        Rows of the other side.
    bases
        The basis of each group of rows.
    pending
        A turn that the rows' vectors have not made yet: that of the last half-sweep, which had them fixed.
    grouped
        Whether each group of rows has a basis of its own, and no vector stays turned.
    message_bytes
        About the most bytes of one message.
    """

    config: ALSConfig
    side: Side
    columns: int
    bases: list[Basis]
    pending: Floats | None
    grouped: bool
    message_bytes: int


def stamped(batches: Batches, task: Task, stamp: str) -> Batches:
    """Run a task, unless its results would have other bits here than where it was planned."""
    check_stamp(stamp)
    return task(batches)


def link(batches: Batches) -> Batches:
    """Turn the entries of blocks into their links."""
    for entries in records_of(batches):
        offsets, columns, data = _given(entries.a), _given(entries.b), _given(entries.c)
        matrix = CSR(offsets, columns, data, (len(offsets) - 1, 0))
        for links in group_rows(matrix, entries.f):
            own = links.matrix
            yield to_batch(
                Record(
                    entries.block,
                    LINKS,
                    links.group,
                    a=links.rows,
                    b=links.needed,
                    c=own.indptr,
                    d=own.indices,
                    e=own.data,
                )
            )


def ask(batches: Batches, bounds: NDArray[np.int64]) -> Batches:
    """Turn what blocks need into what each block of the other side is to send."""
    for links in records_of(batches):
        for found in requests(_given(links.b), bounds):
            yield to_batch(Record(found.source, OUT, links.group, found.at, links.block, a=found.take))


def start(batches: Batches, side: Side, config: ALSConfig, seed: int | None, width: int) -> Batches:
    """Make the first vectors of blocks: random ones, or the vector 0 where there is no seed."""
    with limited(None):
        for entries in records_of(batches):
            first, end = side.bounds[entries.block], side.bounds[entries.block + 1]
            vectors = np.zeros((int(end - first), width), np.float32)
            if seed is not None:
                vectors[:, : config.factors] = initial_vectors(
                    int(first), len(vectors), config.factors, config.init_length, seed
                )
            yield to_batch(vectors_record(entries.block, vectors, entries.f, side))


def send_rows(batches: Batches, plan: HalfSweep) -> Batches:
    """Send the vectors of blocks to the blocks that need them."""
    with limited(None):
        for block, rows in itertools.groupby(records_of(batches), lambda record: record.block):
            home = next(rows)
            assert home.kind == VECTORS
            z = _matrix(home.a, plan)
            if not plan.grouped:
                kernels.rotate(z, plan.bases[0].rotation)
            for group, links in itertools.groupby(rows, lambda record: record.group):
                basis = plan.bases[group]
                ready = send(z, basis, np.arange(len(z)) if plan.grouped else None, rotated=not plan.grouped)
                step = max(1, plan.message_bytes // ready[:1].nbytes)
                for found in links:
                    take = _given(found.a)
                    for begin in range(0, len(take), step):
                        sent = ready[take[begin : begin + step]].view(np.uint8)
                        yield to_batch(Record(found.to, SENT, group, found.at + begin, block, a=sent))


def solve_rows(batches: Batches, plan: HalfSweep) -> Batches:
    """Solve the rows of blocks with what other blocks sent."""
    with limited(None):
        for block, rows in itertools.groupby(records_of(batches), lambda record: record.block):
            yield to_batch(_solved(block, rows, plan))


def _solved(block: int, rows: Iterator[Record], plan: HalfSweep) -> Record:
    home = next(rows)
    assert home.kind == VECTORS
    x = _matrix(home.a, plan)
    width = x.shape[1]
    sizes = np.zeros(len(x), np.int64)
    dtype = np.float32 if plan.bases[0].scale is None else np.uint16
    groups: dict[int, tuple[GroupRows, Array]] = {}
    got: dict[int, int] = {}
    for record in rows:
        if record.kind == LINKS:
            links = _links_of(record)
            groups[record.group] = links, np.empty((len(_given(links.needed)), width), dtype)
            got[record.group] = 0
            sizes[slice(None) if links.rows is None else links.rows] = links.matrix.row_sizes
        else:
            sent = _given(record.a).view(dtype).reshape(-1, width)
            groups[record.group][1][record.at : record.at + len(sent)] = sent
            got[record.group] += len(sent)
    if any(got[group] != len(z) for group, (_, z) in groups.items()):
        raise DataError(f"block {block} did not get all vectors that it needs", remedy="start again")
    if not plan.grouped:
        if plan.pending is not None:
            kernels.rotate(x, plan.pending)
        kernels.rotate(x, plan.bases[0].rotation)
    x[sizes == 0] = 0
    penalty = row_penalty(sizes, plan.columns, plan.config)
    for group, (links, z) in groups.items():
        solve_block(
            links, x, z, plan.bases[group], penalty, alpha0=plan.config.alpha0, cg_steps=plan.config.cg_steps
        )
    return vectors_record(block, x, home.f, plan.side)


def vectors_record(block: int, vectors: Floats, member: NDArray[np.int32] | None, side: Side) -> Record:
    """Return a block's vectors with what the next half-sweep must have of them."""
    grams = side.grams(block, vectors, member)
    keys = [(group, place, -1) for group, place in grams.spans] + list(grams.units)
    return Record(
        block,
        VECTORS,
        at=int(side.bounds[block]),
        a=vectors,
        b=np.array(keys, np.int64),
        c=np.array(list(grams.spans.values()), np.float64),
        d=np.array(list(grams.units.values()), np.float32),
        e=np.array([max_abs(vectors)]),
        f=member,
    )


def grams_of(record: Record, groups: int, width: int) -> GramSum:
    """Return the Gram matrices of a block's record."""
    spans = iter(_given(record.c).reshape(-1, width, width))
    units = iter(_given(record.d).reshape(-1, width, width))
    found = GramSum(groups)
    for group, place, unit in _given(record.b).reshape(-1, 3).tolist():
        if unit < 0:
            found.spans[group, place] = next(spans)
        else:
            found.units[group, place, unit] = next(units)
    return found


def _links_of(record: Record) -> GroupRows:
    indptr, needed = _given(record.c), _given(record.b)
    matrix = CSR(indptr, _given(record.d), _given(record.e), (len(indptr) - 1, len(needed)))
    return GroupRows(record.group, record.a, needed, matrix, even_chunks(matrix))


def _matrix(numbers: Array | None, plan: HalfSweep) -> Floats:
    return np.asarray(_given(numbers).reshape(-1, plan.bases[0].rotation.shape[0]), np.float32)


def _given(array: Array | None) -> Any:
    assert array is not None
    return array

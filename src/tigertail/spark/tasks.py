"""What tasks make of a block of rows: the steps of :mod:`tigertail.factorization.blocks`, from files to files.

Where blocks exchange something, each writes a record for every block that could read it, in the order of the groups and
then of the blocks (:func:`place_of`); a block reads its own record in the file of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.errors import DataError
from tigertail.factorization import ALSConfig, kernels
from tigertail.factorization.als import padded_width
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
from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.records import Asked, Entries, Grams, Linked, Membership, Record, Sent, Vectors
from tigertail.sparse import CSR

Floats = NDArray[np.float32]

_NOTHING: Final = Asked(0, np.empty(0, np.int32))
_NO_ROWS: Final = Linked(
    0,
    np.empty(0, np.int64),
    np.empty(0, np.int64),
    np.zeros(1, np.int64),
    np.empty(0, np.int32),
    np.empty(0, np.float32),
)


@dataclass(frozen=True, eq=False)
class Side:
    """What tasks must have of one side of the matrix: the listeners, or the items, as rows.

    Parameters
    ----------
    name
        Its name in the names of stages.
    bounds
        First row of each block, and the end of the last; (blocks + 1,).
    groups
        Number of groups of rows; None where all pairs could be observed.
    """

    name: str
    bounds: NDArray[np.int64]
    groups: int | None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.bounds[-1])

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.bounds) - 1

    @property
    def bases(self) -> int:
        """In how many bases the rows are solved."""
        return self.groups or 1

    def member(self, block: int, kept: Checkpoints) -> NDArray[np.int32] | None:
        """Return the group of each row of a block, (rows,); None where all pairs could be observed."""
        if self.groups is None:
            return None
        (found,) = kept.read(entries_of(self), Membership, block)
        return found.member


def entries_of(side: Side) -> str:
    """Return the stage with a side's entries."""
    return f"entries-{side.name}"


def links_of(side: Side) -> str:
    """Return the stage with a side's links, and with what these ask each block of the other side for."""
    return f"links-{side.name}"


def asks_of(side: Side) -> str:
    """Return the stage with what a side asks for, by the blocks of the other side."""
    return f"asks-{side.name}"


@dataclass(frozen=True, eq=False)
class HalfSweep:
    """What every task of a half-sweep must have.

    Parameters
    ----------
    config
        Settings of the solver.
    side, other
        The side that is solved, and the one that is fixed.
    bases
        The basis of each group of rows, or the one of all.
    pending
        A rotation that the rows' vectors have not made yet: that of the last half-sweep, which had them fixed; (width,
        width). None means that there is none.
    before, fixed
        Stages with the rows' vectors before, and with those of the fixed side.
    sent
        The stage with what the fixed side sends.
    """

    config: ALSConfig
    side: Side
    other: Side
    bases: list[Basis]
    pending: Floats | None
    before: str
    fixed: str
    sent: str

    @property
    def grouped(self) -> bool:
        """Whether each group of rows has a basis of its own, and no vector stays rotated."""
        return self.side.groups is not None

    @property
    def sent_type(self) -> type[np.float32] | type[np.uint16]:
        """Type of the vectors that are sent: float32, or the bits of float16."""
        return np.float32 if self.bases[0].scale is None else np.uint16


def place_of(group: int, block: int, blocks: int) -> int:
    """Return which record of a file is that of a group for a block."""
    return group * blocks + block


def link(block: int, kept: Checkpoints, side: Side, other: Side) -> Iterator[Record]:
    """Make a block's links, and what these ask each block of the other side for."""
    (entries,) = kept.read(entries_of(side), Entries, block)
    shape = (len(entries.offsets) - 1, other.rows)
    matrix = CSR(entries.offsets, entries.columns, entries.confidences, shape)
    asked = {}
    groups = group_rows(matrix, side.member(block, kept))
    if not groups:  # it has no entry; but without a record there would be no file to read
        yield _NO_ROWS
    for links in groups:
        own = links.matrix
        assert links.needed is not None
        yield Linked(links.group, links.rows, links.needed, own.indptr, own.indices, own.data)
        for found in requests(links.needed, other.bounds):
            asked[links.group, found.source] = Asked(found.at, found.take)
    for group in range(side.bases):
        for source in range(other.blocks):
            yield asked.get((group, source), _NOTHING)


def ask(block: int, kept: Checkpoints, side: Side, other: Side) -> Iterator[Record]:
    """Bring together what the blocks of a side ask a block of the other for."""
    own = [place_of(group, block, other.blocks) for group in range(side.bases)]
    by_asker = [list(kept.read(links_of(side), Asked, asker, own)) for asker in range(side.blocks)]
    for group in range(side.bases):
        yield from (asked[group] for asked in by_asker)


def start(block: int, kept: Checkpoints, side: Side, config: ALSConfig, seed: int | None) -> Iterator[Record]:
    """Make the first vectors of a block: random ones; or 0, without a seed, for the listeners, who are solved first."""
    first, end = side.bounds[block : block + 2].tolist()
    vectors = np.zeros((end - first, padded_width(config.factors)), np.float32)
    if seed is not None:
        vectors[:, : config.factors] = initial_vectors(
            first, len(vectors), config.factors, config.init_length, seed
        )
    yield from _with_grams(block, vectors, side, side.member(block, kept))


def send_rows(block: int, kept: Checkpoints, plan: HalfSweep) -> Iterator[Record]:
    """Send the vectors of a block to the blocks that asked for them."""
    z = _vectors(kept, plan.fixed, block, plan)
    if not plan.grouped:
        kernels.rotate(z, plan.bases[0].rotation)
    asked = kept.read(asks_of(plan.side), Asked, block)
    for basis in plan.bases:
        ready = send(z, basis, np.arange(len(z)) if plan.grouped else None, rotated=not plan.grouped)
        for one in islice(asked, plan.side.blocks):  # of this group: records are in the order of place_of
            yield Sent(one.at, ready[one.take].view(np.uint8))


def solve_rows(block: int, kept: Checkpoints, plan: HalfSweep) -> Iterator[Record]:
    """Solve the rows of a block with what other blocks sent."""
    side = plan.side
    x = _vectors(kept, plan.before, block, plan)
    sizes = np.zeros(len(x), np.int64)
    found = [_links(record) for record in kept.read(links_of(side), Linked, block)]
    for links in found:
        sizes[slice(None) if links.rows is None else links.rows] = links.matrix.row_sizes
    sent = _received(block, kept, plan, found)
    if not plan.grouped:
        if plan.pending is not None:
            kernels.rotate(x, plan.pending)
        kernels.rotate(x, plan.bases[0].rotation)
    x[sizes == 0] = 0
    config = plan.config
    penalty = row_penalty(sizes, plan.other.rows, config)
    for links, z in zip(found, sent, strict=True):
        basis = plan.bases[links.group]
        solve_block(links, x, z, basis, penalty, alpha0=config.alpha0, cg_steps=config.cg_steps)
    yield from _with_grams(block, x, side, side.member(block, kept))


def _received(block: int, kept: Checkpoints, plan: HalfSweep, found: list[GroupRows]) -> list[NDArray[Any]]:
    """Return the vectors that each of a block's links needs, as they were sent; (needed, width) each."""
    width = padded_width(plan.config.factors)
    needed = [np.empty((links.matrix.shape[1], width), plan.sent_type) for links in found]
    got = [0] * len(found)
    own = [place_of(links.group, block, plan.side.blocks) for links in found]
    for source in range(plan.other.blocks):
        for place, sent in enumerate(kept.read(plan.sent, Sent, source, own)):
            vectors = sent.vectors.view(plan.sent_type).reshape(-1, width)
            needed[place][sent.at : sent.at + len(vectors)] = vectors
            got[place] += len(vectors)
    if got != [len(z) for z in needed]:
        raise DataError(f"block {block} did not get all vectors that it needs", remedy="start again")
    return needed


def _with_grams(
    block: int, vectors: Floats, side: Side, member: NDArray[np.int32] | None
) -> Iterator[Record]:
    """Yield a block's vectors, and what the driver must have of them."""
    first, end = side.bounds[block : block + 2].tolist()
    sums = gram_sum(vectors, member, side.bases, first=first, last=end == side.rows)
    yield Vectors(vectors)
    yield Grams(
        np.array(list(sums.units), np.int64),
        np.array(list(sums.units.values()), np.float32),
        np.array(list(sums.spans), np.int64),
        np.array(list(sums.spans.values()), np.float64),
        max_abs(vectors),
    )


def grams_of(record: Grams, groups: int, width: int) -> GramSum:
    """Return the Gram matrices of a block's record; ``width`` is the padded one."""
    units = record.units.reshape(-1, 3).tolist()
    spans = record.spans.reshape(-1, 2).tolist()
    return GramSum(
        groups,
        {
            (group, place, unit): matrix
            for (group, place, unit), matrix in zip(
                units, record.unit_matrices.reshape(-1, width, width), strict=True
            )
        },
        {
            (group, place): matrix
            for (group, place), matrix in zip(
                spans, record.span_matrices.reshape(-1, width, width), strict=True
            )
        },
    )


def _vectors(kept: Checkpoints, stage: str, block: int, plan: HalfSweep) -> Floats:
    """Return the vectors of a block; (rows, padded width)."""
    (found,) = kept.read(stage, Vectors, block)
    return found.vectors.reshape(-1, padded_width(plan.config.factors))


def _links(record: Linked) -> GroupRows:
    shape = (len(record.offsets) - 1, len(record.needed))
    matrix = CSR(record.offsets, record.columns, record.confidences, shape)
    return GroupRows(record.group, record.rows, record.needed, matrix, even_chunks(matrix))

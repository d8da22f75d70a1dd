"""Sets of rows that sums, rotations and tasks are taken over, so that blocks of whole units give the bits of one block.

=======  ==========================  ==============================================================================
set      rows                        why
=======  ==========================  ==============================================================================
unit     :data:`UNIT`                A dense product takes so many rows: a BLAS sums by the shapes that it is
                                     given, so the shape is the same on one machine and on many.
slab     :data:`SLAB`; a unit has    The same where only some rows are rotated: their neighbours must be too, and in a
         whole slabs                 unit these are too many.
span     :data:`UNITS_PER_SPAN`      Gram matrices of units are summed by span, then spans: a block that has all units
         units                       of a span sends one matrix.
block    whole units, of about       What one task solves, with its rows in memory; a machine alone has one a side
         equal work                  (:func:`block_bounds`).
chunk    of about equal work, up to  What one thread solves at a time
         ``CHUNKS`` a block          (:func:`tigertail.factorization.blocks.even_chunks`).
group    those that could meet the   They share a Gram matrix, and so a basis
         same columns                (:class:`tigertail.factorization.observable.Observable`).
=======  ==========================  ==============================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization import kernels
from tigertail.factorization.kernels import SLAB, UNIT

UNITS_PER_SPAN: Final = 256
"""With another number, sums may have other bits."""
ROW_WORK: Final = 8  # a row's own arithmetic counts as much as so many entries

Floats = NDArray[np.float32]


def block_bounds(entries: NDArray[np.int64], blocks: int) -> NDArray[np.int64]:
    """Return the first row of each block of whole units, of about equal work, and the end of the last.

    Parameters
    ----------
    entries
        Where each row's entries begin, and where the last row's end; int64, (rows + 1,).
    blocks
        Blocks wanted, 1 or more. There are fewer where there are fewer units, or a few of these have most of the work.

    Examples
    --------
    >>> block_bounds(np.arange(10_001), 2)
    array([    0,  4096, 10000])
    """
    rows = len(entries) - 1
    unit_starts = np.append(np.arange(0, rows, UNIT), rows)
    work = work_before(entries)[unit_starts]
    wanted = np.linspace(0, work[-1], min(blocks, max(len(unit_starts) - 1, 1)) + 1)
    return np.unique(unit_starts[np.abs(work[:, None] - wanted).argmin(axis=0)])


def work_before(entries: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the work of all rows before each row, and of all, in entries; int64, (rows + 1,).

    Parameters
    ----------
    entries
        Where each row's entries begin, and where the last row's end; int64, (rows + 1,).
    """
    return np.asarray(entries + ROW_WORK * np.arange(len(entries)), np.int64)


def initial_vectors(first: int, rows: int, factors: int, length: float, seed: int) -> Floats:
    """Return random vectors of a block of whole units; float32, (rows, factors).

    Each unit has a stream of its own, so that no process needs to draw those of the rows before.

    Parameters
    ----------
    first
        The block's first row.
    rows, factors
        Shape of the block.
    length
        Root mean square length of the vectors.
    seed
        Seed of all streams.
    """
    std = length / np.sqrt(factors)
    vectors = np.empty((rows, factors), np.float32)
    for start in range(0, rows, UNIT):
        stream = np.random.default_rng((seed, (first + start) // UNIT))
        part = vectors[start : start + UNIT]
        part[:] = stream.normal(0.0, std, part.shape)
    return vectors


@dataclass
class GramSum:
    """Z'Z of the rows of each group, summed in one order whatever blocks the rows are in.

    Within a unit the sum is taken in float32, over the units of a span in float64, and over spans in float64 again.

    Parameters
    ----------
    groups
        Number of groups.
    units
        Matrix of a unit whose span is not complete: by group, span and unit of the span.
    spans
        Sums of complete spans, of which the last may have fewer units: by group and span.
    """

    groups: int
    units: dict[tuple[int, int, int], Floats] = field(default_factory=dict)
    spans: dict[tuple[int, int], NDArray[np.float64]] = field(default_factory=dict)

    def add(self, other: GramSum) -> None:
        """Take over what another block has."""
        self.units |= other.units
        self.spans |= other.spans

    def total(self, width: int) -> NDArray[np.float64]:
        """Return Z'Z of each group; float64, (groups, width, width)."""
        unfinished: dict[tuple[int, int], list[int]] = {}
        for group, span, unit in sorted(self.units):
            unfinished.setdefault((group, span), []).append(unit)
        sums = dict(self.spans)
        for (group, span), units in unfinished.items():
            sums[group, span] = in_order((self.units[group, span, unit] for unit in units), width)
        total = np.zeros((self.groups, width, width))
        for group, span in sorted(sums):
            total[group] += sums[group, span]
        return total


def in_order(matrices: Iterable[NDArray[np.floating]], width: int) -> NDArray[np.float64]:
    """Return the sum of matrices, one after the other, in float64."""
    total = np.zeros((width, width))
    for matrix in matrices:
        total += matrix
    return total


def gram_sum(
    z: Floats, member: NDArray[np.int32] | None = None, groups: int = 1, *, first: int = 0, last: bool = True
) -> GramSum:
    """Return Z'Z of each group of the rows of one block.

    Parameters
    ----------
    z
        Vectors of the block; float32, (rows, width).
    member
        Group of each row; None means one group.
    groups
        Number of groups.
    first
        The block's first row, the first of a unit.
    last
        Whether no row comes after the block.
    """
    summed = GramSum(groups)
    width = z.shape[1]
    for start, stop in _runs(first, len(z)):
        rows = z[start:stop]
        span, unit = divmod((first + start) // UNIT, UNITS_PER_SPAN)
        complete = unit == 0 and (stop - start == UNITS_PER_SPAN * UNIT or (last and stop == len(z)))
        for group in range(groups):
            if member is None:
                matrices = kernels.gram_blocks(rows)
            else:
                matrices = kernels.gram_blocks_of(rows, member[start:stop], group)
            if complete:
                summed.spans[group, span] = in_order(matrices, width)
            else:
                summed.units |= {(group, span, unit + k): matrix for k, matrix in enumerate(matrices)}
    return summed


def _runs(first: int, rows: int) -> Iterator[tuple[int, int]]:
    """Yield the rows of a block, cut where spans end."""
    start = 0
    while start < rows:
        stop = min(start + UNITS_PER_SPAN * UNIT - (first + start) % (UNITS_PER_SPAN * UNIT), rows)
        yield start, stop
        start = stop


def rotated_rows(z: Floats, rows: NDArray[np.integer], rotation: Floats) -> Floats:
    """Return some rows of a block in another basis, with the same bits whichever other rows are asked for.

    Parameters
    ----------
    z
        Vectors of a block of whole units; float32, (rows, width).
    rows
        The rows wanted.
    rotation
        The matrix of the rotation; float32, (width, width).
    """
    slabs, place = slabs_of(rows)
    return np.asarray(kernels.rotated_slabs(z, slabs, rotation)[place])


def slabs_of(rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the slabs that hold some rows, and where each row is when these slabs lie side by side."""
    slabs, which = np.unique(rows // SLAB, return_inverse=True)
    return slabs.astype(np.int64), np.asarray(which.reshape(-1) * SLAB + rows % SLAB, np.int64)

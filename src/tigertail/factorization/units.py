"""Units of rows: what sums and rotations are taken over, so that blocks of whole units give the bits of one block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization import kernels
from tigertail.factorization.kernels import SLAB, UNIT

SUPER: Final = 256
"""Units that are summed first, before their sums are: a block that has all of them sends one matrix."""

Floats = NDArray[np.float32]


def block_bounds(entries: NDArray[np.int64], blocks: int) -> NDArray[np.int64]:
    """Return the first row of each block of whole units, of about equal work, and the end of the last.

    Parameters
    ----------
    entries
        Where each row's entries begin, and where the last row's end; int64, (rows + 1,).
    blocks
        Blocks wanted. There are fewer where there are fewer units.

    Examples
    --------
    >>> block_bounds(np.arange(10_001), 2)
    array([    0,  4096, 10000])
    """
    rows = len(entries) - 1
    units = np.append(np.arange(0, rows, UNIT), rows)
    work = entries[units] + 8 * units  # a row's own arithmetic is worth eight entries
    wanted = np.linspace(0, work[-1], min(blocks, max(len(units) - 1, 1)) + 1)
    return np.unique(units[np.abs(work[:, None] - wanted).argmin(axis=0)])


def initial_vectors(first: int, rows: int, factors: int, std: float, seed: int) -> Floats:
    """Return random vectors of a block of whole units; float32, (rows, factors).

    Each unit has a stream of its own, so that no process needs to draw those of the rows before.

    Parameters
    ----------
    first
        The block's first row.
    rows, factors
        Shape of the block.
    std
        Root mean square length of the vectors.
    seed
        Seed of all streams.
    """
    scale = std / np.sqrt(factors)
    vectors = np.empty((rows, factors), np.float32)
    for start in range(0, rows, UNIT):
        stream = np.random.default_rng((seed, (first + start) // UNIT))
        part = vectors[start : start + UNIT]
        part[:] = stream.normal(0.0, scale, part.shape)
    return vectors


@dataclass
class GramSum:
    """Z'Z of the rows of each group, summed in one order whatever blocks the rows are in.

    Units of 4,096 rows are summed in float32, 256 units in float64, and these sums in float64 again.

    Parameters
    ----------
    groups
        Number of groups.
    units
        Matrix of a unit, where its sum is not finished yet: by group, sum and unit.
    supers
        Finished sums of 256 units, or of those that the last sum has: by group and sum.
    """

    groups: int
    units: dict[tuple[int, int, int], Floats] = field(default_factory=dict)
    supers: dict[tuple[int, int], NDArray[np.float64]] = field(default_factory=dict)

    def add(self, other: GramSum) -> None:
        """Take over what another block has."""
        self.units |= other.units
        self.supers |= other.supers

    def total(self, width: int) -> NDArray[np.float64]:
        """Return Z'Z of each group; float64, (groups, width, width)."""
        unfinished: dict[tuple[int, int], list[int]] = {}
        for group, place, unit in sorted(self.units):
            unfinished.setdefault((group, place), []).append(unit)
        sums = dict(self.supers)
        for (group, place), units in unfinished.items():
            sums[group, place] = in_order((self.units[group, place, unit] for unit in units), width)
        total = np.zeros((self.groups, width, width))
        for group, place in sorted(sums):
            total[group] += sums[group, place]
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
    found = GramSum(groups)
    width = z.shape[1]
    for start, stop in _runs(first, len(z)):
        rows = z[start:stop]
        place, unit = divmod((first + start) // UNIT, SUPER)
        whole = unit == 0 and (stop - start == SUPER * UNIT or (last and stop == len(z)))
        for group in range(groups):
            if member is None:
                matrices = kernels.gram_blocks(rows)
            else:
                matrices = kernels.gram_blocks_of(rows, member[start:stop], group)
            if whole:
                found.supers[group, place] = in_order(matrices, width)
            else:
                found.units |= {(group, place, unit + k): matrix for k, matrix in enumerate(matrices)}
    return found


def _runs(first: int, rows: int) -> Iterator[tuple[int, int]]:
    """Yield the rows of a block, cut where sums of 256 units end."""
    start = 0
    while start < rows:
        stop = min(start + SUPER * UNIT - (first + start) % (SUPER * UNIT), rows)
        yield start, stop
        start = stop


def turned_rows(z: Floats, rows: NDArray[np.integer], turn: Floats) -> Floats:
    """Return some rows of a block in another basis, with the bits that they have when all rows are turned.

    Parameters
    ----------
    z
        Vectors of a block of whole units; float32, (rows, width).
    rows
        The rows wanted.
    turn
        The rotation; float32, (width, width).
    """
    slabs, place = slabs_of(rows)
    return np.asarray(kernels.rotated_slabs(z, slabs, turn)[place])


def slabs_of(rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the slabs that hold some rows, and where each row is when these slabs lie side by side."""
    slabs, which = np.unique(rows // SLAB, return_inverse=True)
    return slabs.astype(np.int64), np.asarray(which.reshape(-1) * SLAB + rows % SLAB, np.int64)

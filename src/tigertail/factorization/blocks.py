"""The half-sweep of a fit, over blocks of rows: pure functions, for a fit on one machine and on many.

The rows of a block are solved with the other side fixed, whose vectors are the rows of Z. What they need of it are the
vectors of the columns that they met (:func:`group_rows`), each in a basis that depends on all columns
(:func:`bases_of`). Whoever has these vectors rotates them and picks those asked for (:func:`requests`, :func:`send`);
then the rows are solved (:func:`solve_block`). A machine alone has one block a side. Blocks of whole units
(:mod:`tigertail.factorization.units`) give the same bits, however many there are.

Where all pairs could be observed there is one basis, and both sides stay in it: the caller rotates whole blocks. Where
they could not, each group of rows has its own, and rows and columns keep the basis that they had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization import kernels
from tigertail.factorization.config import ALSConfig
from tigertail.factorization.units import rotated_rows, slabs_of, work_before
from tigertail.sparse import CSR

Floats = NDArray[np.float32]
SentVectors = NDArray[np.float32] | NDArray[np.uint16]
"""Vectors of columns as a half-sweep reads them: float32, or the bits of float16."""

CHUNKS: Final = 256
"""Chunks of a block at most: many times the threads of most machines, so that none waits long for the last one."""

_FLOAT16_RANGE: Final = 2.0**15  # the largest power of two in float16


@dataclass(frozen=True, eq=False)
class Basis:
    """The basis in which Z'Z is diagonal, for the rows of one group.

    Parameters
    ----------
    values
        Eigenvalues of Z'Z; float32, (width,).
    rotation
        The matrix of the rotation to the basis; float32, (width, width).
    scale
        What vectors are divided by in float16; None means that they are read in float32.
    """

    values: Floats
    rotation: Floats
    scale: np.float32 | None


@dataclass(frozen=True, eq=False)
class GroupRows:
    """Rows of a block that share a basis, as a matrix over the columns that they met.

    Parameters
    ----------
    group
        Which basis.
    rows
        The rows, numbered within the block; int64. None means all.
    needed
        The columns that they met, rising; int64. None means all: so a machine alone with one basis makes it, without
        :func:`group_rows`.
    matrix
        Confidences, ``rows`` by ``needed``.
    chunks
        First row of each chunk of about equal work, and the end of the last.
    """

    group: int
    rows: NDArray[np.int64] | None
    needed: NDArray[np.int64] | None
    matrix: CSR
    chunks: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Request:
    """Rows of one block that another block needs, and asks for.

    Parameters
    ----------
    source
        The block that has them.
    at
        Where they begin among the columns that the other block needs.
    take
        The rows, numbered within the source; int32.
    """

    source: int
    at: int
    take: NDArray[np.int32]


def row_penalty(sizes: NDArray[np.integer], columns: int, config: ALSConfig) -> Floats:
    """Return lambda of each row; float32, (rows,).

    Parameters
    ----------
    sizes
        Entries of each row.
    columns
        Columns of the whole matrix.
    config
        Settings.
    """
    return np.asarray(config.reg * (sizes + config.alpha0 * columns) ** config.nu, np.float32)


def even_chunks(matrix: CSR) -> NDArray[np.int64]:
    """Return the bounds of chunks of rows of about equal work."""
    work = work_before(matrix.indptr)
    bounds = np.linspace(0, work[-1], min(CHUNKS, matrix.shape[0]) + 1)
    return np.searchsorted(work, bounds).astype(np.int64)


def axes_of(product: NDArray[np.float64], width: int) -> tuple[Floats, Floats]:
    """Return the eigenvalues of a Gram matrix and the rotation to its basis, filled up to ``width``."""
    d = len(product)
    eigenvalues, eigenvectors = np.linalg.eigh(product)
    values = np.zeros(width, np.float32)
    values[:d] = np.maximum(eigenvalues, 0)  # a Gram matrix has no negative one; rounding can make one
    rotation = np.eye(width, dtype=np.float32)
    rotation[:d, :d] = eigenvectors
    return values, rotation


def max_abs(z: Floats) -> float:
    """Return the largest absolute number of some vectors; that of several blocks is the largest of theirs."""
    return float(max(z.max(initial=0), -z.min(initial=0)))


def bases_of(
    grams: NDArray[np.float64],
    factors: int,
    *,
    max_abs: float | None = None,
    could_meet: NDArray[np.bool_] | None = None,
) -> list[Basis]:
    """Return the basis of each group of rows.

    Parameters
    ----------
    grams
        Z'Z of each group of columns; float64, (column groups, width, width).
    factors
        Length of the vectors without their padding.
    max_abs
        The :func:`max_abs` of all columns, which will be read in float16; None means in float32.
    could_meet
        Which groups of rows could meet which of columns; bool, (row groups, column groups). None means that there is
        one of each.

    Notes
    -----
    No number of a rotated vector is larger than the vector is long, which is ``max_abs sqrt(width)`` at most. So one
    number scales all vectors to float16, without a look at all of them once they are rotated; float16's exponents
    leave full precision down to 2^-29 of it.
    """
    width = grams.shape[-1]
    scale = (
        None if max_abs is None else np.float32(max_abs * np.sqrt(width) / _FLOAT16_RANGE) or np.float32(1)
    )
    groups = np.ones((1, 1), np.bool_) if could_meet is None else could_meet
    return [Basis(*axes_of(grams[group].sum(axis=0)[:factors, :factors], width), scale) for group in groups]


def group_rows(matrix: CSR, member: NDArray[np.int32] | None = None) -> list[GroupRows]:
    """Return the rows of a block, group by group; where there are groups, rows without an entry are in none.

    Parameters
    ----------
    matrix
        Confidences, rows of the block by all columns.
    member
        Group of each row; None means one group, which has all rows.
    """
    if member is None:
        return [_group_rows(0, None, matrix)]
    filled = matrix.row_sizes > 0
    groups = []
    for group in np.unique(member[filled]).tolist():
        rows = np.flatnonzero((member == group) & filled)
        groups.append(_group_rows(group, rows, matrix.select_rows(rows)))
    return groups


def _group_rows(group: int, rows: NDArray[np.int64] | None, matrix: CSR) -> GroupRows:
    needed, local = np.unique(matrix.indices, return_inverse=True)
    own = CSR(matrix.indptr, local.astype(np.int32), matrix.data, (matrix.shape[0], len(needed)))
    return GroupRows(group, rows, needed.astype(np.int64), own, even_chunks(own))


def requests(needed: NDArray[np.int64], bounds: NDArray[np.int64]) -> Iterator[Request]:
    """Yield which rows of which blocks are needed.

    Parameters
    ----------
    needed
        Rows of all blocks, rising.
    bounds
        First row of each block, and the end of the last.

    Examples
    --------
    >>> [(one.source, one.at, one.take.tolist()) for one in requests(np.array([1, 5, 6]), np.array([0, 4, 8]))]
    [(0, 0, [1]), (1, 1, [1, 2])]
    """
    cuts = np.searchsorted(needed, bounds)
    for source in np.flatnonzero(np.diff(cuts)).tolist():
        take = (needed[cuts[source] : cuts[source + 1]] - bounds[source]).astype(np.int32)
        yield Request(source, int(cuts[source]), take)


def send(z: Floats, basis: Basis, rows: NDArray[np.integer] | None = None, *, rotated: bool) -> SentVectors:
    """Return vectors of a block as the rows that need them read them; (rows, width).

    Parameters
    ----------
    z
        Vectors of the block; float32, (rows, width).
    basis
        The basis of the rows that need them.
    rows
        Those needed; None means all, which must be in the basis already.
    rotated
        Whether the vectors are in the basis already.
    """
    picked = z if rows is None else z[rows] if rotated else rotated_rows(z, rows, basis.rotation)
    if basis.scale is None:
        return picked
    return np.asarray(kernels.halved(picked, np.full(z.shape[1], basis.scale)), np.uint16)


def solve_block(
    group: GroupRows,
    x: Floats,
    sent: SentVectors,
    basis: Basis,
    penalty: Floats,
    *,
    alpha0: float,
    cg_steps: int,
    around_start: bool = False,
) -> None:
    """Solve the rows of a group, in place.

    Parameters
    ----------
    group
        The rows, and their entries. Where ``group.rows`` is None, ``x`` is in the basis, and stays there.
    x
        Vectors of all rows of the block; float32, (rows, width).
    sent
        Vectors of the columns needed, as :func:`send` returns them.
    basis
        The basis of these rows.
    penalty
        lambda of each row of the block; float32, (rows,).
    alpha0
        Weight of an unobserved pair.
    cg_steps
        Conjugate-gradient steps of a row at most.
    around_start
        Whether the penalty is on the distance from a row's present vector instead of from 0.
    """
    matrix = group.matrix
    scale = np.full(x.shape[1], 1 if basis.scale is None else basis.scale, np.float32)

    def solve(vectors: Floats, penalties: Floats) -> None:
        kernels.solve_rows(
            *(vectors, sent.reshape(-1), scale),
            *(matrix.indptr, matrix.indices, matrix.data),
            *(np.float32(alpha0), np.float32(alpha0) * basis.values, penalties),
            *(cg_steps, group.chunks, around_start),
        )

    if group.rows is None:
        solve(x, penalty)
        return
    slabs, place = slabs_of(group.rows)
    rotated = kernels.rotated_slabs(x, slabs, basis.rotation)
    solved = rotated[place]
    solve(solved, penalty[group.rows])
    rotated[place] = solved
    back = np.ascontiguousarray(basis.rotation.T)
    x[group.rows] = kernels.rotated_slabs(rotated, np.arange(len(slabs)), back)[place]

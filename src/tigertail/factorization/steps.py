"""Half a sweep of implicit ALS in steps: pure functions over blocks of rows, for one machine and for many.

The rows of a block are solved with the other side fixed. What they need of the other side are the vectors of the
columns that they met (:func:`link_block`), each in a basis that depends on all columns (:func:`bases_of`). Whoever has
these vectors turns them and picks those asked for (:func:`out_links`, :func:`send`); then the rows are solved
(:func:`solve_block`). A machine alone has one block a side. Blocks of whole units
(:func:`tigertail.factorization.units.block_bounds`) give the same bits, however many there are.

Where all pairs could be observed there is one basis, and both sides stay in it: the caller turns whole blocks. Where
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
from tigertail.factorization.units import slabs_of, turned_rows
from tigertail.sparse import CSR

Floats = NDArray[np.float32]
Sent = NDArray[np.float32] | NDArray[np.uint16]
"""Vectors of columns as a half-sweep reads them: float32, or the bits of float16."""

_FLOAT16_RANGE: Final = 2.0**15  # of a number in float16, whose largest is 65,504


@dataclass(frozen=True, eq=False)
class Basis:
    """The basis in which Z'Z is diagonal, for the rows of one group.

    Parameters
    ----------
    values
        Eigenvalues of Z'Z; float32, (width,).
    turn
        The rotation to the basis; float32, (width, width).
    scale
        What vectors are divided by in float16; None means that they are read in float32.
    """

    values: Floats
    turn: Floats
    scale: np.float32 | None


@dataclass(frozen=True, eq=False)
class Links:
    """Rows of a block that share a basis, as a matrix over the columns that they met.

    Parameters
    ----------
    group
        Which basis.
    rows
        The rows, numbered within the block; int64. None means all.
    needed
        The columns that they met, rising; int64. None means all.
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
class OutLink:
    """Rows of one block that another block needs.

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
    work = matrix.indptr + 8 * np.arange(matrix.shape[0] + 1)  # a row's own arithmetic is worth eight entries
    bounds = np.linspace(0, work[-1], min(256, matrix.shape[0]) + 1)
    return np.searchsorted(work, bounds).astype(np.int64)


def axes_of(product: NDArray[np.float64], width: int) -> tuple[Floats, Floats]:
    """Return the eigenvalues of a Gram matrix and the rotation to its basis, filled up to ``width``."""
    d = len(product)
    found, basis = np.linalg.eigh(product)
    values = np.zeros(width, np.float32)
    values[:d] = np.maximum(found, 0)  # a Gram matrix has no negative eigenvalue; rounding can make one
    turn = np.eye(width, dtype=np.float32)
    turn[:d, :d] = basis
    return values, turn


def max_abs(z: Floats) -> float:
    """Return the largest absolute number of some vectors; that of several blocks is the largest of theirs."""
    return float(max(z.max(initial=0), -z.min(initial=0)))


def bases_of(
    grams: NDArray[np.float64],
    factors: int,
    *,
    largest: float | None = None,
    linked: NDArray[np.bool_] | None = None,
) -> list[Basis]:
    """Return the basis of each group of rows.

    Parameters
    ----------
    grams
        Z'Z of each group of columns; float64, (column groups, width, width).
    factors
        Length of the vectors without their padding.
    largest
        The :func:`max_abs` of all columns, which will be read in float16; None means in float32.
    linked
        Which groups of rows could meet which of columns; None means that there is one of each.

    Notes
    -----
    No number of a turned vector is larger than the vector is long, which is ``largest sqrt(width)`` at most. So one
    number scales all vectors to float16, without a look at all of them once they are turned; float16's exponents
    leave full precision down to 2^-29 of it.
    """
    width = grams.shape[-1]
    scale = (
        None if largest is None else np.float32(largest * np.sqrt(width) / _FLOAT16_RANGE) or np.float32(1)
    )
    groups = np.ones((1, 1), np.bool_) if linked is None else linked
    return [Basis(*axes_of(grams[group].sum(axis=0)[:factors, :factors], width), scale) for group in groups]


def link_block(matrix: CSR, member: NDArray[np.int32] | None = None) -> list[Links]:
    """Return the links of the rows of a block, group by group; rows without an entry have none.

    Parameters
    ----------
    matrix
        Confidences, rows of the block by all columns.
    member
        Group of each row; None means one group.
    """
    if member is None:
        return [_links(0, None, matrix)]
    filled = matrix.row_sizes > 0
    links = []
    for group in np.unique(member[filled]).tolist():
        rows = np.flatnonzero((member == group) & filled)
        links.append(_links(group, rows, matrix.select_rows(rows)))
    return links


def _links(group: int, rows: NDArray[np.int64] | None, matrix: CSR) -> Links:
    needed, local = np.unique(matrix.indices, return_inverse=True)
    own = CSR(matrix.indptr, local.astype(np.int32), matrix.data, (matrix.shape[0], len(needed)))
    return Links(group, rows, needed.astype(np.int64), own, even_chunks(own))


def out_links(needed: NDArray[np.int64], bounds: NDArray[np.int64]) -> Iterator[OutLink]:
    """Yield which rows of which blocks are needed.

    Parameters
    ----------
    needed
        Rows of all blocks, rising.
    bounds
        First row of each block, and the end of the last.

    Examples
    --------
    >>> [(link.source, link.at, link.take.tolist()) for link in out_links(np.array([1, 5, 6]), np.array([0, 4, 8]))]
    [(0, 0, [1]), (1, 1, [1, 2])]
    """
    cuts = np.searchsorted(needed, bounds)
    for source in np.flatnonzero(np.diff(cuts)).tolist():
        take = (needed[cuts[source] : cuts[source + 1]] - bounds[source]).astype(np.int32)
        yield OutLink(source, int(cuts[source]), take)


def send(z: Floats, basis: Basis, rows: NDArray[np.integer] | None = None, *, turned: bool) -> Sent:
    """Return vectors of a block as the rows that need them read them; (rows, width).

    Parameters
    ----------
    z
        Vectors of the block; float32, (rows, width).
    basis
        The basis of the rows that need them.
    rows
        Those needed; None means all.
    turned
        Whether they are in the basis already.
    """
    picked = z if rows is None else z[rows] if turned else turned_rows(z, rows, basis.turn)
    if basis.scale is None:
        return picked
    return np.asarray(kernels.halved(picked, np.full(z.shape[1], basis.scale)), np.uint16)


def solve_block(
    links: Links,
    x: Floats,
    sent: Sent,
    basis: Basis,
    penalty: Floats,
    *,
    alpha0: float,
    steps: int,
    around_start: bool = False,
) -> None:
    """Solve the rows of some links, in place.

    Parameters
    ----------
    links
        The rows, and their entries. Where ``links.rows`` is None, ``x`` is in the basis, and stays there.
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
    steps
        Most conjugate-gradient steps.
    around_start
        Whether the penalty is on the distance from a row's present vector instead of from 0.
    """
    matrix = links.matrix
    scale = np.full(x.shape[1], 1 if basis.scale is None else basis.scale, np.float32)

    def solve(vectors: Floats, penalties: Floats) -> None:
        kernels.solve_rows(
            *(vectors, sent.reshape(-1), scale),
            *(matrix.indptr, matrix.indices, matrix.data),
            *(np.float32(alpha0), np.float32(alpha0) * basis.values, penalties),
            *(steps, links.chunks, around_start),
        )

    if links.rows is None:
        solve(x, penalty)
        return
    slabs, place = slabs_of(links.rows)
    turned = kernels.rotated_slabs(x, slabs, basis.turn)
    solved = turned[place]
    solve(solved, penalty[links.rows])
    turned[place] = solved
    back = np.ascontiguousarray(basis.turn.T)
    x[links.rows] = kernels.rotated_slabs(turned, np.arange(len(slabs)), back)[place]

"""Rows solved alone, against the vectors of a side that is fitted: for folding-in, ridge and capacity.

A fit of ALS does not use it: its half-sweeps are those of :mod:`tigertail.factorization.als`, over blocks
(:mod:`tigertail.factorization.blocks`). The objective is the same. With the vectors z of the columns fixed, the rows do
not depend on one another, so that any of them can be solved alone: those of new listeners and new items
(folding-in, as in Hu, Koren and Volinsky, ICDM 2008, section 4), the items of a local model
(:mod:`tigertail.factorization.ridge`), or the listeners of a group whose plays are reconstructed
(:mod:`tigertail.evaluation.diagnosis.capacity`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization import kernels
from tigertail.factorization.als import grams_by_group, padded
from tigertail.factorization.blocks import (
    Basis,
    GroupRows,
    axes_of,
    bases_of,
    even_chunks,
    group_rows,
    row_penalty,
    send,
    solve_block,
)
from tigertail.factorization.config import ALSConfig
from tigertail.factorization.observable import Observable
from tigertail.sparse import CSR

Floats = NDArray[np.float32]

FOLD_IN_CG_STEPS: Final = 8
"""From 0, 95 % of rows come within 0.1 % of their solution (``benchmarks/cg_steps.py``); no later sweep
brings them nearer."""


def solve_rows(
    matrix: CSR,
    fixed: Floats,
    start: Floats,
    *,
    alpha0: float,
    penalty: Floats,
    cg_steps: int,
    around_start: bool = False,
    basis: Basis | None = None,
) -> Floats:
    """Solve the rows of a matrix against the vectors of its columns.

    Parameters
    ----------
    matrix
        Confidences of the observed pairs.
    fixed
        Vectors of the columns; float32, (columns, factors).
    start
        Where each row starts; float32, (rows, factors).
    alpha0
        Weight of an unobserved pair.
    penalty
        lambda of each row; float32, (rows,).
    cg_steps
        Conjugate-gradient steps of a row at most.
    around_start
        Whether the penalty is on the distance from ``start`` instead of from 0.
    basis
        :func:`basis_of` the vectors of all columns: where it is known, and where ``fixed`` and ``matrix`` have but
        those that the rows have met.

    Returns
    -------
    NDArray[np.float32]
        Float32, (rows, factors), in the basis of ``fixed`` and ``start``. A row without an entry is 0; around its
        start it stays there.
    """
    d = start.shape[1]
    z, x = padded(fixed), padded(start)
    basis = basis or _basis_of_padded(z, d)
    kernels.rotate(z, basis.rotation)
    kernels.rotate(x, basis.rotation)
    rows = GroupRows(0, None, None, matrix, even_chunks(matrix))
    solve_block(rows, x, z, basis, penalty, alpha0=alpha0, cg_steps=cg_steps, around_start=around_start)
    kernels.rotate(x, np.ascontiguousarray(basis.rotation.T))
    solved = np.ascontiguousarray(x[:, :d])
    if around_start:
        empty = matrix.row_sizes == 0
        solved[empty] = start[empty]
    return solved


def fold_in(
    matrix: CSR,
    fixed: Floats,
    start: Floats,
    config: ALSConfig,
    *,
    observable: Observable | None = None,
    cg_steps: int = FOLD_IN_CG_STEPS,
    basis: Basis | None = None,
) -> Floats:
    """Solve rows against the columns' vectors as these are: the last half-sweep of a fit, for rows that it lacked.

    A row is the same alone and among others, up to rounding.

    Parameters
    ----------
    matrix
        Confidences of the rows to solve; all columns of the whole matrix, for the unobserved count too.
    fixed, start
        As in :func:`solve_rows`; a start of 0 will do.
    config
        Settings of the fit. Its ``cg_steps`` are those of a row that many sweeps improve; here there is one. Its
        ``storage`` is not used: vectors are read in float32.
    observable
        Pairs of these rows and all columns that could be observed; None means all.
    cg_steps
        Conjugate-gradient steps of a row at most.
    basis
        :func:`basis_of` the columns' vectors, for whoever folds in often; not used with ``observable``.

    Examples
    --------
    A newcomer who plays what the first column stands for, and not the second:

    >>> plays = CSR.from_coo([0], [0], [1.0], shape=(1, 2))
    >>> columns = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    >>> config = ALSConfig(factors=2, iterations=1, reg=0.03, nu=1, alpha0=0.02)
    >>> fold_in(plays, columns, np.zeros((1, 2), np.float32), config).round(2)
    array([[0.97, 0.  ]], dtype=float32)
    """
    penalty = row_penalty(matrix.row_sizes, matrix.shape[1], config)
    if observable is not None:
        x, z = padded(start), padded(fixed)
        x[matrix.row_sizes == 0] = 0
        bases = bases_of(grams_by_group(z, observable), config.factors, could_meet=observable.could_meet)
        for group in group_rows(matrix, observable.rows):
            basis = bases[group.group]
            sent = send(z, basis, group.needed, rotated=False)
            solve_block(group, x, sent, basis, penalty, alpha0=config.alpha0, cg_steps=cg_steps)
        return np.ascontiguousarray(x[:, : start.shape[1]])
    met = np.bincount(matrix.indices, minlength=matrix.shape[1]) > 0
    if 2 * met.sum() > matrix.shape[1]:
        return solve_rows(
            matrix, fixed, start, alpha0=config.alpha0, penalty=penalty, cg_steps=cg_steps, basis=basis
        )
    # Columns that no row has met, here half or more, count in the Gram matrix alone; to rotate their vectors
    # would be most of the work.
    place = (np.cumsum(met) - 1).astype(np.int32)
    compact = CSR(matrix.indptr, place[matrix.indices], matrix.data, (matrix.shape[0], int(met.sum())))
    basis = basis or basis_of(fixed)
    return solve_rows(
        compact, fixed[met], start, alpha0=config.alpha0, penalty=penalty, cg_steps=cg_steps, basis=basis
    )


def basis_of(fixed: Floats) -> Basis:
    """Return the basis for rows that are solved against the vectors of columns.

    Parameters
    ----------
    fixed
        The vectors; float32, (columns, factors).
    """
    return _basis_of_padded(padded(fixed), fixed.shape[1])


def _basis_of_padded(z: Floats, factors: int) -> Basis:
    (basis,) = bases_of(grams_by_group(z, None), factors)
    return basis


def basis_of_product(product: NDArray[np.float64]) -> Basis:
    """Return the same from Z'Z of the vectors; float64, (factors, factors)."""
    width = padded(np.empty((0, len(product)), np.float32)).shape[1]
    return Basis(*axes_of(product, width), None)

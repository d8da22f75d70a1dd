"""Half a sweep of implicit ALS: rows solved while the other side stays as it is.

The objective is that of :mod:`tigertail.factorization.als`. With the vectors z of the columns fixed, the rows do
not depend on one another, so that any of them can be solved alone: those of new listeners and new items
(folding-in, as in Hu, Koren and Volinsky, ICDM 2008, section 4), or those of a group.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization import kernels
from tigertail.factorization.als import grams_by_group, padded
from tigertail.factorization.config import ALSConfig
from tigertail.factorization.observable import Observable
from tigertail.factorization.steps import (
    Basis,
    Links,
    axes_of,
    bases_of,
    even_chunks,
    link_block,
    row_penalty,
    send,
    solve_block,
)
from tigertail.sparse import CSR

Floats = NDArray[np.float32]


def half_sweep(
    matrix: CSR,
    fixed: Floats,
    start: Floats,
    *,
    alpha0: float,
    penalty: Floats,
    steps: int,
    around_start: bool = False,
    product: NDArray[np.float64] | None = None,
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
    steps
        Most conjugate-gradient steps.
    around_start
        Whether the penalty is on the distance from ``start`` instead of from 0.
    product
        Z'Z of the vectors of all columns, where ``fixed`` and ``matrix`` have but those that the rows have met;
        float64, (factors, factors).

    Returns
    -------
    NDArray[np.float32]
        Float32, (rows, factors), in the basis of ``fixed`` and ``start``.
    """
    d = start.shape[1]
    z, x = padded(fixed), padded(start)
    if product is None:
        (basis,) = bases_of(grams_by_group(z, None), d)
    else:
        basis = Basis(*axes_of(product, z.shape[1]), None)
    kernels.rotate(z, basis.turn)
    kernels.rotate(x, basis.turn)
    links = Links(0, None, None, matrix, even_chunks(matrix))
    solve_block(links, x, z, basis, penalty, alpha0=alpha0, steps=steps, around_start=around_start)
    kernels.rotate(x, np.ascontiguousarray(basis.turn.T))
    return np.ascontiguousarray(x[:, :d])


def solve_against(
    matrix: CSR,
    fixed: Floats,
    start: Floats,
    config: ALSConfig,
    *,
    observable: Observable | None = None,
    steps: int = 8,
) -> Floats:
    """Solve rows as a fit would, with the columns' vectors as they are.

    Parameters
    ----------
    matrix
        Confidences of the rows to solve; all columns of the whole matrix, for the unobserved count too.
    fixed, start
        As in :func:`half_sweep`; a start of 0 will do.
    config
        Settings of the fit. Its ``steps`` are those of a row that many sweeps improve; here there is one.
    observable
        Pairs of these rows and all columns that could be observed; None means all.
    steps
        Most conjugate-gradient steps.

    Examples
    --------
    A newcomer who plays what the first column stands for, and not the second:

    >>> heard = CSR.from_coo([0], [0], [1.0], shape=(1, 2))
    >>> columns = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    >>> solve_against(heard, columns, np.zeros((1, 2), np.float32), ALSConfig(factors=2)).round(2)
    array([[0.97, 0.  ]], dtype=float32)
    """
    penalty = row_penalty(matrix.row_sizes, matrix.shape[1], config)
    if observable is not None:
        x, z = padded(start), padded(fixed)
        x[matrix.row_sizes == 0] = 0
        bases = bases_of(grams_by_group(z, observable), config.factors, linked=observable.linked)
        for links in link_block(matrix, observable.rows):
            basis = bases[links.group]
            sent = send(z, basis, links.needed, turned=False)
            solve_block(links, x, sent, basis, penalty, alpha0=config.alpha0, steps=steps)
        return np.ascontiguousarray(x[:, : start.shape[1]])
    met = np.bincount(matrix.indices, minlength=matrix.shape[1]) > 0
    if 2 * met.sum() > matrix.shape[1]:
        return half_sweep(matrix, fixed, start, alpha0=config.alpha0, penalty=penalty, steps=steps)
    # Columns that no row has met count in the Gram matrix alone; to turn their vectors would be most of the work.
    place = (np.cumsum(met) - 1).astype(np.int32)
    compact = CSR(matrix.indptr, place[matrix.indices], matrix.data, (matrix.shape[0], int(met.sum())))
    d = start.shape[1]
    product = grams_by_group(padded(fixed), None)[0, :d, :d]
    return half_sweep(
        compact, fixed[met], start, alpha0=config.alpha0, penalty=penalty, steps=steps, product=product
    )

"""Implicit ALS: factors of listeners and items by alternating least squares.

The objective is that of Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets"
(ICDM 2008, equation 3), with the weight of the unobserved free and the frequency-scaled regularisation of
Rendle et al., "Revisiting the Performance of iALS on Item Recommendation Benchmarks" (RecSys 2022):

    L = sum_observed c_ui (1 - x_u.y_i)^2 + alpha0 sum_unobserved (x_u.y_i)^2
        + sum_u lambda_u |x_u|^2 + sum_i lambda_i |y_i|^2
    lambda_u = reg (n_u + alpha0 n_items)^nu,  lambda_i = reg (n_i + alpha0 n_listeners)^nu

with n_u the entries of row u. Each half-sweep first rotates both sides into the basis in which the Gram
matrix of the fixed side is diagonal (Z = YQ, Y'Y = QEQ'); dot products, and so the objective, do not change
under the rotation. There the dense part of every row's system is a diagonal, and a conjugate-gradient step costs
only the row's own entries.

Where not every pair could be observed (:class:`~tigertail.factorization.observable.Observable`), the sum over the
unobserved runs over observable pairs alone; lambda stays as it is, so that listeners of a small catalogue are
regularised as much as others. Rows of one group share a Gram matrix, so the rotation is made once per group.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization import kernels
from tigertail.factorization.blocks import (
    GroupRows,
    bases_of,
    even_chunks,
    group_rows,
    max_abs,
    row_penalty,
    send,
    solve_block,
)
from tigertail.factorization.config import ALSConfig
from tigertail.factorization.observable import Observable
from tigertail.factorization.units import gram_sum, initial_vectors
from tigertail.sparse import CSR
from tigertail.threads import limited

if TYPE_CHECKING:
    from scipy import sparse

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Factors:
    """The factors of a matrix of confidences.

    Parameters
    ----------
    listeners
        Vectors of the rows; float32, (listeners, factors).
    items
        Vectors of the columns; float32, (items, factors).
    """

    listeners: Floats
    items: Floats


class Solver(Protocol):
    """What finds factors: :func:`fit_als`, or something that does the same elsewhere."""

    def __call__(
        self,
        confidence: CSR,
        config: ALSConfig,
        *,
        seed: int = 0,
        observable: Observable | None = None,
        threads: int | None = None,
        after_sweep: Callable[[int], None] = ...,
    ) -> Factors:
        """Factorise a matrix of confidences; see :func:`fit_als`."""


def fit_als(
    confidence: CSR | sparse.sparray | sparse.spmatrix,
    config: ALSConfig,
    *,
    seed: int = 0,
    initial: Factors | None = None,
    observable: Observable | None = None,
    threads: int | None = None,
    after_sweep: Callable[[int], None] = lambda sweep: None,
) -> Factors:
    """Factorise a matrix of confidences.

    Parameters
    ----------
    confidence
        Listeners by items, ours or a sparse matrix of SciPy; each value is the weight c of an observed pair.
    config
        Settings.
    seed
        Seed of the initial vectors: the same seed gives the same bytes, whatever the number of threads.
    initial
        Factors to start from instead of random ones: a warm start, or the start that another solver has.
    observable
        Pairs that could be observed, with all observed ones among them; None means all.
    threads
        Threads to use; None means all that the caller has.
    after_sweep
        Called with the number of each finished sweep.

    Raises
    ------
    ValueError
        If ``initial`` is not of the shapes of the matrix and of ``config.factors``.
    """
    matrix = CSR.of(confidence)
    x, y = _start(matrix.shape, config, seed, initial)
    by_listener, by_item = _sides(matrix, config, observable)
    with limited(threads):
        for sweep in range(config.iterations):
            by_listener.solve(x, y)
            by_item.solve(y, x)
            after_sweep(sweep + 1)
    d = config.factors
    return Factors(np.ascontiguousarray(x[:, :d]), np.ascontiguousarray(y[:, :d]))


def als_objective(
    confidence: CSR, factors: Factors, config: ALSConfig, observable: Observable | None = None
) -> float:
    """Return the objective L of some factors, in float64."""
    x, y = padded(factors.listeners), padded(factors.items)
    with limited(None):
        return _objective(*_sides(confidence, config, observable), x, y)


class _Side:
    """One half of a sweep: the rows of a matrix, as one block, with what of their systems never changes."""

    def __init__(self, matrix: CSR, config: ALSConfig, observable: Observable | None = None) -> None:
        self.matrix = matrix
        self.config = config
        self.observable = observable
        self.penalty = row_penalty(matrix.row_sizes, matrix.shape[1], config)
        self.chunks = even_chunks(matrix)
        self.groups = (
            [GroupRows(0, None, None, matrix, self.chunks)]
            if observable is None
            else group_rows(matrix, observable.rows)
        )

    def solve(self, x: Floats, z: Floats) -> None:
        """Solve the rows of ``x`` with ``z`` fixed; both may be rotated into another basis, in place."""
        config = self.config
        bases = bases_of(
            grams_by_group(z, self.observable),
            config.factors,
            max_abs=max_abs(z) if config.reads_float16 else None,
            could_meet=None if self.observable is None else self.observable.could_meet,
        )
        if self.observable is None:
            kernels.rotate(z, bases[0].rotation)
            kernels.rotate(x, bases[0].rotation)
        else:
            x[self.matrix.row_sizes == 0] = 0  # no group has them; else the kernel does it
        for group in self.groups:
            basis = bases[group.group]
            sent = send(z, basis, group.needed, rotated=self.observable is None)
            solve_block(group, x, sent, basis, self.penalty, alpha0=config.alpha0, cg_steps=config.cg_steps)


def _sides(confidence: CSR, config: ALSConfig, observable: Observable | None) -> tuple[_Side, _Side]:
    transposed = None if observable is None else observable.transpose()
    return _Side(confidence, config, observable), _Side(confidence.transpose(), config, transposed)


def grams_by_group(z: Floats, observable: Observable | None) -> NDArray[np.float64]:
    """Return Z'Z of each group of columns; float64, (column groups, width, width)."""
    if observable is None:
        return gram_sum(z).total(z.shape[1])
    return gram_sum(z, observable.columns, observable.could_meet.shape[1]).total(z.shape[1])


def _objective(by_listener: _Side, by_item: _Side, x: Floats, y: Floats) -> float:
    matrix = by_listener.matrix
    alpha0 = by_listener.config.alpha0
    observed = kernels.observed_loss(
        x, y, matrix.indptr, matrix.indices, matrix.data, alpha0, by_listener.chunks
    )
    theirs = grams_by_group(y, by_listener.observable)
    own = grams_by_group(x, by_item.observable)
    could_meet = np.ones((1, 1)) if by_listener.observable is None else by_listener.observable.could_meet
    loss = observed.sum() + alpha0 * np.einsum("gh,gij,hij->", could_meet, own, theirs)
    for side, vectors in ((by_listener, x), (by_item, y)):
        loss += np.einsum("ij,ij,i->", vectors, vectors, side.penalty, dtype=np.float64)
    return float(loss)


def _start(
    shape: tuple[int, int], config: ALSConfig, seed: int, initial: Factors | None
) -> tuple[Floats, Floats]:
    if initial is not None:
        x, y = initial.listeners, initial.items
        if x.shape != (shape[0], config.factors) or y.shape != (shape[1], config.factors):
            raise ValueError(
                f"initial factors of shapes {x.shape} and {y.shape} do not fit a matrix of shape {shape} "
                f"with {config.factors} factors"
            )
        return padded(x), padded(y)
    y = initial_vectors(0, shape[1], config.factors, config.init_length, seed)
    return padded(np.zeros((shape[0], config.factors), np.float32)), padded(y)


def padded(vectors: Floats) -> Floats:
    """Copy vectors to a width of whole cache lines; the zeros stay zero through every sweep."""
    rows, d = vectors.shape
    out = np.zeros((rows, padded_width(d)), np.float32)
    out[:, :d] = vectors
    return out


def padded_width(factors: int) -> int:
    """Return the width of padded vectors: whole cache lines."""
    return -(-factors // kernels.LINE) * kernels.LINE

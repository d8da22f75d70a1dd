"""Implicit ALS: factors of listeners and items by alternating least squares.

The objective is that of Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets"
(ICDM 2008, equation 3), with the weight of the unobserved free and the frequency-scaled regularisation of
Rendle et al., "Revisiting the Performance of iALS on Item Recommendation Benchmarks" (RecSys 2022):

    L = sum_observed c_ui (1 - x_u.y_i)^2 + alpha0 sum_unobserved (x_u.y_i)^2
        + sum_u lambda_u |x_u|^2 + sum_i lambda_i |y_i|^2
    lambda_u = reg (n_u + alpha0 n_items)^nu,  lambda_i = reg (n_i + alpha0 n_listeners)^nu

with n_u the entries of row u. Each half-sweep first turns both sides into the basis in which the Gram
matrix of the fixed side is diagonal (Z = YQ, Y'Y = QEQ'); dot products, and so the objective, do not change
under the turn. There the dense part of every row's system is a diagonal, and a conjugate-gradient step costs
only the row's own entries.

Where not every pair could be observed (:class:`~tigertail.factorization.observable.Observable`), the sum over the
unobserved runs over observable pairs alone; lambda stays as it is, so that listeners of a small catalogue are
regularised as much as others. Rows of one group share a Gram matrix, so the turn is made once per group.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from tigertail.factorization import kernels
from tigertail.factorization.observable import Observable
from tigertail.sparse import CSR
from tigertail.threads import limited

if TYPE_CHECKING:
    from scipy import sparse

Floats = NDArray[np.float32]


class ALSConfig(BaseModel):
    """Settings of the implicit-ALS solver."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    factors: int = Field(128, ge=1, le=4096)
    """Length of the vectors."""
    iterations: int = Field(6, ge=1)
    """Sweeps over both sides."""
    reg: float = Field(0.03, gt=0)
    """Regularisation."""
    nu: float = Field(1.0, ge=0, le=2)
    """Exponent of the frequency-scaled regularisation: 0 is the same for every row."""
    alpha0: float = Field(0.02, gt=0)
    """Weight of an unobserved pair."""
    steps: int = Field(2, ge=1)
    """Conjugate-gradient steps a row and sweep; more lower the objective of a sweep by next to nothing."""
    init_std: float = Field(0.1, gt=0)
    """Standard deviation of the initial vectors' length."""
    storage: Literal["float16", "float32"] = "float16"
    """How a sweep reads the side that is fixed: float16 has half the bytes to wait for. Sums are float32 in both."""


@dataclass(frozen=True, eq=False)
class Factors:
    """What the solver found.

    Parameters
    ----------
    listeners
        Vectors of the rows; float32, (listeners, factors).
    items
        Vectors of the columns; float32, (items, factors).
    """

    listeners: Floats
    items: Floats


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
        Threads to use; None means all.
    after_sweep
        Called with the number of each finished sweep.
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


def row_penalty(matrix: CSR, config: ALSConfig) -> Floats:
    """Return lambda of each row of a matrix; float32, (rows,)."""
    return np.asarray(
        config.reg * (matrix.row_sizes + config.alpha0 * matrix.shape[1]) ** config.nu, np.float32
    )


class _Side:
    """One half of a sweep: the rows of a matrix, with what of their systems never changes."""

    def __init__(self, matrix: CSR, config: ALSConfig, observable: Observable | None = None) -> None:
        self.matrix = matrix
        self.config = config
        self.observable = observable
        self.penalty = row_penalty(matrix, config)
        self.chunks = even_chunks(matrix)
        self.groups = [] if observable is None else row_groups(matrix, observable)

    def solve(self, x: Floats, z: Floats) -> None:
        """Solve the rows of ``x`` with ``z`` fixed; both may be turned into another basis, in place."""
        config = self.config
        half = config.storage == "float16"
        if self.observable is None:
            axes = principal_axes(z, config.factors)
            solve_in_axes(
                self.matrix, x, z, axes, config.alpha0, self.penalty, config.steps, self.chunks, half=half
            )
        else:
            x[self.matrix.row_sizes == 0] = 0
            solve_groups(self.groups, x, z, self.penalty, config, self.observable, config.steps, half=half)


@dataclass(frozen=True, eq=False)
class RowGroup:
    """Rows that could meet the same columns, as a matrix over the columns that they met."""

    code: int
    rows: NDArray[np.int64]
    met: NDArray[np.int64]
    matrix: CSR
    chunks: NDArray[np.int64]


def row_groups(matrix: CSR, observable: Observable) -> list[RowGroup]:
    """Return the groups of rows that met a column; rows that met none keep the vector 0."""
    groups = []
    for code in range(len(observable.linked)):
        rows = np.flatnonzero((observable.rows == code) & (matrix.row_sizes > 0))
        if not len(rows):
            continue
        own = matrix.select_rows(rows)
        met, compact = np.unique(own.indices.astype(np.int64), return_inverse=True)
        own = CSR(own.indptr, compact.astype(np.int32), own.data, (len(rows), len(met)))
        groups.append(RowGroup(code, rows, met, own, even_chunks(own)))
    return groups


def solve_groups(
    groups: list[RowGroup],
    x: Floats,
    z: Floats,
    penalty: Floats,
    config: ALSConfig,
    observable: Observable,
    steps: int,
    *,
    half: bool = False,
) -> None:
    """Solve rows group by group with ``z`` fixed, in place; both are padded, and stay in their basis.

    Parameters
    ----------
    groups
        What :func:`row_groups` returns; other rows stay as they are.
    x, z
        Vectors of the rows and of the columns; float32, (rows, width) and (columns, width).
    penalty
        lambda of each row; float32, (rows,).
    config
        Settings.
    observable
        Pairs that could be observed.
    steps
        Most conjugate-gradient steps.
    half
        Whether ``z`` is read in float16.
    """
    d = config.factors
    grams = grams_by_group(z, observable)
    for group in groups:
        axes = axes_of(grams[observable.linked[group.code]].sum(axis=0)[:d, :d], z.shape[1])
        solved, penalties = x[group.rows], penalty[group.rows]
        solve_in_axes(
            group.matrix,
            solved,
            z[group.met],
            axes,
            config.alpha0,
            penalties,
            steps,
            group.chunks,
            half=half,
        )
        kernels.rotate(solved, np.ascontiguousarray(axes[1].T))
        x[group.rows] = solved


def solve_in_axes(
    matrix: CSR,
    x: Floats,
    z: Floats,
    axes: tuple[Floats, Floats],
    alpha0: float,
    penalty: Floats,
    steps: int,
    chunks: NDArray[np.int64],
    towards: bool = False,
    *,
    half: bool = False,
) -> None:
    """Turn both sides into the axes in which Z'Z is diagonal, and solve the rows of ``x`` with ``z`` fixed, in place.

    Parameters
    ----------
    matrix
        Confidences, rows by columns.
    x, z
        Vectors of the rows and of the columns; float32, (rows, width) and (columns, width).
    axes
        What :func:`principal_axes` returns.
    alpha0, penalty, steps, chunks, towards
        As in :func:`tigertail.factorization.kernels.solve_rows`.
    half
        Whether ``z`` is read in float16.
    """
    values, turn = axes
    kernels.rotate(z, turn)
    kernels.rotate(x, turn)
    reach = np.ones(z.shape[1], np.float32)
    if half:
        reach = np.abs(z).max(axis=0, initial=0)
        reach[reach == 0] = 1
    kernels.solve_rows(
        x,
        (kernels.halved(z, reach) if half else z).reshape(-1),
        reach,
        matrix.indptr,
        matrix.indices,
        matrix.data,
        np.float32(alpha0),
        np.float32(alpha0) * values,
        penalty,
        steps,
        chunks,
        towards,
    )


def _sides(confidence: CSR, config: ALSConfig, observable: Observable | None) -> tuple[_Side, _Side]:
    transposed = None if observable is None else observable.transpose()
    return _Side(confidence, config, observable), _Side(confidence.transpose(), config, transposed)


def grams_by_group(z: Floats, observable: Observable) -> NDArray[np.float64]:
    """Return Z'Z of each group of columns; float64, (column groups, width, width)."""
    groups = range(observable.linked.shape[1])
    return np.stack([gram(np.ascontiguousarray(z[observable.columns == group])) for group in groups])


def _objective(by_listener: _Side, by_item: _Side, x: Floats, y: Floats) -> float:
    matrix = by_listener.matrix
    alpha0 = by_listener.config.alpha0
    observed = kernels.observed_loss(
        x, y, matrix.indptr, matrix.indices, matrix.data, alpha0, by_listener.chunks
    )
    pairs = by_listener.observable
    if pairs is None:
        loss = observed.sum() + alpha0 * np.sum(gram(x) * gram(y))
    else:
        theirs, own = grams_by_group(y, pairs), grams_by_group(x, pairs.transpose())
        loss = observed.sum() + alpha0 * np.einsum("gh,gij,hij->", pairs.linked, own, theirs)
    for side, vectors in ((by_listener, x), (by_item, y)):
        loss += np.einsum("ij,ij,i->", vectors, vectors, side.penalty, dtype=np.float64)
    return float(loss)


def even_chunks(matrix: CSR) -> NDArray[np.int64]:
    """Return the bounds of chunks of rows of about equal work."""
    work = matrix.indptr + 8 * np.arange(matrix.shape[0] + 1)  # a row's own arithmetic is worth eight entries
    bounds = np.linspace(0, work[-1], min(256, matrix.shape[0]) + 1)
    return np.searchsorted(work, bounds).astype(np.int64)


def principal_axes(z: Floats, d: int) -> tuple[Floats, Floats]:
    """Return the eigenvalues of Z'Z and the rotation to its basis; beyond ``d``, in the padding, 0 and none."""
    return axes_of(gram(z)[:d, :d], z.shape[1])


def axes_of(product: NDArray[np.float64], width: int) -> tuple[Floats, Floats]:
    """Return the eigenvalues of a Gram matrix and the rotation to its basis, filled up to ``width``."""
    d = len(product)
    found, basis = np.linalg.eigh(product)
    values = np.zeros(width, np.float32)
    values[:d] = np.maximum(found, 0)  # a Gram matrix has no negative eigenvalue; rounding can make one
    turn = np.eye(width, dtype=np.float32)
    turn[:d, :d] = basis
    return values, turn


def gram(z: Floats) -> NDArray[np.float64]:
    """Return Z'Z; blocks in float32, their sum in float64 and always in one order."""
    return np.asarray(kernels.gram_blocks(z).sum(axis=0, dtype=np.float64))


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
    scale = config.init_std / np.sqrt(config.factors)
    y = np.random.default_rng(seed).normal(0.0, scale, (shape[1], config.factors)).astype(np.float32)
    return padded(np.zeros((shape[0], config.factors), np.float32)), padded(y)


def padded(vectors: Floats) -> Floats:
    """Copy vectors to a width of whole cache lines; the zeros stay zero through every sweep."""
    rows, d = vectors.shape
    out = np.zeros((rows, -(-d // kernels.LINE) * kernels.LINE), np.float32)
    out[:, :d] = vectors
    return out

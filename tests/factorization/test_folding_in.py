"""One side solved against the other: what the normal equations say, row by row."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support import als_config

from tigertail.factorization import Observable, basis_of, basis_of_product, fit_als, fold_in, solve_rows
from tigertail.sparse import CSR
from tigertail.threads import limited

CONFIG = als_config(factors=5, alpha0=0.1, reg=0.05, nu=0.7, iterations=60, cg_steps=5)


def world() -> CSR:
    rng = np.random.default_rng(0)
    rows, columns = np.nonzero(rng.random((30, 20)) < 0.3)
    return CSR.from_coo(rows, columns, rng.uniform(1, 3, len(rows)), (30, 20))


def test_rows_solve_their_normal_equations() -> None:
    matrix = world()
    z = np.random.default_rng(1).normal(size=(20, 5)).astype(np.float32)
    solved = fold_in(matrix, z, np.zeros((30, 5), np.float32), CONFIG, cg_steps=30)
    for row in (0, 7, 29):
        heard, weights = matrix.row(row)
        penalty = CONFIG.reg * (len(heard) + CONFIG.alpha0 * 20) ** CONFIG.nu
        left = CONFIG.alpha0 * z.T @ z + penalty * np.eye(5)
        left += (z[heard].T * (weights - CONFIG.alpha0)) @ z[heard]
        np.testing.assert_allclose(solved[row], np.linalg.solve(left, z[heard].T @ weights), atol=1e-4)


def test_columns_that_a_row_could_not_meet_do_not_count() -> None:
    """The first ten rows could meet the first twelve columns alone: as if there were no others."""
    rows, columns = (np.arange(30) >= 10).astype(np.int32), (np.arange(20) >= 12).astype(np.int32)
    pairs = Observable(rows, columns, np.array([[True, False], [True, True]]))
    whole = world()
    row, column = whole.entry_rows(), whole.indices
    seen = (row >= 10) | (column < 12)
    matrix = CSR.from_coo(row[seen], column[seen], whole.data[seen], whole.shape)
    z = np.random.default_rng(1).normal(size=(20, 5)).astype(np.float32)
    start = np.zeros((30, 5), np.float32)
    solved = fold_in(matrix, z, start, CONFIG, observable=pairs, cg_steps=30)
    np.testing.assert_allclose(solved[10:], fold_in(matrix, z, start, CONFIG, cg_steps=30)[10:], atol=1e-4)
    for one in (0, 7):
        items, weights = matrix.row(one)
        penalty = CONFIG.reg * (len(items) + CONFIG.alpha0 * 20) ** CONFIG.nu
        left = CONFIG.alpha0 * z[:12].T @ z[:12] + penalty * np.eye(5)
        left += (z[items].T * (weights - CONFIG.alpha0)) @ z[items]
        np.testing.assert_allclose(solved[one], np.linalg.solve(left, z[items].T @ weights), atol=1e-4)


def test_a_row_of_the_fit_folded_in_is_where_the_fit_has_it() -> None:
    matrix = world()
    fitted = fit_als(matrix, CONFIG, threads=1)
    some = np.array([3, 11])
    again = fold_in(matrix.select_rows(some), fitted.items, np.zeros((2, 5), np.float32), CONFIG, cg_steps=30)
    np.testing.assert_allclose(again, fitted.listeners[some], atol=5e-3)


def test_a_row_that_is_solved_in_a_step_stays_so() -> None:
    """From 0 there is no size to measure a residual by; further steps must not divide by nothing."""
    config = als_config(factors=64)
    z = np.random.default_rng(3).normal(size=(40, 64)).astype(np.float32)
    one = CSR.from_coo(np.arange(40), np.arange(40), np.ones(40), (40, 40))
    few, many = (fold_in(one, z, np.zeros((40, 64), np.float32), config, cg_steps=n) for n in (8, 50))
    np.testing.assert_allclose(many, few, atol=1e-4)


def test_columns_no_row_has_met_count_all_the_same() -> None:
    """A few rows are solved among the columns they know; the answer is that of the whole."""
    matrix = world()
    z = np.random.default_rng(2).normal(size=(20, 5)).astype(np.float32)
    start = np.zeros((30, 5), np.float32)
    all_rows = fold_in(matrix, z, start, CONFIG, cg_steps=30)
    one = matrix.select_rows(np.array([5]))
    assert 0 < one.nnz < 10
    alone = fold_in(one, z, start[:1], CONFIG, cg_steps=30)
    np.testing.assert_allclose(alone[0], all_rows[5], atol=1e-4)
    again = fold_in(one, z, start[:1], CONFIG, cg_steps=30, basis=basis_of(z))
    np.testing.assert_array_equal(again, alone)


def test_who_plays_nothing_has_no_vector() -> None:
    silent = CSR.from_coo([], [], [], (1, 20))
    assert not fold_in(silent, np.ones((20, 5), np.float32), np.zeros((1, 5), np.float32), CONFIG).any()


ALPHA0 = 0.1
PENALTY = np.array([0.5, 2.0, 1.0, 0.3], np.float32)
# Listener 0 has heard one item, 1 four, 2 nothing, 3 the last two.
HEARD = CSR.from_coo([0, 1, 1, 1, 1, 3, 3], [2, 0, 1, 3, 6, 5, 6], [1, 2, 1, 4, 1, 3, 1], shape=(4, 7))
ITEMS = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)


def _solved(listener: int) -> np.ndarray:
    """Solve one listener's system directly, in float64."""
    items, confidences = HEARD.row(listener)
    y, own = ITEMS.astype(np.float64), ITEMS[items].astype(np.float64)
    system = ALPHA0 * y.T @ y + (own.T * (confidences - ALPHA0)) @ own + PENALTY[listener] * np.eye(5)
    return np.linalg.solve(system, own.T @ confidences)


def _found(items: np.ndarray = ITEMS, heard: CSR = HEARD) -> np.ndarray:
    basis = basis_of_product(ITEMS.astype(np.float64).T @ ITEMS)
    start = np.zeros((heard.shape[0], items.shape[1]), np.float32)
    return solve_rows(heard, items, start, alpha0=ALPHA0, penalty=PENALTY, cg_steps=16, basis=basis)


@pytest.mark.parametrize("listener", [0, 1, 3])
def test_listeners_solve_their_normal_equations(listener: int) -> None:
    np.testing.assert_allclose(_found()[listener], _solved(listener), atol=2e-6)


def test_who_has_heard_nothing_is_nowhere() -> None:
    assert not _found()[2].any()


def test_items_nobody_here_has_heard_count_in_the_gram_matrix_alone() -> None:
    """Item 4 is left out, as a block of listeners leaves out what none of them has heard."""
    used = np.array([0, 1, 2, 3, 5, 6])
    compact = CSR(
        HEARD.indptr, np.searchsorted(used, HEARD.indices).astype(np.int32), HEARD.data, (HEARD.shape[0], 6)
    )
    np.testing.assert_array_equal(_found(ITEMS[used], compact), _found())


def test_any_number_of_threads_finds_the_same() -> None:
    with limited(1):
        alone = _found()
    np.testing.assert_array_equal(alone, _found())

"""The solver against plain float64 algebra on matrices small enough to write out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError
from tests.support import als_config

from tigertail.factorization import ALSConfig, Factors, Observable, als_objective, fit_als
from tigertail.sparse import CSR

Reals = NDArray[np.float64]


def random_confidences(
    seed: int, rows: int = 40, columns: int = 30, low: float = 1.0, high: float = 4.0, density: float = 0.2
) -> CSR:
    rng = np.random.default_rng(seed)
    row, column = np.nonzero(rng.random((rows, columns)) < density)
    return CSR.from_coo(row, column, rng.uniform(low, high, len(row)), (rows, columns))


def random_start(matrix: CSR, factors: int, seed: int = 0) -> Factors:
    rng = np.random.default_rng(seed)
    x, y = (rng.normal(0, 0.3, (size, factors)).astype(np.float32) for size in matrix.shape)
    return Factors(x, y)


def penalties(matrix: CSR, config: ALSConfig) -> Reals:
    counts = np.diff(matrix.indptr).astype(np.float64)
    return np.asarray(config.reg * (counts + config.alpha0 * matrix.shape[1]) ** config.nu)


def solve_exactly(matrix: CSR, fixed: Reals, config: ALSConfig) -> Reals:
    """Solve every row's normal equations, written out: (sum_i w_ui y_i y_i' + lambda_u I) x = sum_i c_ui y_i."""
    solved = np.zeros((matrix.shape[0], fixed.shape[1]))
    for u, penalty in enumerate(penalties(matrix, config)):
        items, c = matrix.row(u)
        weight = np.full(matrix.shape[1], config.alpha0)
        weight[items] = c
        system = (fixed.T * weight) @ fixed + penalty * np.eye(fixed.shape[1])
        solved[u] = np.linalg.solve(system, fixed[items].T @ c.astype(np.float64))
    return solved


def reference(matrix: CSR, start: Factors, config: ALSConfig) -> Reals:
    """Return the dot products after exact alternating least squares."""
    y = start.items.astype(np.float64)
    for _ in range(config.iterations):
        x = solve_exactly(matrix, y, config)
        y = solve_exactly(matrix.transpose(), x, config)
    return np.asarray(x @ y.T)


def dots(factors: Factors) -> Reals:
    return np.asarray(factors.listeners.astype(np.float64) @ factors.items.T)


@pytest.mark.parametrize(("every_second", "before"), [(False, 3731.5513725), (True, 3049.4074567)])
def test_the_objective_is_that_of_the_release_before_units(every_second: bool, before: float) -> None:
    # Version 0.1 turned and summed rows in another order, and scaled each factor of float16 alone.
    matrix = random_confidences(seed=3, rows=9000, columns=50, density=0.05)
    config = als_config(factors=20)
    pairs = None
    if every_second:
        rows, columns = np.arange(9000) % 3 == 0, np.arange(50) % 2
        linked = np.array([[True, True], [True, False]])
        pairs = Observable(rows.astype(np.int32), columns.astype(np.int32), linked)
        matrix = observed_of(pairs, matrix)
    found = fit_als(matrix, config, initial=random_start(matrix, 20), observable=pairs)
    assert als_objective(matrix, found, config, pairs) == pytest.approx(before, rel=1e-4)


@pytest.mark.parametrize("factors", [1, 5, 16, 20])
@pytest.mark.parametrize("nu", [0.0, 0.5, 1.0])
def test_it_finds_what_exact_algebra_finds(factors: int, nu: float) -> None:
    matrix = random_confidences(seed=factors)
    config = als_config(
        factors=factors, iterations=3, reg=0.05, nu=nu, alpha0=0.1, cg_steps=60, storage="float32"
    )
    start = random_start(matrix, factors)
    found = fit_als(matrix, config, initial=start)
    np.testing.assert_allclose(dots(found), reference(matrix, start, config), atol=1e-4)


def test_half_the_bytes_find_the_same() -> None:
    matrix = random_confidences(seed=3)
    exact, half = (
        als_config(factors=16, reg=0.05, alpha0=0.1, storage=one) for one in ("float32", "float16")
    )
    start = random_start(matrix, 16)
    ours, theirs = (fit_als(matrix, one, initial=start) for one in (half, exact))
    np.testing.assert_allclose(dots(ours), dots(theirs), atol=5e-3)
    assert als_objective(matrix, ours, exact) == pytest.approx(als_objective(matrix, theirs, exact), rel=1e-4)


def test_confidences_below_the_weight_of_the_unobserved_are_no_special_case() -> None:
    matrix = random_confidences(seed=1, low=0.01, high=1.0)
    config = als_config(factors=6, iterations=3, reg=0.05, alpha0=0.5, cg_steps=60, storage="float32")
    start = random_start(matrix, 6)
    found = fit_als(matrix, config, initial=start)
    np.testing.assert_allclose(dots(found), reference(matrix, start, config), atol=1e-4)


@pytest.mark.parametrize("nu", [0.0, 0.5, 1.0])
def test_the_objective_is_the_formula(nu: float) -> None:
    matrix = random_confidences(seed=2, rows=7, columns=5)
    config = als_config(factors=3, nu=nu, alpha0=0.3, reg=0.2)
    factors = random_start(matrix, 3)
    x, y = factors.listeners.astype(np.float64), factors.items.astype(np.float64)
    loss = 0.0
    for u in range(matrix.shape[0]):
        observed = dict(zip(*(part.tolist() for part in matrix.row(u)), strict=True))
        for i in range(matrix.shape[1]):
            score = float(x[u] @ y[i])
            loss += observed[i] * (1 - score) ** 2 if i in observed else config.alpha0 * score**2
    loss += penalties(matrix, config) @ (x**2).sum(axis=1)
    loss += penalties(matrix.transpose(), config) @ (y**2).sum(axis=1)
    assert als_objective(matrix, factors, config) == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize(("low", "high"), [(1.0, 40.0), (0.001, 1.0)])
@pytest.mark.parametrize("seed", range(3))
def test_no_sweep_raises_the_objective(seed: int, low: float, high: float, steps: int) -> None:
    matrix = random_confidences(seed, low=low, high=high)
    config = als_config(factors=8, iterations=10, alpha0=0.4, cg_steps=steps)
    losses = []
    for sweeps in range(1, 11):
        found = fit_als(matrix, config.model_copy(update={"iterations": sweeps}), seed=seed)
        losses.append(als_objective(matrix, found, config))
    assert (np.diff(losses) / losses[0]).max() < 1e-6


@pytest.mark.parametrize("reg", [1e-6, 1e3, 1e9])
def test_extreme_regularisation_gives_finite_factors(reg: float) -> None:
    found = fit_als(random_confidences(seed=0), als_config(factors=20, reg=reg))
    assert np.isfinite(found.items).all()
    assert np.isfinite(found.listeners).all()


def test_the_number_of_threads_changes_no_byte() -> None:
    # More rows than a block of the dense products holds, so that blocks are summed.
    matrix = random_confidences(seed=3, rows=9000, columns=50, density=0.05)
    config = als_config(factors=20, iterations=2)
    one, two = (fit_als(matrix, config, seed=5, threads=threads) for threads in (1, 2))
    assert one.items.tobytes() == two.items.tobytes()
    assert one.listeners.tobytes() == two.listeners.tobytes()


def test_the_seed_makes_the_factors() -> None:
    matrix = random_confidences(seed=4)
    config = als_config(factors=4, iterations=1)
    first, again, other = (fit_als(matrix, config, seed=seed).items.tobytes() for seed in (1, 1, 2))
    assert first == again != other


def test_a_warm_start_goes_on_where_the_last_fit_stopped() -> None:
    matrix = random_confidences(seed=6)
    six, three = (als_config(factors=10, iterations=sweeps, storage="float32") for sweeps in (6, 3))
    halfway = fit_als(matrix, three, seed=1)
    before = halfway.items.copy()
    # Each sweep turns the basis, so that factors differ and dot products do not.
    resumed = fit_als(matrix, three, initial=halfway)
    np.testing.assert_allclose(dots(resumed), dots(fit_als(matrix, six, seed=1)), atol=1e-4)
    assert (halfway.items == before).all(), "the factors given are the caller's"


def test_sweeps_are_announced() -> None:
    sweeps: list[int] = []
    fit_als(random_confidences(seed=0), als_config(factors=2, iterations=3), after_sweep=sweeps.append)
    assert sweeps == [1, 2, 3]


def test_rows_and_columns_without_an_entry_get_the_vector_zero() -> None:
    matrix = CSR.from_coo([0, 0, 2], [0, 3, 3], [1, 1, 1], (4, 5))
    config = als_config(factors=3, iterations=1)
    for start in (None, random_start(matrix, 3)):
        found = fit_als(matrix, config, initial=start)
        assert np.flatnonzero(np.abs(found.listeners).sum(axis=1)).tolist() == [0, 2]
        assert np.flatnonzero(np.abs(found.items).sum(axis=1)).tolist() == [0, 3]


def test_factors_are_float32_of_the_length_asked_for() -> None:
    found = fit_als(random_confidences(seed=0), als_config(factors=5, iterations=1))
    assert (found.listeners.shape, found.items.shape) == ((40, 5), (30, 5))
    assert found.listeners.dtype == found.items.dtype == np.float32
    assert found.items.flags.c_contiguous


@pytest.mark.parametrize(("rows", "columns", "factors"), [(39, 30, 4), (40, 31, 4), (40, 30, 5)])
def test_a_start_of_another_shape_is_refused(rows: int, columns: int, factors: int) -> None:
    x, y = (np.zeros((size, factors), np.float32) for size in (rows, columns))
    with pytest.raises(ValueError, match=r"do not fit a matrix of shape \(40, 30\) with 4 factors"):
        fit_als(random_confidences(seed=0), als_config(factors=4), initial=Factors(x, y))


HALF_BLIND = Observable(
    rows=(np.arange(40) % 3 == 0).astype(np.int32),  # every third row could meet the even columns alone
    columns=(np.arange(30) % 2).astype(np.int32),
    could_meet=np.array([[True, True], [True, False]]),
)


def observed_of(pairs: Observable, matrix: CSR) -> CSR:
    """Take what could not be observed out of a matrix."""
    rows, columns = matrix.entry_rows(), matrix.indices
    seen = pairs.could_meet[pairs.rows[rows], pairs.columns[columns]]
    return CSR.from_coo(rows[seen], columns[seen], matrix.data[seen], matrix.shape)


def test_a_pair_that_could_not_be_observed_has_no_weight() -> None:
    matrix = observed_of(HALF_BLIND, random_confidences(3))
    config = als_config(factors=5, iterations=3, reg=0.1, alpha0=0.3, cg_steps=40, storage="float32")
    start = random_start(matrix, 5)
    could = HALF_BLIND.could_meet[HALF_BLIND.rows][:, HALF_BLIND.columns]

    def solved(side: CSR, fixed: Reals, met: NDArray[np.bool_]) -> Reals:
        rows = []
        for u in range(side.shape[0]):
            items, c = side.row(u)
            weight = config.alpha0 * met[u].astype(np.float64)
            weight[items] = c
            penalty = config.reg * (len(items) + config.alpha0 * side.shape[1]) ** config.nu
            system = (fixed.T * weight) @ fixed + penalty * np.eye(fixed.shape[1])
            rows.append(np.linalg.solve(system, fixed[items].T @ c.astype(np.float64)))
        return np.array(rows)

    y = start.items.astype(np.float64)
    for _ in range(config.iterations):
        x = solved(matrix, y, could)
        y = solved(matrix.transpose(), x, could.T)
    found = fit_als(matrix, config, initial=start, observable=HALF_BLIND)
    np.testing.assert_allclose(dots(found), x @ y.T, atol=2e-4)


def test_the_objective_counts_observable_pairs_alone() -> None:
    matrix = observed_of(HALF_BLIND, random_confidences(4))
    config = als_config(factors=4, reg=0.1, alpha0=0.3)
    factors = random_start(matrix, 4)
    could = HALF_BLIND.could_meet[HALF_BLIND.rows][:, HALF_BLIND.columns]
    predicted, observed = dots(factors), matrix.to_scipy().toarray()
    loss = np.where(observed > 0, observed * (1 - predicted) ** 2, config.alpha0 * could * predicted**2).sum()
    for side, vectors in ((matrix, factors.listeners), (matrix.transpose(), factors.items)):
        loss += (penalties(side, config) * (vectors.astype(np.float64) ** 2).sum(axis=1)).sum()
    assert als_objective(matrix, factors, config, HALF_BLIND) == pytest.approx(loss, rel=1e-4)


def test_a_column_that_nobody_could_meet_has_the_vector_zero() -> None:
    matrix = CSR.from_coo([0, 1], [0, 1], [1.0, 1.0], (2, 3))
    pairs = Observable(np.zeros(2, np.int32), np.array([0, 0, 1], np.int32), np.array([[True, False]]))
    found = fit_als(matrix, als_config(factors=2), observable=pairs)
    assert (found.items[2] == 0).all()
    assert (found.items[:2] != 0).any(axis=1).all()


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_a_matrix_of_scipy_is_solved_as_ours(layout: str) -> None:
    matrix = random_confidences(0)
    config = als_config(factors=8, iterations=2)
    given = matrix.to_scipy().asformat(layout)
    before = given.copy()
    ours, theirs = fit_als(matrix, config), fit_als(given, config)
    assert np.array_equal(ours.items, theirs.items)
    assert (given != before).nnz == 0  # the caller's matrix is as it was


@pytest.mark.parametrize("setting", ["reg", "alpha0", "init_length"])
def test_a_setting_is_a_finite_number(setting: str) -> None:
    with pytest.raises(ValidationError, match="finite number"):
        ALSConfig(**{"factors": 2, "iterations": 1, "reg": 0.1, "nu": 1, "alpha0": 0.1} | {setting: np.inf})

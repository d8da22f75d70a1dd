"""The ridge towards known vectors against plain float64 algebra."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.factorization import ridge_towards
from tigertail.sparse import CSR
from tigertail.threads import limited

Floats = NDArray[np.float32]


def few_listeners(
    seed: int, items: int = 30, listeners: int = 12, factors: int = 5, density: float = 0.3
) -> tuple[CSR, Floats, Floats]:
    """Return who has heard what, and vectors of listeners and items."""
    rng = np.random.default_rng(seed)
    item, listener = np.nonzero(rng.random((items, listeners)) < density)
    heard = CSR.from_coo(item, listener, rng.uniform(1, 4, len(item)), (items, listeners))
    x, y = (rng.normal(0, 0.5, (size, factors)).astype(np.float32) for size in (listeners, items))
    return heard, x, y


def solve_exactly(heard: CSR, x: Floats, y: Floats, alpha0: float, penalty: float) -> NDArray[np.float64]:
    """Solve (sum_u w_ui x_u x_u' + lambda I) z = sum_u c_ui x_u + lambda y_i for every item, written out."""
    listeners = x.astype(np.float64)
    solved = y.astype(np.float64)
    for i in range(heard.shape[0]):
        those, c = heard.row(i)
        if len(those):
            weight = np.full(len(x), alpha0)
            weight[those] = c
            system = (listeners.T * weight) @ listeners + penalty * np.eye(x.shape[1])
            right = listeners[those].T @ c.astype(np.float64) + penalty * y[i]
            solved[i] = np.linalg.solve(system, right)
    return solved


@pytest.mark.parametrize("factors", [1, 5, 16, 20])
@pytest.mark.parametrize("penalty", [0.1, 3.0, 100.0])
def test_it_finds_what_exact_algebra_finds(factors: int, penalty: float) -> None:
    heard, x, y = few_listeners(seed=factors, factors=factors)
    found = ridge_towards(heard, x, y, alpha0=0.1, penalty=penalty, cg_steps=60)
    np.testing.assert_allclose(found, solve_exactly(heard, x, y, 0.1, penalty), atol=1e-4)


@pytest.mark.parametrize("penalty", [20.0, 200.0])
def test_the_usual_number_of_steps_is_enough_where_vectors_are_held(penalty: float) -> None:
    heard, x, y = few_listeners(seed=7, items=80, listeners=60, factors=16)
    exact = solve_exactly(heard, x, y, 0.05, penalty)
    found = ridge_towards(heard, x, y, alpha0=0.05, penalty=penalty)
    assert np.abs(found - exact).max() < 0.01 * np.abs(exact - y).max()


def test_a_large_penalty_holds_vectors_where_they_are() -> None:
    heard, x, y = few_listeners(seed=1)
    distance = [
        np.abs(ridge_towards(heard, x, y, alpha0=0.1, penalty=penalty, cg_steps=60) - y).max()
        for penalty in (0.1, 1.0, 10.0, 1e6)
    ]
    assert distance == sorted(distance, reverse=True)
    assert distance[-1] < 1e-4 < distance[0]


def test_a_small_penalty_forgets_where_they_were() -> None:
    # With more listeners than factors they alone settle a vector; wherever it starts, it ends there.
    heard, x, y = few_listeners(seed=2, density=0.7)
    here, there = (
        ridge_towards(heard, x, start, alpha0=0.5, penalty=1e-5, cg_steps=60) for start in (y, y[::-1].copy())
    )
    assert np.abs(y - y[::-1]).max() > 1
    np.testing.assert_allclose(here, there, atol=1e-3)


def test_an_item_nobody_here_has_heard_keeps_its_very_vector() -> None:
    heard, x, y = few_listeners(seed=3, density=0.05)
    silent = heard.row_sizes == 0
    found = ridge_towards(heard, x, y, alpha0=0.1, penalty=1.0)
    assert 0 < silent.sum() < len(y)
    assert found[silent].tobytes() == y[silent].tobytes()
    assert (np.abs(found - y).max(axis=1) > 1e-4)[~silent].all()


def test_no_item_and_no_entry_are_no_trouble() -> None:
    _, x, y = few_listeners(seed=4)
    nothing = CSR.from_coo([], [], [], (len(y), len(x)))
    assert ridge_towards(nothing, x, y, alpha0=0.1, penalty=1.0).tobytes() == y.tobytes()
    no_item = CSR.from_coo([], [], [], (0, len(x)))
    assert ridge_towards(no_item, x, y[:0], alpha0=0.1, penalty=1.0).shape == (0, 5)


def test_the_number_of_threads_changes_no_byte() -> None:
    # More listeners than a block of the dense products holds, so that blocks are summed.
    heard, x, y = few_listeners(seed=5, items=300, listeners=9000, factors=20, density=0.01)
    found = []
    for threads in (1, 2):
        with limited(threads):
            found.append(ridge_towards(heard, x, y, alpha0=0.1, penalty=5.0).tobytes())
    assert found[0] == found[1]


def test_the_vectors_given_are_the_callers() -> None:
    heard, x, y = few_listeners(seed=6)
    before = x.tobytes(), y.tobytes()
    found = ridge_towards(heard, x, y, alpha0=0.1, penalty=1.0)
    assert (x.tobytes(), y.tobytes()) == before
    assert (found.dtype, found.shape) == (np.float32, y.shape)
    assert found.flags.c_contiguous

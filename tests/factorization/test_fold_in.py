"""Folding in listeners: the same vectors as the normal equations have."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.factorization import fold_in
from tigertail.sparse import CSR
from tigertail.threads import limited

ALPHA0 = 0.1
PENALTY = np.array([0.5, 2.0, 1.0, 0.3])
# Listener 0 has heard one item, 1 four, 2 nothing, 3 the last two.
HEARD = CSR.build([0, 1, 1, 1, 1, 3, 3], [2, 0, 1, 3, 6, 5, 6], [1, 2, 1, 4, 1, 3, 1], shape=(4, 7))
ITEMS = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)


def _solved(listener: int) -> np.ndarray:
    """Solve one listener's system directly, in float64."""
    items, confidences = HEARD.row(listener)
    y, own = ITEMS.astype(np.float64), ITEMS[items].astype(np.float64)
    system = ALPHA0 * y.T @ y + (own.T * (confidences - ALPHA0)) @ own + PENALTY[listener] * np.eye(5)
    return np.linalg.solve(system, own.T @ confidences)


def _found(items: np.ndarray = ITEMS, heard: CSR = HEARD) -> np.ndarray:
    gram = ITEMS.astype(np.float64).T @ ITEMS
    return fold_in(heard, items, gram, alpha0=ALPHA0, penalty=PENALTY)


@pytest.mark.parametrize("listener", [0, 1, 3])
def test_listeners_solve_their_normal_equations(listener: int) -> None:
    np.testing.assert_allclose(_found()[listener], _solved(listener), atol=2e-6)


def test_who_has_heard_nothing_is_nowhere() -> None:
    assert not _found()[2].any()


def test_items_nobody_here_has_heard_count_in_the_gram_matrix_alone() -> None:
    """Item 4 is left out, as a block of listeners leaves out what none of them has heard."""
    used = np.array([0, 1, 2, 3, 5, 6])
    compact = CSR(HEARD.offsets, np.searchsorted(used, HEARD.indices).astype(np.int32), HEARD.values, 6)
    np.testing.assert_array_equal(_found(ITEMS[used], compact), _found())


def test_any_number_of_threads_finds_the_same() -> None:
    with limited(1):
        alone = _found()
    np.testing.assert_array_equal(alone, _found())

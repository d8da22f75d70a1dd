"""Co-listening against its formula, computed for whole matrices at once."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.signals.co_listening import CoListeningConfig, fit_co_listening
from tigertail.sparse import CSR
from tigertail.threads import limited

Reals = NDArray[np.float64]


def drawn(seed: int, shape: tuple[int, int] = (30, 20), top: int = 4) -> Reals:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(shape) < 0.25, rng.integers(1, top, shape).astype(np.float64), 0.0)


def sparse(weights: Reals) -> CSR:
    row, column = np.nonzero(weights)
    return CSR.from_coo(row, column, weights[row, column], (len(weights), weights.shape[1]))


def formula(weights: Reals, beta: float, shrinkage: float) -> Reals:
    """Return aff(A -> B), and -inf where nobody listens to both."""
    heard = (weights > 0).astype(np.float64)
    common = heard.T @ heard
    length = np.linalg.norm(weights, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = (weights.T @ weights) / (length[:, None] * length[None, :] ** beta)
        scores *= common / (common + shrinkage)
    scores[common == 0] = -np.inf
    np.fill_diagonal(scores, -np.inf)
    return np.asarray(scores)


@pytest.mark.parametrize("shrinkage", [0.0, 5.0])
@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
def test_affinity_is_the_formula(beta: float, shrinkage: float) -> None:
    weights = drawn(seed=1)
    weights[:, 7] = 0
    signal = fit_co_listening(sparse(weights), CoListeningConfig(beta=beta, shrinkage=shrinkage))
    scores = signal.affinity(np.arange(20, dtype=np.int32))
    np.testing.assert_allclose(scores, formula(weights, beta, shrinkage), rtol=1e-5)
    assert not signal.known[7]


@pytest.mark.parametrize("kept", [1, 3, 19, 500])
def test_the_best_are_kept_and_ties_go_to_the_smaller_code(kept: int) -> None:
    weights = drawn(seed=2, top=2)  # weights of 0 and 1: ties abound
    signal = fit_co_listening(sparse(weights), CoListeningConfig(neighbours=kept))
    expected = formula(weights, 1.0, 5.0).round(6)
    for item in range(20):
        best = sorted(range(20), key=lambda other: (-expected[item, other], other))
        best = [other for other in best if expected[item, other] > -np.inf][:kept]
        assert signal.neighbours.row(item)[0].tolist() == sorted(best)


def test_the_number_of_threads_changes_no_byte() -> None:
    weights = sparse(drawn(seed=3, shape=(300, 200)))
    made = []
    for threads in (1, None):
        with limited(threads):
            lists = fit_co_listening(weights, CoListeningConfig(neighbours=10)).neighbours
        made.append((lists.indices.tobytes(), lists.data.tobytes()))
    assert made[0] == made[1]


def test_nobody_in_common_is_no_neighbour() -> None:
    signal = fit_co_listening(sparse(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])), CoListeningConfig())
    assert signal.known.tolist() == [True, True, False]
    assert signal.affinity(np.array([0], np.int32))[0, 2] == -np.inf


def test_of_neighbours_it_tells_who_heard_them() -> None:
    signal = fit_co_listening(sparse(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])), CoListeningConfig())
    told = signal.explain(0, np.array([2, 1, 0], np.int32))
    assert [evidence.words for evidence in told] == ["", "played by the same listeners", ""]

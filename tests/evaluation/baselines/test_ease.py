from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.errors import ConfigError
from tigertail.evaluation import Split
from tigertail.evaluation.baselines import EASE, ease
from tigertail.evaluation.baselines.ease import _weights

EVERY = np.arange(26, dtype=np.int32)


@pytest.mark.parametrize(("precision", "tolerance"), [("float64", 1e-6), ("float32", 1e-3)])
def test_affinity_is_the_formula(
    precision: str, tolerance: float, split: Split, plays: NDArray[np.float64]
) -> None:
    heard = (plays > 0).astype(np.float64)[:, :25]
    inverse = np.linalg.inv(heard.T @ heard + 3.0 * np.eye(25))
    expected = np.eye(25) - inverse / np.diag(inverse)  # equation 8
    signal = EASE.model_validate({"reg": 3.0, "precision": precision}).fit(split)
    scores = signal.affinity(EVERY)
    np.testing.assert_allclose(scores[:25, :25], expected, rtol=tolerance, atol=tolerance)


def test_weights_minimise_the_loss(split: Split, plays: NDArray[np.float64]) -> None:
    heard = (plays > 0).astype(np.float64)[:, :25]
    weights = EASE(reg=3.0).fit(split).weights.astype(np.float64)

    def loss(b: NDArray[np.float64]) -> float:
        return float(((heard - heard @ b) ** 2).sum() + 3.0 * (b**2).sum())

    rng = np.random.default_rng(0)
    for _ in range(20):
        step = rng.normal(0, 0.01, weights.shape)
        np.fill_diagonal(step, 0)
        assert loss(weights + step) > loss(weights)


def test_the_popular_take_part_and_the_name_says_so(split: Split) -> None:
    baseline = EASE(max_items=10)
    signal = baseline.fit(split)
    assert baseline.label == "EASE, at most 10 items"
    assert signal.known.tolist() == [True] * 10 + [False] * 16
    scores = signal.affinity(EVERY)
    assert np.isfinite(scores[:10, :10]).all()
    assert (scores[10:] == -np.inf).all()
    assert (scores[:, 10:] == -np.inf).all()


@pytest.mark.parametrize(
    ("precision", "reg", "remedy"),
    [
        ("float64", 1e-300, "raise reg"),
        ("float32", 1e-300, "raise reg, or set precision = 'float64'"),
        ("float32", 1e200, "lower reg, or set precision = 'float64'"),
    ],
)
def test_a_matrix_without_an_inverse_is_said_to_have_none(precision: str, reg: float, remedy: str) -> None:
    gram = np.ones((3, 3), precision, order="F")
    with np.errstate(over="ignore"):
        gram[np.diag_indices(3)] += reg
    with pytest.raises(ConfigError, match="cannot be inverted") as error:
        _weights(gram, reg)
    assert error.value.remedy == remedy


def test_more_items_than_memory_holds_are_refused(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr(ease, "_common_listeners", full)
    with pytest.raises(ConfigError, match="25 items do not fit in memory") as error:
        EASE().fit(split)
    assert error.value.remedy == "lower max_items"


def test_no_item_has_a_listener(capfd: pytest.CaptureFixture[str]) -> None:
    assert _weights(np.empty((0, 0), order="F"), reg=3.0).shape == (0, 0)
    assert capfd.readouterr() == ("", "")  # LAPACK complains of an empty matrix

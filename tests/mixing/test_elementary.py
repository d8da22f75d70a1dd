"""Logarithms and exponentials: close to exact, and the same bits in kernels and in NumPy."""

from __future__ import annotations

import numpy as np

from tigertail.mixing.elementary import exp, exp_in_place, log, log_in_place

ABOVE_0 = np.concatenate([[1.0], np.geomspace(1.2e-38, 1, 5000), np.geomspace(1 + 1e-6, 1e30, 5000)]).astype(
    np.float32
)
UP_TO_88 = np.concatenate([[0.0, -np.inf, -90.0], np.linspace(-87, 88, 5000)]).astype(np.float32)


def test_the_logarithm_is_exact_to_two_units_in_the_last_place() -> None:
    np.testing.assert_allclose(log(ABOVE_0), np.log(ABOVE_0.astype(np.float64)), rtol=2.4e-7, atol=0)
    assert log(ABOVE_0)[0] == 0


def test_the_exponential_is_exact_to_two_units_in_the_last_place() -> None:
    exact = np.exp(UP_TO_88.astype(np.float64))
    np.testing.assert_allclose(exp(UP_TO_88)[3:], exact[3:], rtol=2.4e-7)
    assert exp(UP_TO_88)[:3].tolist() == [1, 0, 0]


def test_kernels_give_the_same_bits() -> None:
    values, scratch = ABOVE_0.copy(), np.empty_like(ABOVE_0)
    log_in_place(values, values.view(np.int32), scratch, len(values))
    assert values.tobytes() == log(ABOVE_0).tobytes()
    values, scratch = UP_TO_88.copy(), np.empty_like(UP_TO_88)
    exp_in_place(values, scratch, scratch.view(np.int32), len(values))
    assert values.tobytes() == exp(UP_TO_88).tobytes()

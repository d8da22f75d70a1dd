"""Products of large matrices, a block of rows at a time."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.simulation import numerics
from tigertail.simulation.numerics import product, row_blocks


def test_blocks_cover_every_row_once_and_none_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numerics, "BLOCK_CELLS", 12)
    assert row_blocks(7, 4) == [slice(0, 3), slice(3, 6), slice(6, 7)]
    assert row_blocks(2, 100) == [slice(0, 1), slice(1, 2)]


def test_a_product_is_that_of_matrices() -> None:
    np.testing.assert_array_equal(product(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])), [[11.0]])

"""Confidences against numbers worked out by hand."""

import numpy as np
import pytest

from tigertail.factorization.confidence import ConfidenceConfig, confidence
from tigertail.sparse import CSR

# The first listener has 4 plays, the second 8: 6 on average.
PLAYS = CSR.from_coo([0, 0, 1], [0, 1, 0], [1, 3, 8], shape=(2, 2))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"transform": "binary"}, [1, 1, 1]),
        ({"transform": "linear", "gain": 2}, [3, 7, 17]),
        ({"transform": "log", "gain": 2}, [1 + 2 * np.log(2), 1 + 2 * np.log(4), 1 + 2 * np.log(9)]),
        ({"transform": "log", "gain": 1, "scale": 0.5}, [1 + np.log(3), 1 + np.log(7), 1 + np.log(17)]),
        ({"transform": "log", "gain": 0}, [1, 1, 1]),
        # Without discount: 1 + r (k1 + 1) / (r + k1).
        ({"transform": "bm25", "gain": 1, "k1": 1, "b": 0}, [1 + 2 / 2, 1 + 6 / 4, 1 + 16 / 9]),
        # With it k1 becomes k1 * 4 / 6 and k1 * 8 / 6.
        (
            {"transform": "bm25", "gain": 1, "k1": 3, "b": 1},
            [1 + 1 * 4 / (1 + 2), 1 + 3 * 4 / (3 + 2), 1 + 8 * 4 / (8 + 4)],
        ),
    ],
)
def test_transforms(settings: dict[str, object], expected: list[float]) -> None:
    found = confidence(PLAYS, ConfidenceConfig.model_validate(settings))
    np.testing.assert_allclose(found.data, expected, rtol=1e-6)
    assert found.data.dtype == np.float32
    assert (found.indices == PLAYS.indices).all()


def test_a_matrix_without_entries_stays_one() -> None:
    empty = CSR.from_coo([], [], [], (2, 3))
    assert confidence(empty, ConfidenceConfig(transform="bm25")).nnz == 0

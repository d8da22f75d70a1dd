"""Blocks of whole units: the same vectors and the same sums as of all rows together."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.factorization import kernels, units
from tigertail.factorization.units import GramSum, block_bounds, gram_sum, initial_vectors, rotated_rows

ROWS = 5 * kernels.UNIT + 100


@pytest.fixture
def vectors() -> NDArray[np.float32]:
    return np.random.default_rng(0).normal(0, 1, (ROWS, 16)).astype(np.float32)


def test_blocks_are_whole_units_of_about_equal_work() -> None:
    heavy = np.where(np.arange(ROWS) < kernels.UNIT, 100, 1)  # the first unit has most of the entries
    entries = np.append(0, np.cumsum(heavy))
    assert block_bounds(entries, 2).tolist() == [0, kernels.UNIT, ROWS]
    assert block_bounds(np.arange(ROWS + 1), 3).tolist() == [0, 2 * kernels.UNIT, 3 * kernels.UNIT, ROWS]
    assert block_bounds(np.arange(11), 4).tolist() == [0, 10]


def test_initial_vectors_of_a_block_are_those_of_its_rows() -> None:
    whole = initial_vectors(0, ROWS, 5, 0.1, 7)
    first = 2 * kernels.UNIT
    assert (initial_vectors(first, ROWS - first, 5, 0.1, 7) == whole[first:]).all()
    assert np.linalg.norm(whole, axis=1).mean() == pytest.approx(0.1, rel=0.1)
    assert (initial_vectors(0, ROWS, 5, 0.1, 8) != whole).any()


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("units_per_span", [1, 2, 256])
def test_gram_matrices_of_blocks_add_up_to_the_bits_of_all(
    vectors: NDArray[np.float32], units_per_span: int, grouped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "UNITS_PER_SPAN", units_per_span)
    member = (np.arange(ROWS) % 3).astype(np.int32) if grouped else None
    groups = 3 if grouped else 1
    whole = gram_sum(vectors, member, groups).total(16)
    for cuts in ([0, 1, 5], [0, 3, 4], [0, 2, 4]):
        bounds = [cut * kernels.UNIT for cut in cuts] + [ROWS]
        total = GramSum(groups)
        for first, end in reversed(list(itertools.pairwise(bounds))):
            own = None if member is None else member[first:end]
            total.add(gram_sum(vectors[first:end], own, groups, first=first, last=end == ROWS))
        assert total.total(16).tobytes() == whole.tobytes()
    of = [vectors if member is None else vectors[member == group] for group in range(groups)]
    for found, rows in zip(whole, of, strict=True):
        np.testing.assert_allclose(found, rows.astype(np.float64).T @ rows, rtol=1e-4, atol=0.1)


def test_a_block_with_all_units_of_a_sum_sends_one_matrix(
    vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "UNITS_PER_SPAN", 2)
    found = gram_sum(vectors[kernels.UNIT :], first=kernels.UNIT)
    assert sorted(found.spans) == [(0, 1), (0, 2)]
    assert sorted(found.units) == [(0, 0, 1)]


def test_rows_that_are_turned_alone_have_the_bits_of_their_block(vectors: NDArray[np.float32]) -> None:
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(16, 16)))[0].astype(np.float32)
    some = np.array([3, 400, 401, ROWS - 1])
    alone = rotated_rows(vectors, some, rotation)
    assert alone.tobytes() == rotated_rows(vectors, np.arange(ROWS), rotation)[some].tobytes()
    np.testing.assert_allclose(alone, vectors[some] @ rotation, atol=1e-5)

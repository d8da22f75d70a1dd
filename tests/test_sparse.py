import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tigertail import kernels
from tigertail.sparse import CSR


def dense(matrix: CSR) -> NDArray[np.float32]:
    full = np.zeros(matrix.shape, np.float32)
    full[matrix.entry_rows(), matrix.indices] = matrix.data
    return full


@st.composite
def matrices(draw: st.DrawFn) -> tuple[NDArray[np.float32], CSR]:
    """Draw a dense matrix, and the same matrix built of its entries in some other order."""
    rows, columns = draw(st.integers(0, 6)), draw(st.integers(0, 6))
    cells = draw(st.lists(st.integers(0, 4), min_size=rows * columns, max_size=rows * columns))
    full = np.array(cells, np.float32).reshape(rows, columns)
    entries = draw(st.permutations(np.argwhere(full).tolist()))
    at = np.array(entries, np.int64).reshape(-1, 2)
    return full, CSR.from_coo(at[:, 0], at[:, 1], full[at[:, 0], at[:, 1]], full.shape)


@given(matrices())
def test_triplets_in_any_order_make_the_matrix(drawn: tuple[NDArray[np.float32], CSR]) -> None:
    full, matrix = drawn
    assert matrix.shape == full.shape
    assert matrix.nnz == np.count_nonzero(full)
    assert (dense(matrix) == full).all()
    assert all((np.diff(matrix.row(row)[0]) > 0).all() for row in range(matrix.shape[0]))


@given(matrices())
def test_turned_over_it_is_the_transpose(drawn: tuple[NDArray[np.float32], CSR]) -> None:
    full, matrix = drawn
    assert (dense(matrix.transpose()) == full.T).all()
    assert (dense(matrix.transpose().transpose()) == full).all()


@given(matrices())
def test_numpy_turns_over_as_the_compiled_kernel_does(drawn: tuple[NDArray[np.float32], CSR]) -> None:
    _, matrix = drawn
    expected = matrix.transpose()
    with kernels.backend("numpy"):
        again = matrix.transpose()
    for part in ("indptr", "indices", "data"):
        mine, theirs = getattr(again, part), getattr(expected, part)
        assert mine.dtype == theirs.dtype
        assert mine.tobytes() == theirs.tobytes()


@given(matrices(), st.data())
def test_rows_are_selected_in_the_order_asked(
    drawn: tuple[NDArray[np.float32], CSR], data: st.DataObject
) -> None:
    full, matrix = drawn
    some = st.lists(st.integers(0, len(full) - 1)) if len(full) else st.just([])
    rows = np.array(data.draw(some), np.int64)
    assert (dense(matrix.select_rows(rows)) == full[rows]).all()


def test_types_are_narrow_but_for_the_offsets() -> None:
    matrix = CSR.from_coo([1, 0], [2, 0], [5.0, 1.0], (2, 3))
    assert (matrix.indptr.dtype, matrix.indices.dtype, matrix.data.dtype) == (
        np.int64,
        np.int32,
        np.float32,
    )
    assert matrix.with_data(np.array([2.0, 3.0])).data.dtype == np.float32


@pytest.mark.parametrize(("row", "column"), [(2, 0), (0, 3), (-1, 0), (0, -1), (2**32, 0), (0, 2**31)])
def test_an_entry_outside_is_refused(row: int, column: int) -> None:
    with pytest.raises(ValueError, match="outside the matrix of 2 x 3"):
        CSR.from_coo(np.array([row]), np.array([column]), [1], (2, 3))


@pytest.mark.parametrize(("columns", "values"), [([0], [1, 1]), ([0, 1], [1]), ([0, 1], [1, 1, 1])])
def test_triplets_that_are_not_as_many_are_refused(columns: list[int], values: list[float]) -> None:
    with pytest.raises(ValueError, match=f"2 rows, {len(columns)} columns and {len(values)} values"):
        CSR.from_coo([0, 1], columns, values, (2, 3))


def test_scipy_shares_the_values() -> None:
    matrix = CSR.from_coo([0, 1], [2, 0], [5, 1], (2, 3))
    assert np.shares_memory(matrix.to_scipy().data, matrix.data)


def test_some_rows_are_views() -> None:
    matrix = CSR.from_coo([0, 1, 1, 3], [2, 0, 2, 1], [5, 1, 3, 7], shape=(4, 3))
    some = matrix.rows(slice(1, 3))
    assert some.shape == (2, 3)
    assert [some.row(row)[0].tolist() for row in range(2)] == [[0, 2], []]
    assert np.shares_memory(some.data, matrix.data)

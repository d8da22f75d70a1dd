import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from tigertail import kernels
from tigertail.ranking.topk import keep_best, put_largest, top_k

Scores = NDArray[np.float32]

# Few values, so that most rows hold ties and columns that are not to be listed.
TIED = npst.arrays(
    np.float32,
    npst.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=12),
    elements=st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0]),
)


def sorted_plainly(scores: Scores, k: int, exclude: NDArray[np.int32] | None = None) -> list[list[int]]:
    rows = []
    for number, row in enumerate(scores):
        listed = [
            column
            for column, score in enumerate(row)
            if score > -np.inf and (exclude is None or column != exclude[number])
        ]
        rows.append(sorted(listed, key=lambda column, row=row: (-row[column], column))[:k])  # type: ignore[misc]
    return rows


def listed(columns: NDArray[np.int32]) -> list[list[int]]:
    return [row[row >= 0].tolist() for row in columns]


@given(TIED, st.integers(0, 15))
def test_ties_go_to_the_smaller_column(scores: Scores, k: int) -> None:
    columns, found = top_k(scores, k)
    assert columns.shape == found.shape == (len(scores), min(k, scores.shape[1]))
    assert listed(columns) == sorted_plainly(scores, k)
    for row, (its_columns, its_scores) in enumerate(zip(columns, found, strict=True)):
        known = its_columns >= 0
        assert (its_scores[known] == scores[row, its_columns[known]]).all()
        assert (its_scores[~known] == -np.inf).all()


@given(TIED, st.integers(0, 5), st.data())
def test_the_excluded_column_is_left_out(scores: Scores, k: int, data: st.DataObject) -> None:
    left_out = npst.arrays(np.int32, len(scores), elements=st.integers(-1, scores.shape[1]))
    exclude = data.draw(left_out)
    assert listed(top_k(scores, k, exclude)[0]) == sorted_plainly(scores, k, exclude)


@pytest.mark.parametrize("k", [1, 10, 999, 1000])
def test_long_rows_of_random_scores(k: int) -> None:
    scores = np.random.default_rng(k).normal(size=(5, 1000)).astype(np.float32)
    assert listed(top_k(scores, k)[0]) == sorted_plainly(scores, k)


def test_scores_of_any_layout_are_read() -> None:
    one = np.array([3, 1, 2], np.float32)
    assert top_k(np.broadcast_to(one, (2, 3)), 2)[0].tolist() == [[0, 2], [0, 2]]
    assert top_k(np.array([[3, 1], [1, 2]], np.float32).T, 1)[0].tolist() == [[0], [1]]


@given(TIED.filter(len), st.integers(0, 15), st.data())
def test_numpy_lists_one_row_as_the_compiled_kernel_does(scores: Scores, k: int, data: st.DataObject) -> None:
    exclude = np.array([data.draw(st.integers(-1, max(0, scores.shape[1] - 1)))], np.int32)
    expected = top_k(scores[:1], k, exclude)
    with kernels.backend("numpy"):
        again = top_k(scores[:1], k, exclude)
    for mine, compiled_ones in zip(again, expected, strict=True):
        assert mine.tobytes() == compiled_ones.tobytes()


@given(TIED.filter(lambda scores: len(scores) > 0 and scores.shape[1] > 1), st.data())
def test_the_best_of_some_entries_are_moved_to_the_front(scores: Scores, data: st.DataObject) -> None:
    entries = scores[0].copy()
    codes = np.arange(len(entries), dtype=np.int32)
    size = data.draw(st.integers(2, len(entries)))
    k = data.draw(st.integers(1, size - 1))
    expected = sorted(range(size), key=lambda code: (-scores[0, code], code))[:k]
    keep_best(entries, codes, size, k)
    assert sorted(codes[:k].tolist()) == sorted(expected)
    assert codes[k - 1] == expected[-1]
    assert entries[:k].tolist() == scores[0, codes[:k]].tolist()


@given(
    npst.arrays(np.float32, st.integers(1, 700), elements=st.sampled_from([1e-30, 0.5, 0.501, 2.0, 1e30])),
    st.data(),
)
def test_the_largest_of_some_scores_are_put_apart(scores: Scores, data: st.DataObject) -> None:
    found = np.full(data.draw(st.integers(1, len(scores))), -1, np.int32)
    codes = np.arange(len(scores), dtype=np.int32)[::-1].copy()
    put_largest(scores, codes, found)
    best_first = codes[np.lexsort((codes, -scores))]
    assert sorted(found.tolist()) == sorted(best_first[: len(found)].tolist()), "of equals the smaller code"

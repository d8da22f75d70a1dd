"""Head, mid, tail and cold."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.dataset.strata import COLD, HEAD, MID, TAIL, Stratum, strata


@pytest.mark.parametrize(
    ("listeners", "expected"),
    [
        ([5, 3, 2], [HEAD, MID, TAIL]),
        ([2, 3, 5], [TAIL, MID, HEAD]),
        ([5, 3, 2, 0], [HEAD, MID, TAIL, COLD]),
        ([51, 49], [HEAD, MID]),
        ([49, 31, 20], [HEAD, HEAD, TAIL]),
        ([7], [HEAD]),
        ([0, 0], [COLD, COLD]),
        ([], []),
    ],
)
def test_items_are_taken_from_the_most_popular_down(listeners: list[int], expected: list[Stratum]) -> None:
    assert strata(np.array(listeners, dtype=np.int64)).tolist() == expected


def test_items_of_as_many_listeners_are_in_one_stratum_whatever_their_order() -> None:
    assert strata(np.array([1, 5, 1, 1, 2])).tolist() == [TAIL, HEAD, TAIL, TAIL, MID]
    assert strata(np.ones(10, dtype=np.int64)).tolist() == [TAIL] * 10


def test_counts_may_pass_32_bits() -> None:
    assert strata(np.array([6, 3, 1], dtype=np.int64) * 10**15).tolist() == [HEAD, MID, TAIL]


def test_strata_have_names_to_print() -> None:
    assert [stratum.label for stratum in Stratum] == ["head", "mid", "tail", "cold"]

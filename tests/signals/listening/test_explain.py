from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigertail import kernels
from tigertail.signals.listening.explain import common_by_group, shared_listeners
from tigertail.signals.listening.kernels import PlayGraph
from tigertail.sparse import CSR

KEYS = ("CH-fr", "DE", "NL", "cluster-3")


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([0, 5, 5, 0, 0], "10 listeners in common, in Germany and the Netherlands"),
        ([5, 0, 0, 0, 0], "5 listeners in common, all in Switzerland (French)"),
        ([0, 0, 2, 9, 3], "14 listeners in common, most in cluster 3"),
        ([3, 3, 3, 3, 0], "12 listeners in common"),
        ([0, 0, 0, 0, 7], "7 listeners in common"),
        ([0, 0, 0, 0, 0], ""),
    ],
)
def test_as_few_groups_are_named_as_hold_most(counts: list[int], words: str) -> None:
    evidence, other = shared_listeners(np.array([counts, [9, 0, 0, 0, 0]]), KEYS)
    assert evidence.words == words
    assert other.words == "9 listeners in common, all in Switzerland (French)"


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([0, 1, 0, 0, 0], "1 listener in common"),
        ([0, 4, 0, 0, 0], "4 listeners in common"),
        ([0, 5, 4, 0, 0], "9 listeners in common, most in Germany"),
        ([0, 5, 4, 0, 1], "10 listeners in common"),
    ],
)
def test_a_group_with_few_of_them_is_not_named(counts: list[int], words: str) -> None:
    [evidence] = shared_listeners(np.array([counts]), KEYS)
    assert evidence.words == words


def test_where_nobody_has_a_group_none_is_named() -> None:
    [evidence] = shared_listeners(np.array([[4]]), ())
    assert evidence.words == "4 listeners in common"


def test_of_one_group_it_is_named_or_not() -> None:
    told = shared_listeners(np.array([[5, 0], [5, 5], [6, 5]]), ("PL",))
    assert [evidence.words for evidence in told] == [
        "5 listeners in common, all in Poland",
        "10 listeners in common",
        "11 listeners in common, most in Poland",
    ]


def graph_of(plays: CSR, starts: list[int]) -> PlayGraph:
    listeners = plays.shape[0]
    return PlayGraph.of(
        plays, np.array(starts), np.ones(listeners, np.float32), np.zeros(listeners, np.int32)
    )


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_common_listeners_are_counted_in_their_groups(backend: kernels.Backend) -> None:
    # Listeners 0 and 1 are of the first group, 2 of the second, which is followed by an empty one and 3 of none.
    heard = CSR.from_coo([0, 0, 1, 2, 2, 3, 0, 2, 3], [0, 1, 1, 1, 2, 2, 4, 4, 4], np.ones(9), (4, 5))
    graph = graph_of(heard, [0, 2, 3, 3, 4])
    items = np.array([2, 1, 3, 1], np.int32)
    with kernels.backend(backend):
        counts = common_by_group(graph, 4, 4, items)
        nobody = common_by_group(graph, 4, 3, items)
    assert counts.tolist() == [[0, 1, 0, 1], [1, 1, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0]]
    assert not nobody.any()


@given(st.lists(st.lists(st.booleans(), min_size=60, max_size=60), min_size=3, max_size=3))
def test_stars_and_rarities_are_counted_as_sets_would_be(heard: list[list[bool]]) -> None:
    plays = np.array(heard).T
    graph = graph_of(CSR.from_coo(*np.nonzero(plays), np.ones(plays.sum()), (60, 3)), [0, 20, 50, 60])
    counts = common_by_group(graph, 3, 0, np.arange(3, dtype=np.int32))
    for item in range(3):
        both = plays[:, 0] & plays[:, item]
        assert counts[item].tolist() == [both[:20].sum(), both[20:50].sum(), both[50:].sum()]

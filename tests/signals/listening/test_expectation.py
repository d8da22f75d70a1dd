"""What the factors expect of pairs, where two queries and three items are so few that it can be seen."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tigertail.signals.listening.expectation import expected_at
from tigertail.signals.listening.kernels import GroupVectors
from tigertail.threads import limited

WORLD = np.array([[1, 0], [0, 1], [1, 1]], np.float32)
OWN = np.array([[0, 2]], np.float32)
VECTORS = GroupVectors.of(WORLD, np.array([0, 1]), np.array([1], np.int32), OWN)
"""Item 1 is at (0, 1) in the world, and at (0, 2) in the one group."""
ASKING = np.array([[1, 1], [2, 0]], np.float32)
OF_GROUP = np.array([[[0, 3]], [[0, 0]]], np.float32)
ACTIVE = np.array([[True], [False]])
"""The first query asks the group too, with (0, 3)."""
STARTS = np.array([0, 3, 5])
ITEMS = np.array([0, 1, 2, 1, 2], np.int32)
NONE_KNOWN = np.full(3, -1, np.int32)
NO_PRODUCTS = np.empty((2, 0), np.float32)


def test_the_world_is_asked_and_where_a_group_has_its_own_vector_the_difference() -> None:
    scores = np.zeros(5, np.float32)
    expected_at(ASKING, OF_GROUP, ACTIVE, VECTORS, STARTS, ITEMS, NONE_KNOWN, NO_PRODUCTS, scores)
    of_item_1 = (1 * 0 + 1 * 1) + 3 * (2 - 1)
    assert scores.tolist() == [1, of_item_1, 2, 0, 2]


def test_it_is_added_to_what_pairs_have() -> None:
    scores = np.arange(5, dtype=np.float32)
    expected_at(ASKING, OF_GROUP, ACTIVE, VECTORS, STARTS, ITEMS, NONE_KNOWN, NO_PRODUCTS, scores)
    assert scores.tolist() == [1, 5, 4, 3, 6]


def test_what_is_known_is_not_worked_out_again() -> None:
    scores = np.zeros(5, np.float32)
    place_of = np.array([-1, 0, -1], np.int32)
    products = np.array([[10], [20]], np.float32)
    expected_at(ASKING, OF_GROUP, ACTIVE, VECTORS, STARTS, ITEMS, place_of, products, scores)
    assert scores.tolist() == [1, 10, 2, 20, 2]


@pytest.mark.parametrize("threads", [1, 2])
def test_queries_that_share_what_is_read_get_what_each_gets_alone(threads: int) -> None:
    rng = np.random.default_rng(0)
    world = rng.normal(size=(50, 8)).astype(np.float32)
    there = [np.flatnonzero(rng.random(50) < 0.5).astype(np.int32) for _ in range(3)]
    local_starts = np.cumsum([0, *map(len, there)])
    local_items = np.concatenate(there)
    own_vectors = rng.normal(size=(len(local_items), 8)).astype(np.float32)
    vectors = GroupVectors.of(world, local_starts, local_items, own_vectors)
    queries = 300
    asking, own = (rng.normal(size=shape).astype(np.float32) for shape in ((queries, 8), (queries, 3, 8)))
    active = rng.random((queries, 3)) < 0.5
    own[~active] = 0
    items = np.tile(np.arange(0, 50, 2, dtype=np.int32), queries)
    starts = np.arange(queries + 1) * 25
    place_of, products = np.full(50, -1, np.int32), np.empty((queries, 0), np.float32)
    scores = np.zeros(len(items), np.float32)
    with limited(threads):
        expected_at(asking, own, active, vectors, starts, items, place_of, products, scores)
    for row in range(queries):
        local = world[None].repeat(3, axis=0)
        for group, (first, last) in enumerate(pairwise(local_starts)):
            local[group, local_items[first:last]] = own_vectors[first:last]
        expected = world @ asking[row] + sum((local[group] - world) @ own[row, group] for group in range(3))
        np.testing.assert_allclose(scores[starts[row] : starts[row + 1]], expected[::2], rtol=1e-4, atol=1e-5)

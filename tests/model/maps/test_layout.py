"""Items in the plane."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tigertail.errors import TigertailError
from tigertail.model.maps.layout import align, centre, layout, neighbour_graph, scale

NOWHERE = np.float32(np.nan)


def lists(*rows: tuple[int, list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Write lists, each a query and what follows it, as three columns."""
    flat = [(query, item, rank) for query, items in rows for rank, item in enumerate(items, 1)]
    return tuple(np.array(column, np.int32) for column in zip(*flat, strict=True))  # type: ignore[return-value]


def test_edges_go_both_ways_and_weaken_with_rank() -> None:
    graph = neighbour_graph(*lists((0, [1, 2])), n=4).toarray()
    np.testing.assert_array_equal(graph, graph.T)
    assert graph[0, 1] > graph[0, 2] > 0
    assert not graph[3].any()


def test_two_that_list_each_other_have_a_stronger_edge() -> None:
    graph = neighbour_graph(*lists((0, [9, 1]), (1, [9, 0]), (2, [9, 3]), (3, [8, 9])), n=10).toarray()
    assert graph[0, 1] > graph[2, 3]


def test_the_edges_of_an_item_listed_by_many_are_weaker() -> None:
    graph = neighbour_graph(*lists((0, [1]), *((query, [2]) for query in range(3, 9))), n=9).toarray()
    assert graph[0, 1] > graph[3, 2]


def two_scenes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two scenes of ten who list one another and nobody else; item 20 lists nobody."""
    scenes = (range(10), range(10, 20))
    return lists(*((one, [other for other in scene if other != one]) for scene in scenes for one in scene))


def test_scenes_that_never_meet_lie_apart() -> None:
    init = np.random.default_rng(0).normal(size=(21, 2)).astype(np.float32)
    positions = layout(neighbour_graph(*two_scenes(), n=21), init, seed=0)
    assert positions.dtype == np.float32
    assert np.isnan(positions[20]).all()
    north, south = positions[:10], positions[10:20]
    apart = np.linalg.norm(north.mean(axis=0) - south.mean(axis=0))
    assert apart > 2 * max(north.std(), south.std())


def test_a_seed_determines_every_position() -> None:
    init = np.full((21, 2), NOWHERE)
    graph = neighbour_graph(*two_scenes(), n=21)
    np.testing.assert_array_equal(layout(graph, init, 1), layout(graph, init, 1))
    assert (layout(graph, init, 1) != layout(graph, init, 2)).any()


def test_without_an_edge_nothing_has_a_position() -> None:
    none = np.empty(0, np.int32)
    assert np.isnan(layout(neighbour_graph(none, none, none, 3), np.zeros((3, 2), np.float32), 0)).all()


def test_a_map_is_turned_and_mirrored_to_lie_on_another() -> None:
    target = centre(np.array([[0, 0], [3, 0], [0, 1], [5, 2], [NOWHERE, NOWHERE]], np.float32))
    turned = target[:, ::-1] * np.float32([-1, 1])
    np.testing.assert_allclose(align(turned, target)[:4], target[:4], atol=1e-6)


def test_the_farthest_coordinate_becomes_one() -> None:
    positions = np.array([[1, -4], [2, 0], [NOWHERE, NOWHERE]], np.float32)
    np.testing.assert_array_equal(scale(positions)[:2], [[0.25, -1], [0.5, 0]])


def test_who_has_not_what_draws_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(TigertailError, match=r"pip install 'tigertail\[map\]'"):
        layout(neighbour_graph(*two_scenes(), n=21), np.zeros((21, 2), np.float32), 0)

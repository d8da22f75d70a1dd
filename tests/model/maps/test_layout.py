"""Items in the plane."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tigertail.errors import TigertailError
from tigertail.model.maps.layout import aligned, centred, layout, links, scaled

NOWHERE = np.float32(np.nan)


def lists(*rows: tuple[int, list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Write lists, each a query and what follows it, as three columns."""
    flat = [(query, item, rank) for query, items in rows for rank, item in enumerate(items, 1)]
    return tuple(np.array(column, np.int32) for column in zip(*flat, strict=True))  # type: ignore[return-value]


def test_links_go_both_ways_and_weaken_with_rank() -> None:
    held = links(*lists((0, [1, 2])), n=4).toarray()
    np.testing.assert_array_equal(held, held.T)
    assert held[0, 1] > held[0, 2] > 0
    assert not held[3].any()


def test_those_who_list_each_other_hold_stronger_than_one_alone() -> None:
    held = links(*lists((0, [9, 1]), (1, [9, 0]), (2, [9, 3]), (3, [8, 9])), n=10).toarray()
    assert held[0, 1] > held[2, 3]


def test_an_item_listed_by_many_is_held_by_each_less() -> None:
    held = links(*lists((0, [1]), *((query, [2]) for query in range(3, 9))), n=9).toarray()
    assert held[0, 1] > held[3, 2]


def two_scenes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two scenes of ten who list one another and nobody else; item 20 lists nobody."""
    scenes = (range(10), range(10, 20))
    return lists(*((one, [other for other in scene if other != one]) for scene in scenes for one in scene))


def test_scenes_that_never_meet_lie_apart() -> None:
    start = np.random.default_rng(0).normal(size=(21, 2)).astype(np.float32)
    places = layout(links(*two_scenes(), n=21), start, seed=0)
    assert places.dtype == np.float32
    assert np.isnan(places[20]).all()
    north, south = places[:10], places[10:20]
    apart = np.linalg.norm(north.mean(axis=0) - south.mean(axis=0))
    assert apart > 2 * max(north.std(), south.std())


def test_a_seed_settles_every_place() -> None:
    start = np.full((21, 2), NOWHERE)
    held = links(*two_scenes(), n=21)
    np.testing.assert_array_equal(layout(held, start, 1), layout(held, start, 1))
    assert (layout(held, start, 1) != layout(held, start, 2)).any()


def test_without_a_link_nothing_has_a_place() -> None:
    none = np.empty(0, np.int32)
    assert np.isnan(layout(links(none, none, none, 3), np.zeros((3, 2), np.float32), 0)).all()


def test_a_map_is_turned_and_mirrored_to_lie_on_another() -> None:
    to = centred(np.array([[0, 0], [3, 0], [0, 1], [5, 2], [NOWHERE, NOWHERE]], np.float32))
    turned = to[:, ::-1] * np.float32([-1, 1])
    np.testing.assert_allclose(aligned(turned, to)[:4], to[:4], atol=1e-6)


def test_the_farthest_coordinate_becomes_one() -> None:
    places = np.array([[1, -4], [2, 0], [NOWHERE, NOWHERE]], np.float32)
    np.testing.assert_array_equal(scaled(places)[:2], [[0.25, -1], [0.5, 0]])


def test_who_has_not_what_draws_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(TigertailError, match=r"pip install 'tigertail\[map\]'"):
        layout(links(*two_scenes(), n=21), np.zeros((21, 2), np.float32), 0)

"""A fitted world of two tastes gets a new item and a new listener."""

from __future__ import annotations

import numpy as np

from tigertail.factorization.config import ALSConfig
from tigertail.factorization.refit import partial_refit
from tigertail.sparse import CSR

CONFIG = ALSConfig(factors=2, iterations=1, reg=0.03, nu=1, alpha0=0.02)
VECTORS = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], np.float32)
"""Of the items that stand for each taste, and of an item that is new."""
PLAYS = CSR.from_coo([0, 0, 1, 2], [0, 2, 0, 1], [1.0] * 4, shape=(3, 3))
"""Listener 0 plays the first item and the new one, 1 the first, 2 the second."""


def test_a_new_item_is_near_what_its_listeners_play() -> None:
    items = partial_refit(PLAYS, VECTORS, np.array([False, False, True]), CONFIG).items
    assert items[2] @ VECTORS[0] > 0.3
    assert abs(items[2] @ VECTORS[1]) < 0.05


def test_items_that_gained_no_listener_keep_their_vectors_and_the_input_stays() -> None:
    before = VECTORS.copy()
    items = partial_refit(PLAYS, VECTORS, np.array([False, False, True]), CONFIG).items
    assert (items[:2] == before[:2]).all()
    assert (before == VECTORS).all()


def test_all_listeners_are_solved() -> None:
    listeners = partial_refit(PLAYS, VECTORS, np.zeros(3, np.bool_), CONFIG).listeners
    assert (listeners @ VECTORS[:2].T).argmax(axis=1).tolist() == [0, 0, 1]

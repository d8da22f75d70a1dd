"""Fitting the item vectors of groups, as a ridge towards the global ones: here or by any :class:`GroupSolver`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization import Factors, ridge_towards
from tigertail.sparse import CSR
from tigertail.threads import limited

ALONE: Final = 200_000
"""A group with fewer entries, of items that get a vector, is fitted with one thread: more are not worth their start."""


@dataclass(frozen=True)
class Ridge:
    """Settings that all groups share.

    Parameters
    ----------
    min_listeners
        Listeners that an item must have in a group to get a vector there.
    alpha0
        Weight of an unobserved pair.
    penalty
        lambda: how much a vector is held where the global one is.
    """

    min_listeners: int
    alpha0: float
    penalty: float


@dataclass(frozen=True, eq=False)
class LocalModel:
    """What a group's fit found.

    Parameters
    ----------
    known
        The items that have a vector, rising; int32, (known,).
    vectors
        Their vectors; float32, (known, factors).
    """

    known: NDArray[np.int32]
    vectors: NDArray[np.float32]


class GroupSolver(Protocol):
    """What fits the local models: :func:`fit_groups`, or what does the same on Spark (``tigertail.spark.local``)."""

    def __call__(
        self,
        weights: CSR,
        factors: Factors,
        groups: Sequence[NDArray[np.int64]],
        ridge: Ridge,
        *,
        threads: int | None = None,
        after_group: Callable[[int], None] = ...,
    ) -> list[LocalModel]:
        """Fit the item vectors of every group; see :func:`fit_groups`."""


def fit_groups(
    weights: CSR,
    factors: Factors,
    groups: Sequence[NDArray[np.int64]],
    ridge: Ridge,
    *,
    threads: int | None = None,
    after_group: Callable[[int], None] = lambda group: None,
) -> list[LocalModel]:
    """Fit the item vectors of every group, one after the other, so that memory holds one group's matrix at a time.

    An item that a listener of the group does not play is unobserved, whether or not their source offers it.

    Parameters
    ----------
    weights
        Confidences, listeners by items, that the factors were fitted to.
    factors
        The global vectors, of listeners and of items.
    groups
        The listeners of each group.
    ridge
        Settings.
    threads
        Threads to use; None means all that the caller has. A small group has one (:data:`ALONE`). The models are the
        same for any number.
    after_group
        Called with the place in ``groups`` of each that is done, in their order.
    """
    models = []
    for group, rows in enumerate(groups):
        own = weights.select_rows(rows)
        models.append(fit_group(own, factors.listeners[rows], factors.items, ridge, threads=threads))
        after_group(group)
    return models


def fit_group(
    weights: CSR,
    listeners: NDArray[np.float32],
    items: NDArray[np.float32],
    ridge: Ridge,
    *,
    threads: int | None = None,
) -> LocalModel:
    """Fit the item vectors of one group.

    Parameters
    ----------
    weights
        Confidences, the group's listeners by items.
    listeners
        Vectors of the group's listeners; float32, (listeners, factors).
    items
        The global vectors of all items; float32, (items, factors).
    ridge
        Settings.
    threads
        Threads to use; None means all that the caller has. A small group has one.
    """
    known, own = known_items(weights, ridge.min_listeners)
    with limited(1 if own.nnz < ALONE else threads):
        vectors = ridge_towards(own, listeners, items[known], alpha0=ridge.alpha0, penalty=ridge.penalty)
    return LocalModel(known, vectors)


def known_items(weights: CSR, min_listeners: int) -> tuple[NDArray[np.int32], CSR]:
    """Return the items with enough listeners in a group, rising, and all listeners' confidences of these, items first.

    Parameters
    ----------
    weights
        Confidences, the group's listeners by items.
    min_listeners
        How many are enough.
    """
    by_item = weights.transpose()
    known = np.flatnonzero(by_item.row_sizes >= min_listeners).astype(np.int32)
    return known, by_item.select_rows(known)

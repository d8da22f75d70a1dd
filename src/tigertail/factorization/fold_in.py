"""Fold-in: new listeners and items solved against the vectors that there are, without another fit."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization.als import ALSConfig, Factors
from tigertail.factorization.half_sweep import solve_against
from tigertail.factorization.observable import Observable
from tigertail.sparse import CSR

FIRST_STEPS: Final = 4  # conjugate-gradient steps of listeners, whose vectors start at 0
NEW_ITEM_SWEEPS: Final = 5  # sweeps of new items and their listeners
FINAL_SWEEPS: Final = 1  # sweeps of all listeners and all items to solve after that


def fold_in(
    weights: CSR,
    items: NDArray[np.float32],
    gained: NDArray[np.bool_],
    config: ALSConfig,
    observable: Observable | None = None,
) -> Factors:
    """Solve listeners against the item vectors that there are, then the items that gained listeners.

    New items have no vector yet, and one sweep leaves their vectors too short and too near the mean. Therefore
    new items and their listeners are solved against each other first, which costs little; then one sweep over
    all listeners and all items that gained one lets those vectors adapt. Other items keep theirs.

    Parameters
    ----------
    weights
        Confidences, all listeners by all items.
    items
        Item vectors, 0 for new items; float32, (items, factors).
    gained
        Items to solve; bool, (items,).
    config
        Settings of the solver for ``weights``.
    observable
        Pairs that could be observed, with all observed ones among them; None means all.
    """
    by_item = weights.transpose()
    fresh = np.flatnonzero(gained & ~items.any(axis=1))
    audience = np.unique(by_item.select_rows(fresh).indices)
    everyone = _Sweep(weights, by_item, np.arange(weights.shape[0]), np.flatnonzero(gained), observable)
    listeners, solved = np.zeros((weights.shape[0], items.shape[1]), np.float32), items.copy()
    everyone.improve(listeners, solved, config, steps=FIRST_STEPS)
    if len(fresh):
        affected = _Sweep(weights, by_item, audience, fresh, observable)
        for sweep in [affected] * NEW_ITEM_SWEEPS + [everyone] * FINAL_SWEEPS:
            sweep.improve(listeners, solved, config, steps=config.steps)
    return Factors(listeners, solved)


class _Sweep:
    """Some listeners solved, then some items, while the vectors of all others stay."""

    def __init__(
        self,
        weights: CSR,
        by_item: CSR,
        listeners: NDArray[np.integer],
        items: NDArray[np.integer],
        observable: Observable | None,
    ) -> None:
        self.listeners, self.items = listeners, items
        self.observable = observable and observable.select_rows(listeners)
        self.transposed = observable and observable.transpose().select_rows(items)
        self.by_listener, self.by_item = weights.select_rows(listeners), by_item.select_rows(items)

    def improve(
        self, x: NDArray[np.float32], y: NDArray[np.float32], config: ALSConfig, *, steps: int
    ) -> None:
        """Improve the vectors of listeners and items in place."""
        x[self.listeners] = solve_against(
            self.by_listener, y, x[self.listeners], config, observable=self.observable, steps=steps
        )
        y[self.items] = solve_against(
            self.by_item, x, y[self.items], config, observable=self.transposed, steps=config.steps
        )

"""Partial refit: all listeners and the items that gained one, solved from the vectors of a fit."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization.als import Factors
from tigertail.factorization.config import ALSConfig
from tigertail.factorization.folding_in import fold_in
from tigertail.factorization.observable import Observable
from tigertail.sparse import CSR

INITIAL_CG_STEPS: Final = 4
"""Of listeners in the first sweep, from 0: 95 % come within 3 % (``benchmarks/cg_steps.py``). Where items are new,
further sweeps follow; where none is, listeners stay at that."""
NEW_ITEM_SWEEPS: Final = 5  # of new items and their listeners
FINAL_SWEEPS: Final = 1  # of all listeners and all items to solve after that


def partial_refit(
    confidences: CSR,
    item_vectors: NDArray[np.float32],
    items_to_solve: NDArray[np.bool_],
    config: ALSConfig,
    observable: Observable | None = None,
) -> Factors:
    """Solve listeners against the existing item vectors, then the items that gained listeners.

    A fold-in in the narrow sense keeps the other side fixed. This is a partial refit from a warm start: new items have
    no vector yet, and one sweep leaves their vectors too short and too near the mean. Therefore, after a sweep over all
    listeners and all items that gained one, new items and their listeners alone are solved against each other, which
    costs little; one more sweep over all lets the other vectors adapt. Where no item is new, the first sweep is all.
    Items that gained no listener keep their vectors.

    Parameters
    ----------
    confidences
        Confidences, all listeners by all items.
    item_vectors
        Existing item vectors; float32, (items, factors). An item to solve is new if its vector is 0.
    items_to_solve
        Items that gained listeners; bool, (items,).
    config
        Settings of the solver for ``confidences``. The sweeps are those of this module, not its ``iterations``; its
        ``cg_steps`` count for all but the listeners in the first sweep.
    observable
        Pairs that could be observed, with all observed ones among them; None means all.

    Returns
    -------
    Factors
        Vectors of all listeners and all items. They are the same for any number of threads within
        :func:`tigertail.threads.limited`.
    """
    by_item = confidences.transpose()
    new_items = np.flatnonzero(items_to_solve & ~item_vectors.any(axis=1))
    listeners_of_new = np.unique(by_item.select_rows(new_items).indices)
    all_listeners = np.arange(confidences.shape[0])
    full_sweep = _Sweep(confidences, by_item, all_listeners, np.flatnonzero(items_to_solve), observable)
    x, y = np.zeros((confidences.shape[0], item_vectors.shape[1]), np.float32), item_vectors.copy()
    full_sweep.improve(x, y, config, listener_cg_steps=INITIAL_CG_STEPS)
    if len(new_items):
        new_items_sweep = _Sweep(confidences, by_item, listeners_of_new, new_items, observable)
        for sweep in [new_items_sweep] * NEW_ITEM_SWEEPS + [full_sweep] * FINAL_SWEEPS:
            sweep.improve(x, y, config, listener_cg_steps=config.cg_steps)
    return Factors(x, y)


class _Sweep:
    """Some listeners solved, then some items, while the vectors of all others stay."""

    def __init__(
        self,
        confidences: CSR,
        by_item: CSR,
        listeners: NDArray[np.integer],
        items: NDArray[np.integer],
        observable: Observable | None,
    ) -> None:
        self.listeners, self.items = listeners, items
        self.observable = observable and observable.select_rows(listeners)
        self.transposed = observable and observable.transpose().select_rows(items)
        self.by_listener, self.by_item = confidences.select_rows(listeners), by_item.select_rows(items)

    def improve(
        self, x: NDArray[np.float32], y: NDArray[np.float32], config: ALSConfig, *, listener_cg_steps: int
    ) -> None:
        """Improve the vectors of listeners (``x``) and items (``y``) in place."""
        x[self.listeners] = fold_in(
            self.by_listener,
            y,
            x[self.listeners],
            config,
            observable=self.observable,
            cg_steps=listener_cg_steps,
        )
        y[self.items] = fold_in(
            self.by_item, x, y[self.items], config, observable=self.transposed, cg_steps=config.cg_steps
        )

"""Local models on many machines: :func:`tigertail.signals.listening.solve.fit_groups`, a task for each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization import Factors
from tigertail.signals.listening.solve import LocalModel, Ridge, fit_group
from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.records import Entries, Local, Record, Vectors
from tigertail.spark.stages import Distributed
from tigertail.sparse import CSR

ITEMS: Final = "global-items"
GROUPS: Final = "groups"
MODELS: Final = "local-models"


class DistributedGroups(Distributed):
    """Fits local models on a cluster; called as :func:`tigertail.signals.listening.solve.fit_groups` is."""

    def __call__(
        self,
        weights: CSR,
        factors: Factors,
        groups: Sequence[NDArray[np.int64]],
        ridge: Ridge,
        *,
        threads: int | None = None,
        after_group: Callable[[int], None] = lambda group: None,
    ) -> list[LocalModel]:
        """Fit the item vectors of every group.

        Parameters
        ----------
        weights, factors, groups, ridge
            As in :func:`~tigertail.signals.listening.solve.fit_groups`.
        threads
            Not used: threads of a task are the cluster's affair.
        after_group
            Called with the place in ``groups`` of each that is read back here, once tasks have fitted all.
        """
        if not groups:
            return []
        parts = [
            weights.indptr,
            weights.indices,
            weights.data,
            weights.shape,
            factors.listeners,
            factors.items,
        ]
        stages = self.stages("local", asdict(ridge), *parts, *groups)
        stages.put(ITEMS, [[Vectors(factors.items)]])
        stages.put(GROUPS, (_group(weights, factors, rows) for rows in groups))
        stages.make(MODELS, partial(_fit, ridge=ridge, factors=factors.items.shape[1]), len(groups))
        models = []
        for group in range(len(groups)):
            (found,) = stages.kept.read(MODELS, Local, group)
            models.append(LocalModel(found.known, found.vectors.reshape(-1, factors.items.shape[1])))
            after_group(group)
        return models


def _group(weights: CSR, factors: Factors, rows: NDArray[np.int64]) -> Iterator[Record]:
    own = weights.select_rows(rows)
    yield Entries(own.indptr, own.indices, own.data)
    yield Vectors(factors.listeners[rows])


def _fit(group: int, kept: Checkpoints, ridge: Ridge, factors: int) -> Iterator[Record]:
    (items,) = kept.read(ITEMS, Vectors, 0)
    (entries,) = kept.read(GROUPS, Entries, group)
    (listeners,) = kept.read(GROUPS, Vectors, group)
    global_items = items.vectors.reshape(-1, factors)
    shape = (len(entries.offsets) - 1, len(global_items))
    weights = CSR(entries.offsets, entries.columns, entries.confidences, shape)
    found = fit_group(weights, listeners.vectors.reshape(-1, factors), global_items, ridge)
    yield Local(found.known, found.vectors)

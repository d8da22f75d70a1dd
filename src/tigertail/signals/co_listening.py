"""Item-item co-listening: two artists are alike as far as the same people listen to both."""

# Kernels are compiled from their bodies, so annotations would say nothing here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from tigertail.kernels import njit, prange
from tigertail.retrieval.topk import offer, sort_best_first
from tigertail.signals.contract import Arrays
from tigertail.signals.remap import ItemRemap
from tigertail.sparse import CSR


class CoListeningConfig(BaseModel):
    """Settings of item-item co-listening."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    neighbours: int = Field(200, ge=1)
    """Neighbours kept an item."""
    beta: float = Field(1.0, ge=0, le=2)
    """Popularity exponent: 1 is the cosine, less lets stars rise."""
    shrinkage: float = Field(5.0, ge=0)
    """Common listeners at which an affinity counts half."""


@dataclass(frozen=True, eq=False)
class CoListening:
    """The strongest co-listened items of every item.

    Parameters
    ----------
    neighbours
        Items by items, an affinity an entry; everything else is unknown.
    """

    neighbours: CSR

    LINK: ClassVar[str] = "heard by the same listeners"

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Items with a neighbour."""
        return self.neighbours.row_sizes > 0

    def reindexed(self, to: ItemRemap) -> Self:
        """Return the signal with its items under new codes; new items are unknown to it."""
        return type(self)(to.both(self.neighbours))

    def to_arrays(self) -> tuple[Arrays, dict[str, Any]]:
        """Return what is kept on disk."""
        return self.neighbours.to_arrays(), {"items": self.neighbours.shape[1]}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Mapping[str, Any]) -> Self:
        """Make the signal of what was kept on disk."""
        return cls(CSR.from_arrays(arrays, settings["items"]))

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinity from each query to every item; ``-inf`` beyond its neighbours."""
        scores = np.full((len(queries), self.neighbours.shape[1]), -np.inf, np.float32)
        for row, query in enumerate(queries):
            items, values = self.neighbours.row(query)
            scores[row, items] = values
        return scores

    def tell(self, query: int, items: NDArray[np.int32]) -> list[str]:
        """Return what brings neighbours together; nothing is told of others."""
        near = np.isin(items, self.neighbours.row(query)[0])
        return [self.LINK if there else "" for there in near]


def fit_co_listening(weights: CSR, config: CoListeningConfig) -> CoListening:
    """Compute co-listening from a matrix of listeners by items.

    With w_A the column of A, n_AB the number of common listeners and s the shrinkage,

        aff(A -> B) = w_A . w_B / (|w_A| |w_B|^beta) * n_AB / (n_AB + s)

    The shrinkage is that of Bell and Koren, "Improved Neighborhood-based Collaborative Filtering" (KDD Cup
    2007). One row of the item-item matrix exists at a time on each thread, never the whole.

    Parameters
    ----------
    weights
        How much each listener's play of an item counts.
    config
        Settings.
    """
    squares = np.bincount(weights.indices, weights.data.astype(np.float64) ** 2, weights.shape[1])
    lengths = np.sqrt(squares).astype(np.float32)
    return strongest_products(
        weights.transpose(),
        weights,
        config.neighbours,
        lengths=lengths,
        gains=_inverse_power(lengths, config.beta),
        shrinkage=config.shrinkage,
    )


def strongest_products(
    by_item: CSR,
    by_listener: CSR,
    k: int,
    *,
    lengths: NDArray[np.float32] | None = None,
    gains: NDArray[np.float32] | None = None,
    shrinkage: float = 0.0,
) -> CoListening:
    """Keep the largest entries of each row of a product of two sparse matrices, items by items.

    With U and V the two matrices, n_AB the number of listeners that A has in U and B in V, and s the
    shrinkage,

        aff(A -> B) = (U V)_AB gain_B / length_A * n_AB / (n_AB + s)

    One row of the product exists at a time on each thread. An item is no neighbour of its own.

    Parameters
    ----------
    by_item
        U, items by listeners.
    by_listener
        V, listeners by items.
    k
        Entries kept a row.
    lengths, gains
        A divisor of each row and a factor of each column; float32, (items,). None means 1.
    shrinkage
        Common listeners at which an entry counts half.
    """
    items = by_listener.shape[1]
    ones = np.ones(items, np.float32)
    codes, scores = _neighbours(
        by_item.indptr,
        by_item.indices,
        by_item.data,
        by_listener.indptr,
        by_listener.indices,
        by_listener.data,
        ones if lengths is None else lengths,
        ones if gains is None else gains,
        np.float32(shrinkage),
        min(k, items),
    )
    kept = codes >= 0
    rows = np.repeat(np.arange(items, dtype=np.int32), kept.sum(axis=1))
    return CoListening(CSR.from_coo(rows, codes[kept], scores[kept], (items, items)))


def _inverse_power(lengths: NDArray[np.float32], exponent: float) -> NDArray[np.float32]:
    return np.where(lengths > 0, np.where(lengths > 0, lengths, 1) ** -exponent, 0).astype(np.float32)


@njit(parallel=True, cache=True)
def _neighbours(
    item_offsets, item_listeners, item_weights, offsets, items, weights, lengths, inverse, shrinkage, k
):
    n = len(lengths)
    codes = np.full((n, k), -1, np.int32)
    scores = np.full((n, k), -np.inf, np.float32)
    # Items are dealt out like cards, so that each chunk has its share of the popular ones, which come first.
    chunks = min(64, n)
    for chunk in prange(chunks):
        common = np.zeros(n, np.int32)
        product = np.zeros(n, np.float32)
        touched = np.empty(n, np.int32)
        for item in range(chunk, n, chunks):
            met = 0
            for e in range(item_offsets[item], item_offsets[item + 1]):
                listener = item_listeners[e]
                for f in range(offsets[listener], offsets[listener + 1]):
                    other = items[f]
                    if common[other] == 0:
                        touched[met] = other
                        met += 1
                    common[other] += 1
                    product[other] += item_weights[e] * weights[f]
            size = 0
            for t in range(met):
                other = touched[t]
                if other != item:
                    shrunk = common[other] / (common[other] + shrinkage)
                    score = product[other] / lengths[item] * inverse[other] * shrunk
                    size = offer(scores[item], codes[item], size, np.float32(score), other)
                common[other] = 0
                product[other] = 0
            sort_best_first(scores[item], codes[item], size)
    return codes, scores

"""Item-item co-listening: two items are similar if the same listeners play both."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import ClassVar, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from tigertail.kernels import njit, prange
from tigertail.ranking.topk import offer, sort_best_first
from tigertail.signals.evidence import Evidence
from tigertail.signals.neighbour_lists import NeighbourLists, best_of_each, matrix_rows
from tigertail.sparse import CSR
from tigertail.spill import Growing

ROWS: Final = 2**17  # of a product, whose best entries are held until they are in a matrix


class CoListeningConfig(BaseModel):
    """Settings of item-item co-listening."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    neighbours: int = Field(200, ge=1)
    """Neighbours kept per item."""
    beta: float = Field(1.0, ge=0, le=2)
    """Popularity exponent: 1 is the cosine, less favours popular items."""
    shrinkage: float = Field(5.0, ge=0)
    """Common listeners at which an affinity counts half."""


class CoListening(NeighbourLists):
    """The strongest co-listened items of every item; as a signal of a model it does not use exposure."""

    EVIDENCE: ClassVar[Evidence] = Evidence.of("same_listeners")


class Products(Protocol):
    """What keeps the largest products: :func:`strongest_products`, or something that does the same elsewhere."""

    def __call__(
        self,
        by_item: CSR,
        by_listener: CSR,
        k: int,
        *,
        lengths: NDArray[np.float32] | None = None,
        gains: NDArray[np.float32] | None = None,
        shrinkage: float = 0.0,
    ) -> CSR:
        """Keep the largest entries of each row of a product; see :func:`strongest_products`."""


def strongest_products(
    by_item: CSR,
    by_listener: CSR,
    k: int,
    *,
    lengths: NDArray[np.float32] | None = None,
    gains: NDArray[np.float32] | None = None,
    shrinkage: float = 0.0,
) -> CSR:
    """Keep the largest entries of each row of a product of two sparse matrices, items by items, some rows at a time.

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
        Entries kept per row.
    lengths, gains
        A divisor of each row and a factor of each column; float32, (items,). None means 1.
    shrinkage
        Common listeners at which an entry counts half.

    Returns
    -------
    CSR
        Items by items.
    """
    ones = np.ones(by_listener.shape[1], np.float32)
    lengths, gains = (ones if given is None else given for given in (lengths, gains))
    items = by_item.shape[0]
    sizes, indices, data = [], Growing(np.int32), Growing(np.float32)
    for first in range(0, max(1, items), ROWS):
        some = slice(first, min(first + ROWS, items))
        rows = by_item.rows(some)
        best = best_of_each(
            *strongest_of_items(rows, by_listener, first, k, lengths[some], gains, shrinkage), items
        )
        sizes.append(best.row_sizes)
        indices.add(best.indices)
        data.add(best.data)
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)
    return CSR(offsets, indices.whole(), data.whole(), (items, items))


def strongest_of_items(
    by_item: CSR,
    by_listener: CSR,
    first: int,
    k: int,
    lengths: NDArray[np.float32],
    gains: NDArray[np.float32],
    shrinkage: float,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Do what :func:`strongest_products` does, for some items that follow each other.

    Parameters
    ----------
    by_item
        Their rows of U.
    by_listener
        V; listeners without an entry in ``by_item`` may be left out of both matrices.
    first
        Code of the first item.
    k, lengths, gains, shrinkage
        As there; ``lengths`` are those of these items.

    Returns
    -------
    codes
        Best first, -1 where there are no more; int32, (items, k).
    scores
        Float32, (items, k).
    """
    k = min(k, by_listener.shape[1])
    rows = matrix_rows(by_item), matrix_rows(by_listener)
    return _neighbours(*rows, first, lengths, gains, np.float32(shrinkage), k)  # type: ignore[no-any-return]


def fit_co_listening(
    weights: CSR,
    config: CoListeningConfig,
    *,
    exposed_share: NDArray[np.float64] | None = None,
    products: Products = strongest_products,
) -> CoListening:
    """Compute co-listening from a matrix of listeners by items.

    Exposure is not used but for ``exposed_share``, which the baseline of an evaluation gives: the signal of a model
    takes a pair that could not be observed for one that was not played.

    With w_A the column of A, n_AB the number of common listeners and s the shrinkage,

        aff(A -> B) = w_A . w_B / (|w_A| |w_B|^beta) * n_AB / (n_AB + s)

    The shrinkage is that of Bell and Koren, "Improved Neighborhood-based Collaborative Filtering" (KDD Cup
    2007). One row of the item-item matrix exists at a time on each thread, never the whole.

    Parameters
    ----------
    weights
        Listeners by items: how much each play counts, in a model its confidence.
    config
        Settings.
    exposed_share
        Share of the listeners who could hear each item (:mod:`tigertail.dataset.exposure`); float64, (items,). Then
        |w_A|^2 is divided by it. None means all.
    products
        What keeps the largest products.
    """
    squares = np.bincount(weights.indices, weights.data.astype(np.float64) ** 2, weights.shape[1])
    lengths = np.sqrt(squares if exposed_share is None else squares / exposed_share).astype(np.float32)
    return CoListening(
        products(
            weights.transpose(),
            weights,
            config.neighbours,
            lengths=lengths,
            gains=_inverse_power(lengths, config.beta),
            shrinkage=config.shrinkage,
        )
    )


def _inverse_power(lengths: NDArray[np.float32], exponent: float) -> NDArray[np.float32]:
    return np.where(lengths > 0, np.where(lengths > 0, lengths, 1) ** -exponent, 0).astype(np.float32)


@njit(parallel=True, cache=True)
def _neighbours(by_item, by_listener, first, lengths, gains, shrinkage, k):
    rows, n = len(lengths), len(gains)
    codes = np.full((rows, k), -1, np.int32)
    scores = np.full((rows, k), -np.inf, np.float32)
    # Items are dealt out like cards, so that each chunk has its share of the popular ones, which come first.
    chunks = min(64, rows)
    for chunk in prange(chunks):
        common = np.zeros(n, np.int32)
        product = np.zeros(n, np.float32)
        touched = np.empty(n, np.int32)
        for row in range(chunk, rows, chunks):
            item = first + row
            met = 0
            for e in range(by_item.indptr[row], by_item.indptr[row + 1]):
                listener = by_item.indices[e]
                for f in range(by_listener.indptr[listener], by_listener.indptr[listener + 1]):
                    other = by_listener.indices[f]
                    if common[other] == 0:
                        touched[met] = other
                        met += 1
                    common[other] += 1
                    product[other] += by_item.data[e] * by_listener.data[f]
            size = 0
            for t in range(met):
                other = touched[t]
                if other != item:
                    shrunk = common[other] / (common[other] + shrinkage)
                    score = product[other] / lengths[row] * gains[other] * shrunk
                    size = offer(scores[row], codes[row], size, np.float32(score), other)
                common[other] = 0
                product[other] = 0
            sort_best_first(scores[row], codes[row], size)
    return codes, scores

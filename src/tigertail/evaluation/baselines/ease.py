"""EASE: the linear item-item model of least squared error with a zero diagonal, in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from tigertail.errors import ConfigError
from tigertail.evaluation.recommender import Recommender
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split
from tigertail.threads import limited

BLOCK: Final = 512  # columns multiplied at a time


class EASE(Recommender):
    """Embarrassingly shallow autoencoders.

    With X the binary matrix of listeners by items,

        P = (X'X + reg I)^-1,   B_AB = -P_AB / P_BB for A != B,   aff(A -> B) = B_AB

    (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, equation 8). A row of B is the
    answer to a listener of that one item, the model's X_u B. The inverse of a dense matrix is expensive, so
    only the most popular items take part; the others are unknown to the model.

    Exposure has no part in it. With the column of each B fitted to the listeners who could hear B, the frontier on
    inner held-out listeners of lastfm-union (docs/evaluation.md) was the same.
    """

    reg: float = Field(2000.0, gt=0)
    """Regularisation."""
    max_items: int = Field(6_000, ge=1)
    """Largest number of items that take part: the inverse of so many takes 288 MB in float64."""
    precision: Literal["float32", "float64"] = "float64"
    """Precision of the inverse."""

    @property
    def label(self) -> str:
        """Name of the system, with the largest number of items."""
        return f"EASE, at most {self.max_items:,} items"

    def fit(self, split: Split) -> ItemWeights:
        """Solve for the weights of the training plays."""
        # Codes run from the item with most listeners to that with fewest.
        size = min(self.max_items, int((split.popularity > 0).sum()))
        try:
            gram = _common_listeners(split.interactions.plays, size, self.precision)
        except MemoryError:
            raise ConfigError(
                f"EASE: {size:,} items do not fit in memory", remedy="lower max_items"
            ) from None
        gram[np.diag_indices(size)] += self.reg
        return ItemWeights(_weights(gram, self.reg), len(split.popularity))


@dataclass(frozen=True, eq=False)
class ItemWeights:
    """Affinities between the first items of the catalogue.

    Parameters
    ----------
    weights
        Float32, (first items, first items).
    items
        Items of the catalogue.
    """

    weights: NDArray[np.float32]
    items: int

    @property
    def known(self) -> NDArray[np.bool_]:
        """Items that take part."""
        return np.arange(self.items) < len(self.weights)

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the affinity from each query to every item; ``-inf`` beyond those that take part."""
        scores = np.full((len(queries), self.items), -np.inf, np.float32)
        known = self.known[queries]
        scores[known, : len(self.weights)] = self.weights[queries[known]]
        return scores


def _common_listeners(plays: CSR, size: int, precision: str) -> NDArray[np.floating]:
    """Return X'X of the first ``size`` items, dense."""
    import scipy.sparse as sp

    ones = np.ones(plays.nnz, precision)
    played = sp.csr_matrix((ones, plays.indices, plays.indptr), shape=plays.shape)[:, :size].tocsc()
    gram = np.empty((size, size), precision, order="F")
    # The whole sparse product is nearly dense, and larger than a dense one: each entry has an index too.
    for start in range(0, size, BLOCK):
        gram[:, start : start + BLOCK] = (played.T @ played[:, start : start + BLOCK]).toarray()
    return gram


def _weights(gram: NDArray[np.floating], reg: float) -> NDArray[np.float32]:
    from scipy.linalg import lapack

    if not gram.size:  # LAPACK takes no empty matrix
        return np.empty(gram.shape, np.float32)
    suffix, other = ("d", "") if gram.dtype == np.float64 else ("s", ", or set precision = 'float64'")
    with limited(None):  # one BLAS thread: the same bytes on every machine of a kind
        factor, failed = getattr(lapack, f"{suffix}potrf")(gram, lower=True, overwrite_a=True)
        if failed or not np.isfinite(np.diag(factor)).all():
            raise ConfigError(
                f"EASE: the matrix cannot be inverted with reg = {reg:g}",
                remedy=f"{'raise' if failed else 'lower'} reg{other}",
            )
        inverse, _ = getattr(lapack, f"{suffix}potri")(factor, lower=True, overwrite_c=True)
    for item in range(len(inverse) - 1):  # only the lower half is filled
        inverse[item, item + 1 :] = inverse[item + 1 :, item]
    inverse /= -np.diag(inverse).copy()
    np.fill_diagonal(inverse, 0)
    return np.ascontiguousarray(inverse, np.float32)

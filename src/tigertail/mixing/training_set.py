"""What a mixture learns from: queries, and what held-out listeners who play the query play too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split


@dataclass(frozen=True, eq=False)
class TrainingQueries:
    """Queries and their right answers.

    Parameters
    ----------
    queries
        Items asked about, rising, none twice; int32, (queries,).
    hits
        How often each item was right; float32, (queries, items).
    listeners
        Listeners of each item that the signals were fitted to; int64, (items,).
    strata
        Stratum of each item by them; int8, (items,).
    """

    queries: NDArray[np.int32]
    hits: CSR
    listeners: NDArray[np.int64]
    strata: NDArray[np.int8]

    @cached_property
    def query_listeners(self) -> NDArray[np.int64]:
        """Listeners of each query; int64, (queries,)."""
        return self.listeners[self.queries]

    def weights(self, balance: float, correction: float) -> NDArray[np.float64]:
        """Return what every hit weighs.

        Parameters
        ----------
        balance
            How much strata of queries count alike: 0 by their hits, 1 each the same.
        correction
            How much a hit on a popular item counts less: by its listeners to this power.

        Returns
        -------
        NDArray[np.float64]
            Sums to the number of hits; in the order of the entries of ``hits``.
        """
        hits = self.hits
        stratum = self.strata[self.queries][hits.entry_rows()]
        amount = np.bincount(stratum, hits.data, 4)
        by_stratum = np.where(amount > 0, (amount.sum() / np.maximum(amount, 1)) ** balance, 0)
        popular = np.maximum(self.listeners[hits.indices], 1.0) ** -correction
        weights = hits.data * by_stratum[stratum] * popular
        return np.asarray(weights * (hits.data.sum() / max(weights.sum(), 1e-12)))

    def joined(self, right: CSR, share: float, most: float = np.inf) -> TrainingQueries:
        """Return the training queries joined with those of curated lists, or of listeners' feedback.

        Parameters
        ----------
        right
            What is right after each item and how much, items by items; rows of items that are in
            no list are empty.
        share
            Share of all hits that those of the lists become; 0 to 1.
        most
            Hits that one unit of ``right`` counts at most, so that little of it stays little: the share is then
            smaller.
        """
        if not right.nnz or not share:
            return self
        scale = share / (1 - share) * self.hits.data.sum(dtype=np.float64) / right.data.sum(dtype=np.float64)
        scale = min(scale, most)
        asked = np.flatnonzero(right.row_sizes)
        queries = np.union1d(self.queries, asked).astype(np.int32)
        rows = [self.queries[self.hits.entry_rows()], right.entry_rows()]
        items = [self.hits.indices, right.indices]
        values = [self.hits.data.astype(np.float64), right.data * scale]
        row = np.searchsorted(queries, np.concatenate(rows)).astype(np.int64)
        pairs, place = np.unique(row * right.shape[1] + np.concatenate(items), return_inverse=True)
        hits = np.bincount(place, np.concatenate(values))
        shape = (len(queries), right.shape[1])
        matrix = CSR.from_coo(pairs // right.shape[1], pairs % right.shape[1], hits, shape)
        return TrainingQueries(queries, matrix, self.listeners, self.strata)


def training_set(split: Split) -> TrainingQueries:
    """Return the queries of a split and, for each, what the held-out listeners who play it play too.

    Parameters
    ----------
    split
        Listeners held out of the fit of the signals that are mixed.
    """
    queries, row = np.unique(split.query_items, return_inverse=True)
    sizes = split.relevant.row_sizes[split.query_listeners]
    played = split.relevant.select_rows(split.query_listeners)
    rows, items = np.repeat(row, sizes), played.indices
    other = items != np.repeat(split.query_items, sizes)
    pairs = rows[other].astype(np.int64) * len(split.popularity) + items[other]
    pair, count = np.unique(pairs, return_counts=True)
    hits = CSR.from_coo(
        pair // len(split.popularity),
        pair % len(split.popularity),
        count,
        (len(queries), len(split.popularity)),
    )
    return TrainingQueries(queries.astype(np.int32), hits, split.popularity, split.strata)

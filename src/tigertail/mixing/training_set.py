"""What a mixture learns from: queries, and what held-out listeners who play the query play too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split

MOST_LISTED: Final = 10.0  # choices that a curated list counts at most


@dataclass(frozen=True, eq=False)
class TrainingQueries:
    """Queries and their right answers.

    Parameters
    ----------
    queries
        Items asked about; an item can be asked about in several catalogues; int32, (queries,).
    hits
        How often each item was right; float32, (queries, items).
    listeners
        Listeners of each item that the signals were fitted to; int64, (items,).
    strata
        Stratum of each item by them; int8, (items,).
    offered
        Which catalogue offers which item; bool, (catalogues, items).
    catalogue
        The catalogue that was chosen from; int32, (queries,).
    """

    queries: NDArray[np.int32]
    hits: CSR
    listeners: NDArray[np.int64]
    strata: NDArray[np.int8]
    offered: NDArray[np.bool_]
    catalogue: NDArray[np.int32]

    @classmethod
    def of_everything(
        cls,
        queries: NDArray[np.int32],
        hits: CSR,
        listeners: NDArray[np.int64],
        strata: NDArray[np.int8],
    ) -> TrainingQueries:
        """Return queries whose answers are chosen from all items."""
        offered = np.ones((1, len(listeners)), np.bool_)
        return cls(queries, hits, listeners, strata, offered, np.zeros(len(queries), np.int32))

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
        """Return the training queries followed by those of listeners' feedback, chosen from all items.

        Parameters
        ----------
        right
            What is right after each item and how much, items by items; rows of items without any are empty.
        share
            Share of all hits that those of the feedback become; 0 to 1.
        most
            Hits that one unit of ``right`` counts at most, so that little of it stays little: the share is then
            smaller.
        """
        if not right.nnz or not share:
            return self
        scale = share / (1 - share) * self.hits.data.sum(dtype=np.float64) / right.data.sum(dtype=np.float64)
        asked = np.flatnonzero(right.row_sizes).astype(np.int32)
        others = right.select_rows(asked)
        return self.followed_by(
            TrainingQueries.of_everything(
                asked,
                others.with_data((others.data * min(scale, most)).astype(np.float32)),
                self.listeners,
                self.strata,
            )
        )

    def followed_by(self, other: TrainingQueries) -> TrainingQueries:
        """Return these training queries and then others, over the same items."""
        hits = CSR.from_coo(
            np.concatenate([self.hits.entry_rows(), other.hits.entry_rows() + len(self.queries)]),
            np.concatenate([self.hits.indices, other.hits.indices]),
            np.concatenate([self.hits.data, other.hits.data]),
            (len(self.queries) + len(other.queries), self.hits.shape[1]),
        )
        return replace(
            self,
            queries=np.concatenate([self.queries, other.queries]),
            hits=hits,
            offered=np.concatenate([self.offered, other.offered]),
            catalogue=np.concatenate([self.catalogue, other.catalogue + np.int32(len(self.offered))]),
        )


def training_set(split: Split) -> TrainingQueries:
    """Return the queries of a split and, for each, what the held-out listeners who play it play too.

    Listeners who choose from different catalogues are kept apart: what a catalogue lacks was not turned down.

    Parameters
    ----------
    split
        Listeners held out of the fit of the signals that are mixed.
    """
    offered, items = split.exposure.offered, len(split.popularity)
    catalogue = split.exposure.member[split.query_listeners]
    keys, row = np.unique(split.query_items.astype(np.int64) * len(offered) + catalogue, return_inverse=True)
    sizes = split.relevant.row_sizes[split.query_listeners]
    played = split.relevant.select_rows(split.query_listeners)
    rows, chosen = np.repeat(row, sizes), played.indices
    other = chosen != np.repeat(split.query_items, sizes)
    pair, count = np.unique(rows[other].astype(np.int64) * items + chosen[other], return_counts=True)
    hits = CSR.from_coo(pair // items, pair % items, count, (len(keys), items))
    queries, catalogues = (part.astype(np.int32) for part in np.divmod(keys, len(offered)))
    return TrainingQueries(queries, hits, split.popularity, split.strata, offered, catalogues)


def listed_queries(right: CSR, listeners: NDArray[np.int64], strata: NDArray[np.int8]) -> TrainingQueries:
    """Return the queries of curated lists: a list of ten items or more counts ten choices, a shorter one its length.

    Parameters
    ----------
    right
        Grades, items by items; the rows of items that have no list are empty.
    listeners, strata
        Of each item, as in :class:`TrainingQueries`.
    """
    asked = np.flatnonzero(right.row_sizes).astype(np.int32)
    lists = right.select_rows(asked)
    total = np.bincount(lists.entry_rows(), lists.data, len(asked))
    counted = np.minimum(lists.row_sizes, MOST_LISTED) / np.maximum(total, 1e-12)
    hits = lists.with_data((lists.data * counted[lists.entry_rows()]).astype(np.float32))
    return TrainingQueries.of_everything(asked, hits, listeners, strata)

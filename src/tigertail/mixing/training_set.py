"""What a mixture learns from: queries, and what held-out listeners who play the query play too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.dataset.strata import Stratum
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split

MAX_LISTED: Final = 10.0  # hits that the list of a query counts at most


@dataclass(frozen=True, eq=False)
class TrainingQueries:
    """Queries, and the items that listeners of each query or makers of lists chose.

    Parameters
    ----------
    queries
        Item of each query; int32, (queries,). An item whose listeners have several sources' catalogues is a query of
        its own in each.
    hits
        How often each item was chosen, such as by how many held-out listeners of the query; float32, (queries, items).
    listeners
        Listeners of each item among those that the signals were fitted to; int64, (items,).
    strata
        Stratum of each item by these listeners; int8, (items,).
    adjusted_listeners
        Listeners that each item would have if all could hear it: a propensity, not normalised; float64, (items,).
    offered
        Which items there were to choose from in each source's catalogue; bool, (catalogues, items).
    catalogue
        The source's catalogue that the items of each query were chosen from; int32, (queries,).
    """

    queries: NDArray[np.int32]
    hits: CSR
    listeners: NDArray[np.int64]
    strata: NDArray[np.int8]
    adjusted_listeners: NDArray[np.float64]
    offered: NDArray[np.bool_]
    catalogue: NDArray[np.int32]

    @classmethod
    def of_everything(
        cls,
        queries: NDArray[np.int32],
        hits: CSR,
        listeners: NDArray[np.int64],
        strata: NDArray[np.int8],
        adjusted_listeners: NDArray[np.float64],
    ) -> TrainingQueries:
        """Return queries whose hits were chosen from all items."""
        offered = np.ones((1, len(listeners)), np.bool_)
        return cls(
            queries, hits, listeners, strata, adjusted_listeners, offered, np.zeros(len(queries), np.int32)
        )

    def hit_weights(self, balance: float, correction: float) -> NDArray[np.float64]:
        """Return the weight of every entry of ``hits``.

        An entry h of query A and item B weighs h H_A^-balance n_B^-correction, times a constant; H_A are all hits of
        queries in the stratum of A, n_B the listeners of B, each at least 1.

        Parameters
        ----------
        balance
            0: each stratum of queries weighs as much as it has hits; 1: each that has a hit or more weighs the same,
            before the correction.
        correction
            How much less a hit on a popular item weighs.

        Returns
        -------
        NDArray[np.float64]
            Sums to the number of hits; in the order of the entries of ``hits``.
        """
        hits = self.hits
        stratum = self.strata[self.queries][hits.entry_rows()]
        amount = np.bincount(stratum, hits.data, len(Stratum))
        by_stratum = np.where(amount > 0, (amount.sum() / np.maximum(amount, 1)) ** balance, 0)
        popularity_discount = np.maximum(self.listeners[hits.indices], 1.0) ** -correction
        weights = hits.data * by_stratum[stratum] * popularity_discount
        return np.asarray(weights * (hits.data.sum() / max(weights.sum(), 1e-12)))

    def at_most(self, max_queries: int, seed: int) -> TrainingQueries:
        """Return these training queries, or so many of them, drawn at random."""
        if len(self.queries) <= max_queries:
            return self
        kept = np.sort(np.random.default_rng(seed).choice(len(self.queries), max_queries, replace=False))
        return replace(
            self,
            queries=self.queries[kept],
            hits=self.hits.select_rows(kept),
            catalogue=self.catalogue[kept],
        )

    def with_feedback(self, grades: CSR, share: float, hits_per_grade: float = np.inf) -> TrainingQueries:
        """Return these training queries, then those of listeners' feedback, scaled to a share of all hits.

        What the feedback names was chosen from all items. Where there are no hits to have a share of, its weight is 0.

        Parameters
        ----------
        grades
            By feedback: how much each item was wanted in answer to each other; float32, (items, items).
        share
            Share of all hits that those of the feedback become; at least 0, below 1.
        hits_per_grade
            Hits that a grade of 1 counts at most; the share is then smaller, so that a little feedback does not count
            for much.
        """
        total = grades.data.sum(dtype=np.float64)
        if not total or not share:
            return self
        scale = share / (1 - share) * self.hits.data.sum(dtype=np.float64) / total
        asked = np.flatnonzero(grades.row_sizes).astype(np.int32)
        others = grades.select_rows(asked)
        return self.concatenated(
            TrainingQueries.of_everything(
                asked,
                others.with_data((others.data * min(scale, hits_per_grade)).astype(np.float32)),
                self.listeners,
                self.strata,
                self.adjusted_listeners,
            )
        )

    def concatenated(self, other: TrainingQueries) -> TrainingQueries:
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
    """Return the queries of a split with, as hits, the other items that their held-out listeners play.

    Listeners of different catalogues are kept apart: an item that a catalogue lacks was not rejected. An item that
    nobody else plays teaches as a query alone: it is in the catalogue because those held out play it, so that to have
    no listener would make it likely.

    Parameters
    ----------
    split
        Listeners held out of the fit of the signals that are mixed.
    """
    offered, items = split.exposure.offered & (split.popularity > 0), len(split.popularity)
    catalogue = split.exposure.catalogue_of[split.query_listeners]
    keys, row = np.unique(split.query_items.astype(np.int64) * len(offered) + catalogue, return_inverse=True)
    sizes = split.relevant.row_sizes[split.query_listeners]
    played = split.relevant.select_rows(split.query_listeners)
    rows, chosen = np.repeat(row, sizes), played.indices
    other = chosen != np.repeat(split.query_items, sizes)
    pair, count = np.unique(rows[other].astype(np.int64) * items + chosen[other], return_counts=True)
    hits = CSR.from_coo(pair // items, pair % items, count, (len(keys), items))
    queries, catalogues = (part.astype(np.int32) for part in np.divmod(keys, len(offered)))
    return TrainingQueries(
        queries, hits, split.popularity, split.strata, split.adjusted_listeners, offered, catalogues
    )


def listed_queries(
    grades: CSR,
    listeners: NDArray[np.int64],
    strata: NDArray[np.int8],
    adjusted_listeners: NDArray[np.float64],
) -> TrainingQueries:
    """Return the queries of curated lists. Their hits are the grades, scaled.

    Those of a query sum to how many items its list has, and at most to ten.

    Parameters
    ----------
    grades
        How well each item fits each other by the lists; float32, (items, items); empty rows where there is no list.
    listeners, strata, adjusted_listeners
        Of each item, as in :class:`TrainingQueries`.
    """
    asked = np.flatnonzero(grades.row_sizes).astype(np.int32)
    lists = grades.select_rows(asked)
    total = np.bincount(lists.entry_rows(), lists.data, len(asked))
    counted = np.minimum(lists.row_sizes, MAX_LISTED) / np.maximum(total, 1e-12)
    hits = lists.with_data((lists.data * counted[lists.entry_rows()]).astype(np.float32))
    return TrainingQueries.of_everything(asked, hits, listeners, strata, adjusted_listeners)

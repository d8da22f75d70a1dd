"""The web signal: the sum of its parts, and the evidence behind an affinity."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import DataError
from tigertail.kernels import njit, prange
from tigertail.ranking.topk import offer
from tigertail.signals.co_listening import Products, strongest_products
from tigertail.signals.evidence import Evidence
from tigertail.signals.neighbour_lists import NeighbourLists, best_of_each
from tigertail.signals.web.co_mentions import co_mention_counts, co_mention_similarity
from tigertail.signals.web.codes import read_mentions
from tigertail.signals.web.config import WebConfig
from tigertail.signals.web.explain import SIMILAR_TEXT, MentionCounts, mention_evidence
from tigertail.signals.web.pages import page_mention_counts, page_mention_similarity
from tigertail.signals.web.texts import text_similarity
from tigertail.sparse import CSR


@dataclass(frozen=True, eq=False)
class Web(NeighbourLists):
    """Affinity from documents that mention items. An item's own **page** is a document that is about it.

    Parameters
    ----------
    document_counts
        Co-mentions: the number of documents, of any kind, that mention two items near each other; items by items,
        symmetric. (Stored models have it by this name.)
    page_mentions
        Mentions on own pages: how often a row's own pages mention a column; items by items.
    """

    document_counts: CSR
    page_mentions: CSR

    EVIDENCE: ClassVar[Evidence] = SIMILAR_TEXT

    def mention_counts(self, a: int, b: int) -> MentionCounts:
        """Return how often documents mention two items together.

        Parameters
        ----------
        a, b
            Item codes.
        """
        [found] = self._mention_counts(a, np.array([b], np.int32))
        return MentionCounts(*found)

    def explain(self, query: int, items: NDArray[np.int32]) -> list[Evidence]:
        """Return where documents mention the query and each item together, else that their pages are similar."""
        similar_pages = super().explain(query, items)
        return [
            mention_evidence(MentionCounts(*found)) if any(found) else similar
            for found, similar in zip(self._mention_counts(query, items), similar_pages, strict=True)
        ]

    def _mention_counts(self, query: int, items: NDArray[np.int32]) -> list[list[int]]:
        """Return the numbers of :class:`MentionCounts` of an item and each of some others."""
        counts = np.zeros((len(items), 3), np.int64)
        counts[:, 0] = self.document_counts.at(query, items)
        counts[:, 1] = self.page_mentions.at(query, items)
        theirs = self.page_mentions.select_rows(items)
        of_query = np.flatnonzero(theirs.indices == query)
        counts[theirs.indptr.searchsorted(of_query, "right") - 1, 2] = theirs.data[of_query]
        return counts.tolist()


def fit_web(
    dataset: Dataset,
    interactions: Interactions,
    config: WebConfig,
    *,
    products: Products = strongest_products,
) -> Web:
    """Fit the web signal.

    With x the parts (beside each other, on each other's page, pages alike), each from 0 to 1, w their weights
    and l_B the listeners of B,

        aff(A -> B) = sum_x w_x aff_x(A, B) / (1 + l_B)^beta

    Parameters
    ----------
    dataset
        With a table of mentions; for the last two parts also of documents.
    interactions
        The plays of that dataset, which give items their codes and listeners.
    config
        Settings.
    products
        What keeps the largest products, of words that pages share.

    Raises
    ------
    DataError
        If the dataset has no mentions.
    """
    if not dataset.has(c.MENTIONS_TABLE):
        raise DataError(
            "the dataset has no mentions",
            path=dataset.path,
            remedy="build it with a source of documents: see docs/signals-web.md",
        )
    mentions_in_codes = read_mentions(dataset, interactions)
    items = len(interactions.items)
    co_mentions = co_mention_counts(mentions_in_codes, items, config.window)
    own_page_mentions = page_mention_counts(mentions_in_codes, items)
    parts = []
    if config.co_mention_weight:
        parts.append(
            (
                config.co_mention_weight,
                co_mention_similarity(co_mentions, mentions_in_codes, config.shrinkage),
            )
        )
    if config.page_mention_weight:
        parts.append((config.page_mention_weight, page_mention_similarity(own_page_mentions)))
    if config.text_similarity_weight and dataset.has(c.DOCUMENTS_TABLE):
        texts = text_similarity(
            dataset,
            mentions_in_codes,
            items,
            max_terms_per_page=config.max_terms_per_page,
            max_document_frequency=config.max_document_frequency,
            neighbours=config.neighbours,
            products=products,
        )
        parts.append((config.text_similarity_weight, texts))
    popularity_factor = np.asarray((1.0 + interactions.item_listeners) ** -config.beta, np.float64)
    return Web(
        _top_neighbours(parts, items, popularity_factor, config.neighbours), co_mentions, own_page_mentions
    )


def _top_neighbours(
    parts: list[tuple[float, CSR]], items: int, popularity_factor: NDArray[np.float64], neighbours: int
) -> CSR:
    """Add up the parts and keep the best of each row, ties by the smaller code."""
    import scipy.sparse as sp

    total = sp.csr_matrix((items, items), dtype=np.float64)
    for weight, part in parts:
        values = part.data.astype(np.float64) * weight
        total = total + sp.csr_matrix((values, part.indices, part.indptr), shape=part.shape)
    k = min(neighbours, items)
    codes, best = np.full((items, k), -1, np.int32), np.zeros((items, k), np.float32)
    _keep_best(total.indptr, total.indices, total.data, popularity_factor, codes, best)
    return best_of_each(codes, best)


@njit(parallel=True, cache=True)
def _keep_best(indptr, indices, data, factor, codes, best):
    """Write the entries of each row that are the largest, times a factor of their column, and above 0."""
    for row in prange(len(codes)):
        size = 0
        for entry in range(indptr[row], indptr[row + 1]):
            value = np.float32(data[entry] * factor[indices[entry]])
            if value > 0:
                size = offer(best[row], codes[row], size, value, indices[entry])

"""Counts of documents that mention two items near each other."""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.kernels import njit
from tigertail.signals.web.codes import CodedMentions
from tigertail.sparse import CSR

# Found before they are counted; one mention alone may have more.
_MAX_PAIRS_IN_MEMORY = 5_000_000


def co_mention_counts(mentions_in_codes: CodedMentions, items: int, window: int) -> CSR:
    """Count the documents in which two items are mentioned within some words of each other.

    Mentions without positions count as near all others without positions in their document.

    Parameters
    ----------
    mentions_in_codes
        The mentions.
    items
        Number of items.
    window
        Largest difference of two positions that are near each other, in words.

    Returns
    -------
    CSR
        Number of documents; items by items, symmetric, nothing on the diagonal.
    """
    apart = -(window + 1)  # where those without positions stand: near each other, and no others
    positions = pl.when(pl.col(c.POSITIONS).list.len() > 0).then(c.POSITIONS).otherwise([apart])
    mentions = (
        mentions_in_codes.mentions.select(
            "document", "item", positions.cast(pl.List(pl.Int64)).alias(c.POSITIONS)
        )
        .explode(c.POSITIONS)
        .sort("document", c.POSITIONS, "item")
    )
    counted = _Counts(items)
    _add_all(counted, mentions["document"], mentions["item"], mentions[c.POSITIONS], window)
    return counted.matrix()


class _Counts:
    """Adds up pairs of items."""

    def __init__(self, items: int) -> None:
        self.items = items
        self._counts = pl.DataFrame(schema={"pair": pl.Int64, "len": pl.UInt32})

    def add(self, pairs: NDArray[np.int64]) -> None:
        """Count pairs, given as row * items + column."""
        new = pl.DataFrame({"pair": pairs}).group_by("pair").len()
        self._counts = pl.concat([self._counts, new]).group_by("pair").agg(pl.col("len").sum())

    def matrix(self) -> CSR:
        """Return the counts, in both directions."""
        counts = self._counts.sort("pair")
        row, column = np.divmod(counts["pair"].to_numpy(), self.items)
        values = counts["len"].to_numpy()
        return CSR.from_coo(
            np.concatenate([row, column]),
            np.concatenate([column, row]),
            np.concatenate([values, values]),
            (self.items, self.items),
        )


def _add_all(
    counted: _Counts, document: pl.Series, item: pl.Series, position: pl.Series, window: int
) -> None:
    """Add the pairs of mentions sorted by document and position, some at a time."""
    documents, items, positions = document.to_numpy(), item.to_numpy(), position.to_numpy()
    pairs = _count_later_in_window(documents, positions, window)
    sums = np.concatenate([[0], np.cumsum(pairs)])
    of_open = pl.DataFrame(schema={"document": pl.Int64, "pair": pl.Int64})  # the document that may have more
    start = 0
    while start < len(documents):
        end = int(np.searchsorted(sums, sums[start] + _MAX_PAIRS_IN_MEMORY, "right")) - 1
        end = max(end, start + 1)
        rows = np.empty((int(sums[end] - sums[start]), 2), np.int64)
        size = _find_pairs(documents, items, positions, start, end, window, counted.items, rows)
        distinct = pl.concat([of_open, pl.DataFrame(rows[:size], of_open.schema)]).unique()
        is_open = pl.col("document") == documents[end - 1]
        counted.add(distinct.filter(~is_open)["pair"].to_numpy())
        of_open = distinct.filter(is_open)
        start = end
    counted.add(of_open["pair"].to_numpy())


@njit(cache=True)
def _count_later_in_window(documents, positions, window):
    """Count, for each mention, the later ones of its document within the window."""
    counts = np.zeros(len(documents), np.int64)
    end = 0
    for i in range(len(documents)):
        end = max(end, i + 1)
        while (
            end < len(documents)
            and documents[end] == documents[i]
            and positions[end] - positions[i] <= window
        ):
            end += 1
        counts[i] = end - i - 1
    return counts


@njit(cache=True)
def _find_pairs(documents, items, positions, start, end, window, n_items, rows):
    """Write the document and the items of some mentions and each later one in the window; return how many there are."""
    size = 0
    for i in range(start, end):
        j = i + 1
        while j < len(documents) and documents[j] == documents[i] and positions[j] - positions[i] <= window:
            if items[i] != items[j]:
                rows[size, 0] = documents[i]
                rows[size, 1] = np.int64(min(items[i], items[j])) * n_items + max(items[i], items[j])
                size += 1
            j += 1
    return size


def co_mention_similarity(co_mentions: CSR, mentions_in_codes: CodedMentions, shrinkage: float) -> CSR:
    """Turn counts into how much more often than by chance two items are mentioned near each other.

    Normalised pointwise mutual information (G. Bouma, "Normalized (pointwise) mutual information in collocation
    extraction", GSCL 2009), shrunk where documents are few, after the discount of P. Pantel and D. Lin ("Discovering
    word senses from text", KDD 2002, section 3): with n documents, n_A that mention A, n_AB that mention both near each
    other, and s the parameter ``shrinkage``,

        aff(A, B) = ln(n n_AB / (n_A n_B)) / -ln(n_AB / n)  *  n_AB / (n_AB + s)

    Parameters
    ----------
    co_mentions
        What :func:`co_mention_counts` returned.
    mentions_in_codes
        The mentions that were counted.
    shrinkage
        s of the formula.

    Returns
    -------
    CSR
        Entries above 0, at most 1; items by items, symmetric.
    """
    # With one document alone, nothing would be mentioned more often than by chance.
    n_documents = max(len(mentions_in_codes.documents), 2)
    # What was found in a text may be given by a source as well: two rows of one document and item.
    mentioned = mentions_in_codes.mentions.select("document", "item").unique()
    document_frequency = np.bincount(mentioned["item"].to_numpy(), minlength=co_mentions.shape[1])
    row, column = co_mentions.entry_rows(), co_mentions.indices
    count = co_mentions.data.astype(np.float64)
    p_both = np.minimum(count / n_documents, 1 - 1e-9)  # ln 1 is no divisor
    pmi = np.log(
        n_documents * count / (document_frequency[row].astype(np.float64) * document_frequency[column])
    )
    value = pmi / -np.log(p_both) * count / (count + shrinkage)
    keep = value > 0
    return CSR.from_coo(row[keep], column[keep], value[keep], co_mentions.shape)

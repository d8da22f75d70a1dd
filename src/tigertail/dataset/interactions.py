"""Plays as a sparse matrix, listeners by items, with the ids of its rows and columns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.sparse import CSR

COUNTED: Final = "interactions"


@dataclass(frozen=True, eq=False)
class Interactions:
    """Who listened to what, in codes.

    Item codes run from the item with most listeners to that with fewest, ties by id. So the smaller
    code wins every tie, and the rows used most lie side by side.

    Parameters
    ----------
    listeners
        Ids of the listeners, sorted, and their codes.
    items
        Ids of the items and their codes; items without a listener come last.
    plays
        Play counts; float32, (listeners, items). A rated pair counts its plays times its rating (0 to 1).
    """

    listeners: Vocabulary
    items: Vocabulary
    plays: CSR

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """Return the interactions of a dataset, over its whole catalogue."""
        return cls.build(dataset.plays, dataset.items[c.ITEM_ID])

    @classmethod
    def build(cls, plays: pl.DataFrame, item_ids: pl.Series | None = None) -> Self:
        """Build the matrix from a table of plays.

        Parameters
        ----------
        plays
            Columns listener_id, item_id, plays [, rating]; rows of one listener and item are summed.
        item_ids
            Further item ids, so that items without a listener have a code too.
        """
        amount = plays.select(amount_of(plays.columns)).to_series()
        given = [] if item_ids is None else [item_ids]
        listeners = Vocabulary(plays[c.LISTENER_ID].unique().sort())
        by_id = Vocabulary(pl.concat([*given, plays[c.ITEM_ID]]).unique().sort())
        pairs = _summed(
            CSR.from_coo(
                listeners.codes(plays[c.LISTENER_ID]),
                by_id.codes(plays[c.ITEM_ID]),
                amount.to_numpy(),
                (len(listeners), len(by_id)),
            )
        )
        counts = np.bincount(pairs.indices, minlength=len(by_id))
        order = np.argsort(-counts, kind="stable")
        if item_ids is None:
            order = order[: np.count_nonzero(counts)]
        code = np.full(len(by_id), -1, np.int32)
        code[order] = np.arange(len(order))
        matrix = CSR.from_coo(
            pairs.entry_rows(), code[pairs.indices], pairs.data, (len(listeners), len(order))
        )
        return cls(listeners, Vocabulary(by_id.ids.gather(order)), matrix)

    @cached_property
    def item_listeners(self) -> NDArray[np.int64]:
        """Number of listeners of each item; int64, (items,)."""
        return np.bincount(self.plays.indices, minlength=self.plays.shape[1]).astype(np.int64)


def amount_of(columns: Collection[str]) -> pl.Expr:
    """Return how much a row of plays counts; where it is 0, as by the lowest rating, the row is no interaction.

    Parameters
    ----------
    columns
        The table's.
    """
    amount = pl.col(c.PLAYS)
    return amount * pl.col(c.RATING).fill_null(1.0) if c.RATING in columns else amount


def interaction_counts(dataset: Dataset, column: str) -> pl.DataFrame:
    """Return how many interactions each listener or item has that is in the plays: the column, interactions.

    Parameters
    ----------
    dataset
        The dataset.
    column
        That of listeners, or of items.
    """
    with dataset.reading(c.PLAYS_TABLE):
        plays = dataset.scan(c.PLAYS_TABLE)
        counts = amount_of(plays.collect_schema().names()) > 0
        return plays.group_by(column).agg(counts.sum().cast(pl.Int64).alias(COUNTED)).sort(column).collect()


def _summed(matrix: CSR) -> CSR:
    """Return a matrix with entries of one cell, which lie side by side, added up, and only those above 0."""
    rows = matrix.entry_rows()
    first = np.flatnonzero((np.diff(rows, prepend=-1) != 0) | (np.diff(matrix.indices, prepend=-1) != 0))
    data = np.add.reduceat(matrix.data, first) if len(first) < matrix.nnz else matrix.data
    if len(first) == matrix.nnz and (data > 0).all():
        return matrix
    kept = first[data > 0]
    return CSR.from_coo(rows[kept], matrix.indices[kept], data[data > 0], matrix.shape)

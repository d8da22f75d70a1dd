"""Plays as a sparse matrix, listeners by items, with the ids of its rows and columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.played_pairs import PlayedPairs, amount_of
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
        Ids of the listeners, sorted, and their codes; also of those who play nothing that counts.
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
        return cls.of_pairs(PlayedPairs.of(dataset))

    @classmethod
    def build(cls, plays: pl.DataFrame, item_ids: pl.Series | None = None) -> Self:
        """Build the matrix from a table of plays.

        Parameters
        ----------
        plays
            Columns listener_id, item_id, plays [, rating]; rows of one listener and item are summed.
        item_ids
            Further item ids, so that items without a listener have a code too. None means that such items are left out.
        """
        pairs = PlayedPairs.of_table(plays, item_ids)
        if item_ids is None:
            pairs = pairs.select_items(pairs.item_listeners > 0)
        return cls.of_pairs(pairs)

    @classmethod
    def of_pairs(cls, pairs: PlayedPairs) -> Self:
        """Return the pairs that count, with the items in the order of their listeners."""
        plays = pairs.above_zero().plays
        order = np.argsort(-pairs.item_listeners, kind="stable")
        code = np.empty(len(order), np.int32)
        code[order] = np.arange(len(order))
        matrix = CSR.from_coo(plays.entry_rows(), code[plays.indices], plays.data, plays.shape)
        return cls(pairs.listeners, Vocabulary(pairs.items.ids.gather(order)), matrix)

    @cached_property
    def item_listeners(self) -> NDArray[np.int64]:
        """Number of listeners of each item; int64, (items,)."""
        return np.bincount(self.plays.indices, minlength=self.plays.shape[1]).astype(np.int64)


def interaction_counts(dataset: Dataset, column: str) -> pl.DataFrame:
    """Return how many interactions each listener or item has that is in the plays: the column, interactions.

    They are rows that count something: a table of plays has one row for each pair of listener and item.

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

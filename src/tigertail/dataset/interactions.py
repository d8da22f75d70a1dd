"""Plays as a sparse matrix, listeners by items, with the ids of its rows and columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.sparse import CSR


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
        amount = pl.col(c.PLAYS)
        if c.RATING in plays.columns:
            amount = amount * pl.col(c.RATING).fill_null(1.0)
        pairs = plays.group_by(c.LISTENER_ID, c.ITEM_ID).agg(amount.sum()).filter(pl.col(c.PLAYS) > 0)
        listeners = plays.select(pl.col(c.LISTENER_ID).unique()).sort(c.LISTENER_ID)
        items = pairs.group_by(c.ITEM_ID).agg(pl.len().alias("listeners"))
        if item_ids is not None:
            everything = pl.concat([item_ids.alias(c.ITEM_ID), items[c.ITEM_ID]]).unique().to_frame()
            items = everything.join(items, on=c.ITEM_ID, how="left").fill_null(0)
        items = items.sort(["listeners", c.ITEM_ID], descending=[True, False])
        rows, columns = Vocabulary(listeners[c.LISTENER_ID]), Vocabulary(items[c.ITEM_ID])
        coded = columns.encode(rows.encode(pairs, c.LISTENER_ID, code="row"), code="column")
        matrix = CSR.from_coo(
            coded["row"].to_numpy(),
            coded["column"].to_numpy(),
            coded[c.PLAYS].to_numpy(),
            (len(rows), len(columns)),
        )
        return cls(rows, columns, matrix)

    @cached_property
    def item_listeners(self) -> NDArray[np.int64]:
        """Number of listeners of each item; int64, (items,)."""
        return np.bincount(self.plays.indices, minlength=self.plays.shape[1]).astype(np.int64)

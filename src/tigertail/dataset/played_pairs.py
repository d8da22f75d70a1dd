"""Who played what: a table of plays in codes, read some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
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
class PlayedPairs:
    """Who played what, a pair rated lowest too, in codes that rise with the ids.

    Parameters
    ----------
    listeners
        Ids of the listeners, sorted, and their codes.
    items
        Ids of the items, sorted, and their codes.
    plays
        As in :class:`Interactions`, but with 0 for a pair that counts nothing: each use in the package leaves these
        out (:meth:`above_zero`); float32, (listeners, items).
    """

    listeners: Vocabulary
    items: Vocabulary
    plays: CSR

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """Return the pairs of a dataset, over its whole catalogue."""
        return cls.of_batches(lambda: dataset.batches(c.PLAYS_TABLE), dataset.items[c.ITEM_ID])

    @classmethod
    def of_batches(
        cls, batches: Callable[[], Iterable[pl.DataFrame]], item_ids: pl.Series | None = None
    ) -> Self:
        """Return the pairs of a table of plays, read twice and some rows at a time.

        Parameters
        ----------
        batches
            Returns the rows, in one batch at least: columns listener_id, item_id, plays [, rating]. Ids are not null;
            plays are numbers above 0; a rating is from 0 to 1 or null, which counts as 1.
        item_ids
            Further item ids.
        """
        people, named = pl.Series(c.LISTENER_ID, [], pl.String), pl.Series(c.ITEM_ID, [], pl.String)
        if item_ids is not None:
            named = item_ids.unique()
        for rows in batches():
            people = pl.concat([people, rows[c.LISTENER_ID].unique()]).unique()
            named = pl.concat([named, rows[c.ITEM_ID].unique()]).unique()
        listeners, items = Vocabulary(people.sort()), Vocabulary(named.sort())
        coded = []
        for rows in batches():
            amount = rows.select(amount_of(rows.columns)).to_series().to_numpy()
            coded.append((listeners.codes(rows[c.LISTENER_ID]), items.codes(rows[c.ITEM_ID]), amount))
        row, column, amounts = (np.concatenate(some) for some in zip(*coded, strict=True))
        coded.clear()
        shape = len(listeners), len(items)
        return cls(listeners, items, _summed(CSR.from_coo(row, column, amounts, shape)))

    @classmethod
    def of_table(cls, plays: pl.DataFrame, item_ids: pl.Series | None = None) -> Self:
        """Return the pairs of a table of plays; see :meth:`of_batches`."""
        return cls.of_batches(lambda: [plays], item_ids)

    def above_zero(self) -> Self:
        """Return the pairs that count something; all listeners and items stay."""
        plays = self.plays
        kept = plays.data > 0
        if kept.all():
            return self
        counting = CSR.from_coo(plays.entry_rows()[kept], plays.indices[kept], plays.data[kept], plays.shape)
        return replace(self, plays=counting)

    def select_listeners(self, rows: NDArray[np.integer]) -> Self:
        """Return the pairs of some listeners, with all items.

        Parameters
        ----------
        rows
            Codes of the listeners, ascending, each once; (kept,).
        """
        return replace(
            self, listeners=Vocabulary(self.listeners.ids.gather(rows)), plays=self.plays.select_rows(rows)
        )

    @cached_property
    def item_listeners(self) -> NDArray[np.int64]:
        """Listeners of each item whose pair counts something; int64, (items,)."""
        counted = self.plays.indices[self.plays.data > 0]
        return np.bincount(counted, minlength=len(self.items)).astype(np.int64)

    def select_items(self, kept: NDArray[np.bool_]) -> Self:
        """Return the pairs of some items, with all listeners.

        Parameters
        ----------
        kept
            Mask of the items; bool, (items,).
        """
        code = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)[self.plays.indices]
        there = code >= 0
        shape = len(self.listeners), int(kept.sum())
        plays = CSR.from_coo(self.plays.entry_rows()[there], code[there], self.plays.data[there], shape)
        return replace(self, items=Vocabulary(self.items.ids.filter(pl.Series(kept))), plays=plays)


def amount_of(columns: Collection[str]) -> pl.Expr:
    """Return how much a row of plays counts; where it is 0, as by the lowest rating, the row is no interaction.

    Parameters
    ----------
    columns
        The table's.
    """
    amount = pl.col(c.PLAYS)
    return amount * pl.col(c.RATING).fill_null(1.0) if c.RATING in columns else amount


def _summed(matrix: CSR) -> CSR:
    """Return a matrix with entries of one cell, which lie side by side, added up."""
    rows = matrix.entry_rows()
    first = np.flatnonzero((np.diff(rows, prepend=-1) != 0) | (np.diff(matrix.indices, prepend=-1) != 0))
    if len(first) == matrix.nnz:
        return matrix
    data = np.add.reduceat(matrix.data, first)
    return CSR.from_coo(rows[first], matrix.indices[first], data, matrix.shape)

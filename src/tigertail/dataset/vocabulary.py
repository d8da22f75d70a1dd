"""Ids and their codes: outside, items and listeners have ids; matrices have rows and columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The id of each code, and the code of each id.

    Parameters
    ----------
    ids
        Distinct ids, in the order of the caller; the code of an id is its place, from 0.

    Examples
    --------
    >>> items = Vocabulary(pl.Series(["queen", "hey", "kult"]))
    >>> items.codes(pl.Series(["kult", "abba", "queen"]))
    array([ 2, -1,  0], dtype=int32)
    """

    ids: pl.Series

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _table(self) -> pl.DataFrame:
        code = pl.int_range(len(self.ids), dtype=pl.Int32, eager=True)
        return pl.DataFrame({"id": self.ids, "code": code})

    def codes(self, ids: pl.Series) -> NDArray[np.int32]:
        """Return the code of each id; int32, (ids,); -1 for an id that is not in the vocabulary."""
        found = pl.DataFrame({"id": ids}).join(self._table, on="id", how="left", maintain_order="left")
        return np.asarray(found["code"].fill_null(-1).to_numpy(), np.int32)

    def encode(
        self,
        rows: pl.DataFrame,
        column: str = c.ITEM_ID,
        *,
        code: str,
        unknown: Literal["drop", "null"] = "drop",
    ) -> pl.DataFrame:
        """Return a table with the code of each row's id, the rows in their order.

        Parameters
        ----------
        rows
            Any table with a column of ids.
        column
            That column.
        code
            Name of the column of codes to add; int32.
        unknown
            What happens to a row whose id is not in the vocabulary: ``"drop"``, or ``"null"`` for its code.
        """
        how: Literal["inner", "left"] = "inner" if unknown == "drop" else "left"
        return rows.join(self.table(column, code), on=column, how=how, maintain_order="left")

    def table(self, column: str, code: str) -> pl.DataFrame:
        """Return the vocabulary as a table of two columns, in the order of the codes."""
        return self._table.rename({"id": column, "code": code})

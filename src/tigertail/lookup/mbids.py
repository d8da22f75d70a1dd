"""Which item an MBID means."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.lookup.spellings import CODE

_WHOLE: Final = f"^{c.UUID}$"


def is_mbid(text: str) -> bool:
    """Return whether a text has the form of an MBID, in any letter case."""
    return re.fullmatch(c.UUID, text.lower()) is not None


def mbid_in(column: str) -> pl.Expr:
    """Return the texts of a column that are MBIDs, in lower case; null for all others."""
    text = pl.col(column).str.to_lowercase()
    return pl.when(text.str.contains(_WHOLE)).then(text)


class Mbids:
    """The MBIDs of items: of their column, their id where that is one, and aliases; in any letter case.

    Parameters
    ----------
    items
        One row per item, in the order of the item codes: item_id, and where the catalogue has it mbid. A text there
        that is no MBID counts as none.
    aliases
        Further MBIDs: code, which is Int32, and alias; None where there are none.

    Examples
    --------
    >>> mbid = "65F4F0C5-EF9E-490C-AEE3-909E7AE6B2AB"
    >>> mbids = Mbids(pl.DataFrame({"item_id": ["a1", mbid]}), None)
    >>> mbids.items_with(mbid.lower()).tolist()
    [1]
    """

    def __init__(self, items: pl.DataFrame, aliases: pl.DataFrame | None) -> None:
        self._items = items
        self._aliases = aliases

    @cached_property
    def of_items(self) -> pl.Series:
        """The MBID of each item, in lower case: of its column, else its id; null where neither is one."""
        columns = [name for name in (c.MBID, c.ITEM_ID) if name in self._items.columns]
        return self._items.select(pl.coalesce(mbid_in(name) for name in columns).alias(c.MBID)).to_series()

    @cached_property
    def codes(self) -> pl.DataFrame:
        """Every MBID and the code of an item that has it, ascending: mbid and code."""
        code = pl.int_range(pl.len(), dtype=pl.Int32).alias(CODE)
        known = [
            self._items.select(self.of_items, code),
            self._items.select(mbid_in(c.ITEM_ID).alias(c.MBID), code),
        ]
        if self._aliases is not None:
            known.append(self._aliases.select(mbid_in(c.ALIAS).alias(c.MBID), CODE))
        return pl.concat(known).drop_nulls().unique().sort(c.MBID, CODE)

    def items_with(self, mbid: str) -> NDArray[np.int32]:
        """Return the codes of the items with an MBID, in any letter case, ascending; int32."""
        mbid = mbid.strip().lower()
        if not is_mbid(mbid):
            return np.empty(0, np.int32)
        return np.unique(self.codes.filter(pl.col(c.MBID) == mbid)[CODE].to_numpy()).astype(np.int32)

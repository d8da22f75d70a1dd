"""Which item is meant: by id, by MBID, by name in any spelling, or by what has been typed so far."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.folding import fold
from tigertail.errors import UnknownItemError

if TYPE_CHECKING:
    from tigertail.retrieval.name_index import NameIndex

FOLDED: Final = "folded"
SUGGESTED: Final = 5
_QUERY: Final = "query"
_UUID: Final = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class ItemIndex:
    """Resolves what people and programs call an item, for every interface in the same way.

    A text is an item's id, its exact name, or its name whatever the case, accents and punctuation, in this order; of
    several items of one name it is the one with most listeners.

    Parameters
    ----------
    items
        One row per item, in the order of the item codes, which is that of popularity: item_id, name, folded,
        listeners, and where the catalogue has them kind and mbid.

    Examples
    --------
    >>> items = {"item_id": ["a1", "a2"], "name": ["Sigur Rós", "Кино"], "folded": ["sigur ros", "кино"]}
    >>> index = ItemIndex(pl.DataFrame(items | {"listeners": [9, 5]}))
    >>> index.find("sigur ros"), index.find("a2")
    (0, 1)
    """

    def __init__(self, items: pl.DataFrame) -> None:
        self._items = items
        self._prepared = False

    def prepare(self) -> None:
        """Build at once what makes each look-up fast, for a process that answers many."""
        self._prepared = True
        self.code("")

    def find(self, text: str) -> int:
        """Return the code of an item given by id or name.

        Raises
        ------
        UnknownItemError
            If there is no such item; the error suggests close names.
        """
        code = self.code(text)
        if code is None:
            raise self.unknown(text)
        return code

    def code(self, text: str) -> int | None:
        """Return the code of an item given by id or name; None where there is none."""
        text = _encodable(text)
        if self._prepared:
            code = self._by_id.get(text, -1)
            code = self.names.exact(text) if code < 0 else code
            return None if code < 0 else code
        for column, value in ((c.ITEM_ID, text), (c.NAME, text), (FOLDED, fold(text))):
            codes = (self._items[column] == value).arg_true()
            if len(codes):
                return int(codes[0])
        return None

    def codes(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return the code of each text, as :meth:`code` does; int32, (texts,); -1 for the unknown."""
        if self._prepared:
            found = (self.code(text) for text in texts)
            return np.array([-1 if code is None else code for code in found], np.int32)
        texts = [_encodable(text) for text in texts]
        schema = {_QUERY: pl.String, FOLDED: pl.String}
        queries = pl.DataFrame({_QUERY: texts, FOLDED: [fold(text) for text in texts]}, schema)
        for column, key in ((c.ITEM_ID, _QUERY), (c.NAME, _QUERY), (FOLDED, FOLDED)):
            names = self._items.select(
                pl.col(column).alias(key), pl.int_range(pl.len()).alias(f"by {column}")
            )
            queries = queries.join(names.unique(key, keep="first"), on=key, how="left", maintain_order="left")
        code = pl.coalesce("^by .*$").fill_null(-1).cast(pl.Int32)
        return queries.select(code).to_series().to_numpy()

    def find_all(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return the code of each text; int32, (texts,).

        Raises
        ------
        UnknownItemError
            If one is unknown: the first of them.
        """
        codes = self.codes(texts)
        if (codes < 0).any():
            raise self.unknown(texts[int(np.argmin(codes))])
        return codes

    def by_id(self, item: str) -> int | None:
        """Return the code of an item given by id alone; None where there is none."""
        return self._by_id.get(item)

    def by_mbid(self, mbid: str, kind: str) -> int | None:
        """Return the code of the item of a kind with an MBID, in any letter case; None where there is none."""
        return self._by_mbid.get((kind, mbid.strip().lower()))

    @cached_property
    def mbids(self) -> pl.Series:
        """The MBID of each item, in lower case: of its column, or its id where that is one; null where unknown."""
        own = pl.col(c.MBID) if c.MBID in self._items.columns else pl.lit(None, pl.String)
        return self._items.select(
            pl.coalesce(own.str.to_lowercase(), mbid_in(c.ITEM_ID)).alias(c.MBID)
        ).to_series()

    def unknown(self, text: str, *, path: Path | None = None, line: int | None = None) -> UnknownItemError:
        """Return the error that says there is no such item, and suggests close names.

        Parameters
        ----------
        text
            The text.
        path, line
            The file and the line that have it.
        """
        close = self.suggest(text)
        return UnknownItemError(
            f"no item called '{text}'",
            remedy=f"did you mean: {', '.join(close)}?" if close else "no name in this model is close to it",
            path=path,
            line=line,
            suggestions=close,
        )

    def suggest(self, text: str, n: int = SUGGESTED) -> list[str]:
        """Return the names that best match a text, equals by number of listeners."""
        return self._items[c.NAME].gather(self.search(text, n)[0]).to_list()

    def search(
        self, text: str, n: int = 10, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the items whose names best match what has been typed so far, and how well they match, 0 to 1."""
        return self.names.search(text, n, allowed)

    @cached_property
    def names(self) -> NameIndex:
        """The index that names are searched with, built when it is first needed."""
        from tigertail.retrieval.name_index import NameIndex

        return NameIndex(self._items[c.NAME], self._items["listeners"].to_numpy(), self._items[FOLDED])

    @cached_property
    def _by_id(self) -> dict[str, int]:
        return {item: code for code, item in enumerate(self._items[c.ITEM_ID])}

    @cached_property
    def _by_mbid(self) -> dict[tuple[str, str], int]:
        known = self._items.select(c.KIND, self.mbids, pl.int_range(pl.len()).alias("code"))
        known = known.drop_nulls(c.MBID).reverse()  # the item with most listeners is written last
        return {(kind, mbid): code for kind, mbid, code in known.iter_rows()}


def mbid_in(column: str) -> pl.Expr:
    """Return the texts of a column that are MBIDs, in lower case; null for all others."""
    text = pl.col(column).str.to_lowercase()
    return pl.when(text.str.contains(_UUID)).then(text)


def _encodable(text: str) -> str:
    """Replace half a surrogate pair, which arguments and JSON may hold, but no name: UTF-8 cannot express it."""
    return text.encode("utf-8", "replace").decode()

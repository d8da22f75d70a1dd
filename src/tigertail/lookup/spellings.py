"""How items are spelled: which items have a folded name, among their own names and their aliases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.folding import loose_series
from tigertail.lookup.text_lookup import TextLookup

FOLDED: Final = "folded"
LOOSE: Final = "loose"
CODE: Final = "code"

_ARTICLE: Final = re.compile(r"^\s*the\s|(?:,\s*the|\(the\))\s*$", re.IGNORECASE)

Folding = Literal["folded", "loose"]
Codes = NDArray[np.int32]


class Spellings:
    """The names of items, folded and loosely folded (:mod:`tigertail.dataset.folding`).

    Parameters
    ----------
    items
        One row per item, in the order of the item codes: name and folded, neither null.
    aliases
        Further names, ascending by code: code (Int32), alias and folded, none null; None where there are none.

    Examples
    --------
    >>> items = pl.DataFrame({"name": ["Sigur Rós", "Кино"], "folded": ["sigur ros", "кино"]})
    >>> aliases = pl.DataFrame({"code": [1], "alias": ["Kino"], "folded": ["kino"]})
    >>> spellings = Spellings(items, aliases.cast({"code": pl.Int32}))
    >>> spellings.items_with("folded", "kino").tolist(), spellings.of_item(1)
    ([1], ['кино', 'kino'])
    """

    def __init__(self, items: pl.DataFrame, aliases: pl.DataFrame | None) -> None:
        self._items = items
        own = items.select(pl.int_range(pl.len(), dtype=pl.Int32).alias(CODE), c.NAME, FOLDED)
        self._rows = (
            own
            if aliases is None
            else pl.concat([own, aliases.select(CODE, pl.col(c.ALIAS).alias(c.NAME), FOLDED)])
        )
        self._codes: Codes = self._rows[CODE].to_numpy()
        self._indexed = False

    def index(self) -> None:
        """Look up by tables from now on, each built when it is first needed; without, a look-up scans all names."""
        self._indexed = True

    def prepare(self) -> None:
        """Build all tables at once, for a process that answers many."""
        self.index()
        _ = self._by_folded, self._by_loose, self._words

    def items_with(self, folding: Folding, spelling: str) -> Codes:
        """Return the codes of the items with a spelling, ascending; int32."""
        if self._indexed:
            rows = (self._by_folded if folding == FOLDED else self._by_loose).positions(spelling)
        else:
            spelled = self._rows[FOLDED] if folding == FOLDED else self._loose
            rows = (spelled == spelling).arg_true().to_numpy()
        codes = self._codes[rows]
        return codes if len(codes) < 2 else np.unique(codes)

    def items_with_any(self, folded: Sequence[str]) -> dict[str, list[int]]:
        """Return the codes of the items with each of some folded spellings, ascending, of those that items have."""
        rows = self._rows.filter(pl.col(FOLDED).is_in(folded)).select(FOLDED, CODE)
        found: dict[str, list[int]] = {}
        for spelling, code in rows.unique().sort(CODE).iter_rows():  # an alias may be folded as the name is
            found.setdefault(spelling, []).append(code)
        return found

    def of_item(self, code: int) -> list[str]:
        """Return the folded spellings of an item, its own first; of a name with the article "the" also one with it.

        Folding takes the article away, but not one that is mistyped: "teh beatles" is near to "the beatles" alone.
        """
        first, last = (np.searchsorted(self.aliases[0], [code, code + 1]) + len(self._items)).tolist()
        spellings: list[str] = []
        for row in (code, *range(first, last)):
            folded = self._rows[FOLDED][row]
            spellings.append(folded)
            if _ARTICLE.search(self._rows[c.NAME][row]):
                spellings.append(f"the {folded}")
        return list(dict.fromkeys(spellings))

    @cached_property
    def aliases(self) -> tuple[Codes, pl.Series]:
        """The item of each alias, ascending, and the name, folded."""
        return self._codes[len(self._items) :], self._rows[FOLDED][len(self._items) :]

    def is_word(self, word: str) -> bool:
        """Return whether a name has a word, which is folded."""
        return bool(len(self._words.positions(word)))

    @cached_property
    def _words(self) -> TextLookup:
        return TextLookup(self._rows[FOLDED].str.split(" ").explode().unique(maintain_order=True))

    @cached_property
    def _loose(self) -> pl.Series:
        return loose_series(self._rows[c.NAME], self._rows[FOLDED])

    @cached_property
    def _by_folded(self) -> TextLookup:
        return TextLookup(self._rows[FOLDED])

    @cached_property
    def _by_loose(self) -> TextLookup:
        return TextLookup(self._loose)

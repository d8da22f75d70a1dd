"""Search as you type over names: any script, any order of words, a mistake or two, stars and tail alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.dataset.folding import fold, fold_series
from tigertail.retrieval.bigrams import LONGEST, Grams
from tigertail.retrieval.name_similarity import BEGUN, closeness

CANDIDATES: Final = 200  # names of each kind that are looked at letter by letter
BESIDE: Final = 0.7  # of the best answer's match: what is no better is not worth showing beside it
LATIN: Final = 0.98  # what a name in other letters is worth, typed in Latin ones
_READ: Final = 10 * LONGEST  # letters typed that are read: folding drops some
_ARTICLE: Final = "the"


class NameIndex:
    """An index of names.

    How well a name matches the text decides; of equally good matches the most popular comes
    first. Names in other scripts are also found by Latin letters.

    Parameters
    ----------
    names
        Names as they are shown; (items,).
    listeners
        Listeners of each item, which settles ties; (items,). Of equals the first wins.
    folded
        The same names folded (:func:`tigertail.dataset.folding.fold`), where that has been done.
    further
        Further spellings: places in the names, and the spellings, folded.

    Examples
    --------
    >>> index = NameIndex(["The Beatles", "Beat Happening", "Кино", "東京事変"], np.array([9, 1, 5, 3]))
    >>> [index.search(typed)[0].tolist() for typed in ("beat", "baetles", "事変")]
    [[0, 1], [0], [3]]
    """

    def __init__(
        self,
        names: Sequence[str] | pl.Series,
        listeners: NDArray[np.number],
        folded: Sequence[str] | pl.Series | None = None,
        further: tuple[NDArray[np.integer], pl.Series] | None = None,
    ) -> None:
        shown = pl.Series("name", names, pl.String)
        plain = fold_series(shown) if folded is None else pl.Series("folded", folded, pl.String)
        order = np.argsort(-np.asarray(listeners), kind="stable")
        self._codes = order.astype(np.int32)  # from the most popular down
        shown, plain = shown.gather(order), plain.gather(order)
        with_article = shown.str.to_lowercase().str.contains(rf"^\W*{_ARTICLE}\W")
        owners = np.arange(len(plain))
        if further is not None:
            place = np.empty_like(order)
            place[order] = owners
            owners = np.concatenate([owners, place[further[0]]])
            plain = pl.concat([plain, further[1].alias(plain.name)])
        foreign, latin = _in_latin(plain)
        own = np.concatenate([np.arange(len(owners)) < len(shown), np.zeros(len(foreign), np.bool_)])
        owners = np.concatenate([owners, owners[foreign]])
        rows = np.argsort(owners, kind="stable")  # spellings, from those of the most popular item down
        self._owners = owners[rows]
        self._latin = rows >= len(plain)
        self._folded = pl.concat([plain, latin]).str.slice(0, LONGEST).gather(rows)
        self._texts = self._folded.zip_with(
            ~with_article.gather(self._owners) | pl.Series(~own[rows]), self._folded + f" {_ARTICLE}"
        )
        self._grams = Grams.of(self._texts)

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self._codes)

    def search(
        self, text: str, n: int = 10, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the names that best answer what has been typed so far.

        Parameters
        ----------
        text
            What is typed. A blank text matches the most popular.
        n
            How many to return.
        allowed
            Items that alone may be returned; bool, (items,); None where all may.

        Returns
        -------
        codes
            Places in the names given, best first; int32, up to ``n``.
        match
            How well each answers, above 0 and up to 1, which is the very name; float32, of the same shape.
        """
        query = _without_article(fold(text[:_READ])[:LONGEST].strip())
        inside = None if allowed is None else np.asarray(allowed, np.bool_)[self._codes]
        if not query:
            owners = np.arange(len(self)) if inside is None else np.flatnonzero(inside)
            return self._codes[owners[:n]], np.full(len(owners[:n]), BEGUN, np.float32)
        rows = self._grams.closest(
            query, max(CANDIDATES, n), None if inside is None else inside[self._owners]
        )
        if not len(rows):
            return np.empty(0, np.int32), np.empty(0, np.float32)
        match = closeness(query, *(column.gather(rows).to_list() for column in (self._folded, self._texts)))
        match[self._latin[rows]] *= LATIN
        order = np.argsort(-match, kind="stable")  # rows rise
        order = order[match[order] > BESIDE * match[order[0]]]
        owners, first = np.unique(self._owners[rows[order]], return_index=True)
        best = order[np.sort(first)[:n]]  # of an item's spellings the better
        return self._codes[self._owners[rows[best]]], match[best].astype(np.float32)


def _without_article(folded: str) -> str:
    """Return "beatles" for "beatles the", as "The Beatles" is folded."""
    return folded.removesuffix(f" {_ARTICLE}")


def _in_latin(folded: pl.Series) -> tuple[NDArray[np.int64], pl.Series]:
    """Return which names can be written in Latin letters as well, and how."""
    from anyascii import anyascii

    foreign = np.flatnonzero((folded.str.len_bytes() > folded.str.len_chars()).to_numpy())
    latin = [fold(anyascii(name)) for name in folded.gather(foreign)]
    kept = [bool(name) for name in latin]
    return foreign[kept], pl.Series(folded.name, [name for name in latin if name], pl.String)

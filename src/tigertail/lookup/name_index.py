"""Typo-tolerant search as you type over names: any script, any order of words, head and tail alike.

Candidates are found by the bigrams that they share with the query, then ranked by edit distance (Damerau-Levenshtein,
as optimal string alignment).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.dataset.folding import fold, fold_series, in_hiragana
from tigertail.lookup.bigrams import MAX_LENGTH, BigramIndex
from tigertail.lookup.name_similarity import EXACT_MATCH, PREFIX_MATCH, closeness

CANDIDATES: Final = 200  # names of each ranking of the bigram index that are compared by edit distance
MIN_RELATIVE_MATCH: Final = 0.7  # names that match no better than this share of the best match are not shown
TRANSLITERATION_FACTOR: Final = 0.98  # of the match of a name in another script with Latin letters
_MAX_TYPED: Final = 10 * MAX_LENGTH  # letters of a query that are folded: folding drops some
_ARTICLE: Final = "the"


class NameIndex:
    """An index of names.

    How well a name matches the text decides; of equally good matches the most popular comes
    first. Hiragana and katakana are one: an input method shows hiragana while one types. Names in any other script
    are also found by their transliteration into Latin letters.

    Parameters
    ----------
    names
        Names as they are shown; (items,).
    listeners
        Listeners of each item, which break ties; (items,). Further ties go to the first.
    folded
        The same names folded (:func:`tigertail.dataset.folding.fold`); None to fold them here.
    aliases
        Further spellings: the item code (index into ``names``) of each, and the spellings, folded.

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
        aliases: tuple[NDArray[np.integer], pl.Series] | None = None,
    ) -> None:
        shown = pl.Series("name", names, pl.String)
        plain = fold_series(shown) if folded is None else pl.Series("folded", folded, pl.String)
        order = np.argsort(-np.asarray(listeners), kind="stable")
        self._codes = order.astype(np.int32)  # from the most popular down
        shown, plain = shown.gather(order), plain.gather(order)
        with_article = shown.str.to_lowercase().str.contains(rf"^\W*{_ARTICLE}\W")
        owners = np.arange(len(plain))
        if aliases is not None:
            rank = np.empty_like(order)
            rank[order] = owners
            owners = np.concatenate([owners, rank[aliases[0]]])
            plain = pl.concat([plain, aliases[1].alias(plain.name)])
        non_ascii, latin = _transliterated(plain)
        is_name = np.concatenate([np.arange(len(owners)) < len(shown), np.zeros(len(non_ascii), np.bool_)])
        owners = np.concatenate([owners, owners[non_ascii]])
        rows = np.argsort(owners, kind="stable")  # spellings, from those of the most popular item down
        self._owners = owners[rows]  # the popularity rank of the item of each spelling
        self._transliterated = rows >= len(plain)
        self._folded = _in_hiragana(pl.concat([plain, latin]).str.slice(0, MAX_LENGTH).gather(rows))
        # Folding drops a leading "the", which may be typed all the same, in any order of the words.
        # Whether an alias had one is not known: it comes folded.
        self._with_article = self._folded.zip_with(
            ~with_article.gather(self._owners) | pl.Series(~is_name[rows]), self._folded + f" {_ARTICLE}"
        )
        self._bigrams = BigramIndex.of(self._with_article)

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
            Mask of the items that may be returned; bool, (items,); None where all may.

        Returns
        -------
        codes
            Item codes (indices into ``names``), best first; int32, up to ``n``.
        match
            How well each name answers, above 0; 1 is an exact match; float32, of the same shape.
        """
        typed = in_hiragana(fold(text[:_MAX_TYPED]))[:MAX_LENGTH].strip()
        query = _without_article(typed)
        inside = None if allowed is None else np.asarray(allowed, np.bool_)[self._codes]
        if not query:
            owners = np.arange(len(self)) if inside is None else np.flatnonzero(inside)
            return self._codes[owners[:n]], np.full(len(owners[:n]), PREFIX_MATCH, np.float32)
        rows = self._bigrams.closest(
            typed, max(CANDIDATES, n), None if inside is None else inside[self._owners]
        )
        if not len(rows):
            return np.empty(0, np.int32), np.empty(0, np.float32)
        folded, with_article = (
            column.gather(rows).to_list() for column in (self._folded, self._with_article)
        )
        match = closeness(query, folded, with_article)
        match[[name == typed for name in folded]] = EXACT_MATCH  # "What the", of which it is no article
        match[self._transliterated[rows]] *= TRANSLITERATION_FACTOR
        order = np.argsort(-match, kind="stable")  # rows are ascending, so ties go to the more popular item
        order = order[match[order] > MIN_RELATIVE_MATCH * match[order[0]]]
        owners, first = np.unique(self._owners[rows[order]], return_index=True)
        best = order[np.sort(first)[:n]]  # the best spelling of each item
        return self._codes[self._owners[rows[best]]], match[best].astype(np.float32)


def _without_article(folded: str) -> str:
    """Return "beatles" for "beatles the", which people type while :func:`fold` drops only a leading article."""
    return folded.removesuffix(f" {_ARTICLE}")


def _in_hiragana(folded: pl.Series) -> pl.Series:
    """Return the names with their katakana written as hiragana."""
    katakana = folded.str.contains(r"\p{Katakana}")
    return folded.scatter(katakana.arg_true(), [in_hiragana(name) for name in folded.filter(katakana)])


def _transliterated(folded: pl.Series) -> tuple[NDArray[np.int64], pl.Series]:
    """Return the rows of the names with letters outside ASCII that have a transliteration, and the transliterations."""
    from anyascii import anyascii

    non_ascii = np.flatnonzero((folded.str.len_bytes() > folded.str.len_chars()).to_numpy())
    latin = [fold(anyascii(name)) for name in folded.gather(non_ascii)]
    kept = [bool(name) for name in latin]
    return non_ascii[kept], pl.Series(folded.name, [name for name in latin if name], pl.String)

"""Which texts share most letters with a query: an inverted index of character bigrams and skip-bigrams.

A bigram here is a pair of letters of one word, adjacent or with one letter between them, in their order; each edge of
the word counts as a letter. So a wrong, missing, added or swapped letter, also the first, leaves most bigrams of even a
short word in place, and the order of words does not matter. From Thai on in Unicode, where the scripts are that write
no spaces between words, each letter alone is a bigram as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

MAX_LENGTH: Final = 100  # letters of a query, and of a text, that count; the rest is ignored
_EDGE: Final = ord(" ")
_END: Final = ord("\n")
_ALONE_FROM: Final = 0x0E00  # Thai; all scripts that write no spaces come after it, and some that do
_CODE_POINTS: Final = 0x110000  # of Unicode
_BLOCK: Final = 2**16  # texts whose bigrams are made at a time


@dataclass(frozen=True, eq=False)
class BigramIndex:
    """An inverted index of bigrams.

    Parameters
    ----------
    alphabet
        All letters of the texts as code points, ascending; uint32, (letters,).
    keys
        All bigrams of the texts, ascending: position of the first letter in the alphabet, times the number of letters,
        plus position of the second; int64, (bigrams,). Each is below 2^32 for up to 65,536 letters.
    starts
        Where the rows of each bigram begin in ``rows``; int64, (bigrams + 1,).
    rows
        For each bigram in turn, the rows of the texts that have it, ascending; uint32.
    sizes
        Number of distinct bigrams of each text; uint16, (texts,).
    """

    alphabet: NDArray[np.uint32]
    keys: NDArray[np.int64]
    starts: NDArray[np.int64]
    rows: NDArray[np.uint32]
    sizes: NDArray[np.uint16]

    @classmethod
    def of(cls, texts: pl.Series) -> Self:
        """Index texts whose words are separated by single spaces; none has a line feed or is null."""
        blocks = [texts[start : start + _BLOCK] for start in range(0, len(texts), _BLOCK)]
        seen = np.zeros(_CODE_POINTS, np.bool_)
        for block in blocks:
            seen[_code_points(_joined(block))] = True
        alphabet = np.flatnonzero(seen).astype(np.uint32)
        letter_of = np.cumsum(seen, dtype=np.int64) - 1  # by code point, its position in the alphabet
        parts = [
            _keys_and_rows(block, letter_of, len(alphabet), _BLOCK * number)
            for number, block in enumerate(blocks)
        ]
        keys_and_rows = np.concatenate([np.empty(0, np.uint64), *parts])
        del parts
        keys_and_rows.sort()
        rows = keys_and_rows.astype(np.uint32)  # the lower half
        all_keys = np.right_shift(keys_and_rows, np.uint64(32), out=keys_and_rows)
        starts = np.flatnonzero(np.append(True, all_keys[1:] != all_keys[:-1])[: len(all_keys)])
        keys = all_keys[starts].astype(np.int64)
        # A text of more, which is no name, has as many as the type holds.
        sizes = np.minimum(np.bincount(rows, minlength=len(texts)), 65535).astype(np.uint16)
        return cls(alphabet, keys, np.append(starts, len(rows)), rows, sizes)

    def closest(self, text: str, n: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Return the union of two rankings: texts that a query may be the beginning of, and texts that it may be.

        The first ranks by the number of bigrams in common with the query but for its end. The second ranks by the Dice
        coefficient with the whole query, so that of two texts with as many in common the shorter is better. Ties go to
        the first row.

        Parameters
        ----------
        text
            The query, folded as the texts are.
        n
            How many rows to take from each ranking, 1 at least.
        allowed
            Mask of the rows that may be returned; bool, (texts,); None where all may.

        Returns
        -------
        numpy.ndarray
            Rows, ascending; int64, up to twice ``n``.
        """
        beginning, end, size = self._bigrams_of(text[:MAX_LENGTH])
        shared = self._count(beginning)
        if allowed is not None:
            shared[~allowed] = 0
        most_shared = _largest(shared, n)
        most_shared = most_shared[shared[most_shared] > 0]
        if not len(most_shared):
            return most_shared
        # A text with fewer than half of what the best ones share is not near even if it is short.
        near = np.flatnonzero(shared >= max(1, int(shared.max()) // 2))
        half_dice = (shared[near] + self._count(end)[near]).astype(np.float32)
        half_dice /= self.sizes[near].astype(np.float32) + np.float32(size)
        return np.union1d(most_shared, near[_largest(half_dice, n)])

    def _count(self, bigrams: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Return how many of some bigrams each text has."""
        shared = np.zeros(len(self.sizes), np.uint16)
        for bigram in bigrams:
            shared[self.rows[self.starts[bigram] : self.starts[bigram + 1]]] += np.uint16(1)
        return shared

    def _bigrams_of(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
        """Return the bigrams of a query as positions in ``keys``: those not at its last edge only, and the others.

        Beside them, how many the query has, with those that no text has.
        """
        points = _code_points(f" {text} \n")
        first, second, at = _pairs(points)
        last = (second == _EDGE) & (at >= len(points) - 4)
        a, b = _letters(self.alphabet, first), _letters(self.alphabet, second)
        keys = np.where((a < 0) | (b < 0), -1, a * len(self.alphabet) + b)
        position = np.minimum(np.searchsorted(self.keys, keys), max(len(self.keys) - 1, 0))
        found = self.keys[position] == keys if len(self.keys) else np.zeros(len(keys), np.bool_)
        beginning = np.unique(position[found & ~last])
        size = len(np.unique(first.astype(np.uint64) << np.uint64(32) | second))
        return beginning, np.setdiff1d(position[found & last], beginning), size


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)


def _joined(texts: pl.Series) -> str:
    return "".join(" " + texts.str.slice(0, MAX_LENGTH) + " \n")


def _keys_and_rows(
    texts: pl.Series, letter_of: NDArray[np.int64], letters: int, first_row: int
) -> NDArray[np.uint64]:
    """Return the key of each distinct bigram of a text and the text's row as the halves of one number; sorted."""
    points = _code_points(_joined(texts))
    row = first_row + np.cumsum(points == _END, dtype=np.uint64)
    first, second, at = _pairs(points)
    keys = (letter_of[first] * letters + letter_of[second]).astype(np.uint64)
    keys_and_rows = keys << np.uint64(32) | row[at]
    keys_and_rows.sort()
    is_first = np.append(True, keys_and_rows[1:] != keys_and_rows[:-1])[: len(keys_and_rows)]
    return np.asarray(keys_and_rows[is_first])


def _pairs(
    points: NDArray[np.uint32],
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64]]:
    """Return first and second letter of every bigram, and where it begins."""
    inside = (points != _EDGE) & (points != _END)
    adjacent = (inside[:-1] | inside[1:]) & (points[:-1] != _END) & (points[1:] != _END)
    skipping = inside[1:-1] & (inside[:-2] | inside[2:]) & (points[:-2] != _END) & (points[2:] != _END)
    near, far, single = (
        np.flatnonzero(adjacent),
        np.flatnonzero(skipping),
        np.flatnonzero(points >= _ALONE_FROM),
    )
    first = np.concatenate([points[near], points[far], points[single]])
    # A letter alone is a pair with the end of the text, which is in no other pair.
    second = np.concatenate([points[near + 1], points[far + 2], np.full(len(single), _END, np.uint32)])
    return first, second, np.concatenate([near, far, single])


def _letters(alphabet: NDArray[np.uint32], points: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the position of code points in the alphabet; -1 where the alphabet lacks it."""
    position = np.minimum(np.searchsorted(alphabet, points), max(len(alphabet) - 1, 0))
    return np.where(alphabet[position] == points, position, -1) if len(alphabet) else position - 1


def _largest(values: NDArray[np.uint16] | NDArray[np.float32], n: int) -> NDArray[np.int64]:
    """Return the positions of the ``n`` largest values, ties by position."""
    if len(values) <= n:
        return np.arange(len(values))
    lowest = np.partition(values, -n)[-n]
    above = np.flatnonzero(values > lowest)
    ties = np.flatnonzero(values == lowest)[: n - len(above)]
    return np.concatenate([above, ties])

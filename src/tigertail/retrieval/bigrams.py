"""Which texts share most letters with a query: an inverted index of pairs of letters.

A gram is a pair of letters of one word, side by side or with one between them, in their order; a word's edges count
as a letter. A wrong, missing, added or swapped letter, also the first, then leaves most grams of even a short word in
place, and the order of words does not matter. Where a script writes no spaces each letter is a gram as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

LONGEST: Final = 100  # letters of a query, and of a text: what comes after them is not looked at
_EDGE: Final = ord(" ")
_END: Final = ord("\n")
_UNSPACED: Final = 0x0E00  # Thai, Khmer, kana, Chinese, Korean: all of them come after it in Unicode
_POINTS: Final = 0x110000
_BLOCK: Final = 2**16  # texts taken apart at a time


@dataclass(frozen=True, eq=False)
class Grams:
    """An inverted index of grams.

    Parameters
    ----------
    alphabet
        The letters there are, in order; uint32.
    keys
        The grams there are, in order; int64.
    starts
        Where the rows of each gram begin; int64, (keys + 1,).
    rows
        Rows of the texts that hold it, rising; uint32.
    sizes
        How many grams each text has; uint16, (texts,).
    """

    alphabet: NDArray[np.uint32]
    keys: NDArray[np.int64]
    starts: NDArray[np.int64]
    rows: NDArray[np.uint32]
    sizes: NDArray[np.uint16]

    @classmethod
    def of(cls, texts: pl.Series) -> Self:
        """Index texts whose words are parted by single spaces."""
        blocks = [texts[start : start + _BLOCK] for start in range(0, len(texts), _BLOCK)]
        seen = np.zeros(_POINTS, np.bool_)
        for block in blocks:
            seen[_points(_joined(block))] = True
        alphabet = np.flatnonzero(seen).astype(np.uint32)
        places = np.cumsum(seen, dtype=np.int64) - 1
        # Gram and row in one number: sorting these sorts the rows of each gram.
        parts = [_held(block, places, len(alphabet), _BLOCK * number) for number, block in enumerate(blocks)]
        both = np.concatenate([np.empty(0, np.uint64), *parts])
        del parts
        both.sort()
        rows = both.astype(np.uint32)  # the lower half
        both >>= np.uint64(32)
        starts = np.flatnonzero(np.append(True, both[1:] != both[:-1])[: len(both)])
        keys = both[starts].astype(np.int64)
        sizes = np.minimum(np.bincount(rows, minlength=len(texts)), 65535).astype(np.uint16)
        return cls(alphabet, keys, np.append(starts, len(rows)), rows, sizes)

    def closest(self, text: str, most: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Return the rows that share most grams with a text.

        Parameters
        ----------
        text
            The query, folded as the texts are; it may be the beginning of what is meant.
        most
            How many of each of two kinds: those that share most grams, of equals the first; and those that also
            have few others, for which the text's end is an end.
        allowed
            Rows that alone may be returned; bool, (texts,).

        Returns
        -------
        numpy.ndarray
            Rows, rising; int64, up to twice ``most``.
        """
        begun, ended = self._asked(text[:LONGEST])
        shared = self._counted(begun)
        if allowed is not None:
            shared[~allowed] = 0
        by_share = _most(shared, most)
        if not len(by_share):
            return by_share
        # Those that share half of what the best do can be the shorter name.
        near = np.flatnonzero(shared >= max(1, int(shared.max()) // 2))
        score = (shared[near] + self._counted(ended)[near]).astype(np.float32)
        score /= self.sizes[near].astype(np.float32) + np.float32(len(begun) + len(ended))
        if len(near) > most:
            near = near[np.argpartition(-score, most)[:most]]
        return np.union1d(by_share, near)

    def _counted(self, grams: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Return how many of some grams each text has."""
        shared = np.zeros(len(self.sizes), np.uint16)
        for gram in grams:
            shared[self.rows[self.starts[gram] : self.starts[gram + 1]]] += np.uint16(1)
        return shared

    def _asked(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the grams of a query as places in ``keys``: those of what is typed, and of its last edge."""
        points = _points(f" {text} \n")
        first, second, at = _pairs(points)
        last = (second == _EDGE) & (at >= len(points) - 4)
        a, b = _places(self.alphabet, first), _places(self.alphabet, second)
        keys = np.where((a < 0) | (b < 0), -1, a * len(self.alphabet) + b)
        place = np.minimum(np.searchsorted(self.keys, keys), max(len(self.keys) - 1, 0))
        there = self.keys[place] == keys if len(self.keys) else np.zeros(len(keys), np.bool_)
        return np.unique(place[there & ~last]), np.unique(place[there & last])


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)


def _joined(texts: pl.Series) -> str:
    return "".join(" " + texts.str.slice(0, LONGEST) + " \n")


def _held(texts: pl.Series, places: NDArray[np.int64], letters: int, first_row: int) -> NDArray[np.uint64]:
    """Return gram and row in one number, of each gram a text has, once; sorted."""
    points = _points(_joined(texts))
    row = first_row + np.cumsum(points == _END, dtype=np.uint64)
    first, second, at = _pairs(points)
    keys = (places[first] * letters + places[second]).astype(np.uint64)
    both = keys << np.uint64(32) | row[at]
    both.sort()
    return np.asarray(both[np.append(True, both[1:] != both[:-1])[: len(both)]])


def _pairs(
    points: NDArray[np.uint32],
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64]]:
    """Return first and second letter of every gram, and where it begins."""
    inside = (points != _EDGE) & (points != _END)
    beside = (inside[:-1] | inside[1:]) & (points[:-1] != _END) & (points[1:] != _END)
    apart = inside[1:-1] & (inside[:-2] | inside[2:]) & (points[:-2] != _END) & (points[2:] != _END)
    near, far, alone = np.flatnonzero(beside), np.flatnonzero(apart), np.flatnonzero(points >= _UNSPACED)
    first = np.concatenate([points[near], points[far], points[alone]])
    # A letter alone is written as a pair with the end, which is in no other.
    second = np.concatenate([points[near + 1], points[far + 2], np.full(len(alone), _END, np.uint32)])
    return first, second, np.concatenate([near, far, alone])


def _places(alphabet: NDArray[np.uint32], letters: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the place of each letter in the alphabet; -1 where it is not in there."""
    place = np.minimum(np.searchsorted(alphabet, letters), max(len(alphabet) - 1, 0))
    return np.where(alphabet[place] == letters, place, -1) if len(alphabet) else place - 1


def _most(shared: NDArray[np.uint16], most: int) -> NDArray[np.int64]:
    """Return the rows of the largest numbers that are not 0, of equals the first."""
    sizes = np.bincount(shared, minlength=1)[::-1].cumsum()[::-1]  # how many have this many or more
    least = max(1, int(np.flatnonzero(np.append(sizes[1:], 0) < most)[0]))
    surely = np.flatnonzero(shared > least)
    equals = np.flatnonzero(shared == least)[: most - len(surely)]
    return np.concatenate([surely, equals])

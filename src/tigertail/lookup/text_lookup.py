"""A look-up of the positions of a text among many."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray


class TextLookup:
    """A look-up of the positions of a text among many, by hashes: a dictionary of strings would be many times as large.

    Parameters
    ----------
    texts
        The texts; nulls are never found.

    Examples
    --------
    >>> lookup = TextLookup(pl.Series(["kult", "kino", "kult", None]))
    >>> lookup.positions("kult").tolist(), lookup.positions("queen").tolist()
    ([0, 2], [])
    """

    def __init__(self, texts: pl.Series) -> None:
        # Python's own hashes, whose single one costs a hundredth of one by polars; only whether two are equal counts.
        hashes = np.fromiter(map(hash, texts), np.int64, len(texts))
        self._order = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes = hashes[self._order]
        self._texts = texts

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the texts: every process has hashes of its own."""
        return TextLookup, (self._texts,)

    def positions(self, text: str) -> NDArray[np.int32]:
        """Return the positions of a text, ascending; int32, not to be written to."""
        wanted = np.int64(hash(text))
        start, end = self._hashes.searchsorted(wanted), self._hashes.searchsorted(wanted, "right")
        positions = self._order[start:end]
        # Another text may have the same hash.
        same = [self._texts[position] == text for position in positions.tolist()]
        return positions if all(same) else positions[same]

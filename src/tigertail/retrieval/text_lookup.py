"""A look-up of the positions of a text among many."""

from __future__ import annotations

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
        hashes = texts.hash().to_numpy()
        self._order = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes = hashes[self._order]
        self._texts = texts

    def positions(self, text: str) -> NDArray[np.int32]:
        """Return the positions of a text, ascending; int32."""
        wanted = pl.Series([text], dtype=pl.String).hash().to_numpy()
        start, end = (int(np.searchsorted(self._hashes, wanted[0], side)) for side in ("left", "right"))
        positions = self._order[start:end]
        # Another text may have the same hash.
        same = [self._texts[position] == text for position in positions.tolist()]
        return positions[same] if len(positions) else positions

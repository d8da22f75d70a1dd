"""Where each of many texts is found."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray


class Places:
    """Where each of many texts is found, by hashes: a dictionary of strings would be many times as large.

    Parameters
    ----------
    texts
        The texts; nulls are found nowhere.

    Examples
    --------
    >>> places = Places(pl.Series(["kult", "kino", "kult", None]))
    >>> places.of("kult").tolist(), places.of("queen").tolist()
    ([0, 2], [])
    """

    def __init__(self, texts: pl.Series) -> None:
        hashes = texts.hash().to_numpy()
        self._order = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes = hashes[self._order]
        self._texts = texts

    def of(self, text: str) -> NDArray[np.int32]:
        """Return the places of a text, rising; int32."""
        wanted = pl.Series([text], dtype=pl.String).hash().to_numpy()
        start, end = (int(np.searchsorted(self._hashes, wanted[0], side)) for side in ("left", "right"))
        places = self._order[start:end]
        # Another text may have the same hash.
        return places[[self._texts[place] == text for place in places.tolist()]] if len(places) else places

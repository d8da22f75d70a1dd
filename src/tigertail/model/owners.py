"""Whose an item is, a track's or an album's artist or the artist itself, and lists with at most so many of one."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.folding import fold_series

GROWTH: Final = 4
"""How many times as many answers are asked for next, where a list stays short: all may be of one artist."""


def owners(items: pl.DataFrame, codes: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Return numbers that are equal where items are of the same artist, by the folded name.

    So artists of one name count as one. An item whose artist is unknown is its own.

    Parameters
    ----------
    items
        The items of a model.
    codes
        Codes of some of them; (codes,).

    Returns
    -------
    NDArray[np.int64]
        Of each code; they compare with each other alone.

    Examples
    --------
    >>> items = pl.DataFrame({"name": ["Can", "Moonshake", "Hunters"], "artist_name": [None, "CAN", "Moonshake"]})
    >>> owners(items, np.array([0, 1, 2])).tolist()
    [0, 0, 1]
    """
    rows = items[codes.astype(np.int64)]
    names = rows[c.NAME]
    if c.ARTIST_NAME in rows.columns:
        names = rows.select(pl.coalesce(c.ARTIST_NAME, c.NAME).alias(c.NAME))[c.NAME]
    return (fold_series(names).rank("dense").cast(pl.Int64) - 1).to_numpy()


def among_first(numbers: NDArray[np.int64], most: int) -> NDArray[np.intp]:
    """Return the places of a list that have fewer than so many equal numbers before them; int, (kept,), ascending.

    Examples
    --------
    >>> among_first(np.array([7, 7, 2, 7]), 2).tolist()
    [0, 1, 2]
    """
    seen: Counter[int] = Counter()
    kept = []
    for place, number in enumerate(numbers.tolist()):
        if seen[number] < most:
            kept.append(place)
        seen[number] += 1
    return np.array(kept, np.intp)

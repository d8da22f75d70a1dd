"""Names of tracks and albums with those of their artists: "Artist - Name"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.folding import fold_loosely

DASH: Final = " - "
"""Between the name of an artist and that of a track or an album."""

MAX_CREDITED: Final = 12
"""Parts of a credit that are looked at, at most: what a longer one names after them is not found. Each run of parts is
folded, so the work grows with the square of their number."""

_BETWEEN: Final = re.compile(
    r"\s*[;,•]\s+|\s*•\s*|\s+[(\[]?(?:feat(?:uring)?\.?|ft\.?|with|w/|vs\.?|and|und|et|[yex&+/×])\s+",
    re.IGNORECASE,
)  # artists of one credit


def by_artist(artist: str = c.ARTIST_NAME, name: str = c.NAME) -> pl.Expr:
    """Return the columns of artists and names as "Artist - Name"; null where either is.

    Examples
    --------
    >>> pl.select(artist_name=pl.lit("Can"), name=pl.lit("Vitamin C")).select(by_artist()).item()
    'Can - Vitamin C'
    """
    return pl.concat_str(artist, name, separator=DASH)


def is_credited(artist: str, credit: str) -> bool:
    """Return whether an artist, folded loosely, is one of those that a credit names, or some of them together.

    Examples
    --------
    >>> credit = "Simon & Garfunkel (feat. Finch)"
    >>> [is_credited(one, credit) for one in ("finch", "simonandgarfunkel", "garfunk", "simonandfinch")]
    [True, True, False, False]
    """
    ends = [0, *(place for sign in _BETWEEN.finditer(credit) for place in sign.span()), len(credit)]
    starts, ends = ends[::2][:MAX_CREDITED], ends[1::2][:MAX_CREDITED]
    parts = (credit[start:end] for place, start in enumerate(starts) for end in ends[place:])
    return any(fold_loosely(part) == artist for part in parts)


def full_name(item: Mapping[str, Any]) -> str:
    """Return the name of an item; that of a track or an album follows its artist's."""
    artist = item.get(c.ARTIST_NAME)
    return f"{artist}{DASH}{item[c.NAME]}" if artist else str(item[c.NAME])


def full_names(items: pl.DataFrame) -> pl.Series:
    """Return the full name of each item, as :func:`full_name` does, as ``name``."""
    if c.ARTIST_NAME not in items.columns:
        return items[c.NAME]
    return items.select(pl.coalesce(by_artist(), c.NAME).alias(c.NAME)).to_series()

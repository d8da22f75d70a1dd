"""Items that no answer lists: artists that stand for no artist, and those that a catalogue does not want."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.folding import fold, fold_series

SPECIAL_PURPOSE: Final = "special-purpose"
"""In a list of items: all of :data:`SPECIAL_PURPOSE_ARTISTS`."""

# MusicBrainz' style guideline, Unknown and untitled, section Special purpose artist, with its subsets.
SPECIAL_PURPOSE_ARTISTS: Final[Mapping[str, str]] = {
    "89ad4ac3-39f7-470e-963a-56509c546377": "Various Artists",
    "125ec42a-7229-4250-afc5-e057484327fe": "[unknown]",
    "f731ccc4-e22a-43af-a747-64213329e088": "[anonymous]",
    "33cf029c-63b0-41a0-9855-be2a3665fb3b": "[data]",
    "314e1c25-dde7-4e4d-b2f4-0a7b9f7c56dc": "[dialogue]",
    "eec63d3c-3b81-4ad4-b1e4-7c147d4d2b61": "[no artist]",
    "9be7f096-97ec-4615-8957-8d40b5dcbc41": "[traditional]",
    "66ea0139-149f-4a0c-8fbf-5ea9ec4a6e49": "[Disney]",
    "a0ef7e1d-44ff-4039-9435-7d5fefdeecc9": "[theatre]",
    "90068d37-bae7-4292-be4a-704c145bd616": "[church chimes]",
    "80a8851f-444c-4539-892b-ad2a49292aa9": "[language instruction]",
}
"""MusicBrainz' special-purpose artists, by MBID."""

# Subsets without an MBID of their own, and what players write where a file names no artist.
_OTHER_NAMES: Final = (
    *("[christmas music]", "[classical music]", "[soundtrack]", "[nature sounds]", "[news report]"),
    "Unknown Artist",
)
_NAMES: Final = tuple(name.casefold() for name in (*SPECIAL_PURPOSE_ARTISTS.values(), *_OTHER_NAMES))


def unlisted(items: pl.DataFrame, wanted: Sequence[str]) -> NDArray[np.bool_]:
    """Return which items a list names; bool, (items,).

    Parameters
    ----------
    items
        ``item_id``, ``name``, ``kind`` and perhaps ``mbid``.
    wanted
        Ids, MBIDs and names, or :data:`SPECIAL_PURPOSE`. A special-purpose artist without an MBID is known by its name
        as MusicBrainz writes it: the band Unknown is another than "[unknown]".
    """
    special = SPECIAL_PURPOSE in wanted
    own = [one for one in wanted if one != SPECIAL_PURPOSE]
    mbids = [one.lower() for one in own] + (list(SPECIAL_PURPOSE_ARTISTS) if special else [])
    none = pl.Series([None], dtype=pl.String)
    mbid = items[c.MBID] if c.MBID in items.columns else none.new_from_index(0, items.height)
    found = mbid.is_in(mbids).fill_null(False)
    if special:
        alike = items[c.NAME].str.to_lowercase().is_in(_NAMES) & mbid.is_null() & (items[c.KIND] == c.ARTIST)
        found |= alike.fill_null(False)
    if own:
        found |= items[c.ITEM_ID].is_in(own)
        found |= fold_series(items[c.NAME]).is_in([fold(one) for one in own]).fill_null(False)
    return found.to_numpy()

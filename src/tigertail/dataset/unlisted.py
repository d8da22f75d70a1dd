"""Items that no answer lists: artists that stand for no artist, and those that a catalogue does not want."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.folding import fold_series

SPECIAL_PURPOSE: Final = "special-purpose"
"""In a list of items: all of :data:`SPECIAL_PURPOSE_ARTISTS`, and "Unknown Artist"."""

# MusicBrainz' style guideline, Unknown and untitled, section Special purpose artist, with its subsets. It has no MBID
# for the last five: theirs are from eAlvaBrainz (class ArtistMbid) and MusicBrainz for Android (class Artist), which
# agree.
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
    "0187fe48-c87d-4dd8-beca-9c07ef535603": "[christmas music]",
    "9e44f539-f3fc-4120-bce2-94c8716437fa": "[classical music]",
    "d6bd72bc-b1e2-4525-92aa-0f853cbb41bf": "[soundtrack]",
    "51118c9d-965d-4f9f-89a1-0091837ccf54": "[nature sounds]",
    "49e713ce-c3be-4697-8983-ee7cd0a11ea1": "[news report]",
}
"""MusicBrainz' special-purpose artists, by MBID."""

_NO_ARTIST: Final = "Unknown Artist"  # what players write where a file names none
_ENTRY: Final = {"entry": pl.String}
_NAMES: Final = tuple(name.lower() for name in (*SPECIAL_PURPOSE_ARTISTS.values(), _NO_ARTIST))
_BRACKETED: Final = tuple(name for name in _NAMES if name.startswith("["))


def unlisted(
    items: pl.DataFrame, entries: Sequence[str], aliases: pl.DataFrame | None = None
) -> NDArray[np.bool_]:
    """Return which items a list names; bool, (items,).

    Parameters
    ----------
    items
        ``item_id``, ``name``, ``kind`` and perhaps ``mbid``.
    entries
        Ids, MBIDs and names, or :data:`SPECIAL_PURPOSE`; spaces around them do not count. Special-purpose is what has
        such an MBID, be it an alias; and an artist without an MBID, if its name is one of MusicBrainz', brackets
        included, or "Unknown Artist", in any case. As an entry too, a name of MusicBrainz' in brackets means names in
        brackets alone: the band Unknown is another than "[unknown]". The entry "unknown" means both.
    aliases
        What else the items are called: ``item_id``, ``scheme`` and ``alias``.
    """
    is_unlisted = items[c.ITEM_ID].is_in(_matches(items, entries, aliases)[c.ITEM_ID].implode())
    if SPECIAL_PURPOSE in entries:
        none = pl.Series([None], dtype=pl.String)
        mbid = items[c.MBID] if c.MBID in items.columns else none.new_from_index(0, items.height)
        alike = items[c.NAME].str.to_lowercase().is_in(_NAMES) & mbid.is_null() & (items[c.KIND] == c.ARTIST)
        is_unlisted |= (mbid.str.to_lowercase().is_in(list(SPECIAL_PURPOSE_ARTISTS)) | alike).fill_null(False)
        if aliases is not None:
            called = pl.col(c.ALIAS).str.to_lowercase().is_in(list(SPECIAL_PURPOSE_ARTISTS))
            further = aliases.filter((pl.col(c.SCHEME) == c.MBID) & called)
            is_unlisted |= items[c.ITEM_ID].is_in(further[c.ITEM_ID].implode())
    return is_unlisted.to_numpy()


def unmatched_entries(
    items: pl.DataFrame, entries: Sequence[str], aliases: pl.DataFrame | None = None
) -> list[str]:
    """Return the entries of a list that match no item; see :func:`unlisted`."""
    met = set(_matches(items, entries, aliases)["entry"])
    return [one for one in dict.fromkeys(entries) if one != SPECIAL_PURPOSE and one not in met]


def _matches(items: pl.DataFrame, entries: Sequence[str], aliases: pl.DataFrame | None) -> pl.DataFrame:
    """Return which items match which entries, by id, MBID or name: ``entry``, ``item_id``.

    Names are folded, but the square brackets of MusicBrainz' names are not.
    """
    own = pl.DataFrame({"entry": [one for one in dict.fromkeys(entries) if one != SPECIAL_PURPOSE]}, _ENTRY)
    trimmed = own["entry"].str.strip_chars()
    keys = {c.ITEM_ID: trimmed, c.MBID: trimmed.str.to_lowercase(), c.NAME: fold_series(trimmed)}
    matches = []
    for scheme, key in keys.items():
        known = [items.select(c.ITEM_ID, pl.col(scheme).alias("key"))] if scheme in items.columns else []
        if aliases is not None:
            further = aliases.filter(pl.col(c.SCHEME) == scheme)
            known.append(further.select(c.ITEM_ID, pl.col(c.ALIAS).alias("key")))
        for one in known:
            texts = one["key"] if scheme == c.ITEM_ID else one["key"].str.to_lowercase()
            # Without entries nothing matches, so that no name needs to be folded.
            texts = fold_series(texts) if scheme == c.NAME and own.height else texts
            known_as = one.with_columns(texts.alias("key"), one["key"].str.to_lowercase().alias("plain"))
            called = own.with_columns(key.alias("key")).join(known_as, on="key")
            if scheme == c.NAME:
                entry = pl.col("entry").str.strip_chars().str.to_lowercase()
                called = called.filter(~entry.is_in(_BRACKETED) | (entry == pl.col("plain")))
            matches.append(called.select("entry", c.ITEM_ID))
    return pl.concat(matches)

"""Items that no answer lists: of artists that stand for no artist, and those that a catalogue does not want."""

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
        ``item_id``, ``name``, ``kind`` and perhaps ``mbid``, ``artist_id``, ``artist_name`` and ``artist_mbids``.
    entries
        Ids, MBIDs and names, or :data:`SPECIAL_PURPOSE`; spaces around them do not count. One that is the artist of a
        track or an album names these. Special-purpose is what :func:`special_purpose` says, but for albums: one of
        Various Artists is a compilation. As an entry too, a name of MusicBrainz' in brackets means names in brackets
        alone: the band Unknown is another than "[unknown]". The entry "unknown" means both.
    aliases
        What else the items are called: ``item_id``, ``scheme`` and ``alias``.
    """
    is_unlisted = items[c.ITEM_ID].is_in(_matches(items, entries, aliases)[c.ITEM_ID].implode()).to_numpy()
    if SPECIAL_PURPOSE in entries:
        is_unlisted = is_unlisted | (
            special_purpose(items, aliases) & items[c.KIND].ne_missing(c.ALBUM).to_numpy()
        )
    return is_unlisted


def special_purpose(items: pl.DataFrame, aliases: pl.DataFrame | None = None) -> NDArray[np.bool_]:
    """Return which items are special-purpose artists, or tracks and albums of such artists alone; bool, (items,).

    Special-purpose is what has such an MBID, be it an alias; and an artist without an MBID, if its name is one of
    MusicBrainz', brackets included, or "Unknown Artist", in any case.

    Parameters
    ----------
    items, aliases
        As of :func:`unlisted`.
    """
    mbids = list(SPECIAL_PURPOSE_ARTISTS)
    optional = {c.MBID: pl.String(), c.ARTIST_NAME: pl.String(), c.ARTIST_MBIDS: pl.List(pl.String())}
    items = items.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in optional.items() if name not in items.columns
    )
    credited = pl.col(c.ARTIST_MBIDS)
    has_credit = (credited.list.len() > 0).fill_null(False)
    of_one = pl.when(has_credit).then(credited.list.eval(pl.element().is_in(mbids)).list.all())
    special = (
        pl.col(c.MBID).str.to_lowercase().is_in(mbids),
        (pl.col(c.KIND) == c.ARTIST) & pl.col(c.MBID).is_null() & _is_special_name(c.NAME),
        of_one.otherwise(_is_special_name(c.ARTIST_NAME)),
    )
    found = items.select(pl.any_horizontal(one.fill_null(False) for one in special)).to_series()
    if aliases is not None:
        called = pl.col(c.ALIAS).str.to_lowercase().is_in(mbids)
        further = aliases.filter((pl.col(c.SCHEME) == c.MBID) & called)
        found |= items[c.ITEM_ID].is_in(further[c.ITEM_ID].implode())
    return found.to_numpy()


def _is_special_name(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().is_in(_NAMES)


def unmatched_entries(
    items: pl.DataFrame, entries: Sequence[str], aliases: pl.DataFrame | None = None
) -> list[str]:
    """Return the entries of a list that match no item; see :func:`unlisted`."""
    met = set(_matches(items, entries, aliases)["entry"])
    return [one for one in dict.fromkeys(entries) if one != SPECIAL_PURPOSE and one not in met]


def _matches(items: pl.DataFrame, entries: Sequence[str], aliases: pl.DataFrame | None) -> pl.DataFrame:
    """Return which items match which entries, by id, MBID or name, their own or their artist's: ``entry``, ``item_id``.

    Names are folded, but the square brackets of MusicBrainz' names are not.
    """
    own = pl.DataFrame({"entry": [one for one in dict.fromkeys(entries) if one != SPECIAL_PURPOSE]}, _ENTRY)
    trimmed = own["entry"].str.strip_chars()
    keys = {c.ITEM_ID: trimmed, c.MBID: trimmed.str.to_lowercase(), c.NAME: fold_series(trimmed)}
    artists = {c.ITEM_ID: c.ARTIST_ID, c.MBID: c.ARTIST_MBIDS, c.NAME: c.ARTIST_NAME}
    matches = []
    for scheme, key in keys.items():
        known = [
            items.select(c.ITEM_ID, pl.col(column).alias("key"))
            for column in (scheme, artists[scheme])
            if column in items.columns
        ]
        known = [one.explode("key") if one["key"].dtype == pl.List else one for one in known]
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

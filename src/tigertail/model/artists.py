"""Whose a track or an album is: its artist's name and MBIDs, from the data or from the artist among the items."""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.folding import fold_series
from tigertail.lookup.mbids import mbid_in

_COLUMNS: Final = {
    c.ARTIST_ID: pl.String(),
    c.ARTIST_NAME: pl.String(),
    c.ARTIST_MBIDS: pl.List(pl.String()),
}
_KEY: Final = "key"
_OWNER: Final = "owner"
_OWNER_NAME: Final = "owner_name"
_OWNER_MBID: Final = "owner_mbid"


def with_artists(items: pl.DataFrame, aliases: pl.DataFrame | None) -> pl.DataFrame:
    """Return items in which tracks and albums have all that is known of their artist.

    An ``artist_id`` is an id, an MBID or a folded name; where it is null, the folded ``artist_name`` is used. Where it
    stands for an artist among the items, that artist's id takes its place, and their name and MBID are filled in where
    the data has none.

    Parameters
    ----------
    items
        Items, the most popular first: item_id, name, kind, folded, and what else is known.
    aliases
        What else they are called: item_id, scheme, alias; None where nothing is known.

    Returns
    -------
    polars.DataFrame
        The items; where the artist of one is known, with the columns artist_id, artist_name (as it is spelled) and
        artist_mbids, each null where it is unknown.

    Examples
    --------
    >>> rows = [("k", "Кино", "кино", "artist", None), ("t", "Группа крови", "группа крови", "track", "кино")]
    >>> names = ["item_id", "name", "folded", "kind", "artist_id"]
    >>> with_artists(pl.DataFrame(rows, names, orient="row"), None).row(1)[4:]
    ('k', 'Кино', None)
    """
    if not {c.ARTIST_ID, c.ARTIST_NAME} & set(items.columns):
        return items
    owners = _owners(items, aliases)
    given = items.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in _COLUMNS.items() if name not in items.columns
    )
    given = given.with_columns(pl.coalesce(c.ARTIST_ID, fold_series(given[c.ARTIST_NAME])).alias(c.ARTIST_ID))
    mbid = mbid_in(c.ARTIST_ID)
    joined = given.with_columns(pl.coalesce(mbid, c.ARTIST_ID).alias(_KEY)).join(
        owners, on=_KEY, how="left", maintain_order="left"
    )
    unnamed = pl.when(mbid.is_null()).then(
        c.ARTIST_ID
    )  # a folded name; or, for want of one, an id that no item has
    known = pl.coalesce(_OWNER_MBID, mbid)
    return joined.with_columns(
        pl.coalesce(_OWNER, c.ARTIST_ID).alias(c.ARTIST_ID),
        pl.coalesce(c.ARTIST_NAME, _OWNER_NAME, unnamed).alias(c.ARTIST_NAME),
        pl.coalesce(c.ARTIST_MBIDS, pl.when(known.is_not_null()).then(pl.concat_list(known))).alias(
            c.ARTIST_MBIDS
        ),
    ).drop(_KEY, _OWNER, _OWNER_NAME, _OWNER_MBID)


def _owners(items: pl.DataFrame, aliases: pl.DataFrame | None) -> pl.DataFrame:
    """Return the artist that each MBID, id or folded name stands for, in this order; a name where one alone has it."""
    own = pl.col(c.MBID).str.to_lowercase() if c.MBID in items.columns else pl.lit(None, pl.String)
    artists = items.filter(pl.col(c.KIND) == c.ARTIST).select(
        c.ITEM_ID, c.NAME, "folded", pl.coalesce(own, mbid_in(c.ITEM_ID)).alias(_OWNER_MBID)
    )
    keys = {
        c.MBID: [pl.col(_OWNER_MBID), mbid_in(c.ITEM_ID)],
        c.ITEM_ID: [pl.col(c.ITEM_ID)],
        c.NAME: [pl.col("folded")],
    }
    found = []
    for scheme, columns in keys.items():
        called = [artists.select(c.ITEM_ID, column.alias(_KEY)) for column in columns]
        if aliases is not None:
            theirs = aliases.filter(pl.col(c.SCHEME) == scheme).join(artists, on=c.ITEM_ID, how="semi")
            alias = fold_series(theirs[c.ALIAS]) if scheme == c.NAME else theirs[c.ALIAS]
            called.append(theirs.select(c.ITEM_ID, alias.alias(_KEY)))
        distinct = pl.concat(called).drop_nulls().unique(maintain_order=True)
        found.append(distinct.filter(pl.len().over(_KEY) == 1) if scheme == c.NAME else distinct)
    best = pl.concat(found).unique(_KEY, keep="first", maintain_order=True)
    named = artists.rename({c.NAME: _OWNER_NAME}).drop("folded")
    return best.join(named, on=c.ITEM_ID).rename({c.ITEM_ID: _OWNER})

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
_IS_NAME: Final = "is_name"
_THEIR_ID: Final = "their_id"
_THEIR_NAME: Final = "their_name"
_THEIR_MBID: Final = "their_mbid"


def with_artists(items: pl.DataFrame, aliases: pl.DataFrame | None) -> pl.DataFrame:
    """Return items in which tracks and albums have all that is known of their artist.

    An ``artist_id`` is an id, an MBID or a folded name; where it is null, the folded ``artist_name`` is used. Where it
    stands for an artist among the items, that artist's id takes its place, and their name and MBID are filled in where
    the data has none. The folded ``artist_name`` stands for the one artist of that name, before any id. An item
    that has ``artist_mbids`` alone is joined to no artist among the items; a build writes the first of these as
    ``artist_id`` too.

    Parameters
    ----------
    items
        Items: item_id, name, kind, folded, and what else is known. Of artists with one MBID the first counts.
    aliases
        What else they are called: item_id, scheme, alias; None where nothing is known.

    Returns
    -------
    polars.DataFrame
        The items; if they have the column artist_id or artist_name, with artist_id, artist_name (as it is spelled) and
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
    given = items.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in _COLUMNS.items() if name not in items.columns
    ).select(*_COLUMNS)
    spelled = fold_series(given[c.ARTIST_NAME])
    given = given.with_columns(pl.coalesce(c.ARTIST_ID, spelled).alias(c.ARTIST_ID))
    mbid = mbid_in(c.ARTIST_ID)
    joined = given.with_columns(
        pl.coalesce(mbid, c.ARTIST_ID).alias(_KEY),
        (pl.col(c.ARTIST_ID) == spelled).fill_null(False).alias(_IS_NAME),
    ).join(_artists_by_key(items, aliases), on=[_KEY, _IS_NAME], how="left", maintain_order="left")
    # Where no name is known, artist_id stands for it: a folded name, or an id that no item has.
    unnamed = pl.when(mbid.is_null()).then(c.ARTIST_ID)
    known = pl.coalesce(_THEIR_MBID, mbid)
    return items.with_columns(
        joined.select(
            pl.coalesce(_THEIR_ID, c.ARTIST_ID).alias(c.ARTIST_ID),
            pl.coalesce(c.ARTIST_NAME, _THEIR_NAME, unnamed).alias(c.ARTIST_NAME),
            pl.when(pl.col(c.ARTIST_MBIDS).list.len() > 0)
            .then(c.ARTIST_MBIDS)
            .when(known.is_not_null())
            .then(pl.concat_list(known))
            .alias(c.ARTIST_MBIDS),
        ).get_columns()
    )


def _artists_by_key(items: pl.DataFrame, aliases: pl.DataFrame | None) -> pl.DataFrame:
    """Return the artist that each MBID, id or folded name stands for, in this order; what is a name, by its name first.

    A name stands for an artist where one alone has it; an MBID or id of several for the first of those whose own it is,
    as MBID before as id, else for the first in the table of aliases.
    """
    own = mbid_in(c.MBID) if c.MBID in items.columns else pl.lit(None, pl.String)
    artists = items.filter(pl.col(c.KIND) == c.ARTIST).select(
        pl.col(c.ITEM_ID).alias(_THEIR_ID),
        pl.col(c.NAME).alias(_THEIR_NAME),
        "folded",
        pl.coalesce(own, mbid_in(c.ITEM_ID)).alias(_THEIR_MBID),
    )
    own_keys = {
        c.MBID: [pl.col(_THEIR_MBID), mbid_in(_THEIR_ID)],
        c.ITEM_ID: [pl.col(_THEIR_ID)],
        c.NAME: [pl.col("folded")],
    }
    by = {}
    for scheme, columns in own_keys.items():
        called = [artists.select(_THEIR_ID, column.alias(_KEY)) for column in columns]
        if aliases is not None:
            theirs = aliases.filter(pl.col(c.SCHEME) == scheme).rename({c.ITEM_ID: _THEIR_ID})
            theirs = theirs.join(artists, on=_THEIR_ID, how="semi")
            called.append(theirs.select(_THEIR_ID, _alias_keys(theirs, scheme).alias(_KEY)))
        distinct = pl.concat(called).drop_nulls().unique(maintain_order=True)
        by[scheme] = distinct.filter(pl.len().over(_KEY) == 1) if scheme == c.NAME else distinct
    best = [
        pl.concat([by[scheme] for scheme in order])
        .unique(_KEY, keep="first", maintain_order=True)
        .with_columns(pl.lit(is_name).alias(_IS_NAME))
        for is_name, order in ((False, (c.MBID, c.ITEM_ID, c.NAME)), (True, (c.NAME, c.MBID, c.ITEM_ID)))
    ]
    return pl.concat(best).join(artists.drop("folded"), on=_THEIR_ID)


def _alias_keys(aliases: pl.DataFrame, scheme: str) -> pl.Series:
    if scheme == c.NAME:
        return fold_series(aliases[c.ALIAS])
    return aliases.select(mbid_in(c.ALIAS) if scheme == c.MBID else c.ALIAS).to_series()

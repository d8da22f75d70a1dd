"""What a model keeps of the names, ids and MBIDs of its items, beside those that its table of items shows."""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold_series
from tigertail.dataset.full_names import by_artist

_COLUMNS: Final = (c.ITEM_ID, c.SCHEME, c.ALIAS, "folded")
_SAME: Final = "#same"  # where two rows of an item agree in it, they are one alias


def item_aliases(dataset: Dataset, items: pl.DataFrame) -> pl.DataFrame | None:
    """Return what else the items of a dataset are called; None if there is nothing else.

    Parameters
    ----------
    dataset
        The dataset.
    items
        Its items: item_id, name, kind, folded, and where they are known mbid and artist_name.

    Returns
    -------
    polars.DataFrame
        Columns item_id, scheme, alias and folded (null but for names), sorted. A track or album is also called by its
        artist and its name: "Artist - Name".
    """
    tables = [] if dataset.aliases is None else [dataset.aliases.select(c.ITEM_ID, c.SCHEME, c.ALIAS)]
    if c.ARTIST_NAME in items.columns:
        tables.append(names_by_artist(items))
    return aliases_beside(pl.concat(tables), items) if tables else None


def names_by_artist(items: pl.DataFrame) -> pl.DataFrame:
    """Return the names "Artist - Name" of tracks and albums whose artist is known, as aliases."""
    named = items.select(c.ITEM_ID, pl.lit(c.NAME).alias(c.SCHEME), by_artist().alias(c.ALIAS))
    return named.drop_nulls(c.ALIAS)


def aliases_beside(aliases: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame | None:
    """Return the aliases of items that their own id, name and MBID do not say already; None if there is none.

    Of names that fold alike, strictly, one is enough: the item's own, else the first in the order of ``aliases``. The
    others are left out, though a loose folding or an article may differ. Aliases of items that are not in ``items`` are
    left out too.
    """
    named = pl.col(c.SCHEME) == c.NAME
    folded = fold_series(aliases.select(pl.when(named).then(c.ALIAS)).to_series()).alias("folded")
    own = items.select(
        c.ITEM_ID,
        pl.col("folded").alias("own_folded"),
        (pl.col(c.MBID) if c.MBID in items.columns else pl.lit(None, pl.String)).alias("own_mbid"),
    )
    known = (
        (named & (pl.col("folded") == pl.col("own_folded")))
        | ((pl.col(c.SCHEME) == c.MBID) & (pl.col(c.ALIAS) == pl.col("own_mbid")))
        | (~named & (pl.col(c.ALIAS) == pl.col(c.ITEM_ID)))
    )
    more = aliases.with_columns(folded).join(own, on=c.ITEM_ID, maintain_order="left")
    more = more.filter(~known.fill_null(False)).select(_COLUMNS)
    more = more.with_columns(pl.coalesce("folded", c.ALIAS).alias(_SAME)).unique(
        [c.ITEM_ID, c.SCHEME, _SAME], keep="first", maintain_order=True
    )
    more = more.drop(_SAME)
    return None if more.is_empty() else more.sort(c.ITEM_ID, c.SCHEME, c.ALIAS)

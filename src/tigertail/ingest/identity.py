"""Entity resolution: which rows of which sources refer to the same item.

Three references are compared, the most reliable first: an id of the source, a MusicBrainz id, a folded name.
Items with the same MBID are merged, and items with the same name are merged, unless that would merge two MBIDs
or two ids of one namespace: then all items of that name stay separate, and the report counts them. Nothing is
guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.folding import fold_series
from tigertail.dataset.table_spec import ITEM_REFERENCE
from tigertail.errors import DataError
from tigertail.ingest.accumulator import REF
from tigertail.ingest.references import CATALOGUE, NAMESPACE, ROWS, most_frequent

_CLUSTER: Final = "cluster"
_KEY: Final = "key"  # the folded name


@dataclass(frozen=True)
class Identities:
    """The items that the references were resolved to.

    Attributes
    ----------
    items
        The table of items, sorted by id.
    item_of
        The ``item_id`` of every ``ref``.
    shared
        ``source``, ``other``, ``items``: how many items each pair of sources has in common.
    merged
        ``name``, ``names``: items whose names differ in more than case, most used first.
    namesakes
        ``name``, ``items``, ``unsure``: how many items have the same name and were not merged because that would
        be a guess, and whether one of them has only the name, so that it could be any of the others.
    """

    items: pl.DataFrame
    item_of: pl.DataFrame
    shared: pl.DataFrame
    merged: pl.DataFrame
    namesakes: pl.DataFrame


def resolve(refs: pl.DataFrame, namespaces: Sequence[str]) -> Identities:
    """Find the items behind the references.

    Parameters
    ----------
    refs
        As :func:`~tigertail.ingest.references.condense` returns them.
    namespaces
        All namespaces; if an item has ids of several, that of the first one becomes the item's id.

    Raises
    ------
    DataError
        If two references have the same hash.
    """
    if refs[REF].n_unique() != refs.select(NAMESPACE, c.SOURCE, c.KIND, *ITEM_REFERENCE).n_unique():
        raise DataError(
            "two references have the same hash",
            remedy="report this: with 64 bits it is very rare",
        )
    refs = refs.with_columns(folded_names(refs))
    label = (
        pl.when(pl.col(c.ITEM_ID).is_not_null())
        .then(pl.concat_str(pl.lit("id"), NAMESPACE, c.ITEM_ID, separator="\1"))
        .when(pl.col(c.MBID).is_not_null())
        .then(pl.concat_str(pl.lit("mbid"), c.KIND, c.MBID, separator="\1"))
        .otherwise(pl.concat_str(pl.lit("name"), c.KIND, _KEY, separator="\1"))
    )
    refs = refs.with_columns(label.rank("dense").alias(_CLUSTER))
    refs, several_ids = _merge(refs, c.MBID)
    refs, several = _merge(refs, _KEY)
    about = _about(refs)
    items = _with_ids(about, refs, namespaces)
    item_of = refs.select(REF, _CLUSTER).unique().join(items, on=_CLUSTER).select(REF, c.ITEM_ID)
    return Identities(
        items=_table(items),
        item_of=item_of,
        shared=_shared(refs),
        merged=_spellings(refs, about),
        namesakes=pl.concat([several_ids, several]).unique().sort(c.NAME, "items"),
    )


def folded_names(refs: pl.DataFrame) -> pl.Series:
    """Return the folded names, as ``key``; that of an album or track follows the name of its artist."""
    artist = pl.when(pl.col(c.KIND) != c.ARTIST).then(pl.col(c.ARTIST_NAME))
    folded = refs.select(fold_series(refs[c.NAME]), artist=fold_series(refs.select(artist).to_series()))
    whole = pl.when(pl.col("artist") != "").then(pl.concat_str("artist", c.NAME, separator=" - "))
    return folded.select(whole.otherwise(c.NAME).alias(_KEY)).to_series()


def _merge(refs: pl.DataFrame, by: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Merge the clusters that share an MBID or a name, unless other references contradict it.

    Returns
    -------
    refs, namesakes
        The references with their new clusters, and the namesakes that were not merged.
    """
    about = _about(refs).filter(pl.col(by).is_not_null())
    own = refs.filter(pl.col(c.ITEM_ID).is_not_null()).select(_CLUSTER, NAMESPACE).unique()
    crowded = (
        own.join(about, on=_CLUSTER)
        .group_by(c.KIND, by, NAMESPACE)
        .len()
        .filter(pl.col("len") > 1)
        .select(c.KIND, by, crowded=True)
        .unique()
    )
    unsure = ~pl.col(_CLUSTER).is_in(own[_CLUSTER].implode()) & pl.col(c.MBID).is_null()
    groups = (
        about.with_columns(unsure.alias("unsure"))
        .group_by(c.KIND, by)
        .agg(
            pl.col(_CLUSTER).min().alias("target"),
            pl.len().cast(pl.UInt32).alias("items"),
            pl.col(c.MBID).drop_nulls().n_unique().alias("mbids"),
            pl.col("unsure").any(),
            pl.col(c.NAME).drop_nulls().min(),
        )
        .filter(pl.col("items") > 1)
        .join(crowded, on=[c.KIND, by], how="left")
    )
    doubt = pl.col("crowded").is_not_null() | (pl.col("mbids") > 1)
    target = about.join(groups.filter(~doubt), on=[c.KIND, by]).select(_CLUSTER, "target")
    merged = refs.join(target, on=_CLUSTER, how="left", maintain_order="left")
    merged = merged.with_columns(pl.coalesce("target", _CLUSTER).alias(_CLUSTER)).drop("target")
    return merged, groups.filter(doubt).select(c.NAME, "items", "unsure")


def _about(refs: pl.DataFrame) -> pl.DataFrame:
    """Choose the name, MBID, artist and country of each cluster; but for the name, the most frequent.

    A name from a table of items is preferred, then one with capitals (some sources write all in lower case),
    then the more frequent, then the first in order.
    """
    name = pl.col(c.NAME)
    lower = (name == name.str.to_lowercase()) & (name != name.str.to_uppercase())
    names = (
        refs.filter(name.is_not_null())
        .group_by(_CLUSTER, c.NAME, c.ARTIST_NAME, _KEY)
        .agg(pl.col(ROWS).sum(), pl.col(CATALOGUE).any())
        .with_columns(lower.alias("lower"))
        .sort(_CLUSTER, CATALOGUE, "lower", ROWS, c.NAME, c.ARTIST_NAME, descending=_BEST_NAME)
        .unique(_CLUSTER, keep="first", maintain_order=True)
        .select(_CLUSTER, c.NAME, c.ARTIST_NAME, _KEY)
    )
    kind = pl.col(c.KIND).sort_by(CATALOGUE, c.KIND, descending=[True, False]).first()
    about = refs.group_by(_CLUSTER).agg(kind, pl.col(ROWS).sum()).sort(_CLUSTER)
    about = about.join(names, on=_CLUSTER, how="left")
    for field in (c.MBID, c.ARTIST_MBID, c.COUNTRY):
        about = about.join(most_frequent(refs, _CLUSTER, field), on=_CLUSTER, how="left")
    return about.sort(_CLUSTER)


_BEST_NAME: Final = [False, True, False, True, False, False]


def _with_ids(about: pl.DataFrame, refs: pl.DataFrame, namespaces: Sequence[str]) -> pl.DataFrame:
    """Give each cluster its id: the source's own, else the MBID, else the folded name."""
    own = refs.filter(pl.col(c.ITEM_ID).is_not_null())
    order = pl.col(NAMESPACE).replace_strict(list(namespaces), list(range(len(namespaces))))
    if own[NAMESPACE].n_unique() > 1:
        own = own.with_columns(pl.concat_str(NAMESPACE, c.ITEM_ID, separator=":").alias(c.ITEM_ID))
    own = own.with_columns(order.alias("order")).sort(_CLUSTER, "order", c.ITEM_ID)
    own = own.unique(_CLUSTER, keep="first", maintain_order=True).select(_CLUSTER, c.ITEM_ID)
    items = about.join(own, on=_CLUSTER, how="left", maintain_order="left")
    sure = pl.when(pl.col(c.ITEM_ID).is_not_null()).then(0).when(pl.col(c.MBID).is_not_null()).then(1)
    items = items.with_columns(
        sure.otherwise(2).alias("order"), pl.coalesce(c.ITEM_ID, c.MBID, _KEY).alias(c.ITEM_ID)
    ).sort("order", _CLUSTER)
    return items.with_columns(pl.Series(c.ITEM_ID, _distinct(items[c.ITEM_ID].to_list())))


def _distinct(ids: list[str]) -> list[str]:
    """Add a number to the later ones of equal ids: ``311``, ``311 (2)``."""
    taken = set(ids) if len(set(ids)) < len(ids) else set()
    seen: set[str] = set()
    distinct = []
    for wanted in ids:
        item_id, number = wanted, 2
        while item_id in seen or (item_id != wanted and item_id in taken):
            item_id, number = f"{wanted} ({number})", number + 1
        seen.add(item_id)
        distinct.append(item_id)
    return distinct


def _table(items: pl.DataFrame) -> pl.DataFrame:
    """Return the table of items, without columns that are null throughout."""
    artist = pl.coalesce(c.ARTIST_MBID, pl.Series("folded", fold_series(items[c.ARTIST_NAME])))
    table = items.select(
        c.ITEM_ID,
        pl.coalesce(c.NAME, c.ITEM_ID).alias(c.NAME),
        c.KIND,
        pl.when(pl.col(c.KIND) != c.ARTIST).then(artist).alias(c.ARTIST_ID),
        c.MBID,
        c.COUNTRY,
    )
    empty = [name for name in (c.ARTIST_ID, c.MBID, c.COUNTRY) if table[name].null_count() == table.height]
    return table.drop(empty).sort(c.ITEM_ID)


def _shared(refs: pl.DataFrame) -> pl.DataFrame:
    known = refs.select(_CLUSTER, c.SOURCE).unique()
    pairs = known.join(known.rename({c.SOURCE: "other"}), on=_CLUSTER)
    pairs = pairs.filter(pl.col(c.SOURCE) < pl.col("other"))
    return pairs.group_by(c.SOURCE, "other").agg(pl.len().alias("items")).sort(c.SOURCE, "other")


def _spellings(refs: pl.DataFrame, about: pl.DataFrame) -> pl.DataFrame:
    spelled = (
        refs.filter(pl.col(c.NAME).is_not_null())
        .group_by(_CLUSTER)
        .agg(
            pl.col(c.NAME).unique().sort().alias("names"),
            pl.col(c.NAME).str.to_lowercase().n_unique().alias("different"),
        )
    )
    several = spelled.filter(pl.col("different") > 1).join(about, on=_CLUSTER)
    return several.sort(ROWS, c.NAME, descending=[True, False]).select(c.NAME, "names")

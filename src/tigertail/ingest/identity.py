"""Entity resolution: which rows of which sources refer to the same item.

Three references are compared, the most reliable first: an id of the source, a MusicBrainz id, a folded name.
Items that share an MBID are merged, and items with the same name are merged, unless that would merge two MBIDs
or two ids of one namespace: then all items of that name stay separate, and the report counts them. Last, an item that
no other one has the name of joins the one item that is often spelled so. Nothing is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.folding import fold_series
from tigertail.dataset.table_spec import ITEM_REFERENCE
from tigertail.errors import DataError
from tigertail.ingest.accumulator import REF
from tigertail.ingest.references import CATALOGUE, NAMESPACE, ROWS, UUID, most_frequent

OFTEN: Final = 0.1  # of an item's rows: a spelling that as many have is no slip
_CLUSTER: Final = "cluster"
_KEY: Final = "key"  # the folded name
_MERGED: Final = "merged"  # whether its MBID is one that a source says an item has besides
_CREDIT: Final = "credit"  # the folded name of the artist of an album or a track
_BY_ARTIST: Final = pl.when(pl.col(c.KIND) != c.ARTIST).then(
    pl.concat_str(c.ARTIST_NAME, c.NAME, separator=" - ")
)
_FULL_NAME: Final = pl.coalesce(_BY_ARTIST, c.NAME).alias(c.NAME)
"""The name of an item as a report shows it: that of an album or a track follows its artist's."""
_ALSO: Final = "also"  # whether it is what a source says an item is called besides


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
    aliases
        The table of aliases: every id, MBID and spelling of each item, with the rows that have it.
    namesakes
        ``name``, ``items``, ``unsure``: how many items have the same name and were not merged because that would
        be a guess, and whether one of them has only the name, so that it could be any of the others.
    """

    items: pl.DataFrame
    item_of: pl.DataFrame
    shared: pl.DataFrame
    merged: pl.DataFrame
    aliases: pl.DataFrame
    namesakes: pl.DataFrame


def resolve(refs: pl.DataFrame, namespaces: Sequence[str], also: pl.DataFrame | None = None) -> Identities:
    """Find the items behind the references.

    Parameters
    ----------
    refs
        As :func:`~tigertail.ingest.references.condense` returns them.
    namespaces
        All namespaces; if an item has ids of several, that of the first one becomes the item's id.
    also
        What sources say that items are called besides: references with a column ``alias``, a name or an MBID.

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
    refs = refs.with_columns(pl.lit(False).alias(_ALSO), pl.lit(False).alias(_MERGED))
    refs = _labelled(refs if also is None else pl.concat([refs, *_both_sides(also)], how="diagonal"))
    if also is not None:
        refs = _called_besides(refs)
    refs, several_ids = _merge(refs, c.MBID)
    if also is not None:
        refs = _without_strangers(refs)
    refs, several = _merge(refs, _KEY)
    refs = _join_known_spellings(refs)
    refs = refs.filter((pl.col(ROWS).sum() > 0).over(_CLUSTER))
    about = _about(refs)
    items = _with_ids(about, refs, namespaces)
    known = refs.select(REF, _CLUSTER).unique()
    return Identities(
        items=_table(items),
        item_of=known.join(items, on=_CLUSTER).select(REF, c.ITEM_ID),
        shared=_shared(refs),
        merged=_spellings(refs, about),
        aliases=_aliases(refs, items),
        namesakes=pl.concat([several_ids, several]).unique().sort(c.NAME, "items"),
    )


def called_besides(refs: pl.DataFrame) -> pl.DataFrame:
    """Return references with the name or the MBID that a source says an item is called besides, in place of its own."""
    mbid = pl.col(c.ALIAS).str.to_lowercase()
    is_mbid = mbid.str.contains(UUID)
    return refs.with_columns(
        pl.lit(None, pl.String).alias(c.ITEM_ID),
        pl.when(~is_mbid).then(c.ALIAS).alias(c.NAME),
        pl.when(is_mbid).then(mbid).alias(c.MBID),
    ).drop(c.ALIAS)


def _both_sides(also: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the references of rows of aliases, and what they say besides, under one number; neither makes an item."""
    also = also.with_columns(
        pl.lit(0, pl.UInt64).alias(ROWS), pl.lit(True).alias(_ALSO), pl.lit(False).alias(CATALOGUE)
    ).with_row_index("pair")
    merged = called_besides(also).with_columns((pl.col(c.MBID).is_not_null()).alias(_MERGED))
    return [also.drop(c.ALIAS).with_columns(pl.lit(False).alias(_MERGED)), merged]


def _labelled(refs: pl.DataFrame) -> pl.DataFrame:
    """Give each reference the cluster of all that have its id; else its MBID; else its name."""
    refs = refs.with_columns(folded_names(refs))
    label = (
        pl.when(pl.col(c.ITEM_ID).is_not_null())
        .then(pl.concat_str(pl.lit("id"), NAMESPACE, c.ITEM_ID, separator="\1"))
        .when(pl.col(c.MBID).is_not_null())
        .then(pl.concat_str(pl.lit("mbid"), c.KIND, c.MBID, separator="\1"))
        .otherwise(pl.concat_str(pl.lit("name"), c.KIND, _KEY, separator="\1"))
    )
    return refs.with_columns(label.rank("dense").cast(pl.UInt32).alias(_CLUSTER))


def _called_besides(refs: pl.DataFrame) -> pl.DataFrame:
    """Put what an item is called besides into the item's cluster."""
    own = pl.col(_CLUSTER).first().over("pair")  # of the two, the reference comes first
    return refs.with_columns(pl.when(_ALSO).then(own).otherwise(_CLUSTER).alias(_CLUSTER)).drop("pair")


def folded_names(refs: pl.DataFrame) -> pl.Series:
    """Return the folded names, as ``key``; that of an album or track follows the name of its artist."""
    artist = pl.when(pl.col(c.KIND) != c.ARTIST).then(pl.col(c.ARTIST_NAME))
    folded = refs.select(fold_series(refs[c.NAME]), artist=fold_series(refs.select(artist).to_series()))
    whole = pl.when(pl.col("artist") != "").then(pl.concat_str("artist", c.NAME, separator=" - "))
    return folded.select(whole.otherwise(c.NAME).alias(_KEY)).to_series()


def _without_strangers(refs: pl.DataFrame) -> pl.DataFrame:
    """Drop what is said besides of ids and MBIDs that no row has: it would only contest names."""
    told = (pl.col(c.ITEM_ID).is_not_null() | pl.col(c.MBID).is_not_null()).any()
    return refs.filter(~(told & (pl.col(ROWS).sum() == 0)).over(_CLUSTER))


class _Clusters:
    """Clusters of references that are merged, and what each has."""

    def __init__(self, refs: pl.DataFrame) -> None:
        self._parent: dict[int, int] = {}
        self._namespaces: dict[int, dict[str, set[str]]] = defaultdict(dict)
        own = refs.filter(pl.col(c.ITEM_ID).is_not_null()).select(_CLUSTER, NAMESPACE, c.ITEM_ID).unique()
        for cluster, namespace, item_id in own.iter_rows():
            self._namespaces[cluster].setdefault(namespace, set()).add(item_id)
        self._with_mbid = set(refs.filter(pl.col(c.MBID).is_not_null())[_CLUSTER])

    def root(self, cluster: int) -> int:
        """Return the cluster that one is part of."""
        while (parent := self._parent.get(cluster, cluster)) != cluster:
            cluster = parent
        return cluster

    def unsure(self, clusters: Iterable[int]) -> bool:
        """Return whether one of some clusters has nothing but a name."""
        return any(one not in self._with_mbid and one not in self._namespaces for one in clusters)

    def contradict(self, clusters: Sequence[int], *, mbids: bool) -> bool:
        """Return whether some clusters have two ids of one namespace or, if these count, two MBIDs."""
        seen: set[str] = set()
        for cluster in clusters:
            namespaces = self._namespaces.get(cluster, {})
            if seen & namespaces.keys():
                return True
            seen |= namespaces.keys()
        return mbids and sum(cluster in self._with_mbid for cluster in clusters) > 1

    def merge(self, clusters: Sequence[int]) -> None:
        """Merge some clusters into the first."""
        target = min(clusters)
        for cluster in clusters:
            if cluster == target:
                continue
            self._parent[cluster] = target
            if cluster in self._namespaces:
                self._namespaces[target] |= self._namespaces.pop(cluster)
            if cluster in self._with_mbid:
                self._with_mbid.add(target)

    def applied(self, refs: pl.DataFrame) -> pl.DataFrame:
        """Return the references with their new clusters."""
        moved = list(self._parent)
        roots = pl.Series([self.root(one) for one in moved], dtype=pl.UInt32)
        old = pl.Series(moved, dtype=pl.UInt32)
        cluster = pl.col(_CLUSTER)
        return refs.with_columns(cluster.replace(old, roots)) if moved else refs


def _merge(refs: pl.DataFrame, by: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Merge the clusters that share an MBID or their name, unless other references contradict it.

    Returns
    -------
    refs, namesakes
        The references with their new clusters, and the namesakes that were not merged.
    """
    about = _about(refs)
    values = about.select(_CLUSTER, c.KIND, by)
    if by == c.MBID:
        values = refs.select(_CLUSTER, c.MBID).unique().join(about.select(_CLUSTER, c.KIND), on=_CLUSTER)
    names = dict(about.select(_CLUSTER, _FULL_NAME).iter_rows())
    clusters = _Clusters(refs)
    kept_apart = []
    for members in _groups(values, by):
        roots = sorted({clusters.root(member) for member in members})
        if clusters.contradict(roots, mbids=by != c.MBID):
            shown = min((name for member in members if (name := names.get(member))), default=None)
            kept_apart.append((shown, len(roots), clusters.unsure(roots)))
        elif len(roots) > 1:
            clusters.merge(roots)
    schema = {c.NAME: pl.String, "items": pl.UInt32, "unsure": pl.Boolean}
    return clusters.applied(refs), pl.DataFrame(kept_apart, schema, orient="row")


def _groups(values: pl.DataFrame, by: str) -> list[list[int]]:
    """Return the clusters that share a value, in a settled order."""
    shared = values.drop_nulls(by).group_by(c.KIND, by).agg(pl.col(_CLUSTER).unique().sort())
    shared = shared.filter(pl.col(_CLUSTER).list.len() > 1).sort(c.KIND, by)
    return shared[_CLUSTER].to_list()


def _join_known_spellings(refs: pl.DataFrame) -> pl.DataFrame:
    """Merge items that are known by a name alone into the one item of another name that is also spelled so.

    A spelling counts if a table of items or of aliases has it, or a good share of the item's rows.
    """
    about = _about(refs)
    clusters = _Clusters(refs)
    named = refs.filter(pl.col(_KEY).is_not_null())
    spelled = named.group_by(_CLUSTER, _KEY).agg(
        pl.col(ROWS).sum(), (pl.col(CATALOGUE) | pl.col(_ALSO)).any().alias("sure")
    )
    share = pl.col(ROWS) / pl.col(ROWS).sum().over(_CLUSTER)
    spelled = spelled.filter(pl.col("sure") | (share >= OFTEN))
    own = about.select(_CLUSTER, c.KIND, pl.col(_KEY).alias("own"))
    spelled = spelled.join(own, on=_CLUSTER).filter(pl.col(_KEY) != pl.col("own"))
    names = own.rename({"own": _KEY, _CLUSTER: "named"}).drop_nulls(_KEY)
    pairs = spelled.select(_CLUSTER, c.KIND, _KEY).join(names, on=[c.KIND, _KEY])
    groups = pairs.group_by(c.KIND, _KEY).agg(pl.col(_CLUSTER).unique(), pl.col("named").unique())
    for spelled_so, named_so in groups.sort(c.KIND, _KEY).select(_CLUSTER, "named").iter_rows():
        roots = sorted({clusters.root(member) for member in (*spelled_so, *named_so)})
        if len(spelled_so) == 1 and len(roots) > 1 and not clusters.contradict(roots, mbids=True):
            clusters.merge(roots)
    return clusters.applied(refs)


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
        .agg(pl.col(ROWS).sum(), pl.col(CATALOGUE).any(), pl.col(_ALSO).all())
        .with_columns(lower.alias("lower"), name.str.contains("&[#a-zA-Z0-9]+;").alias("escaped"))
        .sort(
            *(_CLUSTER, _ALSO, CATALOGUE, "escaped", "lower", ROWS, c.NAME, c.ARTIST_NAME),
            descending=[False, False, True, False, False, True, False, False],
        )
        .unique(_CLUSTER, keep="first", maintain_order=True)
        .select(_CLUSTER, c.NAME, c.ARTIST_NAME, _KEY)
    )
    kind = pl.col(c.KIND).sort_by(CATALOGUE, c.KIND, descending=[True, False]).first()
    about = refs.group_by(_CLUSTER).agg(kind, pl.col(ROWS).sum()).sort(_CLUSTER)
    about = about.join(names, on=_CLUSTER, how="left")
    for field in (c.MBID, c.ARTIST_MBID, c.COUNTRY):
        rows = _without_merged(refs) if field == c.MBID else refs
        about = about.join(most_frequent(rows, _CLUSTER, field), on=_CLUSTER, how="left")
    return about.sort(_CLUSTER)


def _without_merged(refs: pl.DataFrame) -> pl.DataFrame:
    """Return the references without MBIDs that are said to be another's besides, where an item has one that is not."""
    merged = refs.filter(_MERGED).select(_CLUSTER, c.MBID).drop_nulls().unique()
    if merged.is_empty():
        return refs
    kept = refs.join(merged, on=[_CLUSTER, c.MBID], how="anti")
    left = kept.filter(pl.col(c.MBID).is_not_null()).select(_CLUSTER).unique()
    return pl.concat([kept, refs.join(left, on=_CLUSTER, how="anti")])


def _with_ids(about: pl.DataFrame, refs: pl.DataFrame, namespaces: Sequence[str]) -> pl.DataFrame:
    """Give each cluster its id: the source's own, else the folded name if no other cluster has it, else the MBID."""
    own = refs.filter(pl.col(c.ITEM_ID).is_not_null())
    order = pl.col(NAMESPACE).replace_strict(list(namespaces), list(range(len(namespaces))))
    own = own.with_columns(_own_ids(own).alias(c.ITEM_ID), order.alias("order")).sort(
        _CLUSTER, "order", c.ITEM_ID
    )
    own = own.unique(_CLUSTER, keep="first", maintain_order=True).select(_CLUSTER, c.ITEM_ID)
    items = about.join(own, on=_CLUSTER, how="left", maintain_order="left")
    alone = pl.when(pl.len().over(c.KIND, _KEY) == 1).then(_KEY)
    sure = pl.when(pl.col(c.ITEM_ID).is_not_null()).then(0).when(pl.col(c.MBID).is_not_null()).then(1)
    items = items.with_columns(
        sure.otherwise(2).alias("order"), pl.coalesce(c.ITEM_ID, alone, c.MBID, _KEY).alias(c.ITEM_ID)
    ).sort("order", c.KIND, _CLUSTER)
    return items.with_columns(pl.Series(c.ITEM_ID, _distinct(items[c.ITEM_ID].to_list())))


def _own_ids(own: pl.DataFrame) -> pl.Expr:
    """Return the ids of sources, with their namespaces if several have any."""
    several = own[NAMESPACE].n_unique() > 1
    return pl.concat_str(NAMESPACE, c.ITEM_ID, separator=":") if several else pl.col(c.ITEM_ID)


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
    items = _credited(items)
    artist = pl.coalesce(pl.col(c.ARTIST_MBIDS).list.first(), _CREDIT)
    table = items.select(
        c.ITEM_ID,
        pl.coalesce(c.NAME, c.ITEM_ID).alias(c.NAME),
        c.KIND,
        pl.when(pl.col(c.KIND) != c.ARTIST).then(artist).alias(c.ARTIST_ID),
        pl.when(pl.col(c.KIND) != c.ARTIST).then(c.ARTIST_NAME).alias(c.ARTIST_NAME),
        pl.when(pl.col(c.KIND) != c.ARTIST).then(c.ARTIST_MBIDS).alias(c.ARTIST_MBIDS),
        c.MBID,
        c.COUNTRY,
    )
    optional = (c.ARTIST_ID, c.ARTIST_NAME, c.ARTIST_MBIDS, c.MBID, c.COUNTRY)
    empty = [name for name in optional if table[name].null_count() == table.height]
    return table.drop(empty).sort(c.ITEM_ID)


def _credited(items: pl.DataFrame) -> pl.DataFrame:
    """Add the MBIDs of the artists of each album or track, and their folded name; settle how it is spelled.

    An item without MBIDs has those of all others whose artists have the same name, where these agree. Items of one
    credit show one spelling: one with capitals before one without, then the most frequent.
    """
    items = items.with_columns(
        fold_series(items[c.ARTIST_NAME]).alias(_CREDIT), pl.col(c.ARTIST_MBID).alias("given")
    )
    owned = (pl.col(c.KIND) != c.ARTIST) & pl.col(_CREDIT).is_not_null()
    others = items.filter(owned).group_by(_CREDIT).agg(pl.col("given").drop_nulls().unique())
    agreed = others.filter(pl.col("given").list.len() == 1).explode("given").rename({"given": "agreed"})
    credit = [_CREDIT, c.ARTIST_MBID]
    items = items.join(agreed, on=_CREDIT, how="left", maintain_order="left").with_columns(
        pl.coalesce("given", "agreed").alias(c.ARTIST_MBID)
    )
    name = pl.col(c.ARTIST_NAME)
    spelled = (
        items.filter(owned)
        .group_by(*credit, c.ARTIST_NAME)
        .agg(pl.col(ROWS).sum())
        .sort(name == name.str.to_lowercase(), ROWS, name, descending=[False, True, False])
        .unique(credit, keep="first", maintain_order=True)
        .select(*credit, name.alias("spelled"))
    )
    items = items.join(spelled, on=credit, how="left", maintain_order="left", nulls_equal=True)
    return items.with_columns(
        pl.coalesce("spelled", c.ARTIST_NAME).alias(c.ARTIST_NAME),
        pl.col(c.ARTIST_MBID).str.split(",").alias(c.ARTIST_MBIDS),
    )


def _aliases(refs: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return every id, MBID and spelling of each item, with the rows that have it."""
    own = _own_ids(refs.filter(pl.col(c.ITEM_ID).is_not_null()))
    parts = [
        refs.select(_CLUSTER, pl.lit(scheme).alias(c.SCHEME), value.alias(c.ALIAS), ROWS)
        for scheme, value in ((c.ITEM_ID, own), (c.MBID, pl.col(c.MBID)), (c.NAME, pl.col(c.NAME)))
    ]
    counted = (
        pl.concat(parts).drop_nulls(c.ALIAS).group_by(_CLUSTER, c.SCHEME, c.ALIAS).agg(pl.col(ROWS).sum())
    )
    found = counted.join(items.select(_CLUSTER, c.ITEM_ID), on=_CLUSTER)
    return found.select(c.ITEM_ID, c.SCHEME, c.ALIAS, pl.col(ROWS).cast(pl.Int64).alias(c.COUNT)).sort(
        c.ITEM_ID, c.SCHEME, c.ALIAS
    )


def _shared(refs: pl.DataFrame) -> pl.DataFrame:
    known = refs.filter(~pl.col(_ALSO)).select(_CLUSTER, c.SOURCE).unique()
    pairs = known.join(known.rename({c.SOURCE: "other"}), on=_CLUSTER)
    pairs = pairs.filter(pl.col(c.SOURCE) < pl.col("other"))
    return pairs.group_by(c.SOURCE, "other").agg(pl.len().alias("items")).sort(c.SOURCE, "other")


def _spellings(refs: pl.DataFrame, about: pl.DataFrame) -> pl.DataFrame:
    about = about.with_columns(_FULL_NAME)
    spelled = (
        refs.filter(pl.col(c.NAME).is_not_null() & ~pl.col(_ALSO))
        .with_columns(_FULL_NAME)
        .group_by(_CLUSTER)
        .agg(
            pl.col(c.NAME).unique().sort().alias("names"),
            pl.col(c.NAME).str.to_lowercase().n_unique().alias("different"),
        )
    )
    several = spelled.filter(pl.col("different") > 1).join(about, on=_CLUSTER)
    return several.sort(ROWS, c.NAME, descending=[True, False]).select(c.NAME, "names")

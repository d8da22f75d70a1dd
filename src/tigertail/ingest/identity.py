"""Entity resolution: which rows of which sources refer to the same item.

A source's ids are unique within its namespace: sources of one namespace mean the same item by the same id. The
rules, the most reliable first:

1. Rows with the same id of one namespace are one item.
2. Items that share an MBID are merged, unless that would merge two ids of one namespace.
3. Items with the same folded name are merged, unless that would merge two MBIDs or two ids of one namespace.
4. An item whose name is a listed or frequent spelling (a tenth of the rows) of exactly one other item is merged into
   that, under the condition of 3.

Where 2 or 3 is refused, all items that share the MBID or the name stay separate, and the report counts them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.folding import fold_series
from tigertail.dataset.full_names import by_artist
from tigertail.dataset.table_spec import ITEM_REFERENCE
from tigertail.errors import DataError
from tigertail.ingest.accumulator import REF
from tigertail.ingest.references import ITEMS_TABLE_ROW, NAMESPACE, ROWS, most_frequent
from tigertail.lookup.mbids import mbid_in

MIN_SPELLING_SHARE: Final = 0.1  # of an item's rows: a spelling in fewer may be a typing error
FOLDED_NAME: Final = "folded_name"
_CLUSTER: Final = "cluster"
_ALIAS: Final = "from_aliases"  # whether the reference comes from a table of aliases
_ALIAS_MBID: Final = "alias_mbid"  # whether its MBID is the further one that such a table gives
_CREDIT: Final = "credit"  # the folded name of the artist of an album or a track
_FULL_NAME: Final = pl.coalesce(pl.when(pl.col(c.KIND) != c.ARTIST).then(by_artist()), c.NAME).alias(c.NAME)
"""The name of an item as a report shows it: that of an album or a track follows its artist's."""


@dataclass(frozen=True)
class Identities:
    """The items that the references were resolved to.

    Parameters
    ----------
    items
        The table of items, sorted by id.
    item_of
        The ``item_id`` of every ``ref``.
    shared
        ``source``, ``other``, ``items``: how many items each pair of sources has in common.
    spellings
        ``name``, ``names``: items whose references spell the name in several ways (that differ in more than case), most
        used first.
    aliases
        The table of aliases: every id, MBID and spelling of each item, and how many rows have it.
    ambiguous
        ``name``, ``items``, ``name_only``: groups of items that have the same name or MBID, but were not merged because
        ids or MBIDs of theirs conflict; how many items each group has; and whether one of these is known by
        its name alone, so that it could be any of the others. A group without a name is called by its MBID.
    """

    items: pl.DataFrame
    item_of: pl.DataFrame
    shared: pl.DataFrame
    spellings: pl.DataFrame
    aliases: pl.DataFrame
    ambiguous: pl.DataFrame


def resolve(refs: pl.DataFrame, namespaces: Sequence[str], aliases: pl.DataFrame | None = None) -> Identities:
    """Find the items behind the references.

    Parameters
    ----------
    refs
        As :func:`~tigertail.ingest.references.condense` returns them.
    namespaces
        All namespaces; if an item has ids of several, that of the first one becomes the item's id.
    aliases
        The rows of tables of aliases as :func:`~tigertail.ingest.references.references` returns them, with the column
        ``alias``, a further name or MBID of the item.

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
    refs = refs.with_columns(pl.lit(False).alias(_ALIAS), pl.lit(False).alias(_ALIAS_MBID))
    refs = _clustered(refs if aliases is None else pl.concat([refs, *_alias_pairs(aliases)], how="diagonal"))
    if aliases is not None:
        refs = _join_pairs(refs)
    refs, ambiguous_mbids = _merge(refs, c.MBID)
    if aliases is not None:
        refs = _without_unused_aliases(refs)
    refs, ambiguous_names = _merge(refs, FOLDED_NAME)
    refs = _join_known_spellings(refs)
    refs = refs.filter((pl.col(ROWS).sum() > 0).over(_CLUSTER))
    described = _described(refs)
    items = _with_ids(described, refs, namespaces)
    known = refs.select(REF, _CLUSTER).unique()
    return Identities(
        items=_table(items),
        item_of=known.join(items, on=_CLUSTER).select(REF, c.ITEM_ID),
        shared=_shared(refs),
        spellings=_spellings(refs, described),
        aliases=_aliases(refs, items),
        ambiguous=pl.concat([ambiguous_mbids, ambiguous_names]).unique().sort(c.NAME, "items"),
    )


def by_alias(aliases: pl.DataFrame) -> pl.DataFrame:
    """Return rows of aliases as references by the alias, a name or an MBID, in place of the id, name and MBID."""
    mbid = mbid_in(c.ALIAS)
    return aliases.with_columns(
        pl.lit(None, pl.String).alias(c.ITEM_ID),
        pl.when(mbid.is_null()).then(c.ALIAS).alias(c.NAME),
        mbid.alias(c.MBID),
    ).drop(c.ALIAS)


def _alias_pairs(aliases: pl.DataFrame) -> list[pl.DataFrame]:
    """Return rows of aliases as references, first as they are, then by alias; a row's two have one number, ``pair``.

    They count no rows, so that neither makes an item.
    """
    aliases = aliases.with_columns(
        pl.lit(0, pl.UInt64).alias(ROWS), pl.lit(True).alias(_ALIAS), pl.lit(False).alias(ITEMS_TABLE_ROW)
    ).with_row_index("pair")
    further = by_alias(aliases).with_columns((pl.col(c.MBID).is_not_null()).alias(_ALIAS_MBID))
    return [aliases.drop(c.ALIAS).with_columns(pl.lit(False).alias(_ALIAS_MBID)), further]


def _clustered(refs: pl.DataFrame) -> pl.DataFrame:
    """Give each reference the cluster of all that have its id; else its MBID; else its name."""
    refs = refs.with_columns(folded_names(refs))
    cluster_key = (
        pl.when(pl.col(c.ITEM_ID).is_not_null())
        .then(pl.concat_str(pl.lit("id"), NAMESPACE, c.ITEM_ID, separator="\1"))
        .when(pl.col(c.MBID).is_not_null())
        .then(pl.concat_str(pl.lit("mbid"), c.KIND, c.MBID, separator="\1"))
        .otherwise(pl.concat_str(pl.lit("name"), c.KIND, FOLDED_NAME, separator="\1"))
    )
    return refs.with_columns(cluster_key.rank("dense").cast(pl.UInt32).alias(_CLUSTER))


def _join_pairs(refs: pl.DataFrame) -> pl.DataFrame:
    """Put each reference by alias into the cluster of the item whose alias it is."""
    cluster_of_item = pl.col(_CLUSTER).first().over("pair")  # the reference by alias comes second
    return refs.with_columns(pl.when(_ALIAS).then(cluster_of_item).otherwise(_CLUSTER).alias(_CLUSTER)).drop(
        "pair"
    )


def folded_names(refs: pl.DataFrame) -> pl.Series:
    """Return the folded names, as ``folded_name``; that of an album or track follows the name of its artist."""
    artist = pl.when(pl.col(c.KIND) != c.ARTIST).then(pl.col(c.ARTIST_NAME))
    folded = refs.select(fold_series(refs[c.NAME]), artist=fold_series(refs.select(artist).to_series()))
    with_artist = pl.when(pl.col("artist") != "").then(by_artist("artist"))
    return folded.select(with_artist.otherwise(c.NAME).alias(FOLDED_NAME)).to_series()


def _without_unused_aliases(refs: pl.DataFrame) -> pl.DataFrame:
    """Drop clusters of aliases whose id or MBID no row has: they would only prevent merges by name."""
    has_id = (pl.col(c.ITEM_ID).is_not_null() | pl.col(c.MBID).is_not_null()).any()
    return refs.filter(~(has_id & (pl.col(ROWS).sum() == 0)).over(_CLUSTER))


class _Clusters:
    """Clusters of references that are merged, and what each has."""

    def __init__(self, refs: pl.DataFrame) -> None:
        self._parent: dict[int, int] = {}
        self._namespaces: dict[int, set[str]] = defaultdict(set)  # in which it has ids
        with_id = refs.filter(pl.col(c.ITEM_ID).is_not_null()).select(_CLUSTER, NAMESPACE).unique()
        for cluster, namespace in with_id.iter_rows():
            self._namespaces[cluster].add(namespace)
        self._with_mbid = set(refs.filter(pl.col(c.MBID).is_not_null())[_CLUSTER])

    def root(self, cluster: int) -> int:
        """Return the cluster that a cluster was merged into; itself if it was not."""
        while (parent := self._parent.get(cluster, cluster)) != cluster:
            cluster = parent
        return cluster

    def name_only(self, clusters: Iterable[int]) -> bool:
        """Return whether one of some clusters has neither an id nor an MBID."""
        return any(one not in self._with_mbid and one not in self._namespaces for one in clusters)

    def conflict(self, clusters: Sequence[int], *, mbids: bool) -> bool:
        """Return whether two of some clusters each have an id of one namespace or, if MBIDs count, an MBID."""
        seen: set[str] = set()
        for cluster in clusters:
            namespaces = self._namespaces.get(cluster, set())
            if seen & namespaces:
                return True
            seen |= namespaces
        return mbids and sum(cluster in self._with_mbid for cluster in clusters) > 1

    def merge(self, clusters: Sequence[int]) -> None:
        """Merge some clusters into the one with the smallest number."""
        merged = min(clusters)
        for cluster in clusters:
            if cluster == merged:
                continue
            self._parent[cluster] = merged
            if cluster in self._namespaces:
                self._namespaces[merged] |= self._namespaces.pop(cluster)
            if cluster in self._with_mbid:
                self._with_mbid.add(merged)

    def applied(self, refs: pl.DataFrame) -> pl.DataFrame:
        """Return the references with their new clusters."""
        moved = list(self._parent)
        roots = pl.Series([self.root(one) for one in moved], dtype=pl.UInt32)
        old = pl.Series(moved, dtype=pl.UInt32)
        cluster = pl.col(_CLUSTER)
        return refs.with_columns(cluster.replace(old, roots)) if moved else refs


def _merge(refs: pl.DataFrame, by: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Merge the clusters that share an MBID or their name, unless ids or, for names, MBIDs conflict.

    Returns
    -------
    refs, ambiguous
        The references with their new clusters, and the groups that were not merged: see :class:`Identities`.
    """
    described = _described(refs)
    values = described.select(_CLUSTER, c.KIND, by)
    if by == c.MBID:
        values = refs.select(_CLUSTER, c.MBID).unique().join(described.select(_CLUSTER, c.KIND), on=_CLUSTER)
    names = dict(described.select(_CLUSTER, _FULL_NAME).iter_rows())
    clusters = _Clusters(refs)
    ambiguous = []
    for value, members in _groups(values, by):
        roots = sorted({clusters.root(member) for member in members})
        if clusters.conflict(roots, mbids=by != c.MBID):
            shown = min((name for member in members if (name := names.get(member))), default=value)
            ambiguous.append((shown, len(roots), clusters.name_only(roots)))
        elif len(roots) > 1:
            clusters.merge(roots)
    schema = {c.NAME: pl.String, "items": pl.UInt32, "name_only": pl.Boolean}
    return clusters.applied(refs), pl.DataFrame(ambiguous, schema, orient="row")


def _groups(values: pl.DataFrame, by: str) -> list[tuple[str, list[int]]]:
    """Return each value that clusters share, and these, in a fixed order."""
    shared = values.drop_nulls(by).group_by(c.KIND, by).agg(pl.col(_CLUSTER).unique().sort())
    shared = shared.filter(pl.col(_CLUSTER).list.len() > 1).sort(c.KIND, by)
    return shared.select(by, _CLUSTER).rows()


def _join_known_spellings(refs: pl.DataFrame) -> pl.DataFrame:
    """Merge items into the one item of another name that is also spelled so, unless MBIDs or ids conflict.

    A spelling counts if a table of items or of aliases has it, or a good share of the item's rows.
    """
    described = _described(refs)
    clusters = _Clusters(refs)
    named = refs.filter(pl.col(FOLDED_NAME).is_not_null())
    spelled = named.group_by(_CLUSTER, FOLDED_NAME).agg(
        pl.col(ROWS).sum(), (pl.col(ITEMS_TABLE_ROW) | pl.col(_ALIAS)).any().alias("listed")
    )
    share = pl.col(ROWS) / pl.col(ROWS).sum().over(_CLUSTER)
    spelled = spelled.filter(pl.col("listed") | (share >= MIN_SPELLING_SHARE))
    shown = described.select(_CLUSTER, c.KIND, pl.col(FOLDED_NAME).alias("shown"))
    spelled = spelled.join(shown, on=_CLUSTER).filter(pl.col(FOLDED_NAME) != pl.col("shown"))
    names = shown.rename({"shown": FOLDED_NAME, _CLUSTER: "named"}).drop_nulls(FOLDED_NAME)
    pairs = spelled.select(_CLUSTER, c.KIND, FOLDED_NAME).join(names, on=[c.KIND, FOLDED_NAME])
    groups = pairs.group_by(c.KIND, FOLDED_NAME).agg(pl.col(_CLUSTER).unique(), pl.col("named").unique())
    for spelled_so, named_so in groups.sort(c.KIND, FOLDED_NAME).select(_CLUSTER, "named").iter_rows():
        roots = sorted({clusters.root(member) for member in (*spelled_so, *named_so)})
        if len(spelled_so) == 1 and len(roots) > 1 and not clusters.conflict(roots, mbids=True):
            clusters.merge(roots)
    return clusters.applied(refs)


def _described(refs: pl.DataFrame) -> pl.DataFrame:
    """Choose kind, name, artist, MBIDs and country of each cluster, with its rows; MBIDs and country the most frequent.

    A name that is more than an alias is preferred, then one from a table of items, one without HTML entities, then as
    :func:`_most_used` says. The artist is that of the name; where it has none, or there is no name, the most frequent.
    """
    name = pl.col(c.NAME)
    names = (
        refs.filter(name.is_not_null())
        .group_by(_CLUSTER, c.NAME, c.ARTIST_NAME, FOLDED_NAME)
        .agg(pl.col(ROWS).sum(), pl.col(ITEMS_TABLE_ROW).any(), pl.col(_ALIAS).all())
        .with_columns(name.str.contains("&[#a-zA-Z0-9]+;").alias("escaped"))
        .sort(
            _CLUSTER, _ALIAS, ~pl.col(ITEMS_TABLE_ROW), "escaped", *_most_used(name, _CLUSTER), c.ARTIST_NAME
        )
        .unique(_CLUSTER, keep="first", maintain_order=True)
        .select(_CLUSTER, c.NAME, c.ARTIST_NAME, FOLDED_NAME)
    )
    kind = pl.col(c.KIND).sort_by(ITEMS_TABLE_ROW, c.KIND, descending=[True, False]).first()
    described = refs.group_by(_CLUSTER).agg(kind, pl.col(ROWS).sum()).sort(_CLUSTER)
    described = described.join(names, on=_CLUSTER, how="left")
    for field in (c.MBID, c.ARTIST_MBID, c.COUNTRY):
        rows = _without_alias_mbids(refs) if field == c.MBID else refs
        described = described.join(most_frequent(rows, _CLUSTER, field), on=_CLUSTER, how="left")
    artist = most_frequent(refs, _CLUSTER, c.ARTIST_NAME)
    described = described.join(artist, on=_CLUSTER, how="left", suffix="_of_any")
    credited = pl.coalesce(c.ARTIST_NAME, f"{c.ARTIST_NAME}_of_any").alias(c.ARTIST_NAME)
    return described.with_columns(credited).drop(f"{c.ARTIST_NAME}_of_any").sort(_CLUSTER)


def _most_used(name: pl.Expr, *within: str) -> tuple[pl.Expr, ...]:
    """Return what sorts the spellings of an item: the most used first.

    Those equal but for case count as one, and one with capitals is first of them, since some sources write all in lower
    case; then the more frequent, the first in order.
    """
    rows, letters = pl.col(ROWS).cast(pl.Int64), name.str.to_lowercase()
    return -rows.sum().over(*within, letters), name == letters, -rows, name


def _without_alias_mbids(refs: pl.DataFrame) -> pl.DataFrame:
    """Return the references without the MBIDs that are aliases, where an item also has one that is not."""
    alias_mbids = refs.filter(_ALIAS_MBID).select(_CLUSTER, c.MBID).drop_nulls().unique()
    if alias_mbids.is_empty():
        return refs
    kept = refs.join(alias_mbids, on=[_CLUSTER, c.MBID], how="anti")
    with_mbid = kept.filter(pl.col(c.MBID).is_not_null()).select(_CLUSTER).unique()
    return pl.concat([kept, refs.join(with_mbid, on=_CLUSTER, how="anti")])


def _with_ids(described: pl.DataFrame, refs: pl.DataFrame, namespaces: Sequence[str]) -> pl.DataFrame:
    """Give each cluster its id: the source's, else the folded name if no other cluster has it, else the MBID.

    If it has none of the three, it is the folded name all the same, which :func:`_distinct` then numbers.
    """
    with_id = refs.filter(pl.col(c.ITEM_ID).is_not_null())
    order = pl.col(NAMESPACE).replace_strict(list(namespaces), list(range(len(namespaces))))
    with_id = with_id.with_columns(_source_ids(with_id).alias(c.ITEM_ID), order.alias("order")).sort(
        _CLUSTER, "order", c.ITEM_ID
    )
    with_id = with_id.unique(_CLUSTER, keep="first", maintain_order=True).select(_CLUSTER, c.ITEM_ID)
    items = described.join(with_id, on=_CLUSTER, how="left", maintain_order="left")
    unique_name = pl.when(pl.len().over(c.KIND, FOLDED_NAME) == 1).then(FOLDED_NAME)
    reliability = pl.when(pl.col(c.ITEM_ID).is_not_null()).then(0).when(pl.col(c.MBID).is_not_null()).then(1)
    items = items.with_columns(
        reliability.otherwise(2).alias("order"),
        pl.coalesce(c.ITEM_ID, unique_name, c.MBID, FOLDED_NAME).alias(c.ITEM_ID),
    ).sort("order", c.KIND, _CLUSTER)
    return items.with_columns(pl.Series(c.ITEM_ID, _distinct(items[c.ITEM_ID].to_list())))


def _source_ids(with_id: pl.DataFrame) -> pl.Expr:
    """Return the ids of sources, after their namespaces if several have ids."""
    several = with_id[NAMESPACE].n_unique() > 1
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
    credit show one spelling, the one that :func:`_most_used` says.
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
        .sort(*_most_used(name, *credit))
        .unique(credit, keep="first", maintain_order=True)
        .select(*credit, name.alias("spelled"))
    )
    items = items.join(spelled, on=credit, how="left", maintain_order="left", nulls_equal=True)
    return items.with_columns(
        pl.coalesce("spelled", c.ARTIST_NAME).alias(c.ARTIST_NAME),
        pl.col(c.ARTIST_MBID).str.split(",").alias(c.ARTIST_MBIDS),
    )


def _aliases(refs: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return every id, MBID and spelling of each item, and how many rows have it."""
    source_id = _source_ids(refs.filter(pl.col(c.ITEM_ID).is_not_null()))
    parts = [
        refs.select(_CLUSTER, pl.lit(scheme).alias(c.SCHEME), value.alias(c.ALIAS), ROWS)
        for scheme, value in ((c.ITEM_ID, source_id), (c.MBID, pl.col(c.MBID)), (c.NAME, pl.col(c.NAME)))
    ]
    counted = (
        pl.concat(parts).drop_nulls(c.ALIAS).group_by(_CLUSTER, c.SCHEME, c.ALIAS).agg(pl.col(ROWS).sum())
    )
    found = counted.join(items.select(_CLUSTER, c.ITEM_ID), on=_CLUSTER)
    return found.select(c.ITEM_ID, c.SCHEME, c.ALIAS, pl.col(ROWS).cast(pl.Int64).alias(c.COUNT)).sort(
        c.ITEM_ID, c.SCHEME, c.ALIAS
    )


def _shared(refs: pl.DataFrame) -> pl.DataFrame:
    known = refs.filter(~pl.col(_ALIAS)).select(_CLUSTER, c.SOURCE).unique()
    pairs = known.join(known.rename({c.SOURCE: "other"}), on=_CLUSTER)
    pairs = pairs.filter(pl.col(c.SOURCE) < pl.col("other"))
    return pairs.group_by(c.SOURCE, "other").agg(pl.len().alias("items")).sort(c.SOURCE, "other")


def _spellings(refs: pl.DataFrame, described: pl.DataFrame) -> pl.DataFrame:
    described = described.with_columns(_FULL_NAME)
    spelled = (
        refs.filter(pl.col(c.NAME).is_not_null() & ~pl.col(_ALIAS))
        .with_columns(_FULL_NAME)
        .group_by(_CLUSTER)
        .agg(
            pl.col(c.NAME).unique().sort().alias("names"),
            pl.col(c.NAME).str.to_lowercase().n_unique().alias("different"),
        )
    )
    several = spelled.filter(pl.col("different") > 1).join(described, on=_CLUSTER)
    return several.sort(ROWS, c.NAME, descending=[True, False]).select(c.NAME, "names")

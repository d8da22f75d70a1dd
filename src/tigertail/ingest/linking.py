"""Find the items of rows in tables that make no items.

These rows never change the items: those are resolved from plays and the catalogue alone
(:mod:`tigertail.ingest.identity`), and a row is linked to one of them or to none. As there, the most reliable
reference decides: the id, then the MusicBrainz id, then the folded name. By its name no row is linked if several
items have that name. A row with an id or an MBID of its own is not linked by its name either if the item would have
two ids of one namespace, or two MBIDs. Those of the item's own rows count, of all rows that are linked to it, and of
all that would be by their name, whichever table they are in. A row with neither contradicts nothing, and is linked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.ingest.accumulator import REF
from tigertail.ingest.identity import FOLDED_NAME, Identities, folded_names
from tigertail.ingest.references import NAMESPACE, ROWS, most_frequent

TABLE: Final = "table"
UNSPACED: Final = "unspaced"  # whether the name stands without spaces, and perhaps short words
_FOUND: Final = "found"
_SHORT_WORDS: Final = ("and", "the", "of")


@dataclass(frozen=True)
class LinkedRows:
    """The items of rows in tables that make no items.

    Attributes
    ----------
    item_of
        The ``item_id`` of every ``ref`` that has one.
    items
        The table of items, with countries from these rows where no other source gives one.
    matches
        How much of each table was linked, as :func:`matches` returns it.
    """

    item_of: pl.DataFrame
    items: pl.DataFrame
    matches: pl.DataFrame


def link_items(refs: pl.DataFrame, item_refs: pl.DataFrame, identities: Identities) -> LinkedRows:
    """Find the items of references from tables that make no items.

    Parameters
    ----------
    refs
        The references, as :func:`~tigertail.ingest.references.condense` returns them, with ``table`` and
        ``unspaced``.
    item_refs
        The references from which the items were resolved.
    identities
        Those items.
    """
    refs = refs.with_columns(folded_names(refs))
    item_refs = item_refs.with_columns(folded_names(item_refs)).join(
        identities.item_of.rename({c.ITEM_ID: _FOUND}), on=REF
    )
    # Rows of one reference differ in country and table, which are not read; a source's names are all unspaced, or none.
    distinct = refs.unique(REF).sort(REF)
    linked = _by_id(distinct, item_refs)
    linked = pl.concat([linked, _by_mbid(_rest(distinct, linked), item_refs)])
    known = pl.concat([_identifiers(item_refs), _identifiers(distinct.join(linked, on=REF))])
    by_name = _by_name(_rest(distinct, linked), item_refs)
    linked = pl.concat([linked, _without_conflicts(by_name, distinct, known)])
    item_of = linked.rename({_FOUND: c.ITEM_ID}).sort(REF)
    return LinkedRows(item_of, _with_countries(identities.items, refs, item_of), matches(refs, item_of))


def unspaced_names(keys: pl.Series) -> pl.Series:
    """Return folded names without spaces and short words: ``simon and garfunkel`` is ``simongarfunkel``."""
    words = keys.str.split(" ")
    content = words.list.eval(pl.element().filter(~pl.element().is_in(_SHORT_WORDS)))
    whole = pl.DataFrame({"content": content, "words": words}).select(
        pl.when(pl.col("content").list.len() > 0)
        .then("content")
        .otherwise("words")
        .list.join("")
        .alias(FOLDED_NAME)
    )
    return whole[FOLDED_NAME]


def _rest(refs: pl.DataFrame, linked: pl.DataFrame) -> pl.DataFrame:
    return refs.join(linked, on=REF, how="anti", maintain_order="left")


def _by_id(refs: pl.DataFrame, item_refs: pl.DataFrame) -> pl.DataFrame:
    return _joined(refs, item_refs, [NAMESPACE, c.ITEM_ID])


def _by_mbid(refs: pl.DataFrame, item_refs: pl.DataFrame) -> pl.DataFrame:
    return _joined(refs, item_refs, [c.KIND, c.MBID])


def _by_name(refs: pl.DataFrame, item_refs: pl.DataFrame) -> pl.DataFrame:
    whole = _joined(refs.filter(~pl.col(UNSPACED)), item_refs, [c.KIND, FOLDED_NAME])
    closed = pl.col(FOLDED_NAME).str.replace_all(" ", "", literal=True)
    tokens = refs.filter(UNSPACED).with_columns(closed)
    # With its short words first, then without.
    for unspaced in (closed, unspaced_names(item_refs[FOLDED_NAME])):
        left = _rest(tokens, whole)
        if not left.is_empty():
            whole = pl.concat([whole, _joined(left, item_refs.with_columns(unspaced), [c.KIND, FOLDED_NAME])])
    return whole


def _identifiers(refs: pl.DataFrame) -> pl.DataFrame:
    return refs.select(REF, _FOUND, NAMESPACE, c.ITEM_ID, c.MBID)


def _without_conflicts(matched: pl.DataFrame, refs: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Drop matches by name that would merge two MBIDs, or two ids of one namespace, with those that are known."""
    by_name = _identifiers(refs.join(matched, on=REF))
    both = pl.concat([by_name, known]).join(matched.select(_FOUND).unique(), on=_FOUND, how="semi")
    ids = both.group_by(_FOUND, NAMESPACE).agg(pl.col(c.ITEM_ID).drop_nulls().n_unique().alias("ids"))
    mbids = both.group_by(_FOUND).agg(pl.col(c.MBID).drop_nulls().n_unique().alias("mbids"))
    id_conflicts = by_name.join(ids.filter(pl.col("ids") > 1), on=[_FOUND, NAMESPACE], how="semi")
    id_conflicts = id_conflicts.filter(pl.col(c.ITEM_ID).is_not_null())
    mbid_conflicts = by_name.filter(pl.col(c.MBID).is_not_null()).join(
        mbids.filter(pl.col("mbids") > 1), on=_FOUND, how="semi"
    )
    conflicts = pl.concat([id_conflicts.select(REF), mbid_conflicts.select(REF)])
    return matched.join(conflicts, on=REF, how="anti")


def _joined(refs: pl.DataFrame, item_refs: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return ``ref`` and ``found`` of the references whose key is that of one item."""
    known = item_refs.select(*keys, _FOUND).drop_nulls().unique()
    alone = known.filter(pl.len().over(keys) == 1)
    return refs.join(alone, on=keys).select(REF, _FOUND)


def _with_countries(items: pl.DataFrame, refs: pl.DataFrame, item_of: pl.DataFrame) -> pl.DataFrame:
    with_country = refs.filter((pl.col(TABLE) == c.ITEMS_TABLE) & pl.col(c.COUNTRY).is_not_null())
    if with_country.is_empty():
        return items
    by_item = with_country.drop(c.ITEM_ID).join(item_of, on=REF)
    countries = most_frequent(by_item, c.ITEM_ID, c.COUNTRY)
    if c.COUNTRY not in items.columns:
        return items.join(countries, on=c.ITEM_ID, how="left", maintain_order="left")
    joined = items.join(countries, on=c.ITEM_ID, how="left", maintain_order="left", suffix="_linked")
    linked = f"{c.COUNTRY}_linked"
    return joined.with_columns(pl.coalesce(c.COUNTRY, linked).alias(c.COUNTRY)).drop(linked)


def matches(refs: pl.DataFrame, item_of: pl.DataFrame) -> pl.DataFrame:
    """Count what of each table was linked.

    Parameters
    ----------
    refs
        References, with ``table``.
    item_of
        The ``item_id`` of every ``ref`` that has one.

    Returns
    -------
    polars.DataFrame
        ``source``, ``table``, ``rows``, ``matched_rows``, ``names``, ``matched_names``, ``items``,
        ``examples``: how many rows of each table were linked, how many distinct references (``names``), to how many
        items, and some names that were not.
    """
    joined = refs.join(item_of.rename({c.ITEM_ID: _FOUND}), on=REF, how="left")
    missed = pl.col(_FOUND).is_null()
    shown = pl.coalesce(c.NAME, c.MBID, c.ITEM_ID)
    return (
        joined.sort(ROWS, REF, descending=[True, False])
        .group_by(c.SOURCE, TABLE)
        .agg(
            pl.col(ROWS).sum().alias("rows"),
            pl.col(ROWS).filter(~missed).sum().alias("matched_rows"),
            pl.col(REF).n_unique().alias("names"),
            pl.col(REF).filter(~missed).n_unique().alias("matched_names"),
            pl.col(_FOUND).drop_nulls().n_unique().alias("items"),
            shown.filter(missed).unique(maintain_order=True).head(3).alias("examples"),
        )
        .sort(c.SOURCE, TABLE)
    )

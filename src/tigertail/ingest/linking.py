"""The items that the rows of tables beside the plays speak of.

They never change who is who: items are settled by those who make them (:mod:`tigertail.ingest.identity`), and
a row attaches to one of them or to none. The surest thing decides, as there: the id, the MusicBrainz id, the
folded name. A name of several items, or of several ids or MBIDs on this side, attaches to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.ingest.accumulator import REF
from tigertail.ingest.identity import Identities, folded_names
from tigertail.ingest.references import NAMESPACE, ROWS

TABLE: Final = "table"
SQUEEZED: Final = "squeezed"  # whether the name stands without spaces
_KEY: Final = "key"
_FOUND: Final = "found"
_LITTLE: Final = ("and", "the", "of")


@dataclass(frozen=True)
class LinkedRows:
    """What the rows of side tables turned out to speak of.

    Attributes
    ----------
    item_of
        The ``item_id`` of every ``ref`` that has one.
    items
        The table of items, with the countries that side tables of items give where nobody else does.
    matches
        ``source``, ``table``, ``rows``, ``matched_rows``, ``names``, ``matched_names``, ``items``,
        ``examples``: how much of each table found its item, and some names that did not.
    """

    item_of: pl.DataFrame
    items: pl.DataFrame
    matches: pl.DataFrame


def attach(refs: pl.DataFrame, makers: pl.DataFrame, identities: Identities) -> LinkedRows:
    """Find the items of references that make none.

    Parameters
    ----------
    refs
        The references, as :func:`~tigertail.ingest.references.condense` returns them, with ``table`` and
        ``squeezed``.
    makers
        The references that made the items.
    identities
        The items they made.
    """
    refs = refs.with_columns(folded_names(refs))
    makers = makers.with_columns(folded_names(makers)).join(
        identities.item_of.rename({c.ITEM_ID: _FOUND}), on=REF
    )
    distinct = refs.unique(REF).sort(REF)
    found = _by_id(distinct, makers)
    found = pl.concat([found, _by_mbid(_rest(distinct, found), makers)])
    found = pl.concat([found, _by_name(_rest(distinct, found), makers, found)])
    item_of = found.rename({_FOUND: c.ITEM_ID}).sort(REF)
    return LinkedRows(item_of, _with_countries(identities.items, refs, item_of), _matches(refs, item_of))


def closed_up(keys: pl.Series) -> pl.Series:
    """Return folded names without spaces and little words: ``simon and garfunkel`` is ``simongarfunkel``."""
    words = keys.str.split(" ")
    telling = words.list.eval(pl.element().filter(~pl.element().is_in(_LITTLE)))
    whole = pl.DataFrame({"telling": telling, "words": words}).select(
        pl.when(pl.col("telling").list.len() > 0).then("telling").otherwise("words").list.join("").alias(_KEY)
    )
    return whole[_KEY]


def _rest(refs: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    return refs.join(found, on=REF, how="anti", maintain_order="left")


def _by_id(refs: pl.DataFrame, makers: pl.DataFrame) -> pl.DataFrame:
    return _joined(refs, makers, [NAMESPACE, c.ITEM_ID])


def _by_mbid(refs: pl.DataFrame, makers: pl.DataFrame) -> pl.DataFrame:
    return _joined(refs, makers, [c.KIND, c.MBID])


def _by_name(refs: pl.DataFrame, makers: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Match by name what no id of either side speaks against."""
    whole = _joined(refs.filter(~pl.col(SQUEEZED)), makers, [c.KIND, _KEY])
    closed = pl.col(_KEY).str.replace_all(" ", "", literal=True)
    tokens = refs.filter(SQUEEZED).with_columns(closed)
    for short in (closed, closed_up(makers[_KEY])):
        left = _rest(tokens, whole)
        if not left.is_empty():
            whole = pl.concat([whole, _joined(left, makers.with_columns(short), [c.KIND, _KEY])])
    return _undisputed(whole, refs, makers)


def _undisputed(matched: pl.DataFrame, refs: pl.DataFrame, makers: pl.DataFrame) -> pl.DataFrame:
    """Drop matches by name that put together two MBIDs, or two ids of one namespace."""
    said = refs.join(matched, on=REF).select(REF, _FOUND, NAMESPACE, c.ITEM_ID, c.MBID)
    both = pl.concat([said, makers.select(REF, _FOUND, NAMESPACE, c.ITEM_ID, c.MBID)])
    both = both.join(matched.select(_FOUND).unique(), on=_FOUND, how="semi")
    ids = both.group_by(_FOUND, NAMESPACE).agg(pl.col(c.ITEM_ID).drop_nulls().n_unique().alias("ids"))
    mbids = both.group_by(_FOUND).agg(pl.col(c.MBID).drop_nulls().n_unique().alias("mbids"))
    crowded = said.join(ids.filter(pl.col("ids") > 1), on=[_FOUND, NAMESPACE], how="semi")
    crowded = crowded.filter(pl.col(c.ITEM_ID).is_not_null())
    torn = said.filter(pl.col(c.MBID).is_not_null()).join(
        mbids.filter(pl.col("mbids") > 1), on=_FOUND, how="semi"
    )
    doubtful = pl.concat([crowded.select(REF), torn.select(REF)])
    return matched.join(doubtful, on=REF, how="anti")


def _joined(refs: pl.DataFrame, makers: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return ``ref`` and ``found`` of the references whose key is that of one item."""
    known = makers.select(*keys, _FOUND).drop_nulls().unique()
    alone = known.filter(pl.len().over(keys) == 1)
    return refs.join(alone, on=keys).select(REF, _FOUND)


def _with_countries(items: pl.DataFrame, refs: pl.DataFrame, item_of: pl.DataFrame) -> pl.DataFrame:
    said = refs.filter((pl.col(TABLE) == c.ITEMS_TABLE) & pl.col(c.COUNTRY).is_not_null())
    if said.is_empty():
        return items
    counted = (
        said.drop(c.ITEM_ID).join(item_of, on=REF).group_by(c.ITEM_ID, c.COUNTRY).agg(pl.col(ROWS).sum())
    )
    most = counted.sort(c.ITEM_ID, ROWS, c.COUNTRY, descending=[False, True, False])
    most = most.unique(c.ITEM_ID, keep="first").select(c.ITEM_ID, pl.col(c.COUNTRY).alias("said"))
    if c.COUNTRY not in items.columns:
        items = items.with_columns(pl.lit(None, pl.String).alias(c.COUNTRY))
    joined = items.join(most, on=c.ITEM_ID, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(c.COUNTRY, "said").alias(c.COUNTRY)).drop("said")


def _matches(refs: pl.DataFrame, item_of: pl.DataFrame) -> pl.DataFrame:
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


def gather(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Merge equal references of side tables, adding up their rows."""
    whole = pl.concat(frames)
    return whole.group_by(pl.exclude(ROWS)).agg(pl.col(ROWS).sum())

"""Find items of a dataset by the ids or names in an external list.

A reference is what the list has: an id, an MBID or a name. Where several items have it, none is taken.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold_series

_REFERENCE: Final = "reference"
_FOLDED: Final = "folded"


def by_id_or_name(names: pl.Series, dataset: Dataset) -> pl.DataFrame:
    """Find items by an id, their own or else one of a source's or an MBID, else by a folded name in any known spelling.

    Parameters
    ----------
    names
        References: ids, MBIDs in any letter case, or names.
    dataset
        The dataset.

    Returns
    -------
    pl.DataFrame
        Columns reference, shown (the name that the list gives, else the reference), item_id, and why item_id is null.
    """
    own = dataset.items.select(c.ITEM_ID, pl.col(c.ITEM_ID).alias(_REFERENCE))
    of_sources = _aliases(dataset, c.ITEM_ID).rename({c.ALIAS: _REFERENCE})
    by_id = pl.concat([own, of_sources.join(own, on=_REFERENCE, how="anti")])
    references = names.to_frame(_REFERENCE)
    by_id = pl.concat([by_id, _by_mbid(references, dataset).join(by_id, on=_REFERENCE, how="anti")])
    return _matched(references, by_id, names, dataset)


def by_mbid_or_name(mbids: pl.Series, names: dict[str, str], dataset: Dataset) -> pl.DataFrame:
    """Find items by MBID, else by the name that the list gives for the MBID.

    Parameters
    ----------
    mbids
        References: MBIDs, in any letter case.
    names
        The name of each reference, where the list gives one.
    dataset
        The dataset.

    Returns
    -------
    pl.DataFrame
        As of :func:`by_id_or_name`.
    """
    shown = pl.Series([names.get(mbid, mbid) for mbid in mbids], dtype=pl.String)
    references = mbids.to_frame(_REFERENCE)
    return _matched(references, _by_mbid(references, dataset), shown, dataset)


def _by_mbid(references: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """Return the items of references that are MBIDs, in any letter case: item_id, reference."""
    items = dataset.items
    mbids = _aliases(dataset, c.MBID).rename({c.ALIAS: c.MBID})
    if c.MBID in items.columns:
        mbids = pl.concat([items.select(c.ITEM_ID, c.MBID), mbids])
    small = references.with_columns(pl.col(_REFERENCE).str.to_lowercase().alias(c.MBID))
    return small.join(mbids.drop_nulls(), on=c.MBID).select(c.ITEM_ID, _REFERENCE)


def _aliases(dataset: Dataset, scheme: str) -> pl.DataFrame:
    """Return the aliases of a scheme: item_id, alias."""
    if dataset.aliases is None:
        return pl.DataFrame(schema={c.ITEM_ID: pl.String, c.ALIAS: pl.String})
    return dataset.aliases.filter(pl.col(c.SCHEME) == scheme).select(c.ITEM_ID, c.ALIAS)


def _matched(
    references: pl.DataFrame, by_id: pl.DataFrame, names: pl.Series, dataset: Dataset
) -> pl.DataFrame:
    """Find items by an id that one item alone has, else by a folded name that one alone has.

    Parameters
    ----------
    references
        The column reference.
    by_id
        Columns item_id and reference: ids, or MBIDs.
    names
        The name of each reference, in their order; shown, and looked for where the id finds none.
    dataset
        The dataset.
    """
    further = _aliases(dataset, c.NAME).rename({c.ALIAS: c.NAME})
    spelled = pl.concat([dataset.items.select(c.ITEM_ID, c.NAME), further])
    by_name = spelled.select(c.ITEM_ID, fold_series(spelled[c.NAME]).alias(_FOLDED))
    counted = (
        references.with_columns(names.alias("shown"), fold_series(names).alias(_FOLDED))
        .join(_counted(by_id, _REFERENCE, "id"), on=_REFERENCE, how="left", maintain_order="left")
        .join(_counted(by_name, _FOLDED, "name"), on=_FOLDED, how="left", maintain_order="left")
    )
    one = [pl.when(pl.col(f"items of {key}") == 1).then(pl.col(f"item of {key}")) for key in ("id", "name")]
    several = [pl.col(f"items of {key}") > 1 for key in ("id", "name")]
    why = (
        pl.when(pl.coalesce(one).is_not_null())
        .then(None)
        .when(several[1])
        .then(pl.lit("several items have this name"))
        .when(several[0])
        .then(pl.lit("several items have this id"))
        .otherwise(pl.lit("not in the dataset"))
    )
    return counted.select(_REFERENCE, "shown", pl.coalesce(one).alias(c.ITEM_ID), why.alias("why"))


def _counted(keyed: pl.DataFrame, key: str, what: str) -> pl.DataFrame:
    """Return, for each key, one of the items that have it, and how many do."""
    item = pl.col(c.ITEM_ID)
    return keyed.group_by(key, maintain_order=True).agg(
        item.first().alias(f"item of {what}"), item.n_unique().alias(f"items of {what}")
    )

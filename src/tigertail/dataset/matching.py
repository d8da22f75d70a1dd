"""Find items of a dataset by the ids or names in an external list."""

from __future__ import annotations

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold_series


def by_id_or_name(names: pl.Series, dataset: Dataset) -> pl.DataFrame:
    """Find items by an id, else by a folded name, in any known spelling, that only one item has.

    Returns
    -------
    pl.DataFrame
        Columns reference, shown (a readable name), item_id, and why item_id is null.
    """
    items = dataset.items
    by_id = items.select(c.ITEM_ID, pl.col(c.ITEM_ID).alias("reference"))
    further = _further(dataset, c.ITEM_ID).rename({c.ALIAS: "reference"})
    by_id = pl.concat([by_id, further]).unique("reference", keep="first", maintain_order=True)
    return _first_found(names.to_frame("reference"), by_id, names, dataset)


def by_mbid_or_name(mbids: pl.Series, names: dict[str, str], dataset: Dataset) -> pl.DataFrame:
    """Find items by MusicBrainz id, else by the name of that id; see :func:`by_id_or_name`."""
    items = dataset.items
    by_mbid = _further(dataset, c.MBID).rename({c.ALIAS: "reference"})
    if c.MBID in items.columns:
        by_mbid = pl.concat([items.select(c.ITEM_ID, pl.col(c.MBID).alias("reference")), by_mbid])
    by_mbid = by_mbid.drop_nulls().unique(maintain_order=True).unique("reference", keep="none")
    shown = pl.Series([names.get(mbid, mbid) for mbid in mbids], dtype=pl.String)
    return _first_found(mbids.to_frame("reference"), by_mbid, shown, dataset)


def _further(dataset: Dataset, scheme: str) -> pl.DataFrame:
    """Return the aliases of a scheme: item_id, alias."""
    if dataset.aliases is None:
        return pl.DataFrame(schema={c.ITEM_ID: pl.String, c.ALIAS: pl.String})
    return dataset.aliases.filter(pl.col(c.SCHEME) == scheme).select(c.ITEM_ID, c.ALIAS)


def _first_found(
    references: pl.DataFrame, exact: pl.DataFrame, names: pl.Series, dataset: Dataset
) -> pl.DataFrame:
    """Find items by an exact key, else by a folded name that only one item has."""
    further = _further(dataset, c.NAME).rename({c.ALIAS: c.NAME})
    spelled = pl.concat([dataset.items.select(c.ITEM_ID, c.NAME), further])
    folded = spelled.select(
        pl.col(c.ITEM_ID).alias("named"), fold_series(spelled[c.NAME]).alias("folded")
    ).unique(maintain_order=True)
    counted = folded.group_by("folded").agg(pl.col("named").first(), pl.len().alias("items_of_name"))
    found = (
        references.with_columns(names.alias("shown"), fold_series(names).alias("folded"))
        .join(exact, on="reference", how="left", maintain_order="left")
        .join(counted, on="folded", how="left", maintain_order="left")
    )
    return found.select(
        "reference",
        "shown",
        pl.coalesce(c.ITEM_ID, pl.when(pl.col("items_of_name") == 1).then(pl.col("named"))).alias(c.ITEM_ID),
        pl.when(pl.col(c.ITEM_ID).is_null() & (pl.col("items_of_name") > 1))
        .then(pl.lit("several items have this name"))
        .when(pl.col(c.ITEM_ID).is_null() & pl.col("named").is_null())
        .then(pl.lit("not in the dataset"))
        .alias("why"),
    )

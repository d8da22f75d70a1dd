"""Find items of a dataset by the ids or names in an external list."""

from __future__ import annotations

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold_series


def by_id_or_name(names: pl.Series, dataset: Dataset) -> pl.DataFrame:
    """Find items by id, else by a folded name that only one item has.

    Returns
    -------
    pl.DataFrame
        Columns reference, shown (a readable name), item_id, and why item_id is null.
    """
    items = dataset.items
    by_id = items.select(c.ITEM_ID, pl.col(c.ITEM_ID).alias("reference"))
    return _first_found(names.to_frame("reference"), by_id, names, items)


def by_mbid_or_name(mbids: pl.Series, names: dict[str, str], dataset: Dataset) -> pl.DataFrame:
    """Find items by MusicBrainz id, else by the name of that id; see :func:`by_id_or_name`."""
    items = dataset.items
    by_mbid = pl.DataFrame(schema={c.ITEM_ID: pl.String, "reference": pl.String})
    if c.MBID in items.columns:
        by_mbid = (
            items.select(c.ITEM_ID, pl.col(c.MBID).alias("reference"))
            .drop_nulls()
            .unique("reference", keep="none")
        )
    shown = pl.Series([names.get(mbid, mbid) for mbid in mbids], dtype=pl.String)
    return _first_found(mbids.to_frame("reference"), by_mbid, shown, items)


def _first_found(
    references: pl.DataFrame, exact: pl.DataFrame, names: pl.Series, items: pl.DataFrame
) -> pl.DataFrame:
    """Find items by an exact key, else by a folded name that only one item has."""
    folded = items.select(pl.col(c.ITEM_ID).alias("named"), fold_series(items[c.NAME]).alias("folded"))
    counted = folded.group_by("folded").agg(pl.col("named").first(), pl.len().alias("namesakes"))
    found = (
        references.with_columns(names.alias("shown"), fold_series(names).alias("folded"))
        .join(exact, on="reference", how="left", maintain_order="left")
        .join(counted, on="folded", how="left", maintain_order="left")
    )
    return found.select(
        "reference",
        "shown",
        pl.coalesce(c.ITEM_ID, pl.when(pl.col("namesakes") == 1).then(pl.col("named"))).alias(c.ITEM_ID),
        pl.when(pl.col(c.ITEM_ID).is_null() & (pl.col("namesakes") > 1))
        .then(pl.lit("several items have this name"))
        .when(pl.col(c.ITEM_ID).is_null() & pl.col("named").is_null())
        .then(pl.lit("not in the dataset"))
        .alias("why"),
    )

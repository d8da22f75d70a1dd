"""Finding a dataset's items by what a list from elsewhere calls them."""

from __future__ import annotations

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold_series


def by_id_or_name(names: pl.Series, dataset: Dataset) -> pl.DataFrame:
    """Find items by id, else by a name that folds to exactly one item's.

    Returns
    -------
    pl.DataFrame
        Columns said, called (what a person would say), item_id, and why it is null where it is.
    """
    items = dataset.items
    by_id = items.select(c.ITEM_ID, pl.col(c.ITEM_ID).alias("said"))
    return _first_found(names.to_frame("said"), by_id, names, items)


def by_mbid_or_name(mbids: pl.Series, names: dict[str, str], dataset: Dataset) -> pl.DataFrame:
    """Find items by MusicBrainz identifier, else by the name it stands for; see :func:`by_id_or_name`."""
    items = dataset.items
    by_mbid = pl.DataFrame(schema={c.ITEM_ID: pl.String, "said": pl.String})
    if c.MBID in items.columns:
        by_mbid = (
            items.select(c.ITEM_ID, pl.col(c.MBID).alias("said")).drop_nulls().unique("said", keep="none")
        )
    called = pl.Series([names.get(mbid, mbid) for mbid in mbids], dtype=pl.String)
    return _first_found(mbids.to_frame("said"), by_mbid, called, items)


def _first_found(
    said: pl.DataFrame, exact: pl.DataFrame, names: pl.Series, items: pl.DataFrame
) -> pl.DataFrame:
    """Find items by an exact key, else by a folded name that is exactly one item's."""
    folded = items.select(pl.col(c.ITEM_ID).alias("named"), fold_series(items[c.NAME]).alias("folded"))
    counted = folded.group_by("folded").agg(pl.col("named").first(), pl.len().alias("namesakes"))
    found = (
        said.with_columns(names.alias("called"), fold_series(names).alias("folded"))
        .join(exact, on="said", how="left", maintain_order="left")
        .join(counted, on="folded", how="left", maintain_order="left")
    )
    return found.select(
        "said",
        "called",
        pl.coalesce(c.ITEM_ID, pl.when(pl.col("namesakes") == 1).then(pl.col("named"))).alias(c.ITEM_ID),
        pl.when(pl.col(c.ITEM_ID).is_null() & (pl.col("namesakes") > 1))
        .then(pl.lit("its name is that of several items"))
        .when(pl.col(c.ITEM_ID).is_null() & pl.col("named").is_null())
        .then(pl.lit("not in the dataset"))
        .alias("why"),
    )

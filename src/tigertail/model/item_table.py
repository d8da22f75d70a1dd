"""What a model keeps of each item, in the order of the item codes."""

from __future__ import annotations

import polars as pl

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.folding import fold_series
from tigertail.dataset.interactions import Interactions
from tigertail.dataset.strata import Stratum, strata
from tigertail.errors import DataError


def item_table(dataset: Dataset, interactions: Interactions) -> pl.DataFrame:
    """Return what a model keeps of each item, in the order of the item codes.

    Returns
    -------
    polars.DataFrame
        Columns item_id, listeners, stratum, those of the dataset's items, and folded, the folded name. An item without
        a name is called by its id; one without a kind is an artist, as all are in a dataset without a catalogue.

    Raises
    ------
    DataError
        If an item is in the catalogue twice.
    """
    check_catalogue(dataset)
    listeners = interactions.item_listeners
    codes = pl.DataFrame(
        {
            c.ITEM_ID: interactions.items.ids,
            c.LISTENERS: listeners,
            c.STRATUM: [Stratum(s).label for s in strata(listeners)],
        }
    )
    items = codes.join(dataset.items, on=c.ITEM_ID, how="left", maintain_order="left").with_columns(
        pl.col(c.NAME).fill_null(pl.col(c.ITEM_ID)), pl.col(c.KIND).fill_null(c.ARTIST)
    )
    return items.with_columns(fold_series(items[c.NAME]).alias("folded"))


def check_catalogue(dataset: Dataset) -> None:
    """Refuse a catalogue that has an item twice.

    Raises
    ------
    DataError
        If it has.
    """
    if dataset.items[c.ITEM_ID].is_duplicated().any():
        raise DataError(
            "an item is in the catalogue twice", path=dataset.path, remedy="build the dataset again"
        )

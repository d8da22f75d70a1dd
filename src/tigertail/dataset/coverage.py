"""How many items the tables beside the plays speak of, from the head down to the cold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl
from pydantic import BaseModel, ConfigDict

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.strata import Stratum, strata

_TABLES: Final = (c.ANNOTATIONS_TABLE, c.AUDIO_TABLE, c.SEQUENCES_TABLE, c.DOCUMENTS_TABLE, c.MENTIONS_TABLE)


class TableCoverage(BaseModel):
    """How many items a table speaks of.

    Parameters
    ----------
    table
        Its name; of annotations "annotations: FACET", and "items: country" for the items with a country.
    rows
        How many it has.
    items
        Items it speaks of.
    by_stratum
        The same, by name of the stratum.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    rows: int
    items: int
    by_stratum: dict[str, int]


def coverage(dataset: Dataset) -> tuple[TableCoverage, ...]:
    """Count the items each table speaks of, by stratum; tables that are not there are left out."""
    with dataset.reading(c.PLAYS_TABLE):
        heard = dataset.scan(c.PLAYS_TABLE).group_by(c.ITEM_ID).len("listeners").collect()
    items = dataset.items.select(c.ITEM_ID).join(heard, on=c.ITEM_ID, how="full", coalesce=True)
    listeners = items["listeners"].fill_null(0).cast(pl.Int64).to_numpy()
    band = items.select(c.ITEM_ID, pl.Series("stratum", strata(listeners)))
    found = []
    for name, rows in _spoken_of(dataset):
        counted = band.join(rows.unique(c.ITEM_ID), on=c.ITEM_ID, how="semi")["stratum"].value_counts()
        sizes = dict(counted.iter_rows())
        by_stratum = {stratum.label: int(sizes.get(stratum, 0)) for stratum in Stratum}
        found.append(
            TableCoverage(table=name, rows=rows.height, items=sum(by_stratum.values()), by_stratum=by_stratum)
        )
    return tuple(found)


def _spoken_of(dataset: Dataset) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each table's name and its rows as ``item_id``."""
    if c.COUNTRY in dataset.items.columns:
        yield f"{c.ITEMS_TABLE}: {c.COUNTRY}", dataset.items.drop_nulls(c.COUNTRY).select(c.ITEM_ID)
    for table in _TABLES:
        if not dataset.has(table):
            continue
        with dataset.reading(table):
            rows = dataset.scan(table)
            if c.ITEM_ID not in rows.collect_schema():
                continue
            if table == c.ANNOTATIONS_TABLE:
                whole = rows.select(c.ITEM_ID, c.FACET).sort(c.FACET).collect()
                for (facet,), own in whole.group_by(c.FACET, maintain_order=True):
                    yield f"{table}: {facet}", own.select(c.ITEM_ID)
            else:
                yield table, rows.select(c.ITEM_ID).collect().drop_nulls()
    if dataset.has(c.PAIRS_TABLE):
        with dataset.reading(c.PAIRS_TABLE):
            pairs = dataset.scan(c.PAIRS_TABLE).select(c.ITEM_A, c.ITEM_B).collect()
        yield c.PAIRS_TABLE, pl.concat([pairs[c.ITEM_A], pairs[c.ITEM_B]]).to_frame(c.ITEM_ID)

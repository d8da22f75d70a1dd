"""How many items the tables cover that say what an item is like, and how many have a country, by popularity stratum.

Which tables these are says :attr:`~tigertail.dataset.table_spec.TableSpec.in_coverage`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
from pydantic import BaseModel, ConfigDict

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import COUNTED, interaction_counts
from tigertail.dataset.strata import Stratum, strata
from tigertail.dataset.tables import TABLES


class TableCoverage(BaseModel):
    """How many items a table covers.

    Parameters
    ----------
    table
        Its name; "annotations: FACET" for annotations of one facet, "items: country" for items with a country.
    rows
        Number of its rows, those without an item among them.
    items
        Number of items it refers to, of those in the catalogue or in the plays.
    by_stratum
        The same number in each stratum, by the stratum's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    rows: int
    items: int
    by_stratum: dict[str, int]


def coverage(dataset: Dataset) -> tuple[TableCoverage, ...]:
    """Count the items that tables of a dataset cover, by stratum.

    A table without a column that refers to items, as documents may be, is left out.
    """
    listened = interaction_counts(dataset, c.ITEM_ID)
    items = dataset.items.select(c.ITEM_ID).join(listened, on=c.ITEM_ID, how="full", coalesce=True)
    items = items.sort(c.ITEM_ID)  # strata take ties in this order
    listeners = items[COUNTED].fill_null(0).to_numpy()
    stratum_of = items.select(c.ITEM_ID, pl.Series("stratum", strata(listeners)))
    tables = []
    for name, rows, covered in _covered(dataset):
        counted = stratum_of.join(covered.to_frame(), on=c.ITEM_ID, how="semi")["stratum"].value_counts()
        sizes = dict(counted.iter_rows())
        by_stratum = {stratum.label: int(sizes.get(stratum, 0)) for stratum in Stratum}
        tables.append(
            TableCoverage(table=name, rows=rows, items=sum(by_stratum.values()), by_stratum=by_stratum)
        )
    return tuple(tables)


def _covered(dataset: Dataset) -> Iterator[tuple[str, int, pl.Series]]:
    """Yield each table's name, how many rows it has, and the items that they refer to."""
    if c.COUNTRY in dataset.items.columns:
        known = dataset.items.drop_nulls(c.COUNTRY)[c.ITEM_ID]
        yield f"{c.ITEMS_TABLE}: {c.COUNTRY}", len(known), known
    for table, spec in TABLES.items():
        if not (spec.in_coverage and dataset.has(table)):
            continue
        with dataset.reading(table):
            rows = dataset.scan(table)
            schema = rows.collect_schema()
            columns = [name for name in spec.item_columns if name in schema]
            by = spec.coverage_by
            if by is not None and by in schema:
                whole = rows.select(*columns, by).sort(by).collect()
                for (value,), own in whole.group_by(by, maintain_order=True):
                    yield f"{table}: {value}", own.height, _items_in(own, columns)
            elif columns:
                whole = rows.select(columns).collect()
                yield table, whole.height, _items_in(whole, columns)


def _items_in(rows: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    return pl.concat([rows[name].alias(c.ITEM_ID) for name in columns]).drop_nulls().unique()

"""References: the distinct ways in which rows of sources name their items."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.table_spec import ITEM_REFERENCE, PAIR_REFERENCES
from tigertail.ingest.accumulator import REF
from tigertail.ingest.formats import Source
from tigertail.ingest.side_tables import REF_B

NAMESPACE: Final = "namespace"
ITEMS_TABLE_ROW: Final = "of_items_table"  # whether it comes from a table of items
ROWS: Final = "rows"

_FIELDS: Final = (*ITEM_REFERENCE, c.COUNTRY)


def with_refs(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Return ``rows`` with a ``ref``, a hash of everything by which a row names its item.

    It is the same in every process with one version of Polars; tasks on other machines rely on that.
    """
    fields = [pl.col(name) if name in rows.columns else pl.lit(None, pl.String) for name in ITEM_REFERENCE]
    of_source = (pl.lit(source.namespace_id), pl.lit(source.label), pl.lit(source.kind))
    return rows.with_columns(_hash([*of_source, *fields]))


def hashed(refs: pl.DataFrame) -> pl.DataFrame:
    """Return references with their ``ref`` computed again, as after a change of their names."""
    return refs.with_columns(_hash([pl.col(name) for name in (NAMESPACE, c.SOURCE, c.KIND, *ITEM_REFERENCE)]))


def _hash(fields: list[pl.Expr]) -> pl.Expr:
    text = pl.concat_str([field.fill_null("\0") for field in fields], separator="\1")
    return text.hash().alias(REF)


def references(
    rows: pl.DataFrame, source: Source, *, of_items_table: bool, also: tuple[str, ...] = ()
) -> pl.DataFrame:
    """Return the distinct references of rows that have a ``ref``, with the number of rows of each.

    References that differ only in their country, or in ``also``, have one ``ref`` and are rows of their own.

    Parameters
    ----------
    rows
        As :func:`with_refs` returns them.
    source
        The source of the rows.
    of_items_table
        Whether the rows are a table of items; names from there are preferred.
    also
        Further columns to tell references apart by, and to return.
    """
    present = [name for name in (*_FIELDS, *also) if name in rows.columns]
    counted = rows.group_by(REF, *present).agg(pl.len().cast(pl.UInt64).alias(ROWS))
    return counted.select(
        REF,
        pl.lit(source.namespace_id).alias(NAMESPACE),
        pl.lit(source.label).alias(c.SOURCE),
        pl.lit(source.kind).alias(c.KIND),
        *(
            pl.col(name) if name in present else pl.lit(None, pl.String).alias(name)
            for name in (*_FIELDS, *also)
        ),
        pl.lit(of_items_table).alias(ITEMS_TABLE_ROW),
        ROWS,
    )


def pair_refs(rows: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return pairs with a ``ref`` for the first item and a ``ref_b`` for the second, and all their references."""
    sides = []
    for side in PAIR_REFERENCES:
        named = {
            column: field
            for column, field in zip(side, ITEM_REFERENCE, strict=False)
            if column in rows.columns
        }
        sides.append(with_refs(rows.select(*named).rename(named), source))
    refs = pl.concat([references(side, source, of_items_table=False) for side in sides])
    both = [side[REF].alias(name) for side, name in zip(sides, (REF, REF_B), strict=True)]
    return rows.with_columns(both), refs


def most_frequent(rows: pl.DataFrame, key: str, value: str) -> pl.DataFrame:
    """Return the value that most rows give to each key; of equally frequent values, the first in order.

    Parameters
    ----------
    rows
        Columns ``key``, ``value`` and ``rows``, how many rows of a source give this value.
    key, value
        Names of the two columns.

    Returns
    -------
    polars.DataFrame
        The two columns, one row for each key that has a value.
    """
    counted = rows.filter(pl.col(value).is_not_null()).group_by(key, value).agg(pl.col(ROWS).sum())
    ranked = counted.sort(key, ROWS, value, descending=[False, True, False])
    return ranked.unique(key, keep="first", maintain_order=True).select(key, value)


def condense(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Merge equal references, adding up their rows."""
    whole = pl.concat(frames)
    return whole.group_by(pl.exclude(ROWS)).agg(pl.col(ROWS).sum()).select(whole.columns)

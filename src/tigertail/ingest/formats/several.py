"""Rows that stand for several: lists in a column, and several values in one field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.table_spec import PAIR_REFERENCES
from tigertail.io.quarantine import Quarantine, reasons

PLACE: Final = "#place"  # the place of a value in its list, from 0

_MBID: Final = r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SIZE: Final = "#size"
# A text beside several MBIDs names all of these items, so it is the name of none of them.
_NAME_OF: Final = {c.MBID: c.NAME, **{side[2]: side[1] for side in PAIR_REFERENCES}}


def split_fields(rows: pl.DataFrame, separators: Mapping[str, str]) -> pl.DataFrame:
    """Split text into lists; blank values are dropped.

    Parameters
    ----------
    rows
        Columns of a table.
    separators
        What separates the values of a column.
    """
    lists = []
    for name, separator in separators.items():
        if rows[name].dtype != pl.String:
            continue
        values = pl.col(name).str.split(separator).list.eval(pl.element().str.strip_chars())
        lists.append(values.list.eval(pl.element().filter(pl.element() != "")))
    return rows.with_columns(lists)


def split_mbids(rows: pl.DataFrame) -> pl.DataFrame:
    """Split fields with several MBIDs, however they are separated; of an artist's, the first one stays."""
    for name in (c.MBID, *(side[2] for side in PAIR_REFERENCES)):
        if name in rows.columns and rows[name].dtype == pl.String:
            found = rows[name].str.extract_all(_MBID)
            if (found.list.len() > 1).any():
                alone = pl.concat_list(name)
                rows = rows.with_columns(
                    pl.when(found.list.len() > 1).then(found).otherwise(alone).alias(name)
                )
    if c.ARTIST_MBID in rows.columns and rows[c.ARTIST_MBID].dtype == pl.String:
        first = pl.col(c.ARTIST_MBID).str.extract_all(_MBID).list.first()
        rows = rows.with_columns(pl.coalesce(first, c.ARTIST_MBID).alias(c.ARTIST_MBID))
    return rows


def exploded(rows: pl.DataFrame, source: str, file: str, quarantine: Quarantine) -> pl.DataFrame:
    """Return a row for each value of the lists, with its ``PLACE``; lists of one row go side by side.

    Parameters
    ----------
    rows
        Rows with lists, of the types that :func:`~tigertail.ingest.formats.column_types.check_types` accepts.
    source, file
        The source and the file, for the quarantine.
    quarantine
        Where rows go whose lists differ in length.
    """
    arrays = [
        pl.col(name).arr.to_list() for name, dtype in rows.schema.items() if isinstance(dtype, pl.Array)
    ]
    rows = rows.with_columns(arrays)
    lists = [name for name, dtype in rows.schema.items() if isinstance(dtype, pl.List)]
    if not lists:
        return rows
    sizes = {name: pl.col(name).list.len().fill_null(0) for name in lists}
    rows = rows.with_columns(pl.max_horizontal(sizes.values()).alias(_SIZE))
    differ = pl.any_horizontal((size > 0) & (size != pl.col(_SIZE)) for size in sizes.values())
    reason = f"lists of different lengths ({', '.join(lists)})"
    rows = quarantine.keep(source, file, rows, reasons((differ, reason)))
    for name in lists:
        own = _NAME_OF.get(name)
        if own in rows.columns and own not in lists:
            rows = rows.with_columns(pl.when(pl.col(_SIZE) <= 1).then(own).alias(own))
    nothing = pl.lit(None).repeat_by(pl.col(_SIZE).clip(lower_bound=1))
    filled = [
        pl.when(sizes[name] > 0).then(name).otherwise(nothing.cast(rows.schema[name])).alias(name)
        for name in lists
    ]
    places = pl.int_ranges(0, pl.col(_SIZE).clip(lower_bound=1)).alias(PLACE)
    return rows.with_columns(*filled, places).drop(_SIZE).explode(*lists, PLACE)

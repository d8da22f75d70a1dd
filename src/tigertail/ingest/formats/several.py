"""Rows that stand for several: lists in a column, and several values in one field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.table_spec import ITEM, ITEM_REFERENCE, PAIR_REFERENCES
from tigertail.io.quarantine import Quarantine, reasons

_MBID: Final = f"(?i){c.UUID}"
_SIZE: Final = "\nsize"  # no name of a file's column: there is no line feed in a header
AMOUNTS: Final = (c.PLAYS, c.RATING, c.WEIGHT, c.COUNT, c.POSITION)
"""What is said of each item of a list."""

OF_EACH: Final = (*PAIR_REFERENCES[1], c.LABEL)
"""Columns whose lists go with each item, and not one value with one item."""

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
    """Split fields with several MBIDs, however they are separated; those of the artists of one item stay together."""
    for name in (c.MBID, *(side[2] for side in PAIR_REFERENCES)):
        if name in rows.columns and rows[name].dtype == pl.String:
            found = rows[name].str.extract_all(_MBID)
            if (found.list.len() > 1).any():
                alone = pl.concat_list(name)
                rows = rows.with_columns(
                    pl.when(found.list.len() > 1).then(found).otherwise(alone).alias(name)
                )
    several = any(isinstance(rows.schema.get(name), pl.List | pl.Array) for name in (*ITEM, c.ARTIST_NAME))
    if not several and rows.schema.get(c.ARTIST_MBID) == pl.List(pl.String):
        rows = rows.with_columns(pl.col(c.ARTIST_MBID).list.join(",", ignore_nulls=True))
    return rows


def exploded(rows: pl.DataFrame, source: str, file: str, quarantine: Quarantine) -> pl.DataFrame:
    """Return a row for each value of the lists.

    Lists that are about the same thing go side by side: ids, names, MBIDs and times of items, and amounts with what
    they count. Labels go with each item, and so do the second items of pairs with the first.

    Parameters
    ----------
    rows
        Rows with lists, of the types that :func:`~tigertail.ingest.formats.column_types.check_types` accepts.
    source, file
        The source and the file, for the quarantine.
    quarantine
        Where rows go whose amounts are not as many as what they count, and the number of other values left out because
        they are not as many.
    """
    lists = [name for name, dtype in rows.schema.items() if isinstance(dtype, pl.List | pl.Array)]
    for group in _groups(lists):
        rows = side_by_side(rows, group, AMOUNTS, source, file, quarantine)
    return rows


def side_by_side(
    rows: pl.DataFrame,
    lists: Sequence[str],
    amounts: Collection[str],
    source: str,
    file: str,
    quarantine: Quarantine,
) -> pl.DataFrame:
    """Return a row for each place of lists that go side by side.

    Parameters
    ----------
    rows
        Rows with lists or arrays.
    lists
        The columns, what the others are about first.
    amounts
        Columns without which a row says nothing: rows are rejected in which they are not as long as the others.
    source, file
        The source and the file, for the quarantine.
    quarantine
        Where these rows go, and the number of other values left out because they are not as many.
    """
    arrays = [pl.col(name).arr.to_list() for name in lists if isinstance(rows.schema[name], pl.Array)]
    rows = rows.with_columns(arrays)
    sizes = {name: pl.col(name).list.len().fill_null(0) for name in lists}
    given = [pl.when(size > 0).then(size) for size in sizes.values()]
    rows = rows.with_columns(pl.coalesce(*given, pl.lit(1)).cast(pl.Int64).alias(_SIZE))
    differs = {name: (size > 0) & (size != pl.col(_SIZE)) for name, size in sizes.items()}
    counts = [name for name in lists if name in amounts]
    if counts:
        bad = pl.any_horizontal(differs[name] for name in counts)
        reason = f"lists of different lengths ({', '.join(lists)})"
        rows = quarantine.usable_rows(source, file, rows, reasons((bad, reason)))
    for name in lists:
        odd = int(rows.select(differs[name].sum()).item())
        quarantine.warn(source, f"{name} with another number of values than {lists[0]}, left out", odd)
    names = [_NAME_OF[name] for name in lists if name in _NAME_OF]
    alone = [name for name in names if name in rows.columns and name not in lists]
    rows = rows.with_columns(pl.when(pl.col(_SIZE) <= 1).then(name).alias(name) for name in alone)
    filled = []
    for name in lists:
        nothing = pl.lit(None).repeat_by(pl.col(_SIZE)).cast(rows.schema[name])
        usable = (sizes[name] > 0) & ~differs[name]
        filled.append(pl.when(usable).then(name).otherwise(nothing).alias(name))
    return rows.with_columns(filled).drop(_SIZE).explode(lists)


def _groups(lists: list[str]) -> list[list[str]]:
    """Return the lists that go side by side, what they are about first."""
    about: list[list[str]] = [
        [name for name in names if name in lists] for names in (*PAIR_REFERENCES, ITEM_REFERENCE, (c.LABEL,))
    ]
    groups = [group for group in about if group]
    others = [name for name in lists if not any(name in group for group in groups)]
    return [*groups[:-1], [*groups[-1], *others]] if groups else []


def has_lists(rows: pl.DataFrame) -> bool:
    """Return whether a row may stand for several."""
    return any(isinstance(dtype, pl.List | pl.Array) for dtype in rows.schema.values())

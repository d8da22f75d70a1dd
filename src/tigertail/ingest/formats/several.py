"""Rows that stand for several: lists in a column, and several values in one field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.table_spec import ITEM, ITEM_REFERENCE, PAIR_REFERENCES, Check
from tigertail.ingest.formats.column_types import as_text, is_list, plain
from tigertail.io.quarantine import LINE, Quarantine, reasons

_MBID: Final = f"(?i){c.UUID}"
_SIZE: Final = "\nsize"  # no name of a file's column: there is no line feed in a header
_MEASURE: Final = "\nmeasure"
_ROW: Final = "\nrow"
_KEPT: Final = "\nkept"
AMOUNTS: Final = (c.PLAYS, c.RATING, c.WEIGHT, c.COUNT, c.POSITION)
"""What is said of each item of a list, or of each label."""

WITH_EVERY_ITEM: Final = (*PAIR_REFERENCES[1], c.LABEL)
"""Columns whose lists go whole with every item of a list, and not one value with one item."""

# A text beside several MBIDs names all of these items, so it is the name of none of them.
_NAME_OF: Final = {c.MBID: c.NAME, **{side[2]: side[1] for side in PAIR_REFERENCES}}

# The order counts: lists of amounts and times go with the last of these that are lists, since they are said of these.
_SIDE_BY_SIDE: Final = (*PAIR_REFERENCES, ITEM_REFERENCE, (c.LABEL,))


def split_fields(rows: pl.DataFrame, separators: Mapping[str, str]) -> pl.DataFrame:
    """Split text into lists; blank values are dropped, but a blank beside a value keeps its place.

    Parameters
    ----------
    rows
        Columns of a table.
    separators
        What separates the values of a column.
    """
    for names in _SIDE_BY_SIDE:
        split = [
            pl.col(name).str.split(separators[name]).list.eval(pl.element().str.strip_chars())
            for name in names
            if name in separators and rows[name].dtype == pl.String
        ]
        if split:
            rows = rows.with_columns(_without_blanks(rows.select(split)))
    return rows


def _without_blanks(lists: pl.DataFrame) -> pl.DataFrame:
    """Drop blank values; where all columns have as many with them, only places at which all are blank."""
    first, names = lists.columns[0], lists.columns
    alike = pl.all_horizontal(pl.col(name).list.len() == pl.col(first).list.len() for name in names)
    placed = lists.with_row_index(_ROW).filter(alike).explode(names)
    kept = placed.filter(pl.any_horizontal(pl.col(names) != "")).group_by(_ROW).agg(names)
    given = pl.all().list.eval(pl.element().filter(pl.element() != ""))
    both = (
        lists.select(given)
        .with_row_index(_ROW)
        .join(kept, on=_ROW, how="left", maintain_order="left", suffix=_KEPT)
    )
    return both.select(pl.coalesce(name + _KEPT, name).alias(name) for name in names)


def split_mbids(rows: pl.DataFrame) -> pl.DataFrame:
    """Split fields with several MBIDs of items, however they are separated."""
    for name in (c.MBID, *(side[2] for side in PAIR_REFERENCES)):
        if name in rows.columns and rows[name].dtype == pl.String:
            found = rows[name].str.extract_all(_MBID)
            if (found.list.len() > 1).any():
                alone = pl.concat_list(name)
                rows = rows.with_columns(
                    pl.when(found.list.len() > 1).then(found).otherwise(alone).alias(name)
                )
    return rows


def exploded(
    rows: pl.DataFrame, source: str, file: str, quarantine: Quarantine, missing: Collection[str] = ()
) -> pl.DataFrame:
    """Return a row for each value of the lists.

    Lists that are about the same thing go side by side: ids, names, MBIDs and times of items, and amounts with what
    they count. Labels go with each item, and so do the second items of pairs with the first. An id that is no list
    names one item, so its row stays one. The MBIDs of all artists of one item become a text, with commas between them.

    Parameters
    ----------
    rows
        Rows with lists, of the types that :func:`~tigertail.ingest.formats.column_types.check_types` accepts.
    source, file
        The source and the file, for the quarantine.
    quarantine
        Where rows go whose amounts are not as many as what they count, and the number of other values left out because
        they are not as many.
    missing
        Texts that stand for a missing id.
    """
    rows = rows.with_columns(
        pl.col(name).arr.to_list() for name, dtype in rows.schema.items() if isinstance(dtype, pl.Array)
    )
    rows = _with_credits(_with_lists_of_one(rows, missing))
    lists = [name for name, dtype in rows.schema.items() if is_list(dtype)]
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
    measures = [pl.when(size > 0).then(pl.lit(name)) for name, size in sizes.items()]
    rows = rows.with_columns(
        pl.coalesce(*given, pl.lit(1)).cast(pl.Int64).alias(_SIZE), pl.coalesce(measures).alias(_MEASURE)
    )
    differs = {name: (size > 0) & (size != pl.col(_SIZE)) for name, size in sizes.items()}
    counts = [name for name in lists if name in amounts]
    if counts:
        bad = pl.any_horizontal(differs[name] for name in counts)
        reason = f"lists of different lengths ({', '.join(lists)})"
        rows = quarantine.usable_rows(source, file, rows, reasons((bad, reason)))
    for name in lists:
        for measure, odd in rows.filter(differs[name])[_MEASURE].value_counts(sort=True).iter_rows():
            quarantine.warn(source, f"{name} with another number of values than {measure}, left out", odd)
    names = [_NAME_OF[name] for name in lists if name in _NAME_OF]
    alone = [name for name in names if name in rows.columns and name not in lists]
    rows = rows.with_columns(pl.when(pl.col(_SIZE) <= 1).then(name).alias(name) for name in alone)
    filled = []
    for name in lists:
        nothing = pl.lit(None).repeat_by(pl.col(_SIZE)).cast(rows.schema[name])
        usable = (sizes[name] > 0) & ~differs[name]
        filled.append(pl.when(usable).then(name).otherwise(nothing).alias(name))
    return rows.with_columns(filled).drop(_SIZE, _MEASURE).explode(lists)


def _with_lists_of_one(rows: pl.DataFrame, missing: Collection[str]) -> pl.DataFrame:
    """Make an id or MBID beside lists of what else names its item a list of one, so that it is counted once."""
    for names in (*PAIR_REFERENCES, (*ITEM, c.ARTIST_NAME)):
        if any(is_list(rows.schema[name]) for name in names if name in rows.columns):
            for name in (names[0], names[2]):
                if name in rows.columns and not is_list(rows.schema[name]):
                    text = as_text(rows[name])
                    given = text.is_not_null() & (text != "") & ~text.is_in(missing)
                    rows = rows.with_columns(pl.when(given).then(pl.concat_list(name)).alias(name))
    return rows


def _with_credits(rows: pl.DataFrame) -> pl.DataFrame:
    """Join the MBIDs of all artists of a row's item, where it has one."""
    if not is_list(rows.schema.get(c.ARTIST_MBID, pl.Null())):
        return rows
    text = pl.element().map_batches(_mbids_as_text, return_dtype=pl.String)
    texts = rows[c.ARTIST_MBID].list.eval(text)
    joined = texts.list.join(",", ignore_nulls=True)
    lists = [name for name in (*ITEM, c.ARTIST_NAME) if is_list(rows.schema.get(name, pl.Null()))]
    if not lists:
        return rows.with_columns(joined)
    alone = pl.all_horizontal(pl.col(name).list.len().fill_null(0) <= 1 for name in lists)
    several = alone & (texts.list.len() > 1)
    return rows.with_columns(
        pl.when(several).then(pl.concat_list(joined)).otherwise(texts).alias(c.ARTIST_MBID)
    )


def _mbids_as_text(values: pl.Series) -> pl.Series:
    return plain(values.to_frame(c.ARTIST_MBID), {c.ARTIST_MBID: Check.MBID})[c.ARTIST_MBID]


def _groups(lists: list[str]) -> list[list[str]]:
    """Return the lists that go side by side, what they are about first."""
    about: list[list[str]] = [[name for name in names if name in lists] for names in _SIDE_BY_SIDE]
    groups = [group for group in about if group]
    others = [name for name in lists if not any(name in group for group in groups)]
    return [*groups[:-1], [*groups[-1], *others]] if groups else []


def with_places(rows: pl.DataFrame, order: str | None, beyond: int = 0) -> pl.DataFrame:
    """Return rows with their places: of each its line, moved on by the further rows of lines that stand for several.

    Parameters
    ----------
    rows
        Rows of a table, one for each value of lists.
    order
        The column of places, which is left as it is where the rows have one; None if the table has none.
    beyond
        The further rows of earlier blocks of the file.
    """
    if order is None or order in rows.columns:
        return rows
    place = pl.col(LINE) + beyond + pl.int_range(pl.len()) - pl.col(LINE).rle_id()
    return rows.with_columns(place.alias(order))

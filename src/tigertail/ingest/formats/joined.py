"""A second file whose columns are added to the rows of a first: the artist of each track, for example."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, Self

import polars as pl

from tigertail.errors import DataError, shown
from tigertail.ingest.formats.column_types import as_text, is_text
from tigertail.ingest.formats.file_table import FileTable, row_keys
from tigertail.ingest.formats.ids import check_column
from tigertail.ingest.formats.source import ROW_KEY
from tigertail.ingest.missing import says_something
from tigertail.io.quarantine import Quarantine, reasons

PREFIX: Final = "join."
"""Before the names of the joined file's columns."""

_FOUND: Final = "\nfound"  # as ROW_KEY, no name of a file's column


@dataclass(frozen=True)
class Joined:
    """The rows of the file to join.

    Attributes
    ----------
    path
        The file.
    names
        Its columns, with the prefix.
    left
        Columns of the first file that are compared with columns of this one.
    rows
        The columns that are compared, as :func:`_keys` names them, and those in use, one row for each distinct one.
    """

    path: Path
    names: list[str]
    left: list[str]
    rows: pl.DataFrame

    @classmethod
    def read(
        cls, path: Path, tables: Iterable[FileTable], on: Mapping[str, str], wanted: Sequence[str]
    ) -> Self:
        """Read a file to join.

        Parameters
        ----------
        path
            The file.
        tables
            Its tables.
        on
            Columns of the first file, and the column of this one that each is compared with.
        wanted
            The columns in use, with the prefix.

        Raises
        ------
        DataError
            If it lacks a column, or one to compare is neither text nor numbers.
        """
        right = list(on.values())
        chosen = list(dict.fromkeys((*right, *(name.removeprefix(PREFIX) for name in wanted))))
        blocks, names = [], dict[str, None]()
        for table in tables:
            if missing := [name for name in chosen if name not in table.columns]:
                raise DataError(
                    f"no column {', '.join(missing)}",
                    path=table.path,
                    remedy=f"correct the recipe; the file to join has {shown(table.columns)}",
                )
            names |= dict.fromkeys(PREFIX + name for name in table.columns)
            blocks += [block.select(chosen) for block in table.blocks(chosen, ())]
        if not blocks:
            raise DataError("it has no rows to join", path=path, remedy="check the file")
        rows = pl.DataFrame([_column([block[name] for block in blocks]) for name in chosen])
        keys = _keys(rows, right, path)
        rows = rows.rename({name: PREFIX + name for name in chosen}).select(
            *keys, *dict.fromkeys(wanted), pl.lit(True).alias(_FOUND)
        )
        rows = rows.drop_nulls([key.name for key in keys])
        return cls(path, list(names), list(on), rows.unique(maintain_order=True))

    def added(
        self,
        rows: pl.DataFrame,
        source: str,
        table: FileTable,
        missing: Collection[str],
        quarantine: Quarantine,
    ) -> pl.DataFrame:
        """Return rows with the columns of the joined file; rows that it has no row for are rejected.

        A row that it has several rows for comes once with each, and it has none for one without a value to compare.

        Parameters
        ----------
        rows
            Rows of the first file.
        source, table
            Their source and file.
        missing
            Texts that stand for a missing value.
        quarantine
            Where rows without an equal go.

        Raises
        ------
        DataError
            If a column to compare is neither text nor numbers.
        """
        keys = _keys(rows, self.left, table.path)
        names = [key.name for key in keys]
        keyed = rows.with_columns(keys).with_columns(
            pl.when(says_something(pl.col(name), missing)).then(pl.col(name)) for name in names
        )
        both = keyed.join(self.rows, on=names, how="left", maintain_order="left_right")
        checks = reasons((pl.col(_FOUND).is_null(), f"no row for it in {self.path.name}"))
        kept = quarantine.usable_rows(source, table.name, both, checks)
        # Counts of two tracks of one artist may be equal; the track tells that neither repeats the other.
        beside = [ROW_KEY] if ROW_KEY in kept.columns else []
        return kept.with_columns(row_keys([*names, *beside])).drop(*names, _FOUND)


def compared_columns(on: Any) -> dict[str, str]:
    """Return which columns of two files a recipe compares.

    Parameters
    ----------
    on
        A column that has one name in both files, several of these, or each column of the first file and that of the
        second; by name or number.

    Raises
    ------
    ValueError
        If it is something else.

    Examples
    --------
    >>> compared_columns("track"), compared_columns({2: "id"})
    ({'track': 'track'}, {'2': 'id'})
    """
    pairs = (
        list(on.items())
        if isinstance(on, dict)
        else [(one, one) for one in (on if isinstance(on, list) else [on])]
    )
    if not pairs or not all(isinstance(one, str | int) and str(one) for one in chain(*pairs)):
        raise ValueError("join needs the columns to compare, such as on = 'track_id' or on = { song = 'id' }")
    return {str(one): str(other) for one, other in pairs}


def _keys(rows: pl.DataFrame, columns: Sequence[str], path: Path) -> list[pl.Series]:
    """Return the columns that are compared as text; by their places, as two files have two names for one.

    Raises
    ------
    DataError
        If one is neither text nor numbers, or has ids that may be others'.
    """
    if odd := [name for name in columns if not is_text(rows.schema[name])]:
        raise DataError(
            f"column '{odd[0]}' is of type {rows.schema[odd[0]]}, which cannot be compared",
            path=path,
            remedy="join by columns of text or numbers: correct 'on' in the recipe",
        )
    for name in columns:
        check_column(rows[name], path, name)
    return [as_text(rows[name]).alias(f"\n{place}") for place, name in enumerate(columns)]


def _column(parts: list[pl.Series]) -> pl.Series:
    """Put the parts of a column together: of one type, else as text, or as lists of text if some are lists."""
    types = {part.dtype for part in parts if part.dtype != pl.Null}  # a part without a value fits any
    if len(types) <= 1:
        return pl.concat([part.cast(*types) if types else part for part in parts])
    if not any(isinstance(dtype, pl.List) for dtype in types):
        return pl.concat([_as_words(part) for part in parts])
    return pl.concat([_as_list(part) for part in parts])


def _as_words(values: pl.Series) -> pl.Series:
    """Return values as text; truths and times too, which are not compared as text."""
    is_word = isinstance(values.dtype, pl.Boolean) or values.dtype.is_temporal()
    return values.cast(pl.String) if is_word else as_text(values)


def _as_list(values: pl.Series) -> pl.Series:
    if isinstance(values.dtype, pl.List):
        texts = [None if one is None else as_text(one).to_list() for one in values]
    else:
        texts = [None if one is None else [one] for one in as_text(values)]
    return pl.Series(values.name, texts, dtype=pl.List(pl.String))

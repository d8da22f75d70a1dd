"""A second file whose columns are added to the rows of a first: the artist of each track, for example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, Self

import polars as pl

from tigertail.errors import DataError
from tigertail.ingest.formats.column_types import as_text
from tigertail.ingest.formats.file_table import FileTable, row_keys, shown
from tigertail.ingest.formats.source import ROW_KEY
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
    left, right
        Columns of the first file, and the columns of this one that are compared with them.
    rows
        Its columns in use, one row for each distinct one.
    """

    path: Path
    names: list[str]
    left: list[str]
    right: list[str]
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
            If it lacks a column.
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
        keys = [as_text(rows[name]).alias(name) for name in right]
        rows = rows.rename({name: PREFIX + name for name in chosen}).select(
            *keys, *dict.fromkeys(wanted), pl.lit(True).alias(_FOUND)
        )
        return cls(path, list(names), list(on), right, rows.drop_nulls(right).unique(maintain_order=True))

    def added(self, rows: pl.DataFrame, source: str, file: str, quarantine: Quarantine) -> pl.DataFrame:
        """Return rows with the columns of the joined file; rows that it has no row for are rejected.

        A row that it has several rows for comes once with each.

        Parameters
        ----------
        rows
            Rows of the first file.
        source, file
            Their source and file, for the quarantine.
        quarantine
            Where rows without an equal go.
        """
        keys = [as_text(rows[name]).alias(f"\n{number}") for number, name in enumerate(self.left)]
        keyed = rows.with_columns(keys)
        names = [key.name for key in keys]
        both = keyed.join(
            self.rows, left_on=names, right_on=self.right, how="left", maintain_order="left_right"
        )
        checks = reasons((pl.col(_FOUND).is_null(), f"no row for it in {self.path.name}"))
        kept = quarantine.usable_rows(source, file, both, checks)
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


def _column(parts: list[pl.Series]) -> pl.Series:
    """Put the parts of a column together: of one type, else as text, or as lists of text if some are lists."""
    if len({part.dtype for part in parts}) == 1:
        return pl.concat(parts)
    if not any(isinstance(part.dtype, pl.List) for part in parts):
        return pl.concat([as_text(part) for part in parts])
    return pl.concat([_as_list(part) for part in parts])


def _as_list(values: pl.Series) -> pl.Series:
    if isinstance(values.dtype, pl.List):
        texts = [None if one is None else as_text(one).to_list() for one in values]
    else:
        texts = [None if one is None else [one] for one in as_text(values)]
    return pl.Series(values.name, texts, dtype=pl.List(pl.String))

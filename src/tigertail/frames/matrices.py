"""Sparse matrices of plays, listeners by items, as frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.tables import TABLES
from tigertail.errors import DataError
from tigertail.frames.columns import mapped
from tigertail.ingest.formats.column_types import as_text, is_text

IDS: Final = {c.ITEMS_TABLE: c.ITEM_ID, c.LISTENERS_TABLE: c.LISTENER_ID}
"""What identifies the columns and the rows of a matrix."""


def is_matrix(plays: Any) -> bool:
    """Return whether plays are a SciPy sparse matrix or array."""
    return hasattr(plays, "tocoo") and hasattr(plays, "shape")


def plays_of(matrix: Any, items: pl.DataFrame, listeners: pl.DataFrame) -> pl.DataFrame:
    """Return the entries of a matrix as plays; cells that are not stored, or hold 0, are none.

    Parameters
    ----------
    matrix
        SciPy's, listeners by items.
    items, listeners
        As :func:`axis_frame` returns them.

    Returns
    -------
    pl.DataFrame
        Columns listener_id, item_id and plays (Float64). Negative values and the like are cleaned, and repeated entries
        added up, as rows of a frame are.
    """
    entries = matrix.tocoo()
    rows, columns = entries.coords
    played = np.asarray(entries.data) != 0
    return pl.DataFrame(
        {
            c.LISTENER_ID: listeners[c.LISTENER_ID].gather(np.asarray(rows)[played]),
            c.ITEM_ID: items[c.ITEM_ID].gather(np.asarray(columns)[played]),
            c.PLAYS: np.asarray(entries.data)[played].astype(np.float64),
        }
    )


def axis_frame(
    given: pl.DataFrame | None, size: int, table: str, columns: Mapping[str, Any], kind: str
) -> pl.DataFrame:
    """Return what is known of the rows or the columns of a matrix, one row for each, with its id.

    Parameters
    ----------
    given
        A row for each, in their order; None, or no column of ids: their places, from 0, are the ids.
    size
        How many there are.
    table
        ``items`` for the columns of the matrix, ``listeners`` for its rows.
    columns, kind
        As in :meth:`tigertail.Dataset.of`.

    Returns
    -------
    pl.DataFrame
        The id under our name, then the other columns; one that has our name but is not the id is left out.

    Raises
    ------
    DataError
        If there are more or fewer than ``size``, or two have one id, whatever blanks are around it, or none. A single
        row without an id is left out later, and its plays with it.
    """
    ident = IDS[table]
    frame = pl.DataFrame({ident: range(size)}) if given is None else given
    if frame.height != size:
        place = "columns" if table == c.ITEMS_TABLE else "rows"
        raise DataError(
            f"{table} has {frame.height:,} rows; the matrix of plays has {size:,} {place}",
            remedy=f"give one row for each of the {place}, in their order; is the matrix listeners by items?",
        )
    found = mapped(TABLES[table], frame.columns, columns, kind).get(ident)
    ids = frame[found].alias(ident) if found else pl.int_range(size, eager=True).alias(ident)
    cleaned = as_text(ids) if is_text(ids.dtype) else ids  # what is no text is refused later, by its type
    if cleaned.n_unique() < size:
        raise DataError(
            f"{table}: two have the same {ident}",
            remedy="give each an id of its own; blanks around it do not count",
        )
    return frame.select(ids, *(name for name in frame.columns if name not in (found, ident)))

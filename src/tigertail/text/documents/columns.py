"""Columns of a table of documents until the items they belong to are known."""

from __future__ import annotations

from typing import Final

import polars as pl

from tigertail import columns as c

WORKS: Final = "works"  # where they are in italics
ADDRESS: Final = "address"  # what a link to them is called
SURE: Final = "sure"  # whether its source says that it is an artist's page, if its title is an artist's
_SPAN: Final = {"begin": pl.Int32(), "end": pl.Int32()}
PAGE_COLUMNS: Final[dict[str, pl.DataType]] = {
    c.DOCUMENT_ID: pl.String(),
    c.TEXT: pl.String(),
    c.MARKUP: pl.String(),
    c.TITLE: pl.String(),
    c.NAME: pl.String(),
    c.MBID: pl.String(),
    ADDRESS: pl.String(),
    SURE: pl.Boolean(),
    c.LINKS: pl.List(pl.Struct({**_SPAN, "target": pl.String()})),
    WORKS: pl.List(pl.Struct(_SPAN)),
}
"""A batch of documents: ``name`` and ``mbid`` are those of the item whose page it is, as the source says."""

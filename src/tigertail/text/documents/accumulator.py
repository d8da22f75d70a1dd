"""Documents of all sources, collected on disk until the catalogue is known."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.io.quarantine import LINE, RAW_TEXT, REASON, Quarantine

# Columns of a batch of documents; those of the table are in columns.py.
WORKS: Final = "works"  # where the text is in italics, as the titles of works are
ADDRESS: Final = "address"  # what a link to the document has as its target
SURE: Final = "sure"  # whether a page's title is enough to tell whose page it is
FILE: Final = "file"  # that has the document in its line LINE
# In characters of the text.
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
    FILE: pl.String(),
    LINE: pl.Int64(),
    c.LINKS: pl.List(pl.Struct({**_SPAN, "target": pl.String()})),
    WORKS: pl.List(pl.Struct(_SPAN)),
}
"""A batch of documents. ``name`` and ``mbid`` say whose page it is: what the source gives, or what its recipe takes for
it, such as the title; not the name and MBID of an item. ``links`` are the links with their targets; in the table of
mentions it is their number."""


class DocumentsAccumulator:
    """Collects batches of documents, each in a file.

    Parameters
    ----------
    folder
        Where to put the files.
    quarantine
        Where documents go whose id is already taken.
    """

    def __init__(self, folder: Path, quarantine: Quarantine) -> None:
        self.parts: list[Path] = []
        self._folder = folder
        self._quarantine = quarantine
        self._seen: set[bytes] = set()

    def add(self, source: str, rows: pl.DataFrame) -> None:
        """Add some documents; of those with one id the first is kept.

        Parameters
        ----------
        source
            Their source.
        rows
            Columns of :data:`PAGE_COLUMNS`.
        """
        fresh = pl.Series([self._is_new(name) for name in rows[c.DOCUMENT_ID]], dtype=pl.Boolean)
        again = rows.filter(~fresh).select(
            FILE,
            LINE,
            pl.col(c.DOCUMENT_ID).alias(RAW_TEXT),
            pl.lit("the id of this document is already taken").alias(REASON),
        )
        for (file,), of_file in again.group_by(FILE, maintain_order=True):
            self._quarantine.reject(source, str(file), of_file)
        if fresh.any():
            self.parts.append(self._folder / f"documents-{len(self.parts):05}.parquet")
            rows.filter(fresh).drop(FILE, LINE).write_parquet(self.parts[-1])

    def _is_new(self, document_id: str) -> bool:
        digest = hashlib.blake2b(document_id.encode(), digest_size=12).digest()
        if digest in self._seen:
            return False
        self._seen.add(digest)
        return True

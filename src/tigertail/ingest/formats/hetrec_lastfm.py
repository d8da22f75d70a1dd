"""HetRec 2011 Last.fm-2k: play counts and tag assignments of Last.fm listeners, as tab-separated files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import polars as pl

from tigertail import columns as c
from tigertail.ingest.formats.source import Batch, Source
from tigertail.io.archives import stream
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine, reasons
from tigertail.io.text_rows import TextFile

_ARTISTS: Final = ("artists.dat", ("id", "name", "url", "pictureURL"))
_TAGS: Final = ("tags.dat", ("tagID", "tagValue"))
_PLAYS: Final = ("user_artists.dat", ("userID", "artistID", "weight"))
_TAGGED: Final = ("user_taggedartists.dat", ("userID", "artistID", "tagID", "day", "month", "year"))


class HetrecLastfm(Source):
    """The published folder or archive.

    The ids of artists and tags are used to join its files alone; artists are identified by name. A listener has the
    same id in plays and annotations. Annotations get the defaults of their table: the facet "tag" and the source
    "crowd".
    """

    kind: Literal["artist"] = "artist"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the artists, then plays, then an annotation for each tag assignment."""
        artists = self._whole(_ARTISTS, quarantine)
        yield Batch(c.ITEMS_TABLE, _ARTISTS[0], artists.select(LINE, RAW_TEXT, c.NAME))
        artists = artists.select(pl.col("id").alias("artistID"), c.NAME)
        tags = self._whole(_TAGS, quarantine).select("tagID", pl.col("tagValue").alias(c.LABEL))
        for rows in self._rows(_PLAYS, quarantine):
            known = self._known(rows, artists, "artistID", _PLAYS[0], quarantine)
            plays = known.select(
                LINE, RAW_TEXT, pl.col("userID").alias(c.LISTENER_ID), c.NAME, pl.col("weight").alias(c.PLAYS)
            )
            yield Batch(c.PLAYS_TABLE, _PLAYS[0], plays)
        for rows in self._rows(_TAGGED, quarantine):
            known = self._known(rows, artists, "artistID", _TAGGED[0], quarantine)
            known = self._known(known, tags, "tagID", _TAGGED[0], quarantine)
            annotations = known.select(
                LINE,
                RAW_TEXT,
                c.NAME,
                c.LABEL,
                pl.col("userID").alias(c.ANNOTATOR),
            )
            yield Batch(c.ANNOTATIONS_TABLE, _TAGGED[0], annotations)

    def _known(
        self, rows: pl.DataFrame, names: pl.DataFrame, key: str, file: str, quarantine: Quarantine
    ) -> pl.DataFrame:
        """Join names to rows by an id; rows with an id that has none are rejected."""
        joined = rows.join(names.with_columns(known=True), on=key, how="left", maintain_order="left")
        reason = reasons((pl.col("known").is_null(), f"{key} without an entry in its file"))
        return quarantine.usable_rows(self.label, file, joined, reason).drop("known")

    def _whole(self, layout: tuple[str, tuple[str, ...]], quarantine: Quarantine) -> pl.DataFrame:
        """Return all rows of a file whose first column is their id, but those without one or with an earlier one."""
        name, (key, *_) = layout
        rows = pl.concat(self._rows(layout, quarantine))
        reason = reasons(
            (pl.col(key).fill_null("") == "", f"no {key}"),
            (~pl.col(key).is_first_distinct(), f"{key} of an earlier row"),
        )
        return quarantine.usable_rows(self.label, name, rows, reason)

    def _rows(self, layout: tuple[str, tuple[str, ...]], quarantine: Quarantine) -> Iterator[pl.DataFrame]:
        name, header = layout
        with stream(self.path, name) as file:
            # Some published lines are in Latin-1.
            text = TextFile(file, self.label, quarantine, fallback="latin-1")
            yield from text.headed(header, separator="\t", quoted=False)[1]

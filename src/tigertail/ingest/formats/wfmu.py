"""What the DJs of the free-form radio station WFMU played: shows in their order, and whole repertoires."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, Self

import polars as pl
from pydantic import model_validator

from tigertail import columns as c
from tigertail.ingest.formats.parquet import parquet_blocks
from tigertail.ingest.formats.source import Batch, Source
from tigertail.io.quarantine import LINE, Quarantine, reasons

_SHOW: Final = "show"
_DATE: Final = "AirDate"
_PLAYLIST: Final = ("DJ", _DATE, "Artist", "Title")
_REPERTOIRE: Final = ("DJ", "artist_token")
# What the DJ speaks over is written "Music Behind Dj:phil Kraus", or with nobody after it.
_BEHIND: Final = r"(?i)^music behind dj:?\s*"
_NOBODY: Final = r"(?i)^(unknown( artist)?|various( artists)?)$"
_FIRST_YEAR: Final = 1970  # what is said to be older is a slip of the pen


class WfmuPlaylists(Source):
    """``playlists.parquet``: DJ, air date, artist and title of every record played.

    A show is what a DJ played on one day.

    Attributes
    ----------
    table
        ``"sequences"``: shows in their order, the DJ their curator. ``"plays"``: listening, a play a row.
    listener
        Who listens where the table is plays: each show, or each DJ.
    kind
        What is played: artists, or tracks, which know their artist.
    catalogue
        Of sequences: whether what only this source knows becomes an item.
    """

    kind: Literal["artist", "track"] = "artist"
    table: Literal["sequences", "plays"] = "sequences"
    listener: Literal["show", "dj"] = "show"
    catalogue: Literal["known", "all"] = "known"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.table == c.PLAYS_TABLE and "catalogue" in self.model_fields_set:
            raise ValueError("catalogue is for tables beside the plays")
        if self.table == c.SEQUENCES_TABLE and "listener" in self.model_fields_set:
            raise ValueError("sequences have no listener; table = 'plays' has")
        return self

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the records played."""
        for file, blocks in parquet_blocks(self.path, "*.parquet", _PLAYLIST, self.label, quarantine):
            rows = self._records(file, pl.concat(blocks), quarantine)
            yield self._plays(file, rows) if self.table == c.PLAYS_TABLE else self._sequences(file, rows)

    def _records(self, file: str, rows: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
        """Return records with a show and an artist."""
        artist = pl.col("Artist").str.strip_chars()
        behind = rows.filter(artist.str.contains(_BEHIND))["Artist"]
        quarantine.warn(
            self.label, "played behind the DJ's voice", len(behind), behind.unique().sort().head(3).to_list()
        )
        rows = rows.with_columns(artist.str.replace(_BEHIND, "").alias("Artist"))
        checks = reasons(
            (pl.any_horizontal(pl.col("DJ", _DATE).is_null()), "no show"),
            (pl.col("Artist").fill_null("") == "", "no artist"),
            (pl.col("Artist").str.contains(_NOBODY), "no artist of its own"),
        )
        rows = quarantine.keep(self.label, file, rows, checks)
        slip = pl.col(_DATE).dt.year() < _FIRST_YEAR
        days = rows.filter(slip)[_DATE].dt.to_string("%Y-%m-%d")
        examples = days.unique().sort().to_list()
        quarantine.warn(self.label, f"air date before {_FIRST_YEAR}, no time", len(days), examples)
        show = pl.concat_str("DJ", pl.col(_DATE).dt.to_string("%Y-%m-%d"), separator=" ")
        return rows.with_columns(show.alias(_SHOW), pl.when(~slip).then(_DATE).alias(_DATE))

    def _item(self) -> list[pl.Expr]:
        if self.kind == c.ARTIST:
            return [pl.col("Artist").alias(c.NAME)]
        return [pl.col("Title").alias(c.NAME), pl.col("Artist").alias(c.ARTIST_NAME)]

    def _plays(self, file: str, rows: pl.DataFrame) -> Batch:
        who = pl.col(_SHOW if self.listener == "show" else "DJ").alias(c.LISTENER_ID)
        plays = rows.select(LINE, who, *self._item(), pl.col(_DATE).alias(c.LAST_PLAYED))
        return Batch(c.PLAYS_TABLE, file, plays, events=True)

    def _sequences(self, file: str, rows: pl.DataFrame) -> Batch:
        sequences = rows.select(
            LINE,
            *self._item(),
            pl.col(_SHOW).alias(c.SEQUENCE_ID),
            pl.int_range(1, pl.len() + 1).over(_SHOW).alias(c.POSITION),
            pl.col("DJ").alias(c.CURATOR),
        )
        return Batch(c.SEQUENCES_TABLE, file, sequences, known_only=self.catalogue == "known")


class WfmuRepertoires(Source):
    """``dj_artist_tokens.parquet``: every artist a DJ ever played, as names without spaces.

    A repertoire is a sequence without an order. Names match by their letters alone, and only what other
    sources know is matched at all.
    """

    kind: Literal["artist"] = "artist"
    table: Literal["sequences"] = "sequences"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the repertoires."""
        for file, blocks in parquet_blocks(self.path, "*.parquet", _REPERTOIRE, self.label, quarantine):
            for rows in blocks:
                checks = reasons((pl.col("DJ").is_null(), "no DJ"))
                kept = quarantine.keep(self.label, file, rows, checks)
                repertoires = kept.select(
                    LINE,
                    pl.col("artist_token").alias(c.NAME),
                    pl.concat_str(pl.lit("repertoire "), "DJ").alias(c.SEQUENCE_ID),
                    pl.lit(None, pl.Int32).alias(c.POSITION),
                    pl.col("DJ").alias(c.CURATOR),
                )
                yield Batch(c.SEQUENCES_TABLE, file, repertoires, known_only=True, unspaced=True)

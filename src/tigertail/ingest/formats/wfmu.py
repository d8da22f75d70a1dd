"""Playlists of the free-form radio station WFMU: shows in their order, and repertoires of DJs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, Self

import polars as pl
from pydantic import model_validator

from tigertail import columns as c
from tigertail.dataset.folding import fold_series
from tigertail.dataset.table_spec import Check
from tigertail.ingest.formats.parquet import parquet_blocks
from tigertail.ingest.formats.source import Batch, Source
from tigertail.io.quarantine import LINE, Quarantine, reasons

_SHOW: Final = "show"
_DATE: Final = "AirDate"
_PLAYLIST: Final = {"DJ": Check.TEXT, _DATE: Check.TIME, "Artist": Check.TEXT, "Title": Check.TEXT}
_REPERTOIRE: Final = {"DJ": Check.TEXT, "artist_token": Check.TEXT}
# Music under the DJ's voice is written "Music Behind Dj:phil Kraus", or without an artist.
_BEHIND: Final = r"(?i)^music behind dj\b:?\s*"
_ARTIST: Final = pl.col("Artist").str.strip_chars().str.replace(_BEHIND, "")
_NO_ARTIST: Final = r"(?i)^(unknown( artist)?|various( artists)?)$"
_DJ: Final = pl.col("DJ").str.strip_chars()
_NO_DJ: Final = pl.col("DJ").fill_null("") == ""
_FIRST_YEAR: Final = 1970  # older dates are taken for typing errors


class WfmuPlaylists(Source):
    """``playlists.parquet``: DJ, air date, artist and title of every record played.

    A show is everything that a DJ played on one day, in the order of the rows. What is said on air, such as "Concert
    Report", stands for an artist and for a title: of tracks, a row whose title is its artist is left aside where that
    artist has no other title.

    Attributes
    ----------
    table
        ``"sequences"``: shows in their order, with the DJ as curator. ``"plays"``: one play for each row.
    listener
        The listener of a play: the show, or the DJ.
    kind
        The kind of the items: artists, or tracks with their artist.
    catalogue
        Of sequences: whether items that only this source names become items of the dataset. Of plays: ``"open"``, or
        left out.
    """

    kind: Literal["artist", "track"] = "artist"
    table: Literal["sequences", "plays"] = "sequences"
    listener: Literal["show", "dj"] = "show"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.table == c.SEQUENCES_TABLE and "listener" in self.model_fields_set:
            raise ValueError("listener is an option of table = 'plays', not of sequences")
        return self

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the records played."""
        titled = self._artists_with_titles() if self.kind == c.TRACK else None
        lengths: dict[str, int] = {}  # of the shows so far: one may go on in the next block or file
        for file, blocks in parquet_blocks(self.path, "*.parquet", _PLAYLIST, self.label, quarantine):
            for block in blocks:
                rows = self._records(file, block, titled, quarantine)
                yield (
                    self._plays(file, rows)
                    if self.table == c.PLAYS_TABLE
                    else self._sequences(file, rows, lengths)
                )

    def _artists_with_titles(self) -> pl.Series:
        """Return the artists, folded, that have a title which is not their name."""
        found: set[str] = set()
        # Rows that cannot be used are counted when they are read again.
        for _, blocks in parquet_blocks(self.path, "*.parquet", _PLAYLIST, self.label, Quarantine()):
            for rows in blocks:
                artists = fold_series(rows.select(_ARTIST)["Artist"])
                found.update(artists.filter(artists != fold_series(rows["Title"])))
        return pl.Series(sorted(found), dtype=pl.String)

    def _records(
        self, file: str, rows: pl.DataFrame, titled: pl.Series | None, quarantine: Quarantine
    ) -> pl.DataFrame:
        """Return records with a show and an artist; of a date too early only the show keeps the day.

        Where ``titled`` are the artists with a title that is not their name, records of others are left aside.
        """
        behind = rows.filter(pl.col("Artist").str.strip_chars().str.contains(_BEHIND))["Artist"]
        quarantine.warn(
            self.label, "played under the DJ's voice", len(behind), behind.unique().sort().head(3).to_list()
        )
        rows = rows.with_columns(_DJ, _ARTIST)
        checks = reasons(
            (_NO_DJ | pl.col(_DATE).is_null(), "no show"),
            (pl.col("Artist").fill_null("") == "", "no artist"),
            (pl.col("Artist").str.contains(_NO_ARTIST), "unknown or various artists"),
        )
        rows = quarantine.usable_rows(self.label, file, rows, checks)
        if titled is not None:
            artists = fold_series(rows["Artist"])
            said = (artists == fold_series(rows["Title"])) & ~artists.is_in(titled.implode())
            what = "an announcement: its title is its artist, who has no other"
            rows = quarantine.usable_rows(self.label, file, rows, reasons((pl.lit(said), what)))
        too_early = pl.col(_DATE).dt.year() < _FIRST_YEAR
        days = rows.filter(too_early)[_DATE].dt.to_string("%Y-%m-%d")
        examples = days.unique().sort().to_list()
        quarantine.warn(self.label, f"air date before {_FIRST_YEAR}, left out", len(days), examples)
        show = pl.concat_str("DJ", pl.col(_DATE).dt.to_string("%Y-%m-%d"), separator=" ")
        return rows.with_columns(show.alias(_SHOW), pl.when(~too_early).then(_DATE).alias(_DATE))

    def _item(self) -> list[pl.Expr]:
        if self.kind == c.ARTIST:
            return [pl.col("Artist").alias(c.NAME)]
        return [pl.col("Title").alias(c.NAME), pl.col("Artist").alias(c.ARTIST_NAME)]

    def _plays(self, file: str, rows: pl.DataFrame) -> Batch:
        listener = pl.col(_SHOW if self.listener == "show" else "DJ").alias(c.LISTENER_ID)
        plays = rows.select(LINE, listener, *self._item(), pl.col(_DATE).alias(c.LAST_PLAYED))
        return Batch(c.PLAYS_TABLE, file, plays, events=True)

    def _sequences(self, file: str, rows: pl.DataFrame, lengths: dict[str, int]) -> Batch:
        """Return shows in their order, after what ``lengths`` has of them; it is brought up to date."""
        before = pl.col(_SHOW).replace_strict(lengths, default=0, return_dtype=pl.Int64)
        sequences = rows.select(
            LINE,
            *self._item(),
            pl.col(_SHOW).alias(c.SEQUENCE_ID),
            (before + pl.int_range(1, pl.len() + 1).over(_SHOW)).alias(c.POSITION),
            pl.col("DJ").alias(c.CURATOR),
        )
        lengths.update(sequences.group_by(c.SEQUENCE_ID).agg(pl.max(c.POSITION)).iter_rows())
        return Batch(c.SEQUENCES_TABLE, file, sequences, known_only=self.catalogue != "all")


class WfmuRepertoires(Source):
    """``dj_artist_tokens.parquet``: every artist a DJ ever played, as names without spaces.

    A repertoire is a sequence without an order. Names are compared without spaces, and only with items of other
    sources.
    """

    kind: Literal["artist"] = "artist"
    table: Literal["sequences"] = "sequences"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the repertoires."""
        for file, blocks in parquet_blocks(self.path, "*.parquet", _REPERTOIRE, self.label, quarantine):
            for rows in blocks:
                rows = rows.with_columns(_DJ)
                kept = quarantine.usable_rows(self.label, file, rows, reasons((_NO_DJ, "no DJ")))
                repertoires = kept.select(
                    LINE,
                    pl.col("artist_token").alias(c.NAME),
                    pl.concat_str(pl.lit("repertoire "), "DJ").alias(c.SEQUENCE_ID),
                    pl.lit(None, pl.Int32).alias(c.POSITION),
                    pl.col("DJ").alias(c.CURATOR),
                )
                yield Batch(c.SEQUENCES_TABLE, file, repertoires, known_only=True, unspaced=True)

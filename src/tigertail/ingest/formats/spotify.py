"""Spotify's streaming history, as its users get it: the extended history, and that of the last year.

Extended: ``Streaming_History_Audio_2021_0.json`` (older: ``endsong_0.json``), arrays of objects with ``ts``,
``username``, ``ms_played``, ``master_metadata_album_artist_name`` and ``master_metadata_track_name``. Of the last year:
``StreamingHistory_music_0.json``, with ``endTime``, ``artistName``, ``trackName`` and ``msPlayed``; it names no
listener, so the recipe does, in ``values``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import polars as pl
from pydantic import Field

from tigertail import columns as c
from tigertail.ingest.formats.export import Export
from tigertail.ingest.formats.source import Batch
from tigertail.io.archives import required_streams
from tigertail.io.json_rows import JsonFile, clean_text, parsed
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine, reasons

_FILES: Final = ("Streaming_History_Audio_*.json", "endsong*.json", "StreamingHistory*.json")
_LISTENER: Final = ("username",)
_TIME: Final = ("ts", "endTime")
_ARTIST: Final = ("master_metadata_album_artist_name", "artistName")
_TITLE: Final = ("master_metadata_track_name", "trackName")
_PLAYED: Final = ("ms_played", "msPlayed")
_SPOKEN: Final = ("episode_name", "episode_show_name", "audiobook_title", "podcastName")


class SpotifyHistory(Export):
    """The zip, its folder, or one of its files; items are artists or tracks.

    Attributes
    ----------
    least_seconds
        What was played for less is no play: Spotify, too, counts a stream from 30 seconds.
    """

    kind: Literal["artist", "track"] = "artist"
    least_seconds: float = Field(default=30.0, ge=0)

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield batches of plays, one in each row."""
        remedy = "give the extended streaming history, or that of the last year, as Spotify sends it"
        for stream in required_streams(self.path, *_FILES, remedy=remedy):
            for lines in JsonFile(stream, self.label, quarantine).objects():
                rows = self._rows(lines, stream.name, quarantine)
                yield Batch(c.PLAYS_TABLE, stream.name, rows, events=True)

    def _rows(self, lines: pl.DataFrame, file: str, quarantine: Quarantine) -> pl.DataFrame:
        objects = [parsed(text) or {} for text in lines[RAW_TEXT]]
        is_play = pl.Series([any(key in one for key in _TIME) for one in objects], dtype=pl.Boolean)
        rows = lines.with_columns(
            pl.Series(c.LISTENER_ID, [_first(one, _LISTENER) for one in objects], dtype=pl.String),
            # A row is one play: its time is that of the last.
            pl.Series(c.LAST_PLAYED, [_first(one, _TIME) for one in objects], dtype=pl.String),
            pl.Series("artist", [_first(one, _ARTIST) for one in objects], dtype=pl.String),
            pl.Series("title", [_first(one, _TITLE) for one in objects], dtype=pl.String),
            pl.Series("milliseconds", [_first(one, _PLAYED) for one in objects], dtype=pl.String).cast(
                pl.Float64, strict=False
            ),
            pl.Series("spoken", [_first(one, _SPOKEN) is not None for one in objects], dtype=pl.Boolean),
            is_play.alias("is_play"),
        )
        rows = quarantine.usable_rows(
            self.label, file, rows, reasons((~pl.col("is_play"), "not a play of Spotify's history"))
        )
        rows = self._left_out(
            rows, pl.col("spoken") & pl.col("artist").is_null(), "a podcast or an audiobook", quarantine
        )
        milliseconds = pl.col("milliseconds")
        unknown = milliseconds.is_null() | milliseconds.is_nan()
        rows = quarantine.usable_rows(
            self.label, file, rows, reasons((unknown, "the time played is not a number"))
        )
        short = milliseconds < 1000 * self.least_seconds
        rows = self._left_out(rows, short, f"played for less than {self.least_seconds:g} s", quarantine)
        if (given := self.given_listener(file)) is not None:
            rows = rows.with_columns(pl.lit(given).alias(c.LISTENER_ID))
        item = [pl.col("artist").alias(c.NAME)]
        if self.kind == c.TRACK:
            item = [pl.col("title").alias(c.NAME), pl.col("artist").alias(c.ARTIST_NAME)]
        return rows.select(LINE, RAW_TEXT, c.LISTENER_ID, c.LAST_PLAYED, *item)

    def _left_out(
        self, rows: pl.DataFrame, condition: pl.Expr, reason: str, quarantine: Quarantine
    ) -> pl.DataFrame:
        """Return the rows but for those that no build uses: these are counted, and not kept in the quarantine."""
        kept = rows.filter(~condition.fill_null(False))
        quarantine.skip(self.label, reason, rows.height - kept.height)
        return kept


def _first(found: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    """Return the first value that is a text or a number; true and false are neither."""
    for key in keys:
        value = found.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return clean_text(str(value))
    return None

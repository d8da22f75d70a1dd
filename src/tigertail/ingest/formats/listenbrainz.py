"""ListenBrainz dumps: one listen in each line, as JSON.

The layout of the public dumps: ``listens/YEAR/MONTH.listens`` in a tar archive, every line with ``user_id``,
``user_name``, ``timestamp`` (older) or ``listened_at``, ``track_metadata`` and ``recording_msid``. Listens as
the API returns them also have ``track_metadata.mbid_mapping``, which is preferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import polars as pl

from tigertail import columns as c
from tigertail.errors import DataError
from tigertail.ingest.formats.source import Batch, Source
from tigertail.io.archives import streams
from tigertail.io.quarantine import LINE, TEXT, Quarantine, reasons
from tigertail.io.text_rows import TextFile

_TEXT: Final = pl.String()
_TEXTS: Final = pl.List(pl.String())
_LISTEN: Final = pl.Struct(
    {
        "user_id": _TEXT,
        "user_name": _TEXT,
        "timestamp": _TEXT,
        "listened_at": _TEXT,
        "track_metadata": pl.Struct(
            {
                "artist_name": _TEXT,
                "track_name": _TEXT,
                "additional_info": pl.Struct({"artist_mbids": _TEXTS, "recording_mbid": _TEXT}),
                "mbid_mapping": pl.Struct(
                    {
                        "artist_mbids": _TEXTS,
                        "recording_mbid": _TEXT,
                        "artists": pl.List(pl.Struct({"artist_mbid": _TEXT, "artist_credit_name": _TEXT})),
                    }
                ),
            }
        ),
    }
)


class ListenBrainz(Source):
    """A dump, a folder of its files, or one of them; items are artists or tracks.

    A listen credited to several artists counts for each of them.
    """

    kind: Literal["artist", "track"] = "artist"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the listens one by one."""
        found = False
        for stream in streams(self.path, "*.listens", "*.jsonl"):
            found = True
            file = TextFile(stream, self.label, quarantine)
            for lines in file.lines():
                quarantine.read[self.label] += lines.height
                listens = _flat(self._parsed(lines, stream.name, quarantine))
                rows = _artists(listens) if self.kind == c.ARTIST else _tracks(listens)
                yield Batch(c.PLAYS_TABLE, stream.name, rows, events=True)
        if not found:
            raise DataError(
                "no file matches '*.listens' or '*.jsonl' in it",
                path=self.path,
                remedy="give a dump of listens",
            )

    def _parsed(self, lines: pl.DataFrame, file: str, quarantine: Quarantine) -> pl.DataFrame:
        """Parse all lines; lines that are not a listen in JSON are rejected."""
        listens = lines.with_columns(_decode(lines[TEXT]).alias("listen"))
        return quarantine.keep(
            self.label, file, listens, reasons((pl.col("listen").is_null(), "not a listen in JSON"))
        )


def _decode(texts: pl.Series) -> pl.Series:
    """Decode JSON, all at once if possible; invalid lines are found by halving and become null."""
    try:
        return texts.str.json_decode(_LISTEN)
    except pl.exceptions.PolarsError:
        if len(texts) == 1:
            return pl.Series([None], dtype=_LISTEN)
    half = len(texts) // 2
    return _decode(texts[:half]).append(_decode(texts[half:]))


def _flat(listens: pl.DataFrame) -> pl.DataFrame:
    track = pl.col("listen").struct.field("track_metadata")
    info = track.struct.field("additional_info")
    mapping = track.struct.field("mbid_mapping")
    listen = pl.col("listen").struct
    # Clients have sent several MBIDs as one text, separated by commas.
    sent = info.struct.field("artist_mbids").list.join(",").str.split(",")
    mapped = mapping.struct.field("artist_mbids")
    return listens.select(
        LINE,
        TEXT,
        pl.coalesce(listen.field("user_id"), listen.field("user_name")).alias(c.LISTENER_ID),
        pl.coalesce(listen.field("listened_at"), listen.field("timestamp")).alias(c.LAST_PLAYED),
        track.struct.field("artist_name"),
        track.struct.field("track_name"),
        pl.coalesce(mapping.struct.field("recording_mbid"), info.struct.field("recording_mbid")).alias(
            "recording_mbid"
        ),
        pl.coalesce(pl.when(mapped.list.len() > 0).then(mapped), sent).alias("artist_mbids"),
        pl.when(mapping.struct.field("artists").list.len() > 0)
        .then(mapping.struct.field("artists"))
        .alias("artists"),
    )


def _artists(listens: pl.DataFrame) -> pl.DataFrame:
    """Return a row for every artist of every listen."""
    plain = (LINE, TEXT, c.LISTENER_ID, c.LAST_PLAYED)
    named = pl.col("artists").is_not_null()
    several = pl.col("artist_mbids").list.len() > 1
    credited = (
        listens.filter(named)
        .explode("artists")
        .select(
            *plain,
            pl.col("artists").struct.field("artist_mbid").alias(c.MBID),
            pl.col("artists").struct.field("artist_credit_name").alias(c.NAME),
        )
    )
    # One text contains all artists, so it is not the name of any of them.
    unnamed = listens.filter(~named).with_columns(
        pl.when(~several.fill_null(False)).then("artist_name").alias(c.NAME)
    )
    unnamed = unnamed.explode("artist_mbids").select(*plain, pl.col("artist_mbids").alias(c.MBID), c.NAME)
    return pl.concat([credited, unnamed]).sort(LINE, maintain_order=True)


def _tracks(listens: pl.DataFrame) -> pl.DataFrame:
    return listens.select(
        LINE,
        TEXT,
        c.LISTENER_ID,
        c.LAST_PLAYED,
        pl.col("recording_mbid").alias(c.MBID),
        pl.col("track_name").alias(c.NAME),
        pl.col("artist_name").alias(c.ARTIST_NAME),
        pl.col("artist_mbids").list.first().alias(c.ARTIST_MBID),
    )

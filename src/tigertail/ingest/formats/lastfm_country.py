"""Last.fm listeners with their country: ``user,artist,sex,country``, without counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import polars as pl

from tigertail import columns as c
from tigertail.ingest.formats.source import Batch, Source
from tigertail.io.archives import required_streams
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine
from tigertail.io.text_rows import TextFile

_HEADER: Final = ("user", "artist", "sex", "country")  # sex is not read: no column of ours


class LastfmCountry(Source):
    """A CSV file ``user,artist,sex,country``: a row says that a listener listens to an artist."""

    kind: Literal["artist"] = "artist"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield plays of 1 and the listeners' countries."""
        for stream in required_streams(
            self.path, "*.csv", remedy="give the file with the columns user, artist, sex, country"
        ):
            file = TextFile(stream, self.label, quarantine)
            for rows in file.headed(_HEADER, separator=",", quoted=True)[1]:
                listener = pl.col("user").alias(c.LISTENER_ID)
                plays = rows.select(LINE, RAW_TEXT, listener, pl.col("artist").alias(c.NAME))
                yield Batch(c.PLAYS_TABLE, stream.name, plays)
                yield Batch(c.LISTENERS_TABLE, stream.name, rows.select(LINE, RAW_TEXT, listener, c.COUNTRY))

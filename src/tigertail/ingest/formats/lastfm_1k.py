"""Last.fm-1K: every play of a thousand listeners with its time, and their profiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import polars as pl

from tigertail import columns as c
from tigertail.errors import DataError
from tigertail.ingest.formats.source import Batch, Source
from tigertail.io.archives import file_names, required_streams, streams
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine
from tigertail.io.text_rows import TextFile

_PLAYS: Final = "userid-timestamp-artid-artname-traid-traname.tsv"
_PROFILE: Final = "userid-profile.tsv"
_PROFILE_HEADER: Final = ("#id", "gender", "age", "country", "registered")
# No table has a column track_mbid or track_name: artists leave these fields out.
_COLUMNS: Final = {
    "artist": (c.LISTENER_ID, c.LAST_PLAYED, c.MBID, c.NAME, "track_mbid", "track_name"),
    "track": (c.LISTENER_ID, c.LAST_PLAYED, c.ARTIST_MBID, c.ARTIST_NAME, c.MBID, c.NAME),
}


class Lastfm1K(Source):
    """The published folder or archive, or the file of plays alone, under any name; items are artists or tracks."""

    kind: Literal["artist", "track"] = "artist"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the plays one by one, and the listeners' countries where the profiles are there.

        Raises
        ------
        DataError
            If a folder has the plays twice, perhaps packed: each row is a play, so a copy would double them.
        """
        if (copies := len(file_names(self.path, _PLAYS))) > 1:
            raise DataError(
                f"it contains {copies} files '{_PLAYS}', packed or not",
                path=self.path,
                remedy="leave one of them",
            )
        for stream in required_streams(self.path, _PLAYS, remedy="give the archive as published"):
            file = TextFile(stream, self.label, quarantine)
            for rows in file.rows(_COLUMNS[self.kind], separator="\t", quoted=False):
                yield Batch(c.PLAYS_TABLE, stream.name, rows, events=True)
        for stream in streams(self.path, _PROFILE, bare=False):
            file = TextFile(stream, self.label, quarantine)
            for rows in file.headed(_PROFILE_HEADER, separator="\t", quoted=False)[1]:
                listener = pl.col("#id").alias(c.LISTENER_ID)
                yield Batch(c.LISTENERS_TABLE, stream.name, rows.select(LINE, RAW_TEXT, listener, c.COUNTRY))

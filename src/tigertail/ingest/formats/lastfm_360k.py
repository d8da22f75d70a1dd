"""Last.fm-360K: play counts by artist of 360,000 listeners, and their profiles. No file has a header."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from tigertail import columns as c
from tigertail.ingest.formats.source import Batch, Source
from tigertail.io.archives import required_streams, streams
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine
from tigertail.io.text_rows import TextFile

_PLAYS: Final = "usersha1-artmbid-artname-plays.tsv"
_PLAYS_COLUMNS: Final = (c.LISTENER_ID, c.MBID, c.NAME, c.PLAYS)
_PROFILE: Final = "usersha1-profile.tsv"
_PROFILE_COLUMNS: Final = (c.LISTENER_ID, "sex", "age", c.COUNTRY, "signup")


class Lastfm360K(Source):
    """The published folder or archive, or the file of plays alone."""

    kind: Literal["artist"] = "artist"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield plays, and the listeners' countries where the profiles are there."""
        for stream in required_streams(self.path, _PLAYS, remedy="give the archive as published"):
            file = TextFile(stream, self.label, quarantine)
            for rows in file.rows(_PLAYS_COLUMNS, separator="\t", quoted=False):
                yield Batch(c.PLAYS_TABLE, stream.name, rows)
        for stream in streams(self.path, _PROFILE, bare=False):
            file = TextFile(stream, self.label, quarantine)
            for rows in file.rows(_PROFILE_COLUMNS, separator="\t", quoted=False):
                listeners = rows.select(LINE, RAW_TEXT, c.LISTENER_ID, c.COUNTRY)
                yield Batch(c.LISTENERS_TABLE, stream.name, listeners)

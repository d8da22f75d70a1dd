"""Listens of ListenBrainz: public dumps, exports of one listener, and answers of its API, as JSON.

The public dumps have ``listens/YEAR/MONTH.listens`` in a tar archive, every line with ``user_id``, ``user_name``,
``timestamp`` (older) or ``listened_at``, ``track_metadata`` and ``recording_msid``. The export of one listener is a zip
with ``user.json``, ``listens/YEAR/MONTH.jsonl``, and feedback and pins, which are no listens; older ones are an array.
Listens of exports and of the API also have ``track_metadata.mbid_mapping``, which is preferred.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final, Literal

import polars as pl

from tigertail import columns as c
from tigertail.errors import DataError
from tigertail.ingest.formats.export import Export
from tigertail.ingest.formats.listens import decoded
from tigertail.ingest.formats.source import Batch
from tigertail.io.archives import plain_name, streams
from tigertail.io.json_rows import JsonFile, parsed
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine, reasons

_FILES: Final = ("*.listens", "*.jsonl", "*.ndjson", "*.json")
_NO_LISTENS: Final = ("user.json", "feedback.jsonl", "pinned_recording.jsonl")  # the other files of an export
_USER: Final = "user.json"
_MOST_USER_BYTES: Final = 1 << 20
# Names of exports: listenbrainz_USER_1769300000.zip, USER_lb-2024-01-11.json.
_NAMED: Final = (re.compile(r"listenbrainz_(.+)_\d+"), re.compile(r"(.+)_lb-\d{4}-\d\d-\d\d"))
_MBID: Final = f"(?i){c.UUID}"


class ListenBrainz(Export):
    """A dump, the export of a listener, a folder of these files, or one of them; items are artists or tracks.

    A listen credited to several artists counts for each of them. The listener of a listen is that of the recipe, else
    its own, else that of the export's ``user.json``, else that in the name of the export.
    """

    kind: Literal["artist", "track"] = "artist"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the listens one by one."""
        found = False
        users = self._users()
        for stream in streams(self.path, *_FILES):
            if plain_name(PurePosixPath(stream.name).name).lower() in _NO_LISTENS:
                continue
            found = True
            listener = _of_folder(users, stream.name) or self._named(stream.name)
            for lines in JsonFile(stream, self.label, quarantine).objects():
                listens = _flat(self._listens(lines, stream.name, quarantine))
                listens = self._with_listener(listens, stream.name, listener)
                rows = _artists(listens) if self.kind == c.ARTIST else _tracks(listens)
                yield Batch(c.PLAYS_TABLE, stream.name, rows, events=True)
        if not found:
            raise DataError(
                f"no file matches {', '.join(_FILES)} in it",
                path=self.path,
                remedy="give a dump or an export of listens",
            )

    def _listens(self, lines: pl.DataFrame, file: str, quarantine: Quarantine) -> pl.DataFrame:
        """Decode all lines; lines that are not a listen in JSON are rejected."""
        listens = lines.with_columns(decoded(lines[RAW_TEXT], self.label, quarantine).alias("listen"))
        checks = reasons((pl.col("listen").is_null(), "not a listen in JSON"))
        return quarantine.usable_rows(self.label, file, listens, checks)

    def _with_listener(self, listens: pl.DataFrame, file: str, listener: str | None) -> pl.DataFrame:
        given = self.given_listener(file)
        if given is not None:
            return listens.with_columns(pl.lit(given).alias(c.LISTENER_ID))
        return listens.with_columns(pl.col(c.LISTENER_ID).fill_null(pl.lit(listener, pl.String)))

    def _users(self) -> dict[PurePosixPath, str]:
        """Return the listener of each folder that has a ``user.json``; a tar archive is too long to be searched."""
        if not self.path.is_dir() and not zipfile.is_zipfile(self.path):
            return {}
        users = {}
        for stream in streams(self.path, _USER, bare=False):
            user = parsed(stream.read(_MOST_USER_BYTES).decode("utf-8", "replace")) or {}
            name = next((user[key] for key in ("username", "user_name", "user_id") if user.get(key)), None)
            if name is not None:
                users[PurePosixPath(stream.name).parent] = str(name)
        return users

    def _named(self, file: str) -> str | None:
        """Return the listener in the name of an export."""
        for name in (PurePosixPath(file).name, self.path.name):
            for pattern in _NAMED:
                if match := pattern.match(name):
                    return match[1]
        return None


def _of_folder(users: dict[PurePosixPath, str], file: str) -> str | None:
    return next((users[folder] for folder in PurePosixPath(file).parents if folder in users), None)


def _flat(listens: pl.DataFrame) -> pl.DataFrame:
    track = pl.col("listen").struct.field("track_metadata")
    info = track.struct.field("additional_info")
    mapping = track.struct.field("mbid_mapping")
    listen = pl.col("listen").struct
    # Clients have sent one MBID, several as one text, and addresses that end in one.
    listed = info.struct.field("artist_mbids")
    texts = listed.list.join(",", ignore_nulls=True).replace("", None)
    sent = pl.coalesce(texts, info.struct.field("artist_mbid"))
    ids = sent.str.extract_all(_MBID).list.unique(maintain_order=True)
    incomplete = (listed.list.n_unique() > 1) & (ids.list.len() < listed.list.n_unique())
    mapped = mapping.struct.field("artist_mbids")
    return listens.select(
        LINE,
        RAW_TEXT,
        pl.coalesce(listen.field("user_id"), listen.field("user_name")).alias(c.LISTENER_ID),
        pl.coalesce(listen.field("listened_at"), listen.field("timestamp")).alias(c.LAST_PLAYED),
        track.struct.field("artist_name"),
        track.struct.field("track_name"),
        pl.coalesce(mapping.struct.field("recording_mbid"), info.struct.field("recording_mbid")).alias(
            "recording_mbid"
        ),
        pl.when(mapped.list.len() > 0)
        .then(mapped)
        # Whose MBID is missing is not said, so the credit is known by its text alone.
        .when(incomplete)
        .then(pl.concat_list(pl.lit(None, pl.String)))
        .when(ids.list.len() > 0)
        .then(ids)
        # The cleaning counts a text without an MBID, and leaves it out.
        .otherwise(pl.concat_list(sent))
        .alias("artist_mbids"),
        pl.when(mapping.struct.field("artists").list.len() > 0)
        .then(mapping.struct.field("artists"))
        .alias("artists"),
    )


def _artists(listens: pl.DataFrame) -> pl.DataFrame:
    """Return a row for every artist of every listen."""
    plain = (LINE, RAW_TEXT, c.LISTENER_ID, c.LAST_PLAYED)
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
        RAW_TEXT,
        c.LISTENER_ID,
        c.LAST_PLAYED,
        pl.col("recording_mbid").alias(c.MBID),
        pl.col("track_name").alias(c.NAME),
        pl.col("artist_name").alias(c.ARTIST_NAME),
        pl.col("artist_mbids").list.join(",").alias(c.ARTIST_MBID),
    )

"""The listens of ListenBrainz as it dumps them for Spark: with the artists that its mapping found.

A dump is ``listenbrainz-spark-dump-ID-TIME-full.tar``, the days since are ``...-incremental.tar``. Each has a folder of
the same name with ``0.parquet``, ``1.parquet`` ... of some 128 MB, in the order of time, beside notes on the dump. The
columns are those of ``SPARK_LISTENS_SCHEMA`` in ``listenbrainz/listenstore/dump_listenstore.py``, the layout that of
``dump_listens_for_spark`` there (https://github.com/metabrainz/listenbrainz-server). A listen has the names and MBIDs
of the mapping if it is mapped, else what the client sent. The incremental dumps have the listens that came in after the
full one, so no listen is in two dumps; within a dump the server has one for each listener, second and recording.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import Final, Literal

import polars as pl

from tigertail import columns as c
from tigertail.errors import DataError
from tigertail.ingest.formats.resumable import Part, Resumable
from tigertail.ingest.formats.source import ROW_KEY, Batch
from tigertail.io.archives import Stream, streams_within
from tigertail.io.quarantine import EXAMPLES, LINE, Quarantine
from tigertail.storage import UNREADABLE

_FILES: Final = "*.parquet"
_PIECE: Final = 1 << 24
_ROWS: Final = 1 << 20  # of a block: as many as a row group of the dumps has
_MAGIC: Final = b"PAR1"
_NUMBERED: Final = re.compile(r"(.*/)(\d+)\.parquet")

_LISTENED_AT: Final = "listened_at"
_USER: Final = "user_id"
_ARTIST: Final = "artist_name"
_ARTISTS: Final = "artist_credit_mbids"
_RECORDING: Final = "recording_name"
_RECORDING_MBID: Final = "recording_mbid"
_UNUSED: Final = ("created", "recording_msid", "artist_credit_id", "release_name", "release_mbid")
_USED: Final = {
    c.ARTIST: (_LISTENED_AT, _USER, _ARTIST, _ARTISTS),
    c.TRACK: (_LISTENED_AT, _USER, _ARTIST, _ARTISTS, _RECORDING, _RECORDING_MBID),
}
_DOCUMENTED: Final = frozenset((*_USED[c.TRACK], *_UNUSED))
_TYPES: Final = {
    _LISTENED_AT: "a time",
    _USER: "a whole number",
    _ARTIST: "a text",
    _ARTISTS: "a list of texts",
    _RECORDING: "a text",
    _RECORDING_MBID: "a text",
}


class ListenBrainzSpark(Resumable):
    """A dump, packed or not, one of its files, or a folder of dumps; items are artists or tracks.

    The listens of a member are summed by listener and item when it is read. A listen credited to several artists counts
    for each of them; a credit without MBIDs is one name, which the recipe's ``credits`` may split.
    """

    kind: Literal["artist", "track"] = "artist"

    def parts(self, quarantine: Quarantine) -> Iterator[Part]:
        """Yield the members; a number that is missing among those of a dump is a warning, unless one file is read."""
        numbers: dict[str, set[int]] = defaultdict(set)
        for stream in streams_within(self.path, _FILES):
            member = _of_dump(stream)
            if stream.place != self.path and (found := _NUMBERED.fullmatch(member)):
                numbers[found[1]].add(int(found[2]))
            # Members of two archives may have one name, size and time.
            stamp = f"{stream.path.relative_to(self.path)} {stream.stamp}"
            yield Part(member, stamp, partial(self._read, stream, member))
        for dump, seen in sorted(numbers.items()):
            missing = (f"{dump}{number}.parquet" for number in range(max(seen)) if number not in seen)
            count = max(seen) + 1 - len(seen)
            first = list(islice(missing, min(count, EXAMPLES)))
            quarantine.warn(self.label, "member of a dump that is not there", count, first)

    def _read(self, stream: Stream, member: str, quarantine: Quarantine) -> Iterator[Batch]:
        data = _content(stream)
        self._check(data, stream, quarantine)
        counts = [_counted(block) for block in self._blocks(data, stream, quarantine)]
        rows = _credited(pl.concat(counts), self.kind)
        # Equal rows of two members, such as of two listens in the same second, are plays of their own; those of one
        # content, whatever the names of its files, are the same.
        key = int.from_bytes(hashlib.sha256(data).digest()[:8])
        yield Batch(c.PLAYS_TABLE, member, rows.with_columns(pl.lit(key, pl.UInt64).alias(ROW_KEY)))

    def _check(self, data: bytes, stream: Stream, quarantine: Quarantine) -> None:
        """Refuse a member whose columns are missing or of another type; warn of further ones."""
        try:
            schema = pl.read_parquet_schema(io.BytesIO(data))
            rows = pl.scan_parquet(io.BytesIO(data)).select(pl.len()).collect().item()
        except UNREADABLE as error:
            raise _damaged(stream, error) from error
        if lacking := [name for name in _USED[self.kind] if name not in schema]:
            raise DataError(
                f"no column {', '.join(lacking)}; it has {', '.join(schema)}",
                path=stream.place,
                remedy="give a dump for Spark, as ListenBrainz has published it since 2022: docs/open-data.md",
            )
        for name in _USED[self.kind]:
            if not _is_a(_TYPES[name], schema[name]):
                raise DataError(
                    f"column '{name}' is of type {schema[name]}, expected {_TYPES[name]}",
                    path=stream.place,
                    remedy="give the dump as published; another layout takes format = 'parquet' and its columns",
                )
        further = [name for name in schema if name not in _DOCUMENTED]
        quarantine.warn(
            self.label, "column that is not documented, left out", rows if further else 0, further
        )

    def _blocks(self, data: bytes, stream: Stream, quarantine: Quarantine) -> Iterator[pl.DataFrame]:
        names = _USED[self.kind]
        try:
            frame = pl.scan_parquet(io.BytesIO(data)).select(names)
            for start in range(0, max(1, frame.select(pl.len()).collect().item()), _ROWS):
                rows = frame.slice(start, _ROWS).collect()
                quarantine.read[self.label] += rows.height
                yield rows.with_row_index(LINE, offset=start + 1)
        except UNREADABLE as error:
            raise _damaged(stream, error) from error


def _is_a(what: str, dtype: pl.DataType) -> bool:
    if what == "a time":
        return isinstance(dtype, pl.Datetime)
    if what == "a whole number":
        return dtype.is_integer()
    if what == "a list of texts":
        return isinstance(dtype, pl.List) and dtype.inner in (pl.String, pl.Null)
    return dtype in (pl.String, pl.Null)


def _of_dump(stream: Stream) -> str:
    """Return the name of a member with the dump, or the folder that it lies in, before it."""
    name = PurePosixPath(stream.name)
    if stream.place == stream.path:
        return f"{stream.path.parent.name}/{name.name}"
    return f"{name.parent.name or stream.path.name.partition('.')[0]}/{name.name}"


def _content(stream: Stream) -> bytes:
    pieces = [stream.read(_PIECE)]
    if not pieces[0].startswith(_MAGIC):
        raise DataError(
            "not a Parquet file"
            if stream.place != stream.path
            else "neither a tar archive nor a Parquet file",
            path=stream.place,
            remedy="check the download; a dump for Spark is listenbrainz-spark-dump-...-full.tar",
        )
    while piece := stream.read(_PIECE):
        pieces.append(piece)
    return b"".join(pieces)


def _damaged(stream: Stream, error: BaseException) -> DataError:
    why = str(error).partition("\n")[0][:200]
    return DataError(
        f"the member is damaged or truncated ({why})", path=stream.place, remedy="download the dump again"
    )


def _counted(block: pl.DataFrame) -> pl.DataFrame:
    """Sum listens that are equal but for their time.

    The MBIDs become one text, by which rows are grouped here and joined to their lists later; a null among them is
    empty there.
    """
    listed = pl.col(_ARTISTS).cast(pl.List(pl.String)).list.eval(pl.element().fill_null("")).list.join(",")
    rows = block.with_columns(pl.when(pl.col(_ARTISTS).list.len() > 0).then(listed).alias(_ARTISTS))
    return rows.group_by(pl.exclude(_LISTENED_AT, LINE)).agg(
        pl.len().cast(pl.Float64).alias(c.PLAYS),
        pl.col(_LISTENED_AT).max().alias(c.LAST_PLAYED),
        pl.col(LINE).min(),
    )


def _credited(counts: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return a row for each listener and item, in the order of the member."""
    lists = _lists(counts[_ARTISTS].drop_nulls().unique())
    rows = counts.join(lists, left_on=_ARTISTS, right_on="text", how="left").drop(_ARTISTS)
    rows = rows.rename({"listed": _ARTISTS})
    several = pl.col(_ARTISTS).list.len() > 1
    if kind == c.TRACK:
        rows = rows.select(
            pl.col(_USER).alias(c.LISTENER_ID),
            pl.col(_RECORDING_MBID).alias(c.MBID),
            pl.col(_RECORDING).alias(c.NAME),
            pl.col(_ARTIST).alias(c.ARTIST_NAME),
            pl.col(_ARTISTS).list.join(",").alias(c.ARTIST_MBID),
            c.PLAYS,
            c.LAST_PLAYED,
            LINE,
        )
    else:
        # The one text contains all artists, so it is not the name of any of them.
        rows = rows.select(
            pl.col(_USER).alias(c.LISTENER_ID),
            pl.when(~several.fill_null(False)).then(_ARTIST).alias(c.NAME),
            pl.col(_ARTISTS).alias(c.MBID),
            c.PLAYS,
            c.LAST_PLAYED,
            LINE,
        ).explode(c.MBID)
    keys = [name for name in rows.columns if name not in (c.PLAYS, c.LAST_PLAYED, LINE)]
    summed = (
        rows.group_by(keys)
        .agg(pl.col(c.PLAYS).sum(), pl.col(c.LAST_PLAYED).max(), pl.col(LINE).min())
        .sort(LINE, *keys)
    )
    return summed.with_columns(pl.col(c.LISTENER_ID).cast(pl.String), pl.col(LINE).cast(pl.Int64))


def _lists(texts: pl.Series) -> pl.DataFrame:
    """Return the MBIDs of each text that has some, as ``text`` and ``listed``.

    A single text that is no MBID stays as it is: the cleaning leaves it out, with a warning.
    """
    lower = pl.col("text").str.to_lowercase()
    sent = lower.str.split(",").list.n_unique()
    ids = lower.str.extract_all(c.UUID).list.unique(maintain_order=True)
    # Clients have sent lists with a gap: whose MBID is missing is not said, so the credit is known by its text alone.
    whole = ids.list.len() == sent
    listed = pl.when(whole).then(ids).when(sent == 1).then(pl.concat_list("text"))
    return pl.DataFrame({"text": texts}).select("text", listed.alias("listed"))

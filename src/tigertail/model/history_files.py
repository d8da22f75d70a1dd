"""What a person exports of their own listening, as a history: the formats of a build, or a list of names."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, cast
from zipfile import is_zipfile

import polars as pl

from tigertail import columns as c
from tigertail.dataset.full_names import full_name
from tigertail.dataset.tables import table_spec
from tigertail.errors import DataError, TigertailWarning, shown
from tigertail.frames.columns import mapped
from tigertail.ingest.formats.column_types import check_types, plain
from tigertail.ingest.formats.delimited import Csv, Tsv
from tigertail.ingest.formats.ids import check_ids
from tigertail.ingest.formats.json_tables import Json
from tigertail.ingest.formats.listenbrainz import ListenBrainz
from tigertail.ingest.formats.mapped import MappedSource
from tigertail.ingest.formats.parquet import Parquet
from tigertail.ingest.formats.several import exploded
from tigertail.ingest.formats.source import Source
from tigertail.ingest.formats.spotify import SpotifyHistory
from tigertail.io.archives import check_there, is_left_behind, is_packed, streams
from tigertail.io.files import read_text, separator_in
from tigertail.io.quarantine import LINE, RAW_TEXT, Quarantine
from tigertail.io.text_rows import NOT_TEXT
from tigertail.lookup.item_index import ItemIndex

_TABLES: Final[dict[str, type[MappedSource]]] = {
    ".csv": Csv,
    ".tsv": Tsv,
    ".parquet": Parquet,
    ".json": Json,
    ".jsonl": Json,
    ".ndjson": Json,
}
_OF_SPOTIFY: Final = (b"master_metadata_", b'"msPlayed"', b'"endTime"', b'"ms_played"')
_OF_LISTENBRAINZ: Final = b'"track_metadata"'
_EXPORT_FILES: Final = ("*.json", "*.jsonl", "*.ndjson", "*.listens")
_START: Final = 1 << 16  # bytes of a file that show its format
_REFERENCES: Final = (c.ITEM_ID, c.MBID, c.NAME)
_UNCOUNTED: Final = f"their count is no number above 0, up to {c.MAX_PLAYS:,}"


def read_history(path: Path | str, index: ItemIndex, kind: str = c.ARTIST) -> list[tuple[str, float]]:
    """Read what one person played.

    Parameters
    ----------
    path
        An export of ListenBrainz or Spotify, as it comes, or a folder with one in it; a table in CSV, TSV, JSON or
        Parquet whose columns have names in use, as an export of Last.fm has; or a text file with an item in each line,
        and a count after a tab.
    index
        The items: what a row is known by, its id, its MBID or its name, is the first of them that is found.
    kind
        What the items are. Of an export of ListenBrainz or Spotify tracks are read for tracks, artists for all else.

    Returns
    -------
    list[tuple[str, float]]
        Items and plays, the most played first.

    Warns
    -----
    TigertailWarning
        If rows are left out because they cannot be read, or have no count above 0: how many.

    Raises
    ------
    DataError
        If the file is missing, cannot be read, is of an unknown layout, or has no play.
    """
    path = Path(path)
    check_there(path, remedy="give an export, or a list of names")
    plays: Counter[str] = Counter()
    for row in _rows(path, kind):
        text = _reference(row, index)
        if text is not None:
            plays[text] += row[c.PLAYS]
    if not plays:
        raise DataError("it has no play", path=path, remedy="give an export, or a list of names")
    return sorted(plays.items(), key=lambda one: (-one[1], one[0]))


def _rows(path: Path, kind: str) -> Iterator[dict[str, Any]]:
    """Yield references and their plays."""
    quarantine = Quarantine()
    table = _TABLES.get(path.suffix.lower())
    export = _export(path, kind) if table in (None, Json) else None
    if export is None and path.is_dir():
        export = _packed_export(path, kind)
    if export is not None:
        batches: Iterator[pl.DataFrame] = (batch.rows for batch in export.read(quarantine))
    elif table is not None:
        batches = _of_table(table(format="", path=path), kind, quarantine)
    elif path.is_dir() or is_packed(path) or is_zipfile(path):
        raise DataError(
            "no export of ListenBrainz or Spotify is in it",
            path=path,
            remedy="give an export as it comes, or unpack it: a table or a list of names is read as it is",
        )
    else:
        batches = iter([_of_lines(path)])
    left_out = quarantine.rejected  # what a format leaves out by its rules, such as podcasts, is not among it
    for rows in batches:
        if c.PLAYS not in rows.columns:
            rows = rows.with_columns(pl.lit(1.0).alias(c.PLAYS))
        keys = [name for name in (*_REFERENCES, c.ARTIST_NAME) if name in rows.columns]
        amount = pl.col(c.PLAYS).cast(pl.Float64, strict=False)
        usable = rows.with_columns(amount).filter(pl.col(c.PLAYS).is_between(0, c.MAX_PLAYS, closed="right"))
        left_out["", _UNCOUNTED] += len(rows) - len(usable)
        texts = usable.with_columns(pl.col(keys).cast(pl.String).str.strip_chars().replace("", None))
        yield from texts.group_by(keys, maintain_order=True).agg(pl.col(c.PLAYS).sum()).iter_rows(named=True)
    for (_, reason), count in left_out.items():
        if count:
            remedy = "; save the file as UTF-8" if reason.startswith(NOT_TEXT) else ""
            warnings.warn(
                f"{path}: {count:,} of its rows left out: {reason}{remedy}",
                TigertailWarning,
                stacklevel=3,  # the caller of read_history
            )


def _export(path: Path, kind: str) -> Source | None:
    """Return the format of an export, which its first bytes show; None if it is none."""
    if path.is_file() and path.suffix.lower() == ".txt":
        return None
    items = cast("Literal['artist', 'track']", kind if kind == c.TRACK else c.ARTIST)
    for stream in streams(path, *_EXPORT_FILES, bare=path.suffix.lower() in _TABLES):
        start = stream.start(_START)
        if _OF_LISTENBRAINZ in start:
            return ListenBrainz(format="listenbrainz", path=path, kind=items)
        if any(key in start for key in _OF_SPOTIFY):
            return SpotifyHistory(format="spotify-history", path=path, kind=items)
    return None


def _packed_export(folder: Path, kind: str) -> Source | None:
    """Return the export in the one zip of a folder that has one; None if none has.

    Raises
    ------
    DataError
        If several have.
    """
    zips = (one for one in sorted(folder.rglob("*")) if one.suffix.lower() == ".zip" and one.is_file())
    found = [
        export for one in zips if not is_left_behind(one.name) and (export := _export(one, kind)) is not None
    ]
    if len(found) > 1:
        names = [one.path.relative_to(folder).as_posix() for one in found]
        raise DataError(
            f"{len(found)} exports are in it: {shown(names)}", path=folder, remedy="give one of them"
        )
    return found[0] if found else None


def _of_table(source: MappedSource, kind: str, quarantine: Quarantine) -> Iterator[pl.DataFrame]:
    """Yield the rows of a table with our names, one for each value of a list; its columns have names in use."""
    spec = table_spec(c.PLAYS_TABLE)
    for table in source.tables(quarantine):
        mapping = mapped(spec, table.columns, {}, kind)
        if not set(_REFERENCES) & mapping.keys():
            raise DataError(
                "no column for the item",
                path=table.path,
                remedy=f"name it item_id, name or mbid; the file has {shown(table.columns)}"
                + _hint(source, table.columns),
            )
        wanted = {
            ours: theirs for ours, theirs in mapping.items() if ours in (*_REFERENCES, c.ARTIST_NAME, c.PLAYS)
        }
        for block in table.blocks(list(dict.fromkeys(wanted.values())), ()):
            kept = [name for name in (LINE, RAW_TEXT) if name in block.columns]
            rows = block.select(*kept, *(pl.col(theirs).alias(ours) for ours, theirs in wanted.items()))
            try:
                check_types(spec, rows, table.path, wanted)
            except DataError as error:  # whose remedy is for a recipe
                raise DataError(error.problem, path=table.path, remedy="save it as text or numbers") from None
            check_ids(spec, rows, table.path, wanted)
            rows = exploded(rows, source.label, table.name, quarantine)
            yield plain(rows, {name: spec.inputs[name].check for name in wanted})


def _hint(source: MappedSource, columns: Sequence[str]) -> str:
    """Say what to do with a text whose columns were not separated, or that has no header; nothing of other files."""
    if not isinstance(source, Csv):
        return ""
    if (sign := separator_in(columns)) is not None:
        return f"; or separate the fields by {json.dumps(source.separator)}, not by {json.dumps(sign)}"
    return "; if these are data, write a line before them that names the columns, such as artist,plays"


def _of_lines(path: Path) -> pl.DataFrame:
    """Return the lines of a text: an item, or an item, a tab and a count."""
    lines = read_text(path, remedy="give a text file, one id or name in each line").split("\n")
    rows: list[tuple[str, float]] = []
    for number, line in enumerate(lines, start=1):
        name, _, last = line.strip().rpartition("\t")
        count = _count(last) if name else 1.0
        if count is None:
            raise DataError(
                f"'{last}' is no count", path=path, line=number, remedy="write NAME, or NAME<tab>COUNT"
            )
        if last:
            rows.append((name or last, count))
    return pl.DataFrame(rows, schema={c.NAME: pl.String, c.PLAYS: pl.Float64}, orient="row")


def _count(text: str) -> float | None:
    """Return the number of a text; None where it is none, negative or infinite. A row of 0 is left out later."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _reference(row: Mapping[str, Any], index: ItemIndex) -> str | None:
    """Return the first of a row's id, MBID and full name that is found; the last of them where none is."""
    texts = [row.get(c.ITEM_ID), row.get(c.MBID), full_name(row) if row.get(c.NAME) else None]
    given = [str(text) for text in texts if text is not None]
    return next(
        (text for text in given if index.code_or_none(text) is not None), given[-1] if given else None
    )

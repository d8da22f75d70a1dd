"""What is to be analysed: the files of a folder, or those a table lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from tigertail import columns as c
from tigertail.audio.decode import FORMATS, OTHER_FORMATS
from tigertail.dataset.table_spec import ITEM_REFERENCE
from tigertail.errors import DataError
from tigertail.io.archives import check_there, is_left_behind
from tigertail.io.files import read_table

FILE: Final = "file"


@dataclass(frozen=True)
class Clip:
    """An audio file to be analysed, and the item whose sound it is.

    Parameters
    ----------
    path
        The file.
    clip_id
        What the clip is called: its path within the folder, or what the table says, else its path there.
    item
        The item, by column of :data:`~tigertail.dataset.table_spec.ITEM_REFERENCE`.
    """

    path: Path
    clip_id: str
    item: dict[str, str] = field(default_factory=dict)


def find_clips(source: Path, *, name_column: str | None = None) -> list[Clip]:
    """List the audio files of a folder or of a table.

    In a folder the item is called by the first folder on the way to the file, as in ``ARTIST/ALBUM/1.flac``,
    or by the file itself where there is none. Folders that are links are not looked into. A table (CSV, TSV or
    Parquet) has a column ``file``, relative to where the table lies, any of
    :data:`~tigertail.dataset.table_spec.ITEM_REFERENCE`, and if you like ``clip_id``.

    Parameters
    ----------
    source
        The folder or table.
    name_column
        The table's column that names the item, in the place of any called ``name``; a folder has none.

    Returns
    -------
    list[Clip]
        Sorted by clip; files of formats that cannot be read are among them, to be reported.

    Raises
    ------
    DataError
        If there is nothing to analyse, or the table lacks a column, has a row without file or item, or
        repeats a clip, or a column of a folder is asked for.
    """
    check_there(source, remedy="check the path")
    if source.is_dir() and name_column is not None:
        raise DataError(
            f"a folder has no column '{name_column}'",
            path=source,
            remedy="leave --name out: its folders and files name the items; or give a table",
        )
    clips = _of_folder(source) if source.is_dir() else _of_table(source, name_column)
    if not clips:
        raise DataError("no audio file in it", path=source, remedy=f"looked for {', '.join(FORMATS)}")
    return sorted(clips, key=lambda clip: clip.clip_id)


def _of_folder(folder: Path) -> list[Clip]:
    clips = []
    for path in folder.rglob("*"):
        audio = path.suffix.lower() in (*FORMATS, *OTHER_FORMATS) and not is_left_behind(path.name)
        if audio and path.is_file():
            inside = path.relative_to(folder)
            name = inside.parts[0] if len(inside.parts) > 1 else inside.stem
            clips.append(Clip(path, _text(inside.as_posix()), {c.NAME: _text(name)}))
    return clips


def _of_table(table: Path, name_column: str | None) -> list[Clip]:
    rows = read_table(table, remedy="give a folder, or a file of CSV, Parquet or JSON lines", as_text=True)
    if name_column is not None:
        if name_column not in rows.columns:
            raise DataError(
                f"no column '{name_column}'", path=table, remedy=f"it has {', '.join(rows.columns)}"
            )
        rows = rows.with_columns(pl.col(name_column).alias(c.NAME))
    who: list[str] = [column for column in ITEM_REFERENCE if column in rows.columns]
    if FILE not in rows.columns or not who:
        raise DataError(
            f"it needs a column '{FILE}', and one of {', '.join(ITEM_REFERENCE)}",
            path=table,
            remedy=f"it has {', '.join(rows.columns)}; --name COLUMN takes another for the name",
        )
    rows = rows.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))
    given = [(line, row) for line, row in enumerate(rows.iter_rows(named=True), 2) if any(row.values())]
    clips = [_of_row(row, line, who, table) for line, row in given]
    lines: dict[str, int] = {}
    for (line, _), clip in zip(given, clips, strict=True):
        if (first := lines.setdefault(clip.clip_id, line)) != line:
            raise DataError(
                f"clip '{clip.clip_id}' is in line {first} too",
                path=table,
                line=line,
                remedy=f"list it once, or tell them apart by a column '{c.CLIP_ID}'",
            )
    return clips


def _of_row(row: dict[str, str | None], line: int, who: list[str], table: Path) -> Clip:
    file = row[FILE]
    item = {column: value for column in who if (value := row[column])}
    if not file or not item:
        missing = "no file" if not file else "no item, MBID or name"
        raise DataError(
            f"{missing} in this row", path=table, line=line, remedy="fill it in, or remove the row"
        )
    return Clip(table.parent / file, row.get(c.CLIP_ID) or file, item)


def _text(name: str) -> str:
    """Return a file's name as text, even where its bytes are none."""
    return name.encode("utf-8", "backslashreplace").decode()

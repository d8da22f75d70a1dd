"""Tables in Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl
import polars.selectors as cs
from polars.datatypes import DataTypeClass
from pydantic import PrivateAttr

from tigertail.dataset.table_spec import Check
from tigertail.errors import DataError
from tigertail.ingest.formats.column_types import read_as
from tigertail.ingest.formats.file_table import FileTable, row_keys
from tigertail.ingest.formats.mapped import MappedSource
from tigertail.ingest.formats.source import Source
from tigertail.io.archives import check_there, folder_files
from tigertail.io.quarantine import LINE, Quarantine
from tigertail.storage import UNREADABLE

_ROWS: Final = 500_000  # in a block


class Parquet(MappedSource):
    """A Parquet file or a folder of them.

    A field of a struct is called ``artist.name``; that of a list of structs is a list.
    """

    files: str = "*.parquet"
    _folder: Path | None = PrivateAttr(None)  # of which this is a piece

    def pieces(self) -> Sequence[Source]:
        """Return a source for each file; a file to join is read by one source."""
        if self.join:
            return [self]
        # Where the recipe gives none, a source of one file would take both from the name of that file.
        own = {"name": self.label, "namespace": self.namespace_id}
        found = [
            self.model_copy(update=own | {"path": file}) for file in parquet_files(self.path, self.files)
        ]
        for piece in found:
            piece._folder = self.path
        return found

    def tables(self, quarantine: Quarantine) -> Iterator[FileTable]:
        """Yield the tables of the files; the number of a row serves as its line."""
        for path in parquet_files(self.path, self.files):
            yield FileTable(
                _name_within(self._folder or self.path, path),
                path,
                _columns(path),
                partial(_blocks, path, source=self.label, quarantine=quarantine),
            )


def parquet_files(path: Path, files: str) -> list[Path]:
    """Return a Parquet file, or those of a folder whose names match a pattern, in capitals or not, sorted.

    Raises
    ------
    DataError
        If there is none.
    """
    check_there(path, remedy="check the path in the recipe")
    paths = folder_files(path, files) if path.is_dir() else [path]
    if not paths:
        raise DataError(
            f"no file matches '{files}' in it",
            path=path,
            remedy="give a Parquet file or a folder of them, or the names of its files: files = '...'",
        )
    return paths


def parquet_blocks(
    path: Path, files: str, columns: Mapping[str, Check], source: str, quarantine: Quarantine
) -> Iterator[tuple[str, Iterator[pl.DataFrame]]]:
    """Yield the name of each file within its folder, and its rows in blocks; each must have the given columns.

    Raises
    ------
    DataError
        If a file is missing, damaged, lacks a column, or has one of a type that cannot be read.
    """
    for file in parquet_files(path, files):
        found = _columns(file)
        if missing := [name for name in columns if name not in found]:
            raise DataError(
                f"no column {', '.join(missing)}",
                path=file,
                remedy=f"expected {', '.join(columns)}: give the file as published",
            )
        blocks = _blocks(file, list(columns), (), source, quarantine)
        yield _name_within(path, file), (_typed(rows, columns, file) for rows in blocks)


def _name_within(folder: Path, file: Path) -> str:
    """Return the name of a file as reports show it: the folders of a partition are a part of it."""
    return file.name if folder == file else file.relative_to(folder).as_posix()


def _typed(rows: pl.DataFrame, columns: Mapping[str, Check], path: Path) -> pl.DataFrame:
    return rows.with_columns(read_as(rows[name], check, path) for name, check in columns.items())


def _columns(path: Path) -> list[str]:
    try:
        schema = pl.scan_parquet(path, glob=False).collect_schema()
        return list(dict.fromkeys(name for column in schema.items() for name in _names(*column)))
    except UNREADABLE as error:
        raise _unreadable(path, error) from error


def _blocks(
    path: Path, columns: Sequence[str], telling_apart: Sequence[str], source: str, quarantine: Quarantine
) -> Iterator[pl.DataFrame]:
    """Yield rows with their number, from 1, as their line."""
    try:
        # Polars hashes an Enum by its place among the categories, which may be others in the next file.
        frame = pl.scan_parquet(path, glob=False).cast({cs.enum(): pl.String})
        height = frame.select(pl.len()).collect().item()
        schema = frame.collect_schema()
        # A column is compared whole, with its fields.
        key = row_keys([name for name in telling_apart if name in schema])
        wanted = frame.select(*(_column(name, schema).alias(name) for name in columns), *key)
        for start in range(0, height, _ROWS):
            rows = wanted.slice(start, _ROWS).collect()
            quarantine.read[source] += rows.height
            yield rows.with_columns(pl.int_range(start + 1, start + 1 + pl.len()).alias(LINE))
    except UNREADABLE as error:
        raise _unreadable(path, error) from error


def _names(name: str, dtype: pl.DataType | DataTypeClass) -> Iterator[str]:
    """Yield the name of a column and those of its fields, which follow a point."""
    yield name
    inner = dtype.inner if isinstance(dtype, pl.List | pl.Array) else dtype
    if isinstance(inner, pl.Struct):
        for field in inner.fields:
            yield from _names(f"{name}.{field.name}", field.dtype)


def _column(name: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Return a column, or a field within one."""
    if name in schema:
        return pl.col(name)
    owner = _owner(name, schema)
    return _field(pl.col(owner), schema[owner], name[len(owner) + 1 :])


def _field(values: pl.Expr, dtype: pl.DataType | DataTypeClass, name: str) -> pl.Expr:
    if isinstance(dtype, pl.Array):
        values, dtype = values.arr.to_list(), pl.List(dtype.inner)
    if isinstance(dtype, pl.List):
        return values.list.eval(_field(pl.element(), dtype.inner, name))
    assert isinstance(dtype, pl.Struct)
    fields = {field.name: field.dtype for field in dtype.fields}
    if name in fields:
        return values.struct.field(name)
    owner = _owner(name, fields)
    return _field(values.struct.field(owner), fields[owner], name[len(owner) + 1 :])


def _owner(name: str, columns: Mapping[str, pl.DataType | DataTypeClass]) -> str:
    """Return the column that has a field; a column of a longer name, up to another point, may lack it."""
    return max((one for one, dtype in columns.items() if name in _names(one, dtype)), key=len)


def _unreadable(path: Path, error: BaseException) -> DataError:
    why = str(error).partition("\n")[0][:200]
    return DataError(f"not a readable Parquet file ({why})", path=path, remedy="check the download")

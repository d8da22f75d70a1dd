"""Any table in Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from tigertail.data.formats.mapped import MappedSource
from tigertail.data.formats.source import Batch
from tigertail.data.quarantine import LINE, Quarantine
from tigertail.errors import DataError

_ROWS: Final = 500_000


class Parquet(MappedSource):
    """A Parquet file or a folder of them."""

    files: str = "*.parquet"

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the rows under our names; a row's number stands for its line."""
        if not self.path.exists():
            raise DataError("no such file or folder", path=self.path, remedy="check the path in the recipe")
        paths = sorted(self.path.rglob(self.files)) if self.path.is_dir() else [self.path]
        if not paths:
            raise DataError(f"no file matches '{self.files}' in it", path=self.path)
        for path in paths:
            yield from self._read(path, quarantine)

    def _read(self, path: Path, quarantine: Quarantine) -> Iterator[Batch]:
        try:
            frame = pl.scan_parquet(path, glob=False)
            found = frame.collect_schema().names()
            mapping = self.mapping(found, path)
            height = frame.select(pl.len()).collect().item()
            wanted = frame.select(sorted(set(mapping.values())))
            for start in range(0, height, _ROWS):
                rows = wanted.slice(start, _ROWS).collect()
                rows = rows.with_columns(pl.int_range(start + 1, start + 1 + pl.len()).alias(LINE))
                quarantine.read[self.named] += rows.height
                yield self.batch(path.name, rows, mapping)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise DataError(
                f"not a readable Parquet file ({error})", path=path, remedy="check the download"
            ) from error

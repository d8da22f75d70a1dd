import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tigertail.ingest.clean import clean
from tigertail.ingest.formats import Source
from tigertail.io.quarantine import Quarantine

Files = dict[str, str | bytes]


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


@pytest.fixture
def pack(tmp_path: Path) -> Callable[[Files, str], Path]:
    """Lay files out as a folder, an archive, or as one plain or compressed file."""

    def lay_out(files: Files, how: str) -> Path:
        target = tmp_path / f"published{'' if how == 'folder' else '.' + how}"
        if how == "folder":
            for name, content in files.items():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (target / name).write_bytes(_bytes(content))
        elif how == "zip":
            with zipfile.ZipFile(target, "w") as archive:
                for name, content in files.items():
                    archive.writestr(f"inside/{name}", _bytes(content))
        elif how.startswith("tar"):
            with tarfile.open(target, f"w:{how.partition('.')[2]}") as archive:
                for name, content in files.items():
                    entry = tarfile.TarInfo(f"inside/{name}")
                    entry.size = len(_bytes(content))
                    archive.addfile(entry, io.BytesIO(_bytes(content)))
        else:
            content = _bytes(next(iter(files.values())))
            target.write_bytes(gzip.compress(content) if how == "gz" else content)
        return target

    return lay_out


@pytest.fixture
def quarantine() -> Quarantine:
    return Quarantine()


@pytest.fixture
def read(quarantine: Quarantine) -> Callable[[Source], dict[str, pl.DataFrame]]:
    """Read a source to its end: clean rows by table."""

    def whole(source: Source) -> dict[str, pl.DataFrame]:
        tables: dict[str, list[pl.DataFrame]] = {}
        for batch in source.read(quarantine):
            rows = clean(batch, source.label, quarantine, source.missing)
            tables.setdefault(batch.table, []).append(rows)
        return {table: pl.concat(frames) for table, frames in tables.items()}

    return whole

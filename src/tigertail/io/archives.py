"""Source files as byte streams: from a folder or an archive, compressed or not.

Nothing is unpacked to disk. An archive is read from front to back, one member at a time.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Final

from tigertail.errors import DataError

_TAR: Final = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_OPEN: Final = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_DAMAGE: Final = (
    EOFError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


class Stream:
    """A file being read from the front.

    Parameters
    ----------
    name
        Its name, as reports show it: relative to the folder or archive it lies in.
    file
        The open file.
    path
        The file, folder or archive that contains it.
    """

    def __init__(self, name: str, file: IO[bytes], path: Path) -> None:
        self.name = name
        self.path = path
        self._file = file

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, none at the end.

        Raises
        ------
        DataError
            If the archive or compressed file is damaged.
        """
        with _damage(self.path):
            return self._file.read(size)


def streams(path: Path, *patterns: str, bare: bool = True) -> Generator[Stream, None, None]:
    """Yield the files that match one of the patterns.

    Parameters
    ----------
    path
        A folder (searched through), ``.zip``, ``.tar`` (also ``.gz``, ``.bz2``, ``.xz``), a compressed file
        or a plain one.
    *patterns
        What the file's name must match, folders and compression suffix aside, such as ``*.listens``.
    bare
        Whether ``path`` itself may be the file, with any name.

    Yields
    ------
    Stream
        Read it before the next one. In folders and zip files they are sorted by name.

    Raises
    ------
    DataError
        If ``path`` does not exist or is damaged.
    """
    if not path.exists():
        raise DataError("no such file or folder", path=path, remedy="check the path in the recipe")
    if path.is_dir():
        yield from _folder(path, patterns)
    elif path.name.endswith(".zst"):
        raise DataError(
            "Zstandard files cannot be read", path=path, remedy=f"unpack it first: zstd -d {path.name}"
        )
    elif path.suffix == ".zip":
        yield from _zip(path, patterns)
    elif path.name.endswith(_TAR):
        yield from _tar(path, patterns)
    elif bare:
        with _open(path) as file:
            yield Stream(_plain_name(path.name), file, path)


@contextmanager
def stream(path: Path, name: str, *, bare: bool = False) -> Iterator[Stream]:
    """Open the one file of a name.

    Raises
    ------
    DataError
        If there is none.
    """
    found = streams(path, name, bare=bare)
    try:
        first = next(found, None)
        if first is None:
            raise DataError(
                f"it contains no file '{name}'",
                path=path,
                remedy="give the folder or archive as published",
            )
        yield first
    finally:
        found.close()


def _folder(path: Path, patterns: tuple[str, ...]) -> Iterator[Stream]:
    for file_path in sorted(path.rglob("*")):
        if file_path.is_file() and _matches(file_path.name, patterns):
            with _open(file_path) as file:
                yield Stream(file_path.relative_to(path).as_posix(), file, file_path)


def _zip(path: Path, patterns: tuple[str, ...]) -> Iterator[Stream]:
    with _damage(path):
        archive = zipfile.ZipFile(path)
    with archive:
        for name in sorted(archive.namelist()):
            if _matches(name, patterns):
                with _damage(path), archive.open(name) as member, _unpacked(member, name) as file:
                    yield Stream(name, file, path)


def _tar(path: Path, patterns: tuple[str, ...]) -> Iterator[Stream]:
    with _damage(path), tarfile.open(path, "r|*") as archive:
        for entry in archive:
            member = archive.extractfile(entry) if _matches(entry.name, patterns) else None
            if member is not None:
                with _unpacked(member, entry.name) as file:
                    yield Stream(entry.name, file, path)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    base = name.rpartition("/")[2]
    plain = _plain_name(base)
    return bool(base) and not base.startswith("._") and any(fnmatchcase(plain, one) for one in patterns)


def _plain_name(name: str) -> str:
    return name.removesuffix(Path(name).suffix) if Path(name).suffix in _OPEN else name


def _open(path: Path) -> IO[bytes]:
    try:
        return _unpacked(path.open("rb"), path.name)
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", path=path) from error


def _unpacked(file: IO[bytes], name: str) -> IO[bytes]:
    opener = _OPEN.get(Path(name).suffix)
    return io.BufferedReader(opener(file, "rb")) if opener else file  # type: ignore[operator]


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # an error of the disk; those of bz2 and gzip have no number
        raise DataError(
            f"the file is damaged or truncated ({error})", path=path, remedy="download it again"
        ) from error

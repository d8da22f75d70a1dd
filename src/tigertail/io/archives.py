"""Source files as byte streams: from a folder or an archive, compressed or not.

Nothing is unpacked to disk. An archive is read from front to back, one member at a time. What a file is, its first
bytes say, else its suffix, in capitals or not.
"""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Any, Final, NoReturn, Self

from tigertail.errors import DataError
from tigertail.io.zstandard import ZstdError, open_zstd

_OPEN: Final[dict[str, Callable[[Any], Any]]] = {
    ".gz": gzip.open,
    ".tgz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": open_zstd,
    ".tzst": open_zstd,
}
_FIRST_BYTES: Final = {
    b"\x1f\x8b\x08": ".gz",
    b"BZh": ".bz2",
    b"\xfd7zXZ\x00": ".xz",
    b"\x28\xb5\x2f\xfd": ".zst",
    b"PK\x03\x04": ".zip",
    b"PK\x05\x06": ".zip",  # without members
}
PART: Final = ".part"
"""Suffix of a download that is not whole, or whose checksum was not compared yet."""

_SPREADSHEETS: Final = (".xlsx", ".xlsm", ".xls", ".ods")
_TAR_AT: Final = 257  # where a tar archive says that it is one
_LEFT_BEHIND: Final = ("._", ".ds_store", "thumbs.db", "desktop.ini")  # by file managers, in lower case
_BUFFER: Final = 1 << 16
_DAMAGE: Final = (
    EOFError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    ZstdError,
    UnicodeDecodeError,  # a member's name in its header
)


class Stream:
    """A file being read from the front.

    Parameters
    ----------
    name
        Its name, relative to the folder or archive it lies in; kept as reports show it, with bytes that are no UTF-8
        escaped.
    file
        The open file.
    path
        The file, folder or archive that contains it.
    member
        Whether it lies in an archive.
    stamp
        Differs if the content does: its size, and when it was changed or, in a zip file, its checksum.

    Attributes
    ----------
    place
        Where it is, for messages: ``path``, and in an archive the name after it. It cannot be opened then.
    """

    def __init__(
        self, name: str, file: IO[bytes], path: Path, *, member: bool = False, stamp: str = ""
    ) -> None:
        self.name = name.encode(errors="backslashreplace").decode()
        self.path = path
        self.stamp = stamp
        self.place = path / name if member else path
        self._file = file
        self._start = b""

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, none at the end.

        Raises
        ------
        DataError
            If the archive or compressed file is damaged.
        """
        if self._start:
            start, self._start = self._start[:size], self._start[size:]
            return start
        with _damage(self.place):
            return self._file.read(size)

    def start(self, size: int) -> bytes:
        """Return up to ``size`` bytes that will be read again; to be called once, before anything is read."""
        self._start = self.read(size)
        return self._start


def streams(path: Path, *patterns: str, bare: bool = True) -> Generator[Stream, None, None]:
    """Yield the files that match one of the patterns.

    Parameters
    ----------
    path
        A folder (searched through), a zip or tar archive, a compressed file (gzip, bzip2, xz, Zstandard) or a plain
        one.
    *patterns
        What the file's name must match, in capitals or not, folders and compression suffix aside, such as
        ``*.listens``.
    bare
        Whether ``path`` itself may be the file, with any name.

    Yields
    ------
    Stream
        Read it before the next one. In folders and zip files they are sorted by name.

    Raises
    ------
    DataError
        If ``path`` does not exist, cannot be read or is damaged.
    """
    check_there(path, remedy="check the path in the recipe")
    if path.is_dir():
        yield from _folder(path, patterns)
        return
    if path.suffix.lower() in _SPREADSHEETS:
        raise DataError("a spreadsheet", path=path, remedy="save its table as CSV in UTF-8")
    with _open(path) as file:
        kind = _kind(file, path.name)
        if kind == ".zip":
            yield from _zip(path, patterns)
            return
        with _damage(path):
            unpacked = _unpacked(file, path.name)
        if _is_tar(unpacked, path):
            yield from _tar(unpacked, path, patterns, packed=unpacked is not file)
        elif bare:
            yield Stream(plain_name(path.name), unpacked, path, stamp=_stamp(path))


def streams_within(path: Path, *patterns: str) -> Iterator[Stream]:
    """Yield the files that match one of the patterns, also those in tar archives that lie in a folder.

    Parameters
    ----------
    path, *patterns
        As in :func:`streams`.

    Raises
    ------
    DataError
        If no file matches, or as :func:`streams` raises.
    """
    check_there(path, remedy="check the path in the recipe")
    archives = [one for one in folder_files(path, "*") if _is_named_tar(one.name)]
    found = False
    for place in (path, *archives):
        for one in streams(place, *patterns, bare=place is path):
            found = True
            yield one
    if not found:
        unfinished = next(iter(sorted(path.rglob(f"*{PART}"))), None) if path.is_dir() else None
        wanted = ", ".join(f"'{pattern}'" for pattern in patterns)
        raise DataError(
            f"no file matches {wanted} in it"
            + (f"; {unfinished.name} is half a download" if unfinished else ""),
            path=path,
            remedy="give the folder or the archive as published, or fetch it: tigertail data get",
        )


def required_streams(path: Path, *patterns: str, remedy: str = "") -> Iterator[Stream]:
    """Yield the files that match one of the patterns, as :func:`streams` does; there must be one.

    Parameters
    ----------
    path, *patterns
        As in :func:`streams`.
    remedy
        What to do where there is none.

    Raises
    ------
    DataError
        If no file matches, or as :func:`streams` raises.
    """
    found = False
    for one in streams(path, *patterns):
        found = True
        yield one
    if not found:
        wanted = ", ".join(f"'{pattern}'" for pattern in patterns)
        named = not any(set(pattern) & set("*?[") for pattern in patterns)
        problem = f"it contains no file {wanted}" if named else f"no file matches {wanted} in it"
        raise DataError(problem, path=path, remedy=remedy)


def check_there(path: Path, *, remedy: str) -> None:
    """Refuse a path that leads nowhere.

    Raises
    ------
    DataError
        If it does, or cannot be looked up.
    """
    with _readable():
        there = path.exists()
    if not there:
        raise DataError("no such file or folder", path=path, remedy=remedy)


def folder_files(path: Path, *patterns: str) -> list[Path]:
    """Return the files of a folder that match one of the patterns, as :func:`streams` does, sorted; none of a file.

    Raises
    ------
    DataError
        If the folder, or one in it, cannot be read.
    """
    with _readable():
        if not path.is_dir():
            return []
        found = sorted(
            Path(folder, name)
            for folder, _, names in os.walk(path, onerror=_refuse)
            for name in names
            if _matches(name, patterns)
        )
        return [one for one in found if one.is_file()]


def file_names(path: Path, *patterns: str) -> list[str]:
    """Return the names of a folder's files that :func:`streams` yields, as patterns match them; none of an archive."""
    return [plain_name(one.name).lower() for one in folder_files(path, *patterns)]


def plain_name(name: str) -> str:
    """Return the name of a file without the suffix of a compression."""
    suffix = Path(name).suffix
    return name.removesuffix(suffix) if suffix.lower() in _OPEN else name


def is_left_behind(name: str) -> bool:
    """Return whether a file is one that file managers leave behind, and none of the data."""
    return name.lower().startswith(_LEFT_BEHIND)


def is_packed(path: Path) -> bool:
    """Return whether a file is compressed, so that its end cannot be read without its beginning."""
    with _open(path) as file:
        return _kind(file, path.name) in _OPEN


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
    for file_path in folder_files(path, *patterns):
        with _open(file_path) as file, _damage(file_path):
            unpacked = _unpacked(file, file_path.name)
            name = file_path.relative_to(path).as_posix()
            yield Stream(name, unpacked, file_path, stamp=_stamp(file_path))


def _stamp(file: Path) -> str:
    facts = file.stat()
    return f"{facts.st_size} {facts.st_mtime_ns}"


def _zip(path: Path, patterns: tuple[str, ...]) -> Iterator[Stream]:
    with _unknown_packing(path), _damage(path):
        archive = zipfile.ZipFile(path)
    with archive:
        for name in sorted(set(archive.namelist())):  # of several with one name the last counts
            if not name.endswith("/") and _matches(name, patterns):
                facts = archive.getinfo(name)
                stamp = f"{facts.file_size} {facts.CRC:08x}"
                with _member(archive, name, path / name) as member, _damage(path / name):
                    yield Stream(name, _unpacked(member, name), path, member=True, stamp=stamp)


def _member(archive: zipfile.ZipFile, name: str, place: Path) -> IO[bytes]:
    with _unknown_packing(place), _damage(place):
        return archive.open(name)


@contextmanager
def _unknown_packing(place: Path) -> Iterator[None]:
    try:
        yield
    except (NotImplementedError, RuntimeError) as error:  # another way of packing, or a password
        raise DataError(
            f"cannot be unpacked ({error})", path=place, remedy="unpack the archive first"
        ) from error


class _Entry(tarfile.TarInfo):
    # Alone, tarfile takes a damaged header, or none, for the end, and members are missing without a word.
    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            if isinstance(error, tarfile.EOFHeaderError):  # type: ignore[attr-defined]
                raise
            raise tarfile.ReadError(f"no mark of its end: {error}") from error


def _tar(file: IO[bytes], path: Path, patterns: tuple[str, ...], *, packed: bool) -> Iterator[Stream]:
    # In a file that is not packed, what is not read is skipped, not read through.
    mode: Any = "r|" if packed else "r:"
    with _damage(path), tarfile.open(fileobj=file, mode=mode, tarinfo=_Entry) as archive:
        for entry in archive:
            member = _tar_member(archive, entry, path) if _matches(entry.name, patterns) else None
            if member is not None:
                stamp = f"{entry.size} {entry.mtime}"
                yield Stream(entry.name, _unpacked(member, entry.name), path, member=True, stamp=stamp)


def _tar_member(archive: tarfile.TarFile, entry: tarfile.TarInfo, path: Path) -> IO[bytes] | None:
    try:
        return archive.extractfile(entry)
    except (KeyError, RecursionError, tarfile.StreamError) as error:  # to none, to itself, in a packed file
        raise DataError(
            "a link that cannot be followed within the archive",
            path=path / entry.name,
            remedy="unpack the archive first",
        ) from error


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    base = name.rpartition("/")[2].lower()
    plain = plain_name(base)
    if not base or is_left_behind(base):
        return False
    return any(fnmatchcase(plain, one.lower()) for one in patterns)


def _is_named_tar(name: str) -> bool:
    name = name.lower()
    return plain_name(name).endswith(".tar") or name.endswith((".tgz", ".tzst"))


def _open(path: Path) -> IO[bytes]:
    with _readable():
        return path.open("rb", buffering=_BUFFER)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _refuse(error)


def _refuse(error: OSError) -> NoReturn:
    raise DataError(
        f"cannot be read ({error.strerror})",
        path=error.filename,
        remedy="check the path, and its permissions",
    ) from error


def _kind(file: IO[bytes], name: str) -> str:
    """Return the suffix of what the file is, without moving in it."""
    first = _peek(file)
    found = next((kind for start, kind in _FIRST_BYTES.items() if first.startswith(start)), None)
    suffix = Path(name).suffix.lower()
    return found or (suffix if suffix in (*_OPEN, ".zip") else "")


def _unpacked(file: IO[bytes], name: str) -> IO[bytes]:
    """Return the content of a file, uncompressed."""
    opener = _OPEN.get(_kind(file, name))
    return io.BufferedReader(opener(file), _BUFFER) if opener else file


def _is_tar(file: IO[bytes], path: Path) -> bool:
    with _damage(path):
        return _peek(file)[_TAR_AT:].startswith(b"ustar") or plain_name(path.name).lower().endswith(".tar")


def _peek(file: IO[bytes]) -> bytes:
    return bytes(file.peek(512))  # type: ignore[attr-defined]


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (*_DAMAGE, OSError) as error:
        # Errors of the disk have a number, those of bz2 and gzip none; a wrong place in a zip is an invalid argument.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise DataError(
            f"the file is damaged or truncated ({error})", path=path, remedy="download it again"
        ) from error

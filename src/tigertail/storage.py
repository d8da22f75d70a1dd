"""Files and folders written atomically, and the checksums that prove it."""

from __future__ import annotations

import errno
import fcntl
import glob
import hashlib
import json
import os
import re
import shutil
import stat
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import polars as pl

from tigertail.errors import DataError, TigertailError

STDOUT: Final = Path("-")
UNREADABLE: Final = (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""What Polars raises of a file that it cannot read: at some damage to Parquet it panics."""

_LOCK: Final = "lock"
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED: Final = (
    errno.EACCES,
    errno.EBUSY,
    errno.EEXIST,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.ENOTDIR,
    errno.ENOTEMPTY,
    errno.ENXIO,
    errno.EPERM,
    errno.EROFS,
)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file under ``folder``, by POSIX path relative to it, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def check_name(path: Path) -> None:
    """Refuse a path of bytes that are no UTF-8, as another system may have named a folder: Polars opens none.

    Raises
    ------
    DataError
        If it is one.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise DataError(
            "its name is not UTF-8",
            path=path,
            remedy="rename what has other bytes in its name, or go to the folder and give a name from there",
        ) from None


def check_free(target: Path, *, replace: bool) -> None:
    """Refuse, before the work for it is done, a folder that :func:`new_folder` would refuse.

    Raises
    ------
    DataError
        If it exists and may not be replaced, or its name is not UTF-8.
    TigertailError
        If it cannot be looked for.
    """
    check_name(target)
    with write_errors(target):
        exists = target.exists()
    if exists and not replace:
        raise DataError("already exists", path=target, remedy="choose another name, or pass --force")


@contextmanager
def new_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Fill a temporary folder, then give it its name in one step.

    A folder that is replaced keeps its permissions. A symbolic link stays; its target is made or replaced.

    Parameters
    ----------
    target
        The folder to make. Its parents are made if needed.
    replace
        Whether an existing ``target`` may be replaced.

    Yields
    ------
    Path
        An empty folder beside the one to make. When the block ends without an error its files are flushed to
        disk and it is renamed; otherwise it is removed and ``target`` is as it was. To replace a folder takes two
        renames, so that for a moment there is none.

    Raises
    ------
    DataError
        If ``target`` exists and may not be replaced.
    TigertailError
        If the disk is full or cannot be written.
    """
    check_free(target, replace=replace)
    place = Path(os.path.realpath(target)) if target.is_symlink() else target
    temporary = place.parent / f".{place.name}.{uuid.uuid4().hex[:8]}"
    with write_errors(target):
        try:
            temporary.mkdir(parents=True)
            yield temporary
            put_folder(temporary, place)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def put_folder(new: Path, target: Path) -> None:
    """Flush a folder to disk and give it its name; one that has the name is replaced, which takes two renames."""
    flush(new)
    if target.exists():
        _swap(new, target)
    else:
        new.rename(target)
    _sync(target.parent)


@contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """Make a folder beside ``target`` for what is kept on the way to it; it is removed in the end.

    Those of processes that were killed on their way to the same target are removed too.

    Yields
    ------
    Path
        The folder, with a file ``lock`` in it.

    Raises
    ------
    TigertailError
        If the disk is full, or the folder cannot be made.
    """
    with ExitStack() as stack:
        with write_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            for old in scratch_folders(target):
                remove_unless_held(old)
            folder = stack.enter_context(held_folder(target.parent, _scratch(target)))
        stack.enter_context(full_disk(target))  # not write_errors: the block may read too, as a build does
        yield folder


def scratch_folders(target: Path) -> list[Path]:
    """Return the folders of :func:`scratch_folder` for a target: of processes at work, or that were killed."""
    return list(target.parent.glob(f"{glob.escape(_scratch(target))}*"))


def _scratch(target: Path) -> str:
    return f".{target.name}.scratch."


@contextmanager
def held_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Make a folder that only this user can read, and hold it; it is removed in the end.

    Parameters
    ----------
    parent
        Where it is made.
    prefix
        What its name begins with.

    Yields
    ------
    Path
        The folder, with a file ``lock`` in it.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        unlocked = folder / f"{_LOCK}.new"
        with unlocked.open("w") as lock:
            with suppress(OSError):  # a file system without locks: nothing there is taken for left behind
                fcntl.flock(lock, fcntl.LOCK_EX)
            unlocked.rename(folder / _LOCK)  # now, since a lock that nobody holds is that of a killed process
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_unless_held(folder: Path) -> None:
    """Remove a folder of :func:`held_folder` whose process was killed."""
    with suppress(OSError), (folder / _LOCK).open() as lock:  # held, half made, or gone meanwhile
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def replaced_file(target: Path) -> Iterator[Path]:
    """Write a file so that a reader sees the old one or the new one, never a mixture; it keeps its permissions.

    What is not a regular file is never replaced: a pipe or a device gets the bytes once they are whole, and so
    does standard output, as ``-`` or by its name under ``/dev``. A symbolic link stays; its target is replaced.

    Yields
    ------
    Path
        A temporary file, to be written. When the block ends without an error it takes the name of
        ``target``, or its bytes go to where ``target`` leads; otherwise it is removed.

    Raises
    ------
    TigertailError
        If the disk is full, or ``target`` is a folder or cannot be written.
    """
    check_file(target)
    stream = is_stream(target)
    place = target.resolve() if target.is_symlink() else target
    place = Path(tempfile.gettempdir()) / "stream" if stream else place
    temporary = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}")
    with write_errors(target):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            if stream:
                _send(temporary, target)
            else:
                _keep_mode(place, temporary)
                _sync(temporary)
                temporary.replace(place)
                _sync(place.parent)
        finally:
            temporary.unlink(missing_ok=True)


def check_file(target: Path) -> None:
    """Refuse, before the work for it is done, a file whose name :func:`replaced_file` would refuse.

    Raises
    ------
    TigertailError
        If it is a folder, leads nowhere, or is no name of a file, or its name is not UTF-8.
    """
    if target == STDOUT:
        return
    check_name(target)
    with write_errors(target):
        try:
            mode = target.stat().st_mode
        except FileNotFoundError:
            if is_stream(target):
                raise OSError(errno.ENXIO, os.strerror(errno.ENXIO)) from None
            return
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def is_stream(target: Path) -> bool:
    """Return whether a path leads to standard output, a pipe or a device, and not to a file of its own."""
    system = target.is_relative_to("/dev") or target.is_relative_to("/proc")
    if target == STDOUT or (system and not target.is_relative_to("/dev/shm")):  # which is a disk in memory
        return True
    return target.exists() and not target.is_file() and not target.is_dir()


def _send(source: Path, target: Path) -> None:
    """Copy a whole file to a stream."""
    with source.open("rb") as file:
        if target in (STDOUT, Path("/dev/stdout")):
            sys.stdout.flush()
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        else:
            with target.open("wb") as stream:
                shutil.copyfileobj(file, stream)


@contextmanager
def full_disk(target: Path, *, remedy: str = "free some space and run it again") -> Iterator[None]:
    """Say so where there is no room for what is written on the way to ``target``.

    Raises
    ------
    TigertailError
        If the disk is full, whichever library finds out.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        if _error_number(error) not in _FULL:
            raise
        raise TigertailError("the disk is full; nothing was changed", path=target, remedy=remedy) from error


@contextmanager
def write_errors(target: Path) -> Iterator[None]:
    """Turn what the operating system says about writing into words with a remedy.

    Raises
    ------
    TigertailError
        If the disk is full, or ``target`` cannot be written.
    """
    try:
        with full_disk(target):
            yield
    except OSError as error:
        number = _error_number(error)
        if number not in _REFUSED:
            raise
        raise TigertailError(
            f"cannot be written ({os.strerror(number)})",
            path=target,
            remedy="check the permissions, or choose another name",
        ) from error


def to_json(value: Any) -> str:
    """Render a manifest or report as JSON that people can read."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def flush(folder: Path) -> None:
    """Force a folder and everything in it to disk."""
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _swap(new: Path, target: Path) -> None:
    old = new.with_name(f"{new.name}.old")
    _keep_mode(target, new)
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _keep_mode(old: Path, new: Path) -> None:
    """Give what replaces a file or folder its permissions: what is private stays so."""
    with suppress(OSError):  # nothing is replaced, or the file system has none
        shutil.copymode(old, new)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _error_number(error: Exception) -> int | None:
    """Return the operating system's number of an error, whoever reports it."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    # Polars quotes the system's error in one of its own.
    if quoted := re.search(r"\(os error (\d+)\)", str(error)):
        return int(quoted[1])
    # NumPy counts what it could not write; Polars 1 says the second where the end of a Parquet file did not fit.
    full = r"\d+ requested and \d+ written|parquet: .*transport error"
    return errno.ENOSPC if re.fullmatch(full, str(error)) else None

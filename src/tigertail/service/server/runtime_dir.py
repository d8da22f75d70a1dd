"""A folder of its own for a service that runs, gone when it ends; what a killed one left is swept out by the next."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tigertail.errors import TigertailError

PREFIX: Final = "tigertail-serving-"
_LOCK: Final = "lock"


@contextmanager
def make_runtime_dir() -> Iterator[Path]:
    """Make a folder that only this user can read, and hold it; it is removed in the end.

    Yields
    ------
    Path
        The folder.

    Raises
    ------
    TigertailError
        If there is nowhere to make it.
    """
    try:
        _sweep()
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        raise TigertailError(
            f"no folder for temporary files ({error.strerror})", remedy="name one that can be written: TMPDIR"
        ) from error
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove the folders whose services were killed: no process holds their locks."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with (folder / _LOCK).open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # held, half made, or gone meanwhile
            continue

"""A folder of its own for a service that runs, gone when it ends; what a killed one left is swept out by the next."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from tigertail.errors import TigertailError
from tigertail.storage import held_folder, remove_unless_held

PREFIX: Final = "tigertail-serving-"


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
    with ExitStack() as stack:
        try:
            parent = Path(tempfile.gettempdir())
            _sweep(parent)
            folder = stack.enter_context(held_folder(parent, PREFIX))
        except OSError as error:
            raise TigertailError(
                f"no folder for temporary files ({error.strerror})",
                remedy="name one that can be written: TMPDIR",
            ) from error
        yield folder


def _sweep(parent: Path) -> None:
    """Remove the folders of this user's services that were killed."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):  # gone meanwhile
            if not folder.is_symlink() and folder.stat().st_uid == os.getuid():
                remove_unless_held(folder)

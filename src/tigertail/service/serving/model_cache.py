"""Copies of models that no other process writes to.

Answers are read from files mapped into memory. Who copies a new model over an old one in place (``cp -r NEW/. OLD``)
cuts those files short under the feet of the workers, who would be killed for it, and mixes old and new. So the
service answers from a copy of its own, made whole and checked before it is used. One worker makes it for all; those
that see the new model at the same time wait for it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tigertail.errors import ModelError
from tigertail.model.store.checksums import copy_files
from tigertail.model.store.folder import MANIFEST, read_manifest, sealed
from tigertail.model.store.signing import signer_of

KEPT: Final = 2  # versions: the current one and the one before, which may be gone back to


def copied(folder: Path, cache_dir: Path, signers: Collection[str] = ()) -> Path:
    """Return the folder of a copy of the current model, which is made where there is no whole one.

    Parameters
    ----------
    folder
        The model's folder.
    cache_dir
        Where copies are kept, by version; old ones are removed. Files stay readable to those who have them open.
    signers
        Public keys, one of which must have signed the model; none means that a signature is not needed.

    Raises
    ------
    ModelError
        If the model is missing, damaged, half copied, or not signed as it must be.
    OSError
        If the disk is full, or something else has just removed the copy, as cleaners of temporary files do.
    """
    cache_dir.mkdir(parents=True, exist_ok=True)
    with _alone(cache_dir):
        manifest, version = read_manifest(folder)
        if signers:
            signer_of(manifest, signers, folder)
        target = cache_dir / version
        if not _whole(target):
            with suppress(FileNotFoundError):
                target.rename(_hidden(target))
            _make_room(cache_dir)
            half = _hidden(target)
            try:
                half.mkdir(mode=0o700)  # for this user alone, as the service's runtime folder is
                copy_files(folder / manifest["generation"], half / manifest["generation"], manifest["files"])
                (half / MANIFEST).write_text(sealed(manifest), encoding="utf-8")
                half.rename(target)
            finally:
                shutil.rmtree(half, ignore_errors=True)
        os.utime(target)  # not touch: it would make a file where the copy has just been removed
        return target


def newest(cache_dir: Path) -> Path | None:
    """Return the copy used last of those that are whole; None where there is none."""
    return max(filter(_whole, _copies(cache_dir)), key=_used, default=None)


@contextmanager
def _alone(cache_dir: Path) -> Iterator[None]:
    """Wait until no other worker changes the copies; the system lets go for one that is killed."""
    # A file beside it, not the folder: NFS locks only what is open for writing.
    with cache_dir.with_name(f"{cache_dir.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_room(cache_dir: Path) -> None:
    """Remove old copies, so that there are as many as are kept with one more; and what a killed worker left."""
    for old in sorted(_copies(cache_dir), key=_used)[: 1 - KEPT]:
        old.rename(_hidden(old))  # what is half removed must not pass for a copy
    for left in cache_dir.glob(".*"):
        shutil.rmtree(left, ignore_errors=True)


def _hidden(copy: Path) -> Path:
    """Return a place beside a copy where nothing passes for one: what is half made, and what is to be removed."""
    return copy.with_name(f".{copy.name}.{uuid.uuid4().hex[:8]}")


def _copies(cache_dir: Path) -> list[Path]:
    return [one for one in cache_dir.iterdir() if not one.name.startswith(".")] if cache_dir.is_dir() else []


def _whole(copy: Path) -> bool:
    """Return whether a copy has all its files; cleaners of temporary files take some and leave the folders."""
    with suppress(ModelError):
        manifest, _ = read_manifest(copy)
        return all((copy / manifest["generation"] / name).is_file() for name in manifest["files"])
    return False


def _used(copy: Path) -> float:
    try:
        return copy.stat().st_mtime
    except OSError:  # it has just been removed
        return 0.0

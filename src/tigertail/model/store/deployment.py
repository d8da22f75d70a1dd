"""A model takes the place of another, and gives it back.

Whoever serves the folder sees the old model or the new one (:mod:`tigertail.model.store.folder`), and needs no restart.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from tigertail.errors import ModelError
from tigertail.model.store.checksums import copy_files, verify_files
from tigertail.model.store.folder import (
    MANIFEST,
    alone,
    forget_maps,
    generations,
    map_file,
    next_generation,
    read_manifest,
)
from tigertail.model.store.signing import check_nothing_added, signer_of
from tigertail.storage import replaced_file


def deploy(source: Path | str, path: Path | str, signers: Collection[str] = ()) -> str:
    """Copy a model into the place of another, which stays to be gone back to.

    Parameters
    ----------
    source
        Folder of the new model.
    path
        Folder of the model to replace; a new one is made.
    signers
        Public keys, one of which must have signed the new model; none means that a signature is not needed.

    Returns
    -------
    str
        The version that is now the model.

    Raises
    ------
    ModelError
        If the new model is missing, damaged or not signed as it must be, or ``path`` is something else; what was in
        place stays.
    TigertailError
        If the disk is full or cannot be written; likewise.
    """
    source, path = Path(source), Path(path)
    manifest, version = read_manifest(source)
    if signers:  # of this manifest, not of the folder, which may change: the copies are compared with it
        signer_of(manifest, signers, source)
        check_nothing_added(source / manifest["generation"], manifest)
    with next_generation(path) as (folder, put):
        copy_files(source / manifest["generation"], folder, manifest["files"])
        put(manifest)  # with its signature, which is not of the generation
    drawn = map_file(source, version)
    if drawn.is_file():
        with replaced_file(map_file(path, version)) as copy_of_map:
            shutil.copyfile(drawn, copy_of_map)
    forget_maps(path)
    return version


def roll_back(path: Path | str, to: int | None = None, signers: Collection[str] = ()) -> str:
    """Make a generation that is kept the model again, in one step.

    Parameters
    ----------
    path
        The model's folder.
    to
        Which one; None means the one before the present.
    signers
        As of :func:`deploy`.

    Returns
    -------
    str
        The version that is now the model.

    Raises
    ------
    ModelError
        If no such generation is kept, or it is damaged or not signed as it must be; the present one stays in place.
    """
    path = Path(path)
    read_manifest(path)
    with alone(path):  # a writer would remove the generation that is checked
        present = int(read_manifest(path)[0]["generation"])
        kept = [one for one in generations(path) if one != present]
        wanted = _one_before(path, present, kept) if to is None else to
        if wanted not in kept:
            raise ModelError(
                f"no generation {wanted} is kept beside the present one, {present}",
                path=path,
                remedy=f"choose one of {', '.join(map(str, kept))}" if kept else "fit the model again",
            )
        manifest, version = read_manifest(path / str(wanted))
        verify_files(path / str(wanted), manifest["files"])
        if signers:  # files that were added are not looked for, as deploy does: serve copies none of them
            signer_of(manifest, signers, path / str(wanted))
        with replaced_file(path / MANIFEST) as file:
            shutil.copyfile(path / str(wanted) / MANIFEST, file)
    return version


def _one_before(path: Path, present: int, kept: list[int]) -> int:
    if earlier := [one for one in kept if one < present]:
        return earlier[-1]
    later = f"; --to {kept[-1]} takes the later one" if kept else ""
    raise ModelError(
        f"no generation before {present} is kept", path=path, remedy=f"fit the model again{later}"
    )

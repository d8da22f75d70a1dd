"""A model takes the place of another, and gives it back.

Whoever serves the folder sees the old model or the new one (:mod:`tigertail.model.store.folder`), and needs no restart.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tigertail.errors import ModelError, TigertailWarning
from tigertail.model.store.checksums import copy_files, verify_files
from tigertail.model.store.folder import (
    MANIFEST,
    SIGNATURE,
    alone,
    content_digest,
    forget_maps,
    generations,
    load,
    map_file,
    next_generation,
    put_signature,
    read_manifest,
)
from tigertail.model.store.signing import check_nothing_added, signer_of
from tigertail.storage import replaced_file


def deploy(source: Path | str, path: Path | str, signers: Collection[str] = ()) -> str:
    """Copy a model into the place of another, which stays to be gone back to.

    A model that is in place already is not copied again, so that the one before it stays; it takes the new signature.

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
        If the new model is missing, damaged, not signed as it must be, not one that this release opens, or of another
        kind than the one in place, or if ``path`` is something else; what was in place stays.
    TigertailError
        If the disk is full or cannot be written; likewise, unless only the map, which is copied last, was not written.

    Warns
    -----
    TigertailWarning
        If the model is in place already.
    """
    source, path = Path(source), Path(path)
    manifest, version = read_manifest(source)
    if signers:  # of this manifest, not of the folder, which may change: the copies are compared with it
        signer_of(manifest, signers, source)
        check_nothing_added(source / manifest["generation"], manifest)
    _check_kind(source, path)
    if _is_in_place(manifest, path):
        if manifest.get(SIGNATURE):
            put_signature(path, manifest[SIGNATURE], content_digest(manifest))
        warnings.warn(
            f"{path} was the version {version} before: no new generation is made",
            TigertailWarning,
            stacklevel=2,
        )
    else:
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
        If ``path`` is no model, or no such generation is kept, or it is damaged, not one that this release reads or not
        signed as it must be; the present one stays in place.
    TigertailError
        If the disk is full or cannot be written; likewise.
    """
    path = Path(path)
    read_manifest(path)  # where there is no folder, alone would raise an OSError
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


def _check_kind(source: Path, path: Path) -> None:
    """Refuse a model that cannot be opened, or whose items are of another kind than those of the model in place."""
    kind = load(source).main_kind
    present = kind  # as of a folder whose model is damaged, of another release, or not there
    with suppress(ModelError):
        present = load(path).main_kind
    if kind != present:
        raise ModelError(
            f"a model of {kind}s, and {path} has one of {present}s",
            path=source,
            remedy="deploy it to a folder of its own",
        )


def _is_in_place(manifest: Mapping[str, Any], path: Path) -> bool:
    """Return whether a model is the one in a folder already, and whole there."""
    with suppress(ModelError):
        present, _ = read_manifest(path)
        if content_digest(present) == content_digest(manifest):
            verify_files(path / present["generation"], present["files"])
            return True
    return False


def _one_before(path: Path, present: int, kept: list[int]) -> int:
    if earlier := [one for one in kept if one < present]:
        return earlier[-1]
    later = f"; --to {kept[-1]} takes the later one" if kept else ""
    raise ModelError(
        f"no generation before {present} is kept", path=path, remedy=f"fit the model again{later}"
    )

"""Models on disk.

A model is a folder::

    MODEL/
      manifest.json      format, version, configuration, provenance, and the SHA-256 of every file
      <generation>/      items.parquet, aliases.parquet where items have any, one folder of arrays per signal,
                         and a copy of its manifest
      maps/              what :mod:`tigertail.model.maps.map` made of some versions

A new model is written beside the old one as a new generation; replacing the manifest, one file, in one step
makes it the model. A reader therefore sees the old or the new one, never a mixture, and the generation
before stays for those who have just opened it, and to go back to. Several may write at once: each has a scratch
folder of its own, and a generation takes its number when it is whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any, Final, cast

import numpy as np
import polars as pl
from pydantic import ValidationError

from tigertail.errors import ModelError, setting_at_fault
from tigertail.model.config import ModelConfig
from tigertail.model.model import Model, Provenance
from tigertail.model.store.checksums import MISSING, REFIT, open_file, unreadable, verify_file
from tigertail.model.store.lazy_signals import LazySignals
from tigertail.signals.contract import Persistent
from tigertail.spill import forget
from tigertail.storage import (
    check_name,
    checksums,
    put_folder,
    replaced_file,
    scratch_folder,
    scratch_folders,
    to_json,
    write_errors,
)
from tigertail.version import __version__

MAGIC: Final = "tigertail-model"
VERSION: Final = 11
MANIFEST: Final = "manifest.json"
ITEMS: Final = "items.parquet"
ALIASES: Final = "aliases.parquet"
MAPS: Final = "maps"
SEAL: Final = "sha256"  # of the manifest without it
SIGNATURE: Final = "signature"  # of the content, where the model was signed
VERSION_DIGITS: Final = 12  # of the content_digest: which model it is, wherever it lies
# What is ours in a model folder: generations, and what a writer of an earlier release that was killed left behind.
_OURS: Final = re.compile(r"\d+|\.\d+\.[0-9a-f]{8}(\.old)?")


def check_target(path: Path | str) -> None:
    """Refuse, before the work of a fit is done, a place that :func:`save` would refuse after it.

    Raises
    ------
    TigertailError
        If ``path`` cannot be written, or its name is not UTF-8.
    ModelError
        If it is something else than a model.
    """
    path = Path(path)
    _generation_before(path)
    with _gone_if_empty(path), scratch_folder(path / MANIFEST):
        pass


def save(model: Model, path: Path | str, *, replaces: str | None = None) -> str:
    """Write a model; a model already there is replaced in one step.

    Parameters
    ----------
    model
        The model.
    path
        The folder.
    replaces
        The version that the model was made of, which must still be the current one; None means that any may be.

    Returns
    -------
    str
        The version that it has on disk.

    Raises
    ------
    TigertailError
        If the disk is full or cannot be written; what was there before is still there, whole.
    ModelError
        If ``path`` is something else than a model, or by now another version than ``replaces``.
    """
    path = Path(path)
    with next_generation(path, replaces) as (folder, put):
        settings: dict[str, Any] = {}
        model.items.write_parquet(folder / ITEMS)
        if model.aliases is not None:
            model.aliases.write_parquet(folder / ALIASES)
        for name, signal in model.signals.items():
            arrays, settings[name] = cast("Persistent", signal).to_arrays()
            (folder / name).mkdir()
            for key, array in arrays.items():
                np.save(folder / name / f"{key}.npy", array, allow_pickle=False)
                forget(array)
        manifest = {
            "magic": MAGIC,
            "version": VERSION,
            "tigertail": __version__,
            "dataset": asdict(model.provenance),
            "config": model.config.model_dump(),
            "metrics": dict(model.training_summary),  # its name in the format
            "signals": settings,
            "files": checksums(folder),
        }
        put(manifest)
    return content_digest(manifest)[:VERSION_DIGITS]


@contextmanager
def next_generation(
    path: Path, replaces: str | None = None
) -> Iterator[tuple[Path, Callable[[Mapping[str, Any]], None]]]:
    """Fill the folder of a new generation, which becomes the model when that is done.

    Parameters
    ----------
    path, replaces
        As of :func:`save`.

    Yields
    ------
    folder
        The folder, empty.
    put
        To be called with the new model's manifest, less its generation.

    Raises
    ------
    TigertailError
        If the disk is full or cannot be written; what was there before is still there, whole.
    ModelError
        If ``path`` is something else than a model, or by now another version than ``replaces``.
    """
    _generation_before(path)
    given: dict[str, Any] = {}
    with _gone_if_empty(path), scratch_folder(path / MANIFEST) as scratch, write_errors(path):
        folder = scratch / "generation"
        folder.mkdir()
        yield folder, given.update
        with alone(path):
            if replaces is not None and read_manifest(path)[1] != replaces:
                raise ModelError(
                    "the model was replaced while this one was made of it", path=path, remedy="try again"
                )
            _put(folder, path, given)


def _put(folder: Path, path: Path, given: Mapping[str, Any]) -> None:
    """Make a folder the next generation, and this the model."""
    before = _generation_before(path)
    generation = str(max([before, *generations(path)]) + 1)
    text = sealed({**given, "generation": generation})
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    try:
        put_folder(folder, path / generation)
        previous = path / str(before)  # without a manifest of its own if an earlier release wrote it
        if previous.is_dir() and not (previous / MANIFEST).exists():
            shutil.copyfile(path / MANIFEST, previous / MANIFEST)
        with replaced_file(path / MANIFEST) as file:
            file.write_text(text, encoding="utf-8")
    except BaseException:
        if not _named(path, generation):
            shutil.rmtree(path / generation, ignore_errors=True)
        raise
    for old in path.iterdir():
        if _OURS.fullmatch(old.name) and old.name not in (generation, str(before)):
            shutil.rmtree(old, ignore_errors=True)


def load(path: Path | str) -> Model:
    """Open a model; arrays stay on disk, mapped into memory.

    Each signal is checked when it is first used.

    Raises
    ------
    ModelError
        If the folder is missing or no model, a file is missing or cannot be read, the manifest or the items were
        altered, or the model's version is not one this release reads; and, when a signal is first used, if one of its
        files was altered or this installation does not have that signal.
    """
    path = Path(path)
    manifest, version = read_manifest(path)
    folder = path / manifest["generation"]
    tables = {}
    for name in (ITEMS, ALIASES):
        if name in manifest["files"]:
            with open_file(folder / name) as file:
                verify_file(file, manifest["files"][name])
                tables[name] = pl.read_parquet(file)
    return Model(
        tables[ITEMS],
        LazySignals(folder, manifest["signals"], manifest["files"]),
        _config(manifest["config"], path),
        Provenance(**manifest["dataset"]),
        manifest["metrics"],
        version,
        tables.get(ALIASES),
    )


def generations(path: Path) -> list[int]:
    """Return the numbers of the generations that are kept, ascending."""
    kept = [one.parent.name for one in path.glob(f"*/{MANIFEST}")] if path.is_dir() else []
    return sorted(int(name) for name in kept if name.isdecimal())


def map_file(path: Path, version: str) -> Path:
    """Return where the map of a version of a model lies, if one was made."""
    return path / MAPS / f"{version}.parquet"


def kept_versions(path: Path) -> set[str]:
    """Return the versions of a model whose generations are kept, those that another release wrote among them.

    Raises
    ------
    ModelError
        If the present one cannot be loaded.
    """
    kept = {read_manifest(path)[1]}
    for generation in generations(path):
        with suppress(OSError, ValueError, AttributeError):  # a damaged one
            manifest = json.loads((path / str(generation) / MANIFEST).read_bytes())
            manifest.pop(SEAL, None)
            kept.add(content_digest(manifest)[:VERSION_DIGITS])
    return kept


def forget_maps(path: Path) -> None:
    """Remove the maps of versions that are no longer kept."""
    kept = kept_versions(path)
    for old in (path / MAPS).glob("*.parquet"):
        if old.stem not in kept:
            old.unlink(missing_ok=True)


def read_manifest(path: Path) -> tuple[dict[str, Any], str]:
    """Return a model's manifest, checked but for the files it names, and the model's version.

    Raises
    ------
    ModelError
        If there is none, it cannot be read, is damaged, or of a version this release does not read.
    """
    file = path / MANIFEST
    try:
        content = file.read_bytes()
    except MISSING:
        problem = "not a Tigertail model" if path.exists() else "no such model"
        raise ModelError(problem, path=path, remedy="make one with: tigertail fit DATASET MODEL") from None
    except OSError as error:
        raise unreadable(file, error) from None
    try:
        manifest = json.loads(content)
    except ValueError as error:
        raise ModelError(
            f"damaged manifest ({error})", path=file, remedy=f"remove the folder {path}, then {REFIT}"
        ) from error
    if not isinstance(manifest, dict) or manifest.get("magic") != MAGIC:
        raise ModelError(
            "not a Tigertail model", path=path, remedy="make one with: tigertail fit DATASET MODEL"
        )
    if manifest.get("version") != VERSION:
        raise ModelError(
            f"model format {manifest.get('version')}; this release, {__version__}, reads format {VERSION}",
            path=path,
            remedy=f"fit the model again, or install the release that wrote it ({manifest.get('tigertail')})",
        )
    seal = manifest.pop(SEAL, None)
    if seal != _seal(manifest):
        raise ModelError("altered since it was written", path=file, remedy=REFIT)
    for name in (str(manifest["generation"]), *manifest["files"]):
        if not name or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ModelError("a file of the model lies outside of it", path=file, remedy=REFIT)
    return manifest, content_digest(manifest)[:VERSION_DIGITS]


def sealed(manifest: Mapping[str, Any]) -> str:
    """Return the text of a manifest's file: what :func:`read_manifest` returns, with its seal."""
    return to_json({**manifest, SEAL: _seal(manifest)})


def content_digest(manifest: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all that a manifest says of a model, but for where it lies and who signed it.

    It has the SHA-256 of every file in it, and so covers them.
    """
    return _seal({key: value for key, value in manifest.items() if key not in ("generation", SIGNATURE)})


def put_signature(path: Path, signature: str, digest: str) -> None:
    """Keep a signature in the manifest of the current generation, and in its copy.

    Parameters
    ----------
    path
        The model's folder.
    signature
        The signature, in hexadecimal digits.
    digest
        The :func:`content_digest` of the model that it is meant for.

    Raises
    ------
    ModelError
        If the model is damaged, or by now another one.
    """
    with alone(path):
        manifest, _ = read_manifest(path)
        if content_digest(manifest) != digest:
            raise ModelError(
                "another model took its place while it was signed", path=path, remedy="sign it again"
            )
        text = sealed(manifest | {SIGNATURE: signature})
        for folder in (path / manifest["generation"], path):
            with replaced_file(folder / MANIFEST) as file:
                file.write_text(text, encoding="utf-8")


def _generation_before(path: Path) -> int:
    """Return the number of the current generation, 0 for none; refuse a folder of something else, or of a bad name."""
    check_name(path)
    with write_errors(path):
        if not path.exists() or (
            path.is_dir() and not set(path.iterdir()) - set(scratch_folders(path / MANIFEST))
        ):
            return 0
    with suppress(OSError, ValueError, KeyError, TypeError):
        manifest = json.loads((path / MANIFEST).read_bytes())
        if manifest["magic"] == MAGIC:
            return int(manifest["generation"])
    raise ModelError("exists and is not a model", path=path, remedy="choose another name, or remove it first")


@contextmanager
def _gone_if_empty(path: Path) -> Iterator[None]:
    """Leave no empty folder behind where there was none."""
    existed = path.exists()
    try:
        yield
    finally:
        if not existed:
            with suppress(OSError):
                path.rmdir()


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process changes which generation of a folder is the model; one that is killed lets go.

    A file system that locks no folders, such as NFS, keeps nobody out: there the last of several at once counts.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _named(path: Path, generation: str) -> bool:
    """Return whether the current manifest names a generation."""
    with suppress(OSError, ModelError):
        return bool(read_manifest(path)[0]["generation"] == generation)
    return False


def _config(values: Mapping[str, Any], path: Path) -> ModelConfig:
    try:
        return ModelConfig(**values)
    except ValidationError as error:
        key, problem = setting_at_fault(error)
        raise ModelError(f"unknown configuration ({key}: {problem})", path=path, remedy=REFIT) from error


def _seal(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()

"""Models on disk: whole, the same bytes every time, and never a mixture."""

from __future__ import annotations

import json
import os
import pickle
import resource
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ModelError, TigertailError, TigertailWarning
from tigertail.model import Model, check_target, fit, load, save
from tigertail.model.store.checksums import copy_files
from tigertail.model.store.folder import generations, next_generation, read_manifest
from tigertail.signals.co_listening import CoListening
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.listening import GroupedCoListening
from tigertail.storage import checksums


@pytest.fixture
def folder(model: Model, tmp_path: Path) -> Path:
    save(model, tmp_path / "model")
    return tmp_path / "model"


def other(model: Model) -> Model:
    """Make a model that answers otherwise."""
    alike = FactorAffinity(np.ones((len(model.items), 4), np.float32))
    return replace(model, signals={**model.signals, "factors": alike})


@pytest.fixture
def without_rights() -> Iterator[Callable[[Path], None]]:
    """Takes the right to read a file: a chmod, and for root another user besides."""
    root = os.geteuid() == 0
    modes: list[tuple[Path, int]] = []

    def take(file: Path) -> None:
        for path in (file, *file.parents) if root else (file,):
            modes.append((path, path.stat().st_mode))
            path.chmod(0 if path == file else path.stat().st_mode | 0o55)
        if root:
            os.seteuid(65534)

    yield take
    if root:
        os.seteuid(0)
    for path, mode in modes:
        path.chmod(mode)


def test_a_model_read_back_is_the_model_written(model: Model, folder: Path) -> None:
    again = load(folder)
    assert again.config == model.config
    assert again.provenance == model.provenance
    assert again.items.equals(model.items)
    for signal in ("listening", "factors", "co-listening"):
        assert again.neighbours(signal=signal).equals(model.neighbours(signal=signal))


@pytest.mark.parametrize("file", ["manifest.json", "1/items.parquet", "1/factors/vectors.npy"])
def test_a_file_that_may_not_be_read_says_so(
    folder: Path, file: str, without_rights: Callable[[Path], None]
) -> None:
    without_rights(folder / file)
    with pytest.raises(ModelError, match=rf"{file}: cannot be read \(Permission denied\)"):
        load(folder)


def test_a_model_read_back_sees_from_everywhere_as_before(local_model: Model, tmp_path: Path) -> None:
    save(local_model, tmp_path / "model")
    again = load(tmp_path / "model")
    for place in ("PL", "BR", "CZ"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TigertailWarning)  # that Czechia is small
            before, after = (
                one.similar("star", country=place, lens=0.8, why=True) for one in (local_model, again)
            )
        assert after.equals(before)
    assert again.neighbours(group="PL").equals(local_model.neighbours(group="PL"))


def test_arrays_stay_on_disk(folder: Path) -> None:
    signals = load(folder).signals
    factors, lists, listening = signals["factors"], signals["co-listening"], signals["listening"]
    assert isinstance(factors, FactorAffinity)
    assert isinstance(lists, CoListening)
    assert isinstance(listening, GroupedCoListening)
    local = (listening.plays.indices, listening.vectors, listening.local_vectors)
    for array in (factors.vectors, lists.neighbours.indptr, lists.neighbours.data, *local):
        assert isinstance(array.base, np.memmap)
    assert lists.neighbours.indptr.dtype == np.int64


def test_the_same_data_gives_the_same_bytes(scenes: Dataset, model: Model, folder: Path) -> None:
    save(fit(scenes, model.config, threads=1), folder.parent / "again")
    assert checksums(folder.parent / "again") == checksums(folder)


def test_an_open_model_outlives_its_replacement(model: Model, folder: Path) -> None:
    opened = load(folder)
    for _ in range(3):  # after the second, the first generation is gone from disk
        save(other(model), folder)
    before = model.neighbours(signal="factors")
    assert opened.neighbours(signal="factors").equals(before)
    assert not load(folder).neighbours(signal="factors").equals(before)
    assert sorted(path.name for path in folder.iterdir()) == ["3", "4", "manifest.json"]


def test_what_is_not_ours_in_the_folder_stays(model: Model, folder: Path) -> None:
    (folder / "notes").mkdir()
    (folder / "notes" / "a.txt").touch()
    (folder / ".1.0123abcd").mkdir()  # of a writer that was killed
    for _ in range(2):
        save(model, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["2", "3", "manifest.json", "notes"]


def test_the_second_of_two_writers_keeps_its_folder_and_hears_that_the_model_was_replaced(
    model: Model, folder: Path
) -> None:
    first = load(folder).version

    def write_while_another_does() -> None:
        with next_generation(folder, first) as (at_work, put):
            save(other(model), folder, replaces=first)
            assert at_work.is_dir()
            put({})

    with pytest.raises(ModelError, match="the model was replaced while this one was made of it"):
        write_while_another_does()
    assert sorted(path.name for path in folder.iterdir()) == ["1", "2", "manifest.json"]


def test_of_two_writers_who_may_replace_any_model_the_last_one_does(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "source")
    manifest, version = read_manifest(tmp_path / "source")
    with next_generation(tmp_path / "model") as (at_work, put):
        save(other(model), tmp_path / "model")
        copy_files(tmp_path / "source" / "1", at_work, manifest["files"])
        put(manifest)
    assert generations(tmp_path / "model") == [1, 2]
    assert load(tmp_path / "model").version == version
    assert load(tmp_path / "model").neighbours().equals(model.neighbours())


def test_what_a_killed_writer_left_is_removed_by_the_next(model: Model, tmp_path: Path) -> None:
    left = tmp_path / "model" / ".manifest.json.scratch.killed"
    (left / "generation").mkdir(parents=True)
    (left / "lock").touch()
    save(model, tmp_path / "model")
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == ["1", "manifest.json"]


def test_a_model_knows_which_it_is(model: Model, folder: Path) -> None:
    first = load(folder).version
    assert first is not None
    assert len(first) == 12
    assert load(folder).version == first
    save(other(model), folder)
    assert load(folder).version not in (first, None)
    save(model, folder)
    assert load(folder).version == first, "the same model is the same version, whenever it is written"
    assert model.version is None, "what was never written has no version"


def vectors(folder: Path) -> Path:
    return folder / "1" / "factors" / "vectors.npy"


def cut_short(folder: Path) -> None:
    vectors(folder).write_bytes(vectors(folder).read_bytes()[:-4])


def alter_a_byte(folder: Path) -> None:
    content = bytearray((folder / "1" / "items.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "1" / "items.parquet").write_bytes(content)


def lose_a_file(folder: Path) -> None:
    vectors(folder).unlink()


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def damage_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes()[:-20])


def in_manifest(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        (folder / "manifest.json").write_text(json.dumps(manifest | changes), "utf-8")

    return change


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "array cut short": (cut_short, "vectors.npy: altered or cut short"),
    "altered byte": (alter_a_byte, "items.parquet: altered or cut short"),
    "missing file": (lose_a_file, "vectors.npy: a file of the model is missing"),
    "no manifest": (lose_the_manifest, "not a Tigertail model"),
    "damaged manifest": (damage_the_manifest, "damaged manifest"),
    "altered manifest": (in_manifest(generation="2"), "manifest.json: altered"),
    "future version": (in_manifest(version=99), "model format 99; this release"),
    "of something else": (in_manifest(magic="shop"), "not a Tigertail model"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_an_error_with_a_remedy(folder: Path, damage: str) -> None:
    spoil, message = DAMAGES[damage]
    spoil(folder)
    with pytest.raises(ModelError, match=message) as error:
        load(folder).neighbours(signal="factors")
    assert error.value.remedy
    assert len(str(error.value).splitlines()) == 2


@pytest.mark.parametrize("damage", [name for name in DAMAGES if name != "array cut short"])
def test_only_a_damaged_array_waits_for_its_signal(folder: Path, damage: str) -> None:
    spoil, message = DAMAGES[damage]
    spoil(folder)
    with pytest.raises(ModelError, match=message):
        load(folder)


def test_a_damaged_signal_is_refused_whenever_it_is_asked_and_no_other(model: Model, folder: Path) -> None:
    cut_short(folder)
    opened = load(folder)
    assert list(opened.signals) == list(model.signals)
    for _ in range(2):
        with pytest.raises(ModelError, match=r"vectors\.npy: altered or cut short"):
            opened.neighbours(signal="factors")
    assert opened.neighbours().equals(model.neighbours())
    with pytest.raises(ModelError, match=r"vectors\.npy: altered or cut short"):
        save(opened, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["1", "manifest.json"]


def test_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model"):
        load(tmp_path / "nowhere")


def test_a_folder_of_something_else_is_left_alone(model: Model, scenes: Dataset, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").touch()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "manifest.json").write_text('{"generation": "7"}')
    for target in (tmp_path / "thesis", tmp_path / "thesis" / "chapter1.tex", tmp_path / "shop", scenes.path):
        with pytest.raises(ModelError, match="exists and is not a model"):
            save(model, target)
    assert checksums(tmp_path).keys() == {"thesis/chapter1.tex", "shop/manifest.json"}
    (tmp_path / "empty").mkdir()
    save(model, tmp_path / "empty")
    assert load(tmp_path / "empty").items.equals(model.items)


def test_a_place_that_cannot_be_written_is_refused_before_the_fit_as_after_it(
    model: Model, tmp_path: Path, without_rights: Callable[[Path], None]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "closed").mkdir()
    targets = ["file/model", "n" * 300, "nowhere", "closed/model"]
    without_rights(tmp_path / "closed")
    for target in targets:
        for refuse in (check_target, lambda path: save(model, path)):
            with pytest.raises(TigertailError, match="cannot be written") as error:
                refuse(tmp_path / target)
            assert error.value.remedy


def test_a_look_at_the_place_leaves_nothing_there(folder: Path) -> None:
    before = checksums(folder.parent)
    check_target(folder)
    check_target(folder.parent / "fresh")
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
    assert checksums(folder.parent) == before


def test_a_model_whose_generation_was_lost_can_be_fitted_again(model: Model, folder: Path) -> None:
    shutil.rmtree(folder / "1")
    with pytest.raises(ModelError, match="missing") as error:
        load(folder)
    assert "fit the model again" in error.value.remedy
    save(model, folder)
    assert load(folder).neighbours().equals(model.neighbours())


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a file system of 384 KiB."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=384k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"cannot mount a small file system here: {made.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def small_files(folder: Path) -> Iterator[None]:
    """Let no file grow beyond 64 KiB, which needs no privilege."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def with_a_large_array(model: Model) -> Model:
    vectors = np.random.default_rng(0).normal(size=(len(model.items), 10_000)).astype(np.float32)
    return replace(model, signals={"factors": FactorAffinity(vectors)})


def with_a_large_table(model: Model) -> Model:
    noise = np.random.default_rng(0).bytes(20_000 * len(model.items)).hex()
    long = [noise[40_000 * n : 40_000 * (n + 1)] for n in range(len(model.items))]
    return replace(model, items=model.items.with_columns(pl.Series("story", long)))


@pytest.mark.parametrize("limit", [small_disk, small_files])
@pytest.mark.parametrize("enlarge", [with_a_large_array, with_a_large_table])
def test_a_full_disk_leaves_the_old_model_whole(
    model: Model,
    tmp_path: Path,
    enlarge: Callable[[Model], Model],
    limit: Callable[[Path], AbstractContextManager[None]],
) -> None:
    large = enlarge(model)
    with limit(tmp_path):
        save(model, tmp_path / "model")
        before = checksums(tmp_path)
        with pytest.raises(TigertailError, match="the disk is full; nothing was changed") as error:
            save(large, tmp_path / "model")
        assert error.value.remedy
        with pytest.raises(TigertailError, match="the disk is full"):
            save(large, tmp_path / "fresh")
        assert checksums(tmp_path) == before, "no temporary file is left, and nothing has changed"
        assert [path.name for path in tmp_path.iterdir()] == ["model"]
        assert load(tmp_path / "model").neighbours().equals(model.neighbours())


def test_a_manifest_that_cannot_be_written_leaves_no_orphan(
    model: Model, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **options: object) -> int:
        raise OSError(28, "No space left on device")

    before = checksums(folder)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        for target in (folder, folder.parent / "fresh"):
            with pytest.raises(TigertailError, match="the disk is full"):
                save(other(model), target)
    assert checksums(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_a_model_just_opened_can_be_asked_by_several_threads_and_sent_to_another_process(
    model: Model, tmp_path: Path
) -> None:
    save(model, tmp_path / "model")
    alone = load(tmp_path / "model").similar("Кино", 3)
    for _ in range(3):
        opened = load(tmp_path / "model")
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(opened.similar, "Кино", 3) for _ in range(8)]
        assert all(answers.result().equals(alone) for answers in asked)
    sent = pickle.loads(pickle.dumps(load(tmp_path / "model")))
    assert sent.similar("Кино", 3).equals(alone)

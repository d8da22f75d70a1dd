"""Copies of models that nobody else writes to."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tigertail.errors import ModelError
from tigertail.model import Model, load, save
from tigertail.service.serving import model_cache
from tigertail.service.serving.model_cache import copied, newest
from tigertail.service.serving.served_models import ServedModels


def test_a_copy_is_the_model(folder: Path, tmp_path: Path) -> None:
    copy = copied(folder, tmp_path / "cache")
    assert load(copy).version == load(folder).version
    assert copied(folder, tmp_path / "cache") == copy, "made once"
    assert newest(tmp_path / "cache") == copy


def test_a_copy_is_whole_or_not_there(folder: Path, tmp_path: Path) -> None:
    sorted(folder.rglob("*.npy"))[-1].write_bytes(b"half")
    with pytest.raises(ModelError, match="altered or cut short"):
        copied(folder, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
    assert newest(tmp_path / "cache") is None


def test_files_cut_short_in_place_are_not_those_answered_from(folder: Path, tmp_path: Path) -> None:
    models = ServedModels({"current": folder}, cache_dir=tmp_path / "cache")
    right = models["current"].model.similar("star")
    for file in folder.rglob("*.npy"):
        file.write_bytes(b"")
    assert models["current"].model.similar("star").equals(right)


def test_a_shelf_set_up_beside_a_broken_model_goes_on_with_the_copy(folder: Path, tmp_path: Path) -> None:
    first = ServedModels({"current": folder}, cache_dir=tmp_path / "cache")
    version = first["current"].version
    shutil.rmtree(folder)
    second = ServedModels({"current": folder}, cache_dir=tmp_path / "cache")
    assert second["current"].version == version
    assert second.refused() == {"current": "no such model"}
    with pytest.raises(ModelError, match="no such model"):
        ServedModels({"current": folder}, cache_dir=tmp_path / "another")


def test_no_room_for_a_copy_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    with pytest.raises(ModelError, match="cannot be copied") as error:
        ServedModels({"current": folder}, cache_dir=tmp_path / "cache")
    assert "may be written (TMPDIR)" in error.value.remedy


def test_what_is_half_removed_does_not_pass_for_a_copy(
    local_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache_dir, model = tmp_path / "cache", tmp_path / "model"
    monkeypatch.setattr(model_cache.shutil, "rmtree", lambda *given, **more: None)  # killed before it removes
    made = []
    for number in range(model_cache.KEPT + 1):
        save(replace(local_model, training_summary={"round": number}), model)
        made.append(copied(model, cache_dir))
        os.utime(made[-1], (number, number))
    copied(model, cache_dir)
    assert not made[0].exists()
    assert newest(cache_dir) == made[-1]


def test_workers_that_see_a_model_at_the_same_time_share_one_copy(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[Future[Path]] = []
    copy_files = model_cache.copy_files
    with ThreadPoolExecutor(1) as another:

        def meanwhile(*given: Any) -> None:
            copies.append(another.submit(copied, folder, tmp_path / "cache"))
            assert not wait(copies, 0.2).done
            copy_files(*given)

        monkeypatch.setattr(model_cache, "copy_files", meanwhile)
        first = copied(folder, tmp_path / "cache")
        assert [one.result(10) for one in copies] == [first]


def test_there_are_never_more_than_two_versions_and_nothing_of_a_killed_worker(
    local_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache_dir, model = tmp_path / "cache", tmp_path / "model"
    (cache_dir / ".left.half made").mkdir(parents=True)
    copy_files, there = model_cache.copy_files, []

    def counting(*given: Any) -> None:
        there.append(len(list(cache_dir.iterdir())))
        copy_files(*given)

    monkeypatch.setattr(model_cache, "copy_files", counting)
    made = []
    for number in range(4):
        save(replace(local_model, training_summary={"round": number}), model)
        made.append(copied(model, cache_dir))
        os.utime(made[-1], (number, number))
    assert there == [1, 2, 2, 2], "with the one that is being made"
    assert sorted(cache_dir.iterdir()) == sorted(made[-2:])


def test_a_copy_that_something_removes_meanwhile_is_made_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = copied(folder, tmp_path / "cache")

    def removed(copy: Path) -> None:
        shutil.rmtree(copy)
        raise FileNotFoundError(copy)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(model_cache.os, "utime", removed)
        with pytest.raises(FileNotFoundError):
            copied(folder, tmp_path / "cache")
    assert copied(folder, tmp_path / "cache") == target
    assert load(target).version == load(folder).version


@pytest.mark.parametrize("lost", ["vectors.npy", "manifest.json", "*"])
def test_a_copy_that_lost_files_is_made_again(folder: Path, tmp_path: Path, lost: str) -> None:
    cache_dir = tmp_path / "cache" / "current"
    target = copied(folder, cache_dir)
    for file in [one for one in target.rglob(lost) if one.is_file()]:
        file.unlink()
    assert newest(cache_dir) is None
    assert copied(folder, cache_dir) == target
    assert newest(cache_dir) == target
    assert ServedModels({"current": folder}, cache_dir=tmp_path / "cache")["current"].version == target.name


def test_a_whole_copy_goes_before_a_newer_one_that_lost_files(
    local_model: Model, folder: Path, tmp_path: Path
) -> None:
    cache_dir = tmp_path / "cache" / "current"
    first = copied(folder, cache_dir)
    save(replace(local_model, training_summary={"round": 2}), folder)
    second = copied(folder, cache_dir)
    os.utime(first, (1, 1))
    (second / "manifest.json").unlink()
    shutil.rmtree(folder)
    assert ServedModels({"current": folder}, cache_dir=tmp_path / "cache")["current"].version == first.name


def test_a_model_put_in_place_while_the_one_before_is_copied_harms_neither(
    local_model: Model, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, copy_files = load(folder).version, model_cache.copy_files

    def meanwhile(*given: Any) -> None:
        save(replace(local_model, training_summary={"round": 2}), folder)
        copy_files(*given)

    with monkeypatch.context() as patched:
        patched.setattr(model_cache, "copy_files", meanwhile)
        assert load(copied(folder, tmp_path / "cache")).version == before
    assert copied(folder, tmp_path / "cache").name == load(folder).version != before


def test_the_manifest_is_read_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_manifest = model_cache.read_manifest

    def then_written_over(path: Path) -> Any:
        found = read_manifest(path)
        if path == folder:
            (folder / "manifest.json").write_text("{half", encoding="utf-8")
        return found

    monkeypatch.setattr(model_cache, "read_manifest", then_written_over)
    copy = copied(folder, tmp_path / "cache")
    assert load(copy).version == copy.name

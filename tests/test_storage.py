from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
from pathlib import Path
from typing import TextIO

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError, TigertailError
from tigertail.model import check_target
from tigertail.storage import (
    check_file,
    check_free,
    checksums,
    full_disk,
    held_folder,
    is_stream,
    new_folder,
    remove_unless_held,
    replaced_file,
    scratch_folder,
    write_errors,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail_after(file: Path) -> None:
    file.write_text("half of the n")
    raise RuntimeError


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    with new_folder(tmp_path / "deep" / "made") as folder:
        (folder / "part").mkdir()
        (folder / "part" / "a.txt").write_text("a")
        assert not (tmp_path / "deep" / "made").exists()
    assert names(tmp_path / "deep") == ["made"]
    assert list(checksums(tmp_path / "deep" / "made")) == ["part/a.txt"]


def test_a_folder_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "old").touch()
    with pytest.raises(RuntimeError), new_folder(tmp_path / "made", replace=True) as folder:
        fail_after(folder / "new")
    assert names(tmp_path) == ["made"]
    assert names(tmp_path / "made") == ["old"]
    with new_folder(tmp_path / "made", replace=True) as folder:
        (folder / "new").touch()
    assert names(tmp_path) == ["made"]
    assert names(tmp_path / "made") == ["new"]


def test_a_folder_comes_back_where_the_new_one_cannot_take_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "old").touch()
    rename = Path.rename

    def refuse_the_new_one(path: Path, target: Path) -> Path:
        if (path / "new").exists():
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new_one)
    with pytest.raises(TigertailError), new_folder(tmp_path / "made", replace=True) as folder:
        (folder / "new").touch()
    assert names(tmp_path) == ["made"]
    assert names(tmp_path / "made") == ["old"]


def test_an_existing_folder_is_not_replaced_unasked(tmp_path: Path) -> None:
    with pytest.raises(TigertailError, match="already exists"), new_folder(tmp_path):
        pass


def test_a_scratch_folder_is_gone_in_the_end(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "deep" / "made") as folder:
        (folder / "half").touch()
    assert names(tmp_path / "deep") == []


def test_a_scratch_folder_removes_that_of_a_killed_process_and_no_other(tmp_path: Path) -> None:
    killed, unlike = tmp_path / ".made.scratch.1", tmp_path / ".maker.scratch.1"
    for left in (killed, unlike):
        left.mkdir()
        (left / "lock").touch()
    with scratch_folder(tmp_path / "made") as at_work, scratch_folder(tmp_path / "made") as another:
        assert names(tmp_path) == sorted([unlike.name, at_work.name, another.name])


def test_a_folder_that_is_just_being_made_is_not_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock

    def remove_before(lock: TextIO, operation: int) -> None:
        if operation == fcntl.LOCK_EX:  # not yet held; another process looks for what is left behind
            remove_unless_held(Path(lock.name).parent)
        flock(lock, operation)

    monkeypatch.setattr(fcntl, "flock", remove_before)
    with held_folder(tmp_path, "made.") as folder:
        assert names(folder) == ["lock"]
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["file/made", "n" * 250, "n" * 300])
def test_a_place_without_room_for_a_folder_is_an_error_with_a_remedy(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for make in (new_folder, scratch_folder):
        with pytest.raises(TigertailError, match="cannot be written") as error, make(tmp_path / name):
            pass
        assert error.value.remedy
    assert names(tmp_path) == ["file"]


def test_a_file_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    with replaced_file(file) as temporary:
        temporary.write_text("old")
    with pytest.raises(RuntimeError), replaced_file(file) as temporary:
        fail_after(temporary)
    assert file.read_text() == "old"
    with replaced_file(file) as temporary:
        temporary.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


def test_a_place_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    nowhere = [Path("/dev/fd/999999"), Path("/dev/nowhere/a.txt"), tmp_path / ("n" * 300), tmp_path / "loop"]
    for target in (tmp_path / "file" / "a.txt", tmp_path / "folder", *nowhere):
        refused = pytest.raises(TigertailError, match="cannot be written")
        with refused as error, replaced_file(target) as temporary:
            temporary.touch()
        assert error.value.remedy
        with pytest.raises(TigertailError, match=re.escape(error.value.problem)):
            check_file(target)
    assert names(tmp_path) == ["file", "folder", "loop"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
        OSError("100000 requested and 8176 written"),  # as NumPy puts it
        pl.exceptions.ComputeError("parquet: underlying IO error: No space left on device (os error 28)"),
        # Polars 1.
        pl.exceptions.ComputeError("parquet: File out of specification: Invalid thrift: transport error"),
    ],
)
def test_a_full_disk_is_recognised_whoever_reports_it(error: Exception) -> None:
    with pytest.raises(TigertailError, match="the disk is full"), full_disk(Path("target")):
        raise error


def test_a_refusal_that_polars_reports_without_its_number_is_one_too() -> None:
    refused = PermissionError("Permission denied (os error 13): .lists.parquet.1")
    with (
        pytest.raises(
            TigertailError, match=r"lists\.parquet: cannot be written \(Permission denied\)"
        ) as error,
        write_errors(Path("lists.parquet")),
    ):
        raise refused
    assert error.value.remedy


@pytest.mark.parametrize("error", [OSError("odd"), pl.exceptions.ComputeError("odd"), ValueError("odd")])
def test_other_errors_pass(error: Exception) -> None:
    with pytest.raises(type(error), match="odd"), full_disk(Path("target")):
        raise error


def test_libraries_still_report_a_full_disk_in_these_words(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    for write in (
        lambda: np.arange(1e6).tofile(full),
        lambda: pl.DataFrame({"a": range(10**5)}).write_parquet(full),
        lambda: full.write_text("a"),
    ):
        said = re.escape(f"{tmp_path}: the disk is full")
        with pytest.raises(TigertailError, match=said), full_disk(tmp_path):
            write()


def test_a_name_that_polars_cannot_open_is_refused_and_one_from_there_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / os.fsdecode(b"m\xfcsica")
    folder.mkdir()
    for refused in (
        lambda: check_free(folder / "dataset", replace=False),
        lambda: check_file(folder / "lists.parquet"),
        lambda: check_target(folder / "model"),
        lambda: Dataset.open(folder / "dataset"),
    ):
        with pytest.raises(DataError, match="its name is not UTF-8") as caught:
            refused()
        assert "go to the folder" in caught.value.remedy
    monkeypatch.chdir(folder)
    with replaced_file(Path("lists.parquet")) as file:
        pl.DataFrame({"a": [1]}).lazy().sink_parquet(file)
    assert pl.read_parquet("lists.parquet").rows() == [(1,)]


def test_a_symbolic_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "lists", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    with replaced_file(link) as file:
        file.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert names(target.parent) == ["lists"]


def test_a_folder_behind_a_symbolic_link_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "elsewhere" / "made", tmp_path / "here" / "link"
    link.parent.mkdir()
    link.symlink_to(target)
    for name in ("old", "new"):  # at first the link leads nowhere
        with new_folder(link, replace=True) as folder:
            (folder / name).touch()
    assert link.is_symlink()
    assert names(target) == ["new"]
    assert (names(target.parent), names(link.parent)) == (["made"], ["link"])


def test_what_is_private_stays_private(tmp_path: Path) -> None:
    file, folder = tmp_path / "a.txt", tmp_path / "made"
    file.touch(0o600)
    folder.mkdir(0o700)
    with replaced_file(file) as temporary:
        temporary.touch()
    with new_folder(folder, replace=True):
        pass
    assert [stat.S_IMODE(one.stat().st_mode) for one in (file, folder)] == [0o600, 0o700]


def test_a_pipe_gets_the_bytes_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replaced_file(pipe) as file:
        file.write_text("lists")
    assert os.read(reader, 100) == b"lists"
    os.close(reader)
    assert pipe.is_fifo()
    assert names(tmp_path) == ["pipe"]


def test_a_device_is_written_to_and_never_replaced() -> None:
    null = Path("/dev/null")
    with replaced_file(null) as file:
        file.write_text("lists")
    assert null.is_char_device()
    assert not file.exists()
    assert is_stream(null)
    assert not is_stream(Path("/dev/shm/lists.csv")), "a disk in memory has files as any other"

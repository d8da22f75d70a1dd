"""Arrays in temporary files are the arrays that they would be in memory."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from tests.support import SMALL_MODEL, tiny_world

from tigertail import spill
from tigertail.errors import TigertailError
from tigertail.model import fit
from tigertail.storage import checksums


@pytest.fixture(params=["in memory", "in a file"])
def anywhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in a file":
        monkeypatch.setattr(spill, "SPILLED_FROM", 8)


@pytest.mark.usefixtures("anywhere")
def test_what_grows_is_whole_and_comes_back_in_its_blocks() -> None:
    growing = spill.Growing(np.float32, (2,))
    given = [
        np.arange(6, dtype=np.float32).reshape(3, 2),
        np.empty((0, 2), np.float32),
        np.ones((1, 2), np.float32),
    ]
    for block in given:
        growing.add(block)
    assert growing.dtype == np.float32
    assert growing.whole().tolist() == [[0, 1], [2, 3], [4, 5], [1, 1]]
    assert [block.tolist() for block in growing.blocks()] == [block.tolist() for block in given]


@pytest.mark.usefixtures("anywhere")
def test_what_grows_can_be_read_while_it_grows_and_by_several() -> None:
    growing = spill.Growing(np.int64)
    growing.add(np.arange(3))
    first = growing.blocks()
    next(first)
    growing.add(np.arange(2))
    pairs = zip(growing.blocks(), growing.blocks(), strict=True)
    assert [(one.tolist(), other.tolist()) for one, other in pairs] == [([0, 1, 2],) * 2, ([0, 1],) * 2]


def test_what_goes_to_a_file_while_it_is_read_is_read_on_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "SPILLED_FROM", 64)
    growing = spill.Growing(np.int64)
    for number in range(3):
        growing.add(np.array([number]))
    blocks = growing.blocks()
    assert next(blocks).tolist() == [0]
    growing.add(np.arange(3, 10))
    assert [block.tolist() for block in blocks] == [[1], [2], [3, 4, 5, 6, 7, 8, 9]]


@pytest.mark.usefixtures("anywhere")
def test_what_never_grew_is_empty() -> None:
    assert spill.Growing(np.float32, (2,)).whole().shape == (0, 2)


def test_rows_of_another_type_or_shape_are_refused() -> None:
    growing = spill.Growing(np.int32)
    for other in (np.arange(3), np.zeros((1, 2), np.int32)):
        with pytest.raises(ValueError, match="do not follow"):
            growing.add(other)


@pytest.mark.usefixtures("anywhere")
def test_a_scratch_array_keeps_what_is_written_though_memory_forgets_it() -> None:
    filled = spill.scratch(4, np.int32)
    filled[:] = [3, 1, 4, 1]
    spill.forget(filled)
    assert filled.tolist() == [3, 1, 4, 1]


def test_only_what_is_large_is_spilled_and_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "SPILLED_FROM", 64)
    small, large = np.arange(4), np.arange(64)
    assert spill.spilled(small) is small
    there = spill.spilled(large)
    assert there is not large
    assert np.shares_memory(spill.spilled(there[8:]), there), "a part of what is in a file already"
    assert (there == large).all()
    with pytest.raises(ValueError, match="read-only"):
        there[0] = 1


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*arguments: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(spill, "SPILLED_FROM", 1)
    monkeypatch.setattr(os, "posix_fallocate", no_room)
    with pytest.raises(TigertailError, match="TMPDIR"):
        spill.scratch(3, np.int32)
    monkeypatch.setattr(spill.tempfile, "TemporaryFile", no_room)
    with pytest.raises(TigertailError, match="the disk is full"):
        spill.spilled(np.arange(3))


def test_where_no_folder_takes_temporary_files_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python looks for one by writing to each that it knows, so that full disks end here too."""

    def none_found() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(spill, "SPILLED_FROM", 1)
    monkeypatch.setattr(spill.tempfile, "gettempdir", none_found)
    for spilling in (lambda: spill.scratch(3, np.int32), lambda: spill.spilled(np.arange(3))):
        with pytest.raises(TigertailError, match="no folder for temporary files") as error:
            spilling()
        assert "TMPDIR" in error.value.remedy


def test_a_model_is_the_same_to_the_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = tiny_world(tmp_path)
    fit(world, SMALL_MODEL).save(tmp_path / "in memory")
    monkeypatch.setattr(spill, "SPILLED_FROM", 1)
    fit(world, SMALL_MODEL).save(tmp_path / "in files")
    assert checksums(tmp_path / "in memory") == checksums(tmp_path / "in files")

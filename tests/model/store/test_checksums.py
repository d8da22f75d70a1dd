"""The files of a model are those of its manifest."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from tigertail.errors import ModelError
from tigertail.model.store.checksums import copy_files, unreadable, verify_files

CHECKSUMS = {"factors/vectors.npy": hashlib.sha256(b"1 2 3").hexdigest()}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source" / "factors").mkdir(parents=True)
    (tmp_path / "source" / "factors" / "vectors.npy").write_bytes(b"1 2 3")
    return tmp_path / "source"


def test_what_was_written_is_copied(source: Path, tmp_path: Path) -> None:
    copy_files(source, tmp_path / "copy", CHECKSUMS)
    verify_files(tmp_path / "copy", CHECKSUMS)
    assert (tmp_path / "copy" / "factors" / "vectors.npy").read_bytes() == b"1 2 3"


def test_a_damaged_file_is_named_where_it_lies(source: Path, tmp_path: Path) -> None:
    vectors = source / "factors" / "vectors.npy"
    vectors.write_bytes(b"1 2 4")
    with pytest.raises(ModelError, match="altered or cut short") as damaged:
        copy_files(source, tmp_path / "copy", CHECKSUMS)
    assert damaged.value.path == vectors


@pytest.mark.skipif(
    not Path("/proc/self/mem").exists(), reason="no file here that can be opened and not read"
)
def test_a_file_that_cannot_be_read_is_said_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "vectors.npy").symlink_to("/proc/self/mem")  # its first page is no memory
    for attempt in (verify_files, lambda folder, names: copy_files(folder, tmp_path / "copy", names)):
        with pytest.raises(ModelError, match=r"cannot be read \(Input/output error\)"):
            attempt(tmp_path, {"vectors.npy": ""})


def test_the_right_to_read_is_the_remedy_only_where_it_is_missing(tmp_path: Path) -> None:
    refused, too_many = (
        unreadable(tmp_path, OSError(number, os.strerror(number))) for number in (errno.EACCES, errno.EMFILE)
    )
    assert "let this user read" in refused.remedy
    assert "let this user read" not in too_many.remedy


@pytest.mark.parametrize("name", ["vectors\0.npy", "vectors\ud800.npy", "none/vectors\0.npy"])
def test_a_name_that_no_file_can_have_is_a_missing_file(name: str, source: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="a file of the model is missing"):
        copy_files(source, tmp_path / "copy", {name: ""})


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "vectors.npy")
    with pytest.raises(ModelError, match="a file of the model is missing"):
        verify_files(tmp_path, {"vectors.npy": ""})

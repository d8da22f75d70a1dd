"""A service's own folder: made and held while it runs, swept out if it was killed."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from pathlib import Path

import pytest

from tigertail.errors import TigertailError
from tigertail.service.server.runtime_dir import PREFIX, make_runtime_dir


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_folder_that_a_killed_service_left_is_swept_out(tmp_path: Path) -> None:
    left = tmp_path / f"{PREFIX}left"
    left.mkdir()
    (left / "lock").touch()
    with make_runtime_dir() as first:
        assert not left.exists()
        with make_runtime_dir() as second:
            assert first.exists(), "one that runs is not"
            assert second != first
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", [(tempfile, "mkdtemp"), (Path, "open")], ids=["folder", "lock"])
def test_a_full_disk_is_an_error_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, failing: tuple[object, str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*failing, full)
    with (
        pytest.raises(
            TigertailError, match=r"no folder for temporary files \(No space left on device\)"
        ) as error,
        make_runtime_dir(),
    ):
        pass
    assert "TMPDIR" in error.value.remedy


def test_a_file_system_without_locks_has_room_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with make_runtime_dir() as folder:
        assert folder.is_dir()

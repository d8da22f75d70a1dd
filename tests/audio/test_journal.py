"""A journal belongs to one analysis at a time, and takes any file that a disk may have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tigertail.audio.journal import FileRecord, FileVersion, open_journal
from tigertail.errors import DataError

OTHER_PROCESS = """
import sys
from pathlib import Path
from tigertail.audio.journal import open_journal
with open_journal(Path(sys.argv[1]), "settings"):
    pass
"""


def test_whoever_is_refused_in_the_same_process_leaves_it_locked_for_others(tmp_path: Path) -> None:
    path = tmp_path / "audio.journal"
    with open_journal(path, "settings"):
        with pytest.raises(DataError, match="another analysis is writing"), open_journal(path, "settings"):
            pass
        other = [sys.executable, "-c", OTHER_PROCESS, path]
        done = subprocess.run(other, capture_output=True, text=True, check=False)
        assert "another analysis is writing" in done.stderr


@pytest.mark.parametrize("content", [b"a", b"a list", b"a shopping list, say" * 100])
def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "audio.journal"
    path.write_bytes(content)
    with pytest.raises(DataError, match="not a journal of ours"), open_journal(path, "settings"):
        pass
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "audio.journal"
    path.touch()
    with open_journal(path, "settings") as journal:
        assert journal.known() == {}


def test_a_file_of_the_year_2300_has_a_record(tmp_path: Path) -> None:
    song = tmp_path / "song.wav"
    song.touch()
    os.utime(song, (330 * 365.25 * 86_400,) * 2)
    version = FileVersion.of(song)
    with open_journal(tmp_path / "audio.journal", "settings") as journal:
        journal.add(version, FileRecord(0.0, None, "silent"), [])
        assert journal.known() == {FileVersion.of(song): False}

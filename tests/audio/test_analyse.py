from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.audio.conftest import Write, noise, tone

from tigertail.audio import AnalysisConfig, AnalysisSummary, analyse, find_clips
from tigertail.audio.journal import open_journal
from tigertail.errors import DataError, TigertailError

CONFIG = AnalysisConfig()


@pytest.fixture
def folder(tmp_path: Path, write: Write) -> Path:
    """Three artists, one of them with nothing but bad files."""
    write("music/high/1.wav", tone(3_000))
    write("music/high/2.flac", tone(3_500))
    write("music/low/1.ogg", tone(110))
    write("music/bad/silent.wav", 0 * noise())
    write("music/bad/short.wav", noise(1.0))
    (tmp_path / "music/bad/broken.mp3").write_bytes(b"not at all an MP3" * 100)
    return tmp_path / "music"


def run(folder: Path, out: Path, config: AnalysisConfig = CONFIG, *, retry: bool = False) -> AnalysisSummary:
    return analyse(find_clips(folder), out, config, processes=1, retry=retry)


def test_good_files_become_a_table_and_bad_ones_are_reported(folder: Path) -> None:
    out = folder.parent / "audio.parquet"
    done = run(folder, out)
    table = pl.read_parquet(out)
    assert table.select("name", "clip_id").rows() == [
        ("high", "high/1.wav"), ("high", "high/2.flac"), ("low", "low/1.ogg"),
    ]  # fmt: skip
    assert (np.diff(table["centroid_mean"].to_list()) > 0).tolist() == [True, False]
    assert (done.clips, done.analysed, done.reused, round(done.seconds)) == (3, 6, 0, 12)
    skipped = dict(pl.read_csv(out.with_name("audio.skipped.csv")).rows())
    assert skipped == dict(done.skipped)
    assert skipped.keys() == {"bad/broken.mp3", "bad/short.wav", "bad/silent.wav"}
    assert skipped["bad/silent.wav"] == "silent"
    assert done.reasons == {"cannot be read": 1, "too short": 1, "silent": 1}
    again = run(folder, out, retry=True)
    assert (again.analysed, again.reused) == (3, 3), (
        "those that failed are looked at again if one asks for it"
    )


def test_what_is_done_is_not_done_again(folder: Path, write: Write) -> None:
    out = folder.parent / "audio.parquet"
    run(folder, out)
    before = out.read_bytes()
    again = run(folder, out)
    assert (again.analysed, again.reused) == (0, 6)
    assert out.read_bytes() == before
    write("music/low/1.ogg", tone(220))  # changed
    write("music/bad/silent.wav", noise())  # mended
    write("music/low/2.ogg", tone(330))  # new
    (folder / "high/1.wav").unlink()  # gone
    more = run(folder, out)
    assert (more.clips, more.analysed, more.reused) == (4, 3, 3)
    assert pl.read_parquet(out)["clip_id"].to_list() == [
        "bad/silent.wav", "high/2.flac", "low/1.ogg", "low/2.ogg",
    ]  # fmt: skip
    other = run(folder, out, AnalysisConfig(mfccs=8))
    assert (other.analysed, other.reused) == (6, 0), "other settings, other descriptors"


MANY, DONE = 12, 5
SCRIPT = f"""
import os, signal, sys
from pathlib import Path
from tigertail.audio import analyse, find_clips
from tigertail.audio.journal import Journal

add, written = Journal.add, []

def add_and_die(*entry):
    if len(written) == {DONE}:
        os.killpg(0, signal.SIGKILL)
    written.append(entry)
    add(*entry)

if __name__ == "__main__":
    Journal.add = add_and_die
    analyse(find_clips(Path(sys.argv[1])), Path(sys.argv[2]), processes=2)
"""


def test_killed_midway_nothing_is_done_twice_and_nothing_is_lost(tmp_path: Path, write: Write) -> None:
    first = write("music/00.wav", noise())
    for number in range(1, MANY):
        shutil.copyfile(first, first.with_name(f"{number:02}.wav"))
    out = tmp_path / "audio.parquet"
    command = [sys.executable, "-c", SCRIPT, str(first.parent), str(out)]
    killed = subprocess.run(command, start_new_session=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    with open_journal(tmp_path / "audio.journal", CONFIG.digest) as journal:
        assert len(journal.known()) == DONE
    assert not out.exists()

    done = analyse(find_clips(first.parent), out, processes=1)
    assert (done.reused, done.analysed, done.clips) == (DONE, MANY - DONE, MANY)
    table = pl.read_parquet(out)
    assert table["clip_id"].to_list() == [f"{number:02}.wav" for number in range(MANY)]
    assert table.drop("name", "clip_id").n_unique() == 1, (
        "one sound, whichever process heard it, in which run"
    )


WITHOUT_A_GUARD = """
import sys
from pathlib import Path
from tigertail.audio import analyse, find_clips
analyse(find_clips(Path(sys.argv[1])), Path(sys.argv[2]), processes=1)
"""


def test_a_script_without_a_guard_fails_and_no_file_is_blamed(folder: Path) -> None:
    script, out = folder.parent / "script.py", folder.parent / "audio.parquet"
    script.write_text(WITHOUT_A_GUARD)
    done = subprocess.run([sys.executable, script, folder, out], capture_output=True, text=True, check=False)
    assert 'if __name__ == "__main__":' in done.stderr
    assert run(folder, out).analysed == 6


def test_a_table_is_not_written_over_its_journal(folder: Path) -> None:
    with pytest.raises(DataError, match="journal"):
        run(folder, folder.parent / "audio.journal")
    assert not (folder.parent / "audio.journal").exists()


def test_no_file_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file"):
        analyse([], tmp_path / "audio.parquet")


def test_two_analyses_do_not_write_to_one_journal(folder: Path) -> None:
    out = folder.parent / "audio.parquet"
    with (
        open_journal(folder.parent / "audio.journal", CONFIG.digest),
        pytest.raises(DataError, match="another analysis is writing"),
    ):
        run(folder, out)


def test_a_journal_of_something_else_is_refused(folder: Path) -> None:
    out, journal = folder.parent / "audio.parquet", folder.parent / "audio.journal"
    for size in (1, 100):
        journal.write_bytes(b"a shopping list, say" * size)
        with pytest.raises(DataError, match="not a journal of ours"):
            run(folder, out)
        assert journal.read_bytes() == b"a shopping list, say" * size
    journal.unlink()
    with sqlite3.connect(journal) as other:
        other.execute("CREATE TABLE shopping (what TEXT)")
    with pytest.raises(DataError, match="not a journal of ours"):
        run(folder, out)


def test_a_damaged_journal_may_be_removed_and_one_that_cannot_be_written_may_not(tmp_path: Path) -> None:
    journal = tmp_path / "audio.journal"
    with open_journal(journal, CONFIG.digest):
        pass
    written = journal.read_bytes()
    journal.write_bytes(written[:100] + b"\xff" * 100 + written[200:])
    with pytest.raises(DataError, match="damaged") as damaged, open_journal(journal, CONFIG.digest):
        pass
    assert "remove it" in (damaged.value.remedy or "")
    for place in (tmp_path, journal / "under a file"):
        with (
            pytest.raises(DataError, match="cannot be written") as refused,
            open_journal(place, CONFIG.digest),
        ):
            pass
        assert "remove" not in (refused.value.remedy or "")


def test_a_journal_whose_run_was_killed_before_its_first_word_is_begun_again(tmp_path: Path) -> None:
    journal = tmp_path / "audio.journal"
    with sqlite3.connect(journal) as begun:
        begun.execute("BEGIN EXCLUSIVE")
        begun.commit()
    assert journal.stat().st_size
    with open_journal(journal, CONFIG.digest) as opened:
        assert opened.known() == {}


def test_without_the_libraries_no_file_is_blamed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(TigertailError, match=r"pip install 'tigertail\[audio\]'"):
        run(folder, folder.parent / "audio.parquet")
    assert not (folder.parent / "audio.journal").exists()


def test_a_folder_of_nothing_but_bad_files_is_an_error(folder: Path) -> None:
    with pytest.raises(DataError, match="not one of 3 files can be used"):
        run(folder / "bad", folder.parent / "audio.parquet")
    assert not (folder.parent / "audio.parquet").exists()

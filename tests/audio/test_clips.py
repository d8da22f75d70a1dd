from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail.audio import find_clips
from tigertail.errors import DataError


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_in_a_folder_the_first_folder_names_the_artist(tmp_path: Path) -> None:
    touch(tmp_path / "Кино/Группа крови/1.flac", tmp_path / "Кино/2.MP3", tmp_path / "loose.ogg")
    touch(tmp_path / "Кино/cover.jpg", tmp_path / "Кино/old.m4a", tmp_path / "Кино/._2.MP3")
    assert [(clip.clip_id, clip.item["name"]) for clip in find_clips(tmp_path)] == [
        ("loose.ogg", "loose"),
        ("Кино/2.MP3", "Кино"),
        ("Кино/old.m4a", "Кино"),  # cannot be read, but is to be reported
        ("Кино/Группа крови/1.flac", "Кино"),
    ]


def test_a_table_says_whose_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text(
        "file,item_id,artist_name,year\na.ogg,007,Kent,1997\nsub/b.ogg,,Kent,1998\n"
    )
    first, second = find_clips(tmp_path / "clips.csv")
    assert first.path == tmp_path / "a.ogg"
    assert first.item == {"item_id": "007", "artist_name": "Kent"}
    assert (second.clip_id, second.item) == ("sub/b.ogg", {"artist_name": "Kent"})


def test_blank_lines_and_blanks_around_a_value_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text("file,name\na.ogg ,Kent\n\nb.ogg, Kult\n\n")
    clips = [(clip.path.name, clip.item["name"]) for clip in find_clips(tmp_path / "clips.csv")]
    assert clips == [("a.ogg", "Kent"), ("b.ogg", "Kult")]


def test_any_column_of_a_table_may_name_the_item(tmp_path: Path) -> None:
    pl.DataFrame({"file": ["a.ogg"], "band": ["Kent"], "clip_id": ["one"]}).write_parquet(
        tmp_path / "t.parquet"
    )
    (clip,) = find_clips(tmp_path / "t.parquet", name_column="band")
    assert (clip.clip_id, clip.item) == ("one", {"name": "Kent"})
    with pytest.raises(DataError, match="no column 'group'"):
        find_clips(tmp_path / "t.parquet", name_column="group")
    with pytest.raises(DataError, match="a folder has no column 'band'"):
        find_clips(tmp_path, name_column="band")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("path,name\na.ogg,Kent\n", "needs a column 'file'"),
        ("file,year\na.ogg,1997\n", "needs a column 'file', and one of item_id, name"),
        ("file,name\na.ogg,Kent\n,Kent\n", "line 3: no file in this row"),
        ("file,name\n\na.ogg,  \n", "line 3: no item, MBID or name"),
        ("file,name\na.ogg,Kent\na.ogg,Kent\n", "line 3: clip 'a.ogg' is in line 2 too"),
        ("file,name\n", "no audio file"),
        ("", "cannot be read"),
    ],
)
def test_a_table_that_will_not_do_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "clips.csv").write_text(text)
    with pytest.raises(DataError, match=problem):
        find_clips(tmp_path / "clips.csv")


def test_a_place_without_audio_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no audio file"):
        find_clips(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        find_clips(tmp_path / "nowhere")

"""What a person exports is a history, whatever program wrote it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tigertail.errors import DataError, TigertailWarning
from tigertail.model import Model
from tigertail.model.history_files import read_history

PLAYED = [("Sigur Rós", 2.0), ("Nirvana", 1.0)]
LISTENS = [
    {"listened_at": 1700000000 + place, "track_metadata": {"artist_name": name, "track_name": "x"}}
    for place, name in enumerate(["Sigur Rós", "Nirvana", "Sigur Rós"])
]
STREAMS = [
    {"ts": f"2026-01-0{place}T00:00:00Z", "ms_played": 60_000, "master_metadata_album_artist_name": name,
     "master_metadata_track_name": "x"}
    for place, name in enumerate(["Sigur Rós", "Nirvana", "Sigur Rós"], start=1)
]  # fmt: skip


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def zipped(folder: Path, name: str, member: str, text: str) -> Path:
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr(member, text)
    return folder / name


def test_a_list_of_names(model: Model, tmp_path: Path) -> None:
    file = written(tmp_path, "mine.txt", "Sigur Rós\nNirvana\n\nSigur Rós\n")
    assert read_history(file, model.index) == PLAYED


def test_a_list_of_names_and_counts(model: Model, tmp_path: Path) -> None:
    file = written(tmp_path, "mine.txt", "Nirvana\t1\nSigur Rós\t2\n")
    assert read_history(file, model.index) == PLAYED


@pytest.mark.parametrize("count", ["often", "-3", "nan", "inf"])
def test_a_count_that_is_none_is_named_with_its_line(model: Model, tmp_path: Path, count: str) -> None:
    file = written(tmp_path, "mine.txt", f"Nirvana\t1\n\nSigur Rós\t{count}\n")
    with pytest.raises(DataError, match=rf"mine.txt, line 3: '{count}' is no count"):
        read_history(file, model.index)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scrobbles.csv", "uts,artist,track\n1,Sigur Rós,a\n2,Nirvana,b\n3,Sigur Rós,c\n"),
        ("counts.tsv", "artist\tplay_count\nSigur Rós\t2\nNirvana\t1\n"),
        ("mine.json", json.dumps([{"artist": "Sigur Rós", "count": 2}, {"artist": "Nirvana", "count": 1}])),
        ("listens.jsonl", "\n".join(json.dumps(one) for one in LISTENS)),
        ("Streaming_History_Audio_2026_0.json", json.dumps(STREAMS)),
    ],
    ids=["last.fm", "counts", "json", "listenbrainz", "spotify"],
)
def test_tables_and_exports(model: Model, tmp_path: Path, name: str, text: str) -> None:
    assert read_history(written(tmp_path, name, text), model.index) == PLAYED


def test_exports_as_they_come(model: Model, tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(one) for one in LISTENS)
    listens = zipped(tmp_path, "listenbrainz_ann_1.zip", "listens/2026/1.jsonl", lines)
    assert read_history(listens, model.index) == PLAYED
    streams = zipped(
        tmp_path, "my_spotify_data.zip", "Spotify/Streaming_History_Audio_2026_0.json", json.dumps(STREAMS)
    )
    assert read_history(streams, model.index) == PLAYED


def test_parquet_with_ids(model: Model, tmp_path: Path) -> None:
    pl.DataFrame({"item_id": ["n1", "zz"], "name": ["Somebody", "Nirvana"], "plays": [3, 1]}).write_parquet(
        tmp_path / "mine.parquet"
    )
    assert read_history(tmp_path / "mine.parquet", model.index) == [("n1", 3.0), ("Nirvana", 1.0)]


def test_what_to_do_with_a_column_of_another_type_needs_no_recipe(model: Model, tmp_path: Path) -> None:
    pl.DataFrame({"artist": [{"name": "Nirvana"}]}).write_parquet(tmp_path / "mine.parquet")
    with pytest.raises(DataError, match="column 'artist' is of type Struct") as caught:
        read_history(tmp_path / "mine.parquet", model.index)
    assert caught.value.remedy == "save it as text or numbers"


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("mine.txt", "\n", "it has no play"),
        ("mine.csv", "when,what\n1,2\n", "no column for the item"),
        ("mine.csv", "artist,count\nKino,0\n", "it has no play"),
    ],
)
def test_what_is_no_history_says_so(model: Model, tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        read_history(written(tmp_path, name, text), model.index)


def test_an_archive_or_a_folder_without_an_export_says_so(model: Model, tmp_path: Path) -> None:
    names = zipped(tmp_path, "names.zip", "names.txt", "Nirvana\n")
    for place in (names, tmp_path):
        with pytest.raises(DataError, match="no export of ListenBrainz or Spotify is in it"):
            read_history(place, model.index)


def test_the_one_export_as_it_comes_is_found_in_a_folder(model: Model, tmp_path: Path) -> None:
    (tmp_path / "._listens.zip").write_bytes(b"PK\x03\x04")  # which a file manager left behind
    zipped(tmp_path, "names.zip", "names.txt", "Nirvana\n")
    (tmp_path / "exports").mkdir()
    zipped(tmp_path / "exports", "my_spotify_data.ZIP", "Spotify/endsong_0.json", json.dumps(STREAMS))
    assert read_history(tmp_path, model.index) == PLAYED
    zipped(tmp_path, "listenbrainz_ann_1.zip", "listens/1.jsonl", json.dumps(LISTENS[0]))
    with pytest.raises(DataError) as refused:
        read_history(tmp_path, model.index)
    assert refused.value.problem == (
        "2 exports are in it: exports/my_spotify_data.ZIP, listenbrainz_ann_1.zip"
    )
    assert refused.value.remedy == "give one of them"


@pytest.mark.parametrize(
    ("name", "text", "remedy"),
    [
        ("mine.csv", "artist;plays\nNirvana;1\n", 'separate the fields by ",", not by ";"'),
        ("mine.tsv", "artist,plays\nNirvana,1\n", r'separate the fields by "\t", not by ","'),
        ("mine.csv", "Nirvana,Nevermind\nSade,Promise\n", "if these are data, write a line before them"),
    ],
)
def test_what_to_do_with_columns_that_cannot_be_told_is_said(
    model: Model, tmp_path: Path, name: str, text: str, remedy: str
) -> None:
    with pytest.raises(DataError, match="no column for the item") as refused:
        read_history(written(tmp_path, name, text), model.index)
    assert remedy in refused.value.remedy


def test_rows_in_another_encoding_are_left_out_with_the_remedy(model: Model, tmp_path: Path) -> None:
    text = "artist,count\nSigur Rós,2\nNirvana,1\n"
    (tmp_path / "mine.csv").write_bytes(text.encode("latin-1"))
    with pytest.warns(TigertailWarning, match="1 of its rows left out: .* utf-8; save the file as UTF-8"):
        assert read_history(tmp_path / "mine.csv", model.index) == [("Nirvana", 1.0)]


def test_rows_without_a_count_are_left_out_with_a_warning(model: Model, tmp_path: Path) -> None:
    text = 'artist,count\nSigur Rós,2\nNirvana,1\nКино,"1,234"\nTool,0\n'
    with pytest.warns(
        TigertailWarning, match=r"mine.csv: 2 of its rows left out: their count is no number above 0"
    ):
        assert read_history(written(tmp_path, "mine.csv", text), model.index) == PLAYED


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("mine.csv", "artist,count\nSigur Rós,2\nNirvana,1\nTool,1,000\n", "wrong number of fields"),
        (
            "mine.jsonl",
            '{"artist": "Sigur Rós", "count": 2}\n{"artist\n{"artist": "Nirvana", "count": 1}\n',
            "not an object",
        ),
    ],
)
def test_rows_that_cannot_be_read_are_left_out_with_a_warning(
    model: Model, tmp_path: Path, name: str, text: str, reason: str
) -> None:
    with pytest.warns(TigertailWarning, match=f"{name}: 1 of its rows left out: {reason}"):
        read_history(written(tmp_path, name, text), model.index)


def test_a_list_in_a_row_stands_for_a_row_for_each(model: Model, tmp_path: Path) -> None:
    rows = [{"artist": ["Sigur Rós", "Nirvana"], "count": 1}, {"artist": "Sigur Rós", "count": 1}]
    assert read_history(written(tmp_path, "mine.json", json.dumps(rows)), model.index) == PLAYED
    pl.DataFrame({"artist": ["Nirvana"], "count": [[1, 2]]}).write_parquet(tmp_path / "mine.parquet")
    with pytest.raises(DataError, match="'count' is of type List"):
        read_history(tmp_path / "mine.parquet", model.index)


def test_a_missing_file_says_so(model: Model, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_history(tmp_path / "none.csv", model.index)

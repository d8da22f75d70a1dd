from datetime import datetime

import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.wfmu import WfmuPlaylists, WfmuRepertoires

MONDAY, TUESDAY = datetime(2017, 7, 3), datetime(2017, 7, 4)
PLAYED = [
    ("SN", MONDAY, "Can", "Vitamin C"),
    ("KF", MONDAY, "Wire", "Map Ref."),
    ("SN", MONDAY, "Wire", None),
    ("SN", TUESDAY, "Music Behind Dj:phil Kraus", "Brazil"),
    ("SN", TUESDAY, "Music Behind Dj:", "Talk"),
    ("KF", datetime(1932, 2, 19), "Unknown", "Waltz"),
    ("KF", datetime(1932, 2, 19), "Caruso", "Aria"),
    (None, MONDAY, "Sun Ra", "Space"),
]


COLUMNS = {"DJ": pl.String, "AirDate": pl.Datetime("us"), "Artist": pl.String, "Title": pl.String}


def write(path, played):
    pl.DataFrame(played, schema=COLUMNS, orient="row").write_parquet(path)
    return path


@pytest.fixture
def playlists(tmp_path):
    return write(tmp_path / "playlists.parquet", PLAYED)


def source(path, **options):
    return WfmuPlaylists(format="wfmu-playlists", path=path, **options)


def test_a_show_is_what_a_dj_played_on_a_day_in_its_order(playlists, read):
    rows = read(source(playlists))["sequences"]
    assert rows.select("sequence_id", "position", "name", "curator").rows() == [
        ("SN 2017-07-03", 1, "Can", "SN"),
        ("KF 2017-07-03", 1, "Wire", "KF"),
        ("SN 2017-07-03", 2, "Wire", "SN"),
        ("SN 2017-07-04", 1, "phil Kraus", "SN"),
        ("KF 1932-02-19", 1, "Caruso", "KF"),
    ]


def test_a_show_goes_on_in_the_next_file(tmp_path, read):
    write(tmp_path / "a.parquet", [("SN", MONDAY, "Can", "Vitamin C"), ("SN", MONDAY, "Wire", "Map Ref.")])
    write(tmp_path / "b.parquet", [("SN", MONDAY, "Faust", "Krautrock"), ("KF", MONDAY, "Neu!", "Hero")])
    rows = read(source(tmp_path))["sequences"]
    assert rows.select("sequence_id", "position", "name").rows() == [
        ("SN 2017-07-03", 1, "Can"),
        ("SN 2017-07-03", 2, "Wire"),
        ("SN 2017-07-03", 3, "Faust"),
        ("KF 2017-07-03", 1, "Neu!"),
    ]


@pytest.mark.parametrize("table", ["sequences", "plays"])
def test_a_file_without_rows_says_nothing(tmp_path, read, table):
    assert read(source(write(tmp_path / "playlists.parquet", []), table=table)) == {}


def test_a_dj_without_a_name_has_no_show(tmp_path, read, quarantine):
    played = [(dj, MONDAY, "Can", "Vitamin C") for dj in ("", "  ", "SN ")]
    rows = read(source(write(tmp_path / "playlists.parquet", played)))["sequences"]
    assert rows["curator"].to_list() == ["SN"]
    assert quarantine.reasons_of("wfmu-playlists") == {"no show": 2}


@pytest.mark.parametrize("table", ["sequences", "plays"])
def test_what_is_said_on_air_is_no_track(tmp_path, read, quarantine, table):
    said = [
        ("WA", MONDAY, "Concert Report", "Concert Report!"),
        ("WA", MONDAY, "Concert Report!!!", "Concert Report"),
    ]
    records = [("WA", MONDAY, "Black Sabbath", "Black Sabbath"), ("SN", MONDAY, "Can", "Vitamin C")]
    write(tmp_path / "a.parquet", [*said, *records])
    write(tmp_path / "b.parquet", [("SN", TUESDAY, "Black Sabbath", "Paranoid")])
    rows = read(source(tmp_path, kind="track", table=table))[table]
    assert rows["name"].to_list() == ["Black Sabbath", "Vitamin C", "Paranoid"]
    assert [(row.file, row.line) for row in quarantine.rows] == [("a.parquet", 1), ("a.parquet", 2)]
    assert quarantine.reasons_of("wfmu-playlists") == {
        "an announcement: its title is its artist, who has no other": 2
    }


def test_djs_are_no_dj(tmp_path, read):
    played = [("SN", MONDAY, "Music Behind Djs", "Talk")]
    rows = read(source(write(tmp_path / "playlists.parquet", played)))["sequences"]
    assert rows["name"].to_list() == ["Music Behind Djs"]


def test_what_was_nobodys_record_is_put_aside(playlists, read, quarantine):
    read(source(playlists))
    assert quarantine.reasons_of("wfmu-playlists") == {
        "no artist": 1,
        "unknown or various artists": 1,
        "no show": 1,
    }
    assert quarantine.warnings["wfmu-playlists", "played under the DJ's voice"] == 2
    assert quarantine.warnings["wfmu-playlists", "air date before 1970, left out"] == 1


@pytest.mark.parametrize(("listener", "first"), [("show", "SN 2017-07-03"), ("dj", "SN")])
def test_tracks_are_played_to_a_show_or_by_a_dj(playlists, read, quarantine, listener, first):
    rows = read(source(playlists, table="plays", kind="track", listener=listener))["plays"]
    assert rows.select("listener_id", "name", "artist_name").row(0) == (first, "Vitamin C", "Can")
    assert rows["last_played"].dt.year().to_list() == [2017, 2017, 2017, None]
    assert quarantine.reasons_of("wfmu-playlists")["no item name"] == 1, "a record without a title"


def test_options_that_say_nothing_are_refused(playlists):
    with pytest.raises(ValueError, match="listener is an option of table = 'plays'"):
        source(playlists, listener="dj")
    with pytest.raises(ValueError, match="of plays, catalogue is 'open' or left out"):
        source(playlists, table="plays", catalogue="all")


def test_repertoires_have_no_order(tmp_path, read):
    frame = pl.DataFrame(
        {"DJ": ["FX", "FX ", None, " "], "artist_token": ["chkchkchk", "can", "wire", "faust"]}
    )
    frame.write_parquet(tmp_path / "a.parquet")
    rows = read(WfmuRepertoires(format="wfmu-repertoires", path=tmp_path))["sequences"]
    assert rows.select("sequence_id", "position", "name", "curator").rows() == [
        ("repertoire FX", None, "chkchkchk", "FX"),
        ("repertoire FX", None, "can", "FX"),
    ]


def test_another_table(tmp_path, read):
    pl.DataFrame({"DJ": ["FX"]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="no column AirDate, Artist, Title"):
        read(source(tmp_path))

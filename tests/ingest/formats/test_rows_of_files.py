"""Files whose rows are not one listener and one item: several values, conditions, files to join, names of files."""

import gzip
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from tests.support import csv_source, parquet_source

from tigertail.errors import DataError
from tigertail.ingest.formats.delimited import Tsv
from tigertail.ingest.formats.json_tables import Json

ONE, TWO = (f"{digit * 8}-{digit * 4}-{digit * 4}-{digit * 4}-{digit * 12}" for digit in "12")


def rows_of(table, *names):
    return table.select(names).rows()


# Lists


def test_a_list_of_names_is_several_plays(tmp_path, read):
    plays = read(
        parquet_source(
            tmp_path, {"listener_id": ["a", "b"], "name": [["Can", "Neu!"], ["Sade"]], "plays": [2, 3]}
        )
    )["plays"]
    assert rows_of(plays, "listener_id", "name", "plays") == [
        ("a", "Can", 2),
        ("a", "Neu!", 2),
        ("b", "Sade", 3),
    ]


def test_lists_of_one_row_go_side_by_side(tmp_path, read, quarantine):
    moments = [[datetime(2020, 1, 1, 1, 1, 1), datetime(2020, 1, 2, 2, 2, 2)], [datetime(2021, 1, 1)], []]
    columns = {"listener_id": [7, 8, 9], "item_id": [[1, 2], [1, 3], []], "last_played": moments}
    plays = read(parquet_source(tmp_path, columns))["plays"]
    assert rows_of(plays, "listener_id", "item_id") == [("7", "1"), ("7", "2"), ("8", "1"), ("8", "3")]
    assert plays["last_played"].dt.day().to_list() == [1, 2, None, None]
    assert quarantine.reasons_of("t") == {"no item name": 1}
    what = "last_played with another number of values than item_id, left out"
    assert quarantine.warnings == {("t", what): 1}


def test_amounts_are_as_many_as_what_they_count(tmp_path, read, quarantine):
    columns = {"listener_id": ["a", "b"], "name": [["Can", "Sade"], ["Can"]], "plays": [[2, 3], [1, 1]]}
    plays = read(parquet_source(tmp_path, columns))["plays"]
    assert rows_of(plays, "name", "plays") == [("Can", 2), ("Sade", 3)]
    assert quarantine.reasons_of("t") == {"lists of different lengths (name, plays)": 1}


def test_a_row_that_stands_for_several_is_rejected_once(tmp_path, read, quarantine):
    columns = {"listener_id": [None, "b"], "name": [["Can", "Neu!", "Sade"], ["Can", "", ""]]}
    plays = read(parquet_source(tmp_path, columns))["plays"]
    assert rows_of(plays, "listener_id", "name") == [("b", "Can")]
    assert quarantine.reasons_of("t") == {"no listener": 1, "no item name": 1}
    assert [row.line for row in quarantine.rows] == [1, 2]


def test_labels_go_with_every_item(tmp_path, read):
    text = "name,label\nCan|Neu!,rock|kraut\n"
    tags = read(csv_source(tmp_path, text, table="annotations", several={"name": "|", "label": "|"}))[
        "annotations"
    ]
    assert rows_of(tags, "name", "label") == [
        (name, label) for name in ("Can", "Neu!") for label in ("rock", "kraut")
    ]


def test_weights_go_with_their_labels(tmp_path, read):
    columns = {"name": ["Can"], "label": [["rock", "kraut"]], "weight": [[3.0, 5.0]]}
    tags = read(parquet_source(tmp_path, columns, table="annotations"))["annotations"]
    assert rows_of(tags, "label", "weight") == [("rock", 3), ("kraut", 5)]


def test_pairs_of_lists(tmp_path, read):
    columns = {"name_a": ["Can"], "name_b": [["Neu!", "Sade"]], "count": [2]}
    pairs = read(parquet_source(tmp_path, columns, table="pairs"))["pairs"]
    assert rows_of(pairs, "name_a", "name_b", "count") == [("Can", "Neu!", 2), ("Can", "Sade", 2)]


def test_a_missing_list_beside_a_list_of_names_costs_no_row(tmp_path, read):
    plays = read(
        parquet_source(
            tmp_path,
            {
                "listener_id": ["a"],
                "name": [["Can", "Sade"]],
                "mbid": pl.Series([None], dtype=pl.List(pl.String)),
            },
        )
    )["plays"]
    assert rows_of(plays, "name", "mbid") == [("Can", None), ("Sade", None)]


def test_a_list_is_a_playlist_in_its_order(tmp_path, read):
    columns = {"sequence_id": ["p", "q"], "name": [["Can", "Sade"], ["Neu!", "Can"]]}
    rows = read(parquet_source(tmp_path, columns, table="sequences"))["sequences"]
    assert rows_of(rows, "sequence_id", "position", "name") == [
        ("p", 1, "Can"),
        ("p", 2, "Sade"),
        ("q", 3, "Neu!"),
        ("q", 4, "Can"),
    ]


def test_a_list_of_listeners_makes_no_sense(tmp_path, read):
    source = parquet_source(tmp_path, {"listener_id": [["a", "b"]], "name": ["Can"]})
    with pytest.raises(DataError, match=r"column 'listener_id' is of type List\(String\)"):
        read(source)


# Types


def test_ids_that_went_through_floats_are_whole_again(tmp_path, read):
    whole = read(csv_source(tmp_path, "listener_id,item_id\n7.0,311.0\n8.0,42.0\n"))["plays"]
    assert rows_of(whole, "listener_id", "item_id") == [("7", "311"), ("8", "42")]
    some = read(csv_source(tmp_path, "listener_id,item_id\na,1.0\nb,1.5\n"))["plays"]
    assert some["item_id"].to_list() == ["1.0", "1.5"], "here they are versions"
    numbers = read(parquet_source(tmp_path, {"listener_id": [7.0, None], "name": [311.0, 5.0]}))["plays"]
    assert rows_of(numbers, "listener_id", "name") == [("7", "311")]


def test_mbids_may_be_sixteen_bytes(tmp_path, read):
    plays = read(
        parquet_source(tmp_path, {"listener_id": ["a"], "mbid": [bytes.fromhex(ONE.replace("-", ""))]})
    )["plays"]
    assert plays["mbid"].to_list() == [ONE]


# Several values in one field


def test_several_values_in_one_field(tmp_path, read):
    tags = read(
        csv_source(
            tmp_path, "name,label\nCan,rock|jazz | \nSade,soul\n", table="annotations", several={"label": "|"}
        )
    )["annotations"]
    assert rows_of(tags, "name", "label") == [("Can", "rock"), ("Can", "jazz"), ("Sade", "soul")]


@pytest.mark.parametrize("separator", [",", ";", " / "])
def test_several_mbids_in_one_field_are_several_artists(tmp_path, read, separator):
    text = f"listener_id\tname\tmbid\na\tOne feat. Two\t{ONE}{separator}{TWO}\na\tOne\t{ONE}\n"
    (tmp_path / "t.tsv").write_text(text, encoding="utf-8")
    plays = read(Tsv(format="tsv", path=tmp_path / "t.tsv"))["plays"]
    assert rows_of(plays, "name", "mbid") == [(None, ONE), (None, TWO), ("One", ONE)]


def test_an_mbid_may_be_an_address(tmp_path, read, quarantine):
    plays = read(csv_source(tmp_path, f"listener_id,mbid\na,https://musicbrainz.org/artist/{ONE.upper()}\n"))[
        "plays"
    ]
    assert plays["mbid"].to_list() == [ONE]
    assert not quarantine.warnings


def test_several_make_sense_only_where_a_row_can_be_several(tmp_path):
    with pytest.raises(ValueError, match="several values make no sense in listener_id"):
        csv_source(tmp_path, "", several={"listener_id": ";"})


# Conditions


LOG = """who,artist,kind,ms,skipped
a,Can,PLAY,30000,False
a,Neu!,PLAY,29999,False
a,Sade,LYRICS,99999,False
a,Can,PLAY,,False
a,Can,PLAY,50000,True
a,Abba,PAUSE,nan,False
"""


@pytest.mark.parametrize(
    ("where", "artists"),
    [
        ({"kind": "LYRICS"}, ["Sade"]),
        ({"kind": ["PLAY", "LYRICS"], "skipped": False}, ["Can", "Neu!", "Sade", "Can"]),
        ({"ms": {"at_least": 30000}}, ["Can", "Sade", "Can"]),
        ({"ms": {"at_least": 30000, "at_most": 60000}, "skipped": {"without": [True]}}, ["Can"]),
        ({"ms": 29999}, ["Neu!"]),
        ({"skipped": "True"}, ["Can"]),
        ({"kind": " LYRICS "}, ["Sade"]),
        ({"kind": {"without": ["PLAY ", "PAUSE"]}}, ["Sade"]),
    ],
)
def test_rows_that_meet_the_conditions(tmp_path, read, where, artists):
    source = csv_source(tmp_path, LOG, columns={"listener_id": "who", "name": "artist"}, where=where)
    assert read(source)["plays"]["name"].to_list() == artists


def test_rows_left_out_are_counted_by_their_condition(tmp_path, read, quarantine):
    columns = {"listener_id": "who", "name": "artist"}
    read(csv_source(tmp_path, LOG, columns=columns, where={"kind": "PLAY", "ms": {"at_least": 30000}}))
    assert quarantine.reasons_of("t", quarantine.left_out) == {
        "left out by where: ms": 2,
        "left out by where: kind": 2,
    }
    assert not quarantine.rows


def test_conditions_on_columns_of_a_parquet_file(tmp_path, read):
    columns = {
        "listener_id": ["a", "b", "c"],
        "name": ["x", "y", "z"],
        "skipped": [True, False, None],
        "ms": [1, 2, 3],
    }
    for where, left in (
        ({"skipped": False}, ["y"]),
        ({"skipped": "FALSE"}, ["y"]),
        ({"ms": {"at_least": 2}}, ["y", "z"]),
    ):
        plays = read(parquet_source(tmp_path, columns, where=where))["plays"]
        assert plays["name"].to_list() == left


@pytest.mark.parametrize("made", [csv_source, parquet_source])
def test_a_long_number_is_not_another_that_is_close(tmp_path, read, made):
    ids = [76561198000000001, 76561198000000002]  # equal as floats
    table = {"listener_id": ids, "name": ["x", "y"]}
    if made is csv_source:
        table = pl.DataFrame(table).write_csv()
    for where, left in ((ids[0], "x"), ({"without": ids[0]}, "y")):
        plays = read(made(tmp_path, table, where={"listener_id": where}))["plays"]
        assert plays["name"].to_list() == [left]


def test_conditions_that_cannot_be_met_are_named(tmp_path, read):
    with pytest.raises(DataError, match="no column duration"):
        read(
            csv_source(tmp_path, LOG, columns={"listener_id": "who", "name": "artist"}, where={"duration": 3})
        )
    with pytest.raises(ValueError, match="a condition without a value"):
        csv_source(tmp_path, LOG, where={"ms": {}})
    listed = parquet_source(
        tmp_path, {"listener_id": ["a"], "name": ["x"], "tags": [["rock"]]}, where={"tags": "rock"}
    )
    with pytest.raises(DataError, match="column 'tags' is of type List"):
        read(listed)
    spans = {"listener_id": ["a"], "name": ["x"], "ms": [timedelta(seconds=31)]}
    with pytest.raises(DataError, match="column 'ms' is of type Duration"):
        read(parquet_source(tmp_path, spans, where={"ms": {"at_least": 30}}))


# Files to join


def test_tracks_become_their_artists_by_a_second_file(tmp_path, read, quarantine):
    (tmp_path / "tracks.txt").write_text(
        "7<SEP>Can<SEP>Halleluhwah\n8<SEP>Can<SEP>Vitamin C\n", encoding="utf-8"
    )
    source = csv_source(
        tmp_path,
        "user,track,count\na,7,3\na,8,3\nb,9,1\n",
        columns={"listener_id": "user", "name": "join.2", "plays": "count"},
        join={"path": tmp_path / "tracks.txt", "on": {"track": 1}, "separator": "<SEP>", "header": False},
    )
    assert rows_of(read(source)["plays"], "listener_id", "name", "plays") == [
        ("a", "Can", 3),
        ("a", "Can", 3),
    ]
    assert quarantine.reasons_of("t") == {"no row for it in tracks.txt": 1}


def test_a_track_of_two_artists_counts_for_both(tmp_path, read):
    pl.DataFrame({"track_id": [1, 1], "artist": ["Can", "Sade"]}).write_parquet(tmp_path / "credits.parquet")
    source = parquet_source(
        tmp_path,
        {"uid": [5], "track_id": [1.0], "at": [datetime(2020, 1, 2, 3, 4, 5)]},
        columns={"listener_id": "uid", "name": "join.artist", "last_played": "at"},
        join={"path": tmp_path / "credits.parquet", "on": "track_id"},
    )
    assert rows_of(read(source)["plays"], "listener_id", "name") == [("5", "Can"), ("5", "Sade")]


def test_columns_of_the_first_file_may_be_compared_with_one_of_the_second(tmp_path, read, quarantine):
    (tmp_path / "songs.csv").write_text("id,artist\n1,Can\n2,Sade\n", encoding="utf-8")
    source = csv_source(
        tmp_path,
        "user,asked,played\na,1,1\nb,1,2\n",
        columns={"listener_id": "user", "name": "join.artist"},
        join={"path": tmp_path / "songs.csv", "on": {"asked": "id", "played": "id"}},
    )
    assert rows_of(read(source)["plays"], "listener_id", "name") == [("a", "Can")]
    assert quarantine.reasons_of("t") == {"no row for it in songs.csv": 1}


def test_a_row_without_a_value_to_compare_joins_no_other_without_one(tmp_path, read, quarantine):
    (tmp_path / "songs.csv").write_text("id,artist\n1,Can\n,Sade\n-,Kult\n", encoding="utf-8")
    source = csv_source(
        tmp_path,
        'user,song\na,1\nb,\nc," "\nd,-\n',
        columns={"listener_id": "user", "name": "join.artist"},
        join={"path": tmp_path / "songs.csv", "on": {"song": "id"}},
        missing=["-"],
    )
    assert rows_of(read(source)["plays"], "listener_id", "name") == [("a", "Can")]
    assert quarantine.reasons_of("t") == {"no row for it in songs.csv": 3}


@pytest.mark.parametrize(
    ("song", "ident", "at_fault"),
    [([True], [1], "'song' is of type Boolean"), ([1], [[1]], r"'id' is of type List\(Int64\)")],
)
def test_columns_that_cannot_be_compared_are_refused(song, ident, at_fault, tmp_path, read):
    pl.DataFrame({"id": ident, "artist": ["Can"]}).write_parquet(tmp_path / "songs.parquet")
    source = parquet_source(
        tmp_path,
        {"user": ["a"], "song": song},
        columns={"listener_id": "user", "name": "join.artist"},
        join={"path": tmp_path / "songs.parquet", "on": {"song": "id"}},
    )
    with pytest.raises(
        DataError, match=f"column {at_fault}, which cannot be compared\n  -> join by"
    ) as error:
        read(source)
    assert error.value.path


def test_of_a_row_that_joins_nothing_the_quarantine_shows_what_is_in_the_files(tmp_path, read, quarantine):
    pl.DataFrame({"id": [1], "artist": ["Can"]}).write_parquet(tmp_path / "songs.parquet")
    source = parquet_source(
        tmp_path,
        {"user": ["a", "b"], "song": [1, 2], "count": [3, 3], "day": [4, 4]},
        columns={"listener_id": "user", "name": "join.artist", "plays": "count"},
        join={"path": tmp_path / "songs.parquet", "on": {"song": "id"}},
    )
    read(source)
    assert [row.text for row in quarantine.rows] == ['{"user":"b","song":2,"count":3,"join.artist":null}']


@pytest.mark.parametrize("second", [None, "2021-01-01T00:00:00Z", datetime(2021, 1, 1), date(2021, 1, 1)])
def test_files_to_join_may_differ_in_the_type_of_a_column(second, tmp_path, read):
    """The times and truths of one stay, whatever the other has."""
    (tmp_path / "songs").mkdir()
    for ident, at, is_music in ((1, datetime(2020, 1, 1, 3, 4, 5), True), (2, second, "true")):
        songs = pl.DataFrame({"id": [ident], "artist": ["Can"], "at": [at], "is_music": [is_music]})
        songs.write_parquet(tmp_path / "songs" / f"{ident}.parquet")
    source = parquet_source(
        tmp_path,
        {"user": ["a", "b"], "song": [1, 2]},
        columns={"listener_id": "user", "name": "join.artist", "last_played": "join.at"},
        where={"join.is_music": True},
        join={"path": tmp_path / "songs", "on": {"song": "id"}},
    )
    times = read(source)["plays"]["last_played"].dt.to_string("%Y-%m-%d %H:%M:%S").to_list()
    assert times == ["2020-01-01 03:04:05", second and "2021-01-01 00:00:00"]


def test_joins_without_their_columns_are_named(tmp_path, read):
    (tmp_path / "u.csv").write_text("id,artist\n1,Can\n", encoding="utf-8")
    columns = {"listener_id": "user", "name": "join.artist"}
    for on in ("track", {"track": "key"}, {"song": "id"}):
        join = {"path": tmp_path / "u.csv", "on": on}
        with pytest.raises(DataError, match=r"no column (track|key|song)"):
            read(csv_source(tmp_path, "user,track\na,1\n", columns=columns, join=join))
    for on in ({}, {"on": []}, {"on": ""}, {"on": {"a": [1]}}, {"on": 1.5}):
        with pytest.raises(ValueError, match="join needs the columns to compare"):
            csv_source(tmp_path, "", join={"path": tmp_path / "u.csv"} | on)
    with pytest.raises(ValueError, match="join: seperator: unknown key"):
        csv_source(tmp_path, "", join={"path": tmp_path / "u.csv", "on": "track", "seperator": ";"})


@pytest.mark.parametrize("key", [{"where": {"kind": "song"}}, {"missing": ["-"]}, {"format": "tsv"}])
def test_a_key_that_says_nothing_of_the_file_to_join_is_refused(key, tmp_path):
    with pytest.raises(ValueError, match=f"join: {next(iter(key))} is a key of the source.* as join.COLUMN"):
        csv_source(tmp_path, "", join={"path": tmp_path / "u.csv", "on": "track"} | key)


def test_a_number_is_a_column_of_the_first_file(tmp_path, read):
    (tmp_path / "u.csv").write_text("track,artist\n1,Can\n", encoding="utf-8")
    join = {"path": tmp_path / "u.csv", "on": "track"}
    source = csv_source(tmp_path, "user,track\na,1\n", columns={"listener_id": 1, "name": 4}, join=join)
    with pytest.raises(DataError, match="no column number 4") as error:
        read(source)
    assert "join.artist" in error.value.remedy


@pytest.mark.parametrize(("chosen", "expected"), [([], ["@tempo"]), (["join.energy"], ["@join.energy"])])
def test_descriptors_of_a_joined_file_are_those_that_are_named(chosen, expected, tmp_path, read):
    (tmp_path / "u.csv").write_text("name,energy,year\nCan,0.5,1971\n", encoding="utf-8")
    join = {"path": tmp_path / "u.csv", "on": "name"}
    source = csv_source(tmp_path, "name,tempo\nCan,120\n", table="audio", descriptors=chosen, join=join)
    assert read(source)["audio"].columns == ["name", *expected]


def test_a_join_of_two_columns(tmp_path, read):
    (tmp_path / "u.csv").write_text("disc,track,artist\n1,1,Can\n1,2,Sade\n", encoding="utf-8")
    columns = {"listener_id": "user", "name": "join.artist"}
    join = {"path": tmp_path / "u.csv", "on": ["disc", "track"]}
    plays = read(csv_source(tmp_path, "user,disc,track\na,1,2\n", columns=columns, join=join))["plays"]
    assert plays["name"].to_list() == ["Sade"]


def test_a_row_that_the_second_file_repeats_counts_once(tmp_path, read):
    (tmp_path / "u.csv").write_text("track,artist,length\n1,Can,3\n1,Can,4\n1,Sade,3\n")
    columns = {"listener_id": "user", "name": "join.artist"}
    join = {"path": tmp_path / "u.csv", "on": "track"}
    plays = read(csv_source(tmp_path, "user,track\na,1\n", columns=columns, join=join))["plays"]
    assert plays["name"].to_list() == ["Can", "Sade"]


def test_lists_of_tracks_become_their_artists(tmp_path, read, quarantine):
    """Sequences, a row for each listener: what is said of each track stays beside it."""
    pl.DataFrame({"item": [1, 2, 2], "artist": ["Can", "Sade", "Neu!"]}).write_parquet(
        tmp_path / "by.parquet"
    )
    columns = {
        "uid": [5, 6, 7],
        "item_id": [[2, 1], [1, 3], [1, 2]],
        "timestamp": [[1_200_000_000, 1_300_000_000], [1_400_000_000], None],
        "count": [[4, 5], [6, 7], [8]],
    }
    source = parquet_source(
        tmp_path,
        columns,
        columns={"listener_id": "uid", "name": "join.artist", "last_played": "timestamp", "plays": "count"},
        join={"path": tmp_path / "by.parquet", "on": {"item_id": "item"}},
    )
    plays = read(source)["plays"]
    assert rows_of(plays, "listener_id", "name", "plays") == [
        ("5", "Sade", 4),
        ("5", "Neu!", 4),
        ("5", "Can", 5),
        ("6", "Can", 6),
    ]
    assert plays["last_played"].dt.year().to_list() == [2008, 2008, 2011, None]
    assert quarantine.reasons_of("t") == {
        "lists of different lengths (item_id, timestamp, count)": 1,
        "no row for it in by.parquet": 1,
    }


def test_labels_beside_a_list_that_is_joined_go_with_every_item(tmp_path, read):
    (tmp_path / "by.json").write_text('{"id": 1, "artist": "Can"}\n{"id": 2, "artist": "Sade"}\n')
    (tmp_path / "t.json").write_text(
        '{"ids": [1, 2], "tags": ["x", "y", "z"]}\n{"ids": [2], "tags": ["x"]}\n'
    )
    source = Json(
        format="json",
        path=tmp_path / "t.json",
        table="annotations",
        columns={"name": "join.artist", "label": "tags"},
        join={"path": tmp_path / "by.json", "on": {"ids": "id"}},
    )
    tags = read(source)["annotations"]
    assert tags["name"].to_list() == ["Can"] * 3 + ["Sade"] * 4


# Names of files


def test_the_listener_may_be_the_name_of_the_file(tmp_path, read):
    for name, artist in {"ann": "Can", "bob": "Sade"}.items():
        (tmp_path / f"{name}.txt.gz").write_bytes(gzip.compress(f"1200000000\t{artist}\n".encode()))
    source = Tsv(
        format="tsv",
        path=tmp_path,
        header=False,
        columns={"last_played": 1, "name": 2},
        values={"listener_id": "{file}"},
    )
    assert rows_of(read(source)["plays"], "listener_id", "name") == [("ann", "Can"), ("bob", "Sade")]


def test_a_file_without_a_listener_says_what_to_write(tmp_path, read):
    with pytest.raises(DataError, match=r"or '{file}' for the file's name"):
        read(csv_source(tmp_path, "name,plays\nCan,3\n"))


# Marks of what is missing, and times


def test_marks_of_what_is_missing(tmp_path, read, quarantine):
    text = "listener_id,name,plays\na,NA,1\nb,Nada,2\n\\N,Can,3\nc, NA ,4\n"
    source = csv_source(tmp_path, text, missing=["NA", "\\N"])
    assert rows_of(read(source)["plays"], "listener_id", "name") == [("b", "Nada")]
    assert quarantine.reasons_of("t") == {"no item name": 2, "no listener": 1}


def test_the_recipe_says_how_times_are_written(tmp_path, read, quarantine):
    """What is written otherwise is not guessed: its day could be a month."""
    text = "listener_id,name,last_played\na,Can,3/2/2020 4:05\nb,Can,2020-02-03 04:05\nc,Can,\nd,Can,03.02.2020\n"
    plays = read(csv_source(tmp_path, text, time_format=["%d/%m/%Y %H:%M", "%d.%m.%Y"]))["plays"]
    assert plays["listener_id"].to_list() == ["a", "c", "d"]
    assert [time and (time.month, time.day) for time in plays["last_played"]] == [(2, 3), None, (2, 3)]
    assert quarantine.reasons_of("t") == {"last_played is not written as %d/%m/%Y %H:%M or %d.%m.%Y": 1}
    with pytest.raises(ValueError, match="time_format"):
        csv_source(tmp_path, text, time_format="")


def test_files_to_join_may_differ_in_their_types(tmp_path, read):
    (tmp_path / "tracks").mkdir()
    pl.DataFrame({"track": [1], "artist": ["Can"]}).write_parquet(tmp_path / "tracks" / "a.parquet")
    pl.DataFrame({"track": ["2"], "artist": [["Sade", "Neu!"]]}).write_parquet(
        tmp_path / "tracks" / "b.parquet"
    )
    source = parquet_source(
        tmp_path,
        {"listener_id": ["a", "a"], "track": [1, 2]},
        columns={"listener_id": "listener_id", "name": "join.artist"},
        join={"path": tmp_path / "tracks", "on": "track"},
    )
    assert read(source)["plays"]["name"].to_list() == ["Can", "Sade", "Neu!"]

"""Tables of audio, sequences and pairs, as anybody may have them."""

import json

import polars as pl
import pytest
from tests.support import csv_source

from tigertail.errors import DataError
from tigertail.ingest.formats.json_tables import Json
from tigertail.ingest.formats.parquet import Parquet
from tigertail.io import json_rows

SOUND = "artists,energy,tempo,popularity\nCan,0.5,120,30\nWire,0.9,fast,20\nSade,nan,inf,1\n"


def test_every_further_column_is_a_descriptor(tmp_path, read):
    rows = read(csv_source(tmp_path, SOUND, table="audio", columns={"name": "artists"}))["audio"]
    assert rows.columns == ["name", "@energy", "@tempo", "@popularity"]
    assert rows["@tempo"].to_list() == [120, None, None]


@pytest.mark.parametrize("options", [{"descriptors": ["energy", "tempo"]}, {"without": ["popularity"]}])
def test_descriptors_are_chosen_or_left_out(tmp_path, read, quarantine, options):
    rows = read(csv_source(tmp_path, SOUND, table="audio", columns={"name": "artists"}, **options))["audio"]
    assert rows.columns == ["name", "@energy", "@tempo"]
    assert rows["name"].to_list() == ["Can", "Wire"]
    assert quarantine.reasons_of("t") == {"no descriptor": 1}, "Sade's are no numbers"
    assert quarantine.warnings["t", "tempo is not a finite number, left out"] == 2
    assert quarantine.examples["t", "tempo is not a finite number, left out"] == ["fast", "inf"]


def test_hundreds_of_descriptors(tmp_path, read):
    wide = pl.DataFrame({"mbid": ["1" * 8 + "-1111" * 3 + "-" + "1" * 12] * 2, "clip_id": ["a", "b"]})
    wide.with_columns(pl.lit(n / 7).alias(f"lowlevel.{n}") for n in range(500)).write_parquet(
        tmp_path / "w.parquet"
    )
    rows = read(Parquet(format="parquet", path=tmp_path, table="audio"))["audio"]
    assert rows.shape == (2, 502)
    assert rows["@lowlevel.7"].to_list() == [1, 1]


def test_a_sequence_without_places_stands_in_its_order(tmp_path, read):
    rows = read(csv_source(tmp_path, "sequence_id,name\np,Can\np,Wire\n", table="sequences"))["sequences"]
    assert rows.select("sequence_id", "position", "name").rows() == [("p", 2, "Can"), ("p", 3, "Wire")]


def test_a_place_that_the_recipe_gives_stays(tmp_path, read):
    text = "sequence_id,name\np,Can\nq,Wire\n"
    rows = read(csv_source(tmp_path, text, table="sequences", values={"position": "1"}))["sequences"]
    assert rows.select("sequence_id", "position", "name").rows() == [("p", 1, "Can"), ("q", 1, "Wire")]


@pytest.mark.parametrize("rows_in_a_block", [1, 2, 100])
def test_places_grow_along_a_file_of_which_some_rows_are_lists(rows_in_a_block, tmp_path, monkeypatch, read):
    monkeypatch.setattr(json_rows, "ROWS", rows_in_a_block)
    names = (["Can", "Neu!"], "Wire", "", ["Sade", "Can"], "Kult")
    rows = [{"sequence_id": "p", "name": name} for name in names]
    (tmp_path / "t.json").write_text(json.dumps(rows))
    rows = read(Json(format="json", path=tmp_path / "t.json", table="sequences"))["sequences"]
    assert rows.select("position", "name").rows() == [
        (1, "Can"),
        (2, "Neu!"),
        (3, "Wire"),
        (5, "Sade"),
        (6, "Can"),
        (7, "Kult"),
    ]


def test_bad_places_are_put_aside(tmp_path, read, quarantine):
    text = (
        "sequence_id,position,name\np,1,Can\np,-1,a\np,1.5,b\np,first,c\np,,d\np,9999999999,e\n,1,f\np,1,\n"
    )
    rows = read(csv_source(tmp_path, text, table="sequences"))["sequences"]
    assert rows.select("position", "name").rows() == [(1, "Can")]
    assert quarantine.reasons_of("t") == {
        "position is not a whole number from 0 to 2,147,483,647": 5,
        "no item name": 1,
        "no sequence": 1,
    }


def test_bad_pairs_are_put_aside(tmp_path, read, quarantine):
    text = "name_a,name_b,count\nCan,Wire,3\nCan,Sade,-1\nCan,,2\n,Can,2\nCan,Kult,many\nCan,Kent,0\n"
    rows = read(csv_source(tmp_path, text, table="pairs"))["pairs"]
    assert rows.rows() == [("Can", "Wire", 3.0)]
    assert quarantine.reasons_of("t") == {
        "count is negative": 1,
        "count is not a number": 1,
        "count is zero": 1,
        "no item_a": 1,
        "no item_b": 1,
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"descriptors": ["a"]}, "plays has no descriptors"),
        ({"table": "audio", "descriptors": ["name"]}, "a descriptor cannot be called name"),
        ({"catalogue": "known"}, "of plays, catalogue is 'open' or left out"),
        ({"catalogue": "known", "table": "listeners"}, "catalogue is an option of tables about items"),
        ({"catalogue": "all", "table": "listeners"}, "catalogue is an option of tables about items"),
        ({"events": True, "table": "listeners"}, "events is an option of plays, not of listeners"),
        (
            {"table": "audio", "descriptors": ["tempo"], "without": ["tempo"]},
            "tempo is both under descriptors and under without",
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        csv_source(tmp_path, "", **options)


def test_columns_that_are_not_there_are_named(tmp_path, read):
    with pytest.raises(DataError, match="no column loudness"):
        read(csv_source(tmp_path, SOUND, table="audio", columns={"name": "artists"}, without=["loudness"]))
    with pytest.raises(DataError, match="no column is a descriptor"):
        read(csv_source(tmp_path, "name\nCan\n", table="audio"))
    with pytest.raises(DataError, match="no column for sequence_id"):
        read(csv_source(tmp_path, "name\nCan\n", table="sequences"))


def test_a_column_that_is_not_there_is_named_once(tmp_path, read):
    twice = {"listener_id": "user", "name": "name"}
    with pytest.raises(DataError, match="no column user\\n"):
        read(csv_source(tmp_path, "name\nCan\n", columns=twice, where={"user": "ann"}))


@pytest.mark.parametrize(
    ("option", "what"), [({"rating_scale": [1, 5]}, "rating"), ({"time_format": "%d/%m/%Y"}, "time")]
)
@pytest.mark.parametrize("table", ["plays", "listeners"])
def test_how_a_column_is_written_needs_the_column(tmp_path, read, option, what, table):
    with pytest.raises(DataError, match=f"is given, and no column is a {what}"):
        read(csv_source(tmp_path, "listener_id,name,at\nann,Can,2/3/2019\n", table=table, **option))


def test_a_column_may_be_given_by_its_number_beside_a_header(tmp_path, read):
    plays = read(csv_source(tmp_path, "who,band\nann,Can\n", columns={"listener_id": 1, "name": 2}))["plays"]
    assert plays.select("listener_id", "name").rows() == [("ann", "Can")]


def test_a_value_of_the_recipe_stands_for_the_column_of_its_name(tmp_path, read):
    text = "listener_id,name\nann,Can\n"
    plays = read(csv_source(tmp_path, text, values={"listener_id": "me"}))["plays"]
    assert plays["listener_id"].to_list() == ["me"]
    with pytest.raises(ValueError, match="listener_id is both under columns and under values"):
        csv_source(tmp_path, text, columns={"listener_id": "listener_id"}, values={"listener_id": "me"})


def test_a_message_shows_some_of_many_columns(tmp_path, read):
    header = ",".join(f"column {n}" for n in range(500)) + "," + "x" * 500
    with pytest.raises(DataError, match="column 29, and 471 more") as error:
        read(csv_source(tmp_path, f"{header}\n"))
    assert len(str(error.value)) < 800
    with pytest.raises(DataError, match=r"x{60}\.\.\."):
        read(csv_source(tmp_path, "x" * 500 + "\n1\n"))

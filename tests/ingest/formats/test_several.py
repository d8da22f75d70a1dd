"""Rows that stand for several: each value counts once, for what it is said of."""

import polars as pl
import pytest
from tests.support import csv_source, parquet_source

ONE, TWO, THREE = (f"{digit * 8}-{digit * 4}-{digit * 4}-{digit * 4}-{digit * 12}" for digit in "123")


# An id names one item


def test_an_item_with_an_id_counts_once_beside_several_mbids(tmp_path, read, quarantine):
    text = f"listener_id,item_id,mbid,plays\na,x,{ONE} {TWO},3\na,,{ONE} {TWO},3\na,NA,{ONE} {TWO},3\n"
    plays = read(csv_source(tmp_path, text, missing=["NA"]))["plays"]
    both = [(None, ONE, 3), (None, TWO, 3)]
    assert plays.select("item_id", "mbid", "plays").rows() == [("x", None, 3), *both, *both]
    assert quarantine.warnings == {("t", "mbid with another number of values than item_id, left out"): 1}


def test_an_item_with_an_id_or_mbid_counts_once_beside_several_names(tmp_path, read, quarantine):
    text = f"listener_id,item_id,mbid,name,plays\na,x,,Can|Sade,3\na,y,{ONE},Can,3\na,,{ONE},Can|Sade,3\n"
    plays = read(csv_source(tmp_path, text, several={"name": "|"}))["plays"]
    assert plays.select("item_id", "mbid", "name").rows() == [
        ("x", None, None),
        ("y", ONE, "Can"),
        (None, None, "Can"),
        (None, None, "Sade"),
    ]
    assert quarantine.warnings == {
        ("t", "name with another number of values than item_id, left out"): 1,
        ("t", "mbid with another number of values than name, left out"): 1,
    }


def test_a_pair_with_an_id_counts_once(tmp_path, read):
    text = f"item_a,mbid_a,item_b,count\nx,{ONE} {TWO},y,3\n"
    pairs = read(csv_source(tmp_path, text, table="pairs"))["pairs"]
    assert pairs.select("item_a", "mbid_a", "item_b", "count").rows() == [("x", None, "y", 3)]


def test_labels_do_not_depend_on_the_id_beside_them(tmp_path, read):
    text = f"item_id,mbid,label\nx,{ONE},rock|kraut\n"
    tags = read(csv_source(tmp_path, text, table="annotations", several={"label": "|"}))["annotations"]
    assert tags.select("item_id", "mbid", "label").rows() == [("x", ONE, "rock"), ("x", ONE, "kraut")]


# The artists of one item


@pytest.mark.parametrize(
    "dtype", [pl.List(pl.String), pl.Array(pl.String, 2), pl.List(pl.Categorical), pl.List(pl.Binary)]
)
def test_the_artists_of_one_track_stay_together_in_a_list_of_any_type(dtype, tmp_path, read):
    binary = dtype == pl.List(pl.Binary)
    mbids = [bytes.fromhex(one.replace("-", "")) if binary else one for one in (ONE, TWO)]
    content = {"listener_id": ["a"], "name": ["Song"], "artist_mbid": pl.Series([mbids], dtype=dtype)}
    plays = read(parquet_source(tmp_path, content, kind="track"))["plays"]
    assert plays.select("name", "artist_mbid").rows() == [("Song", f"{ONE},{TWO}")]


def test_the_artists_of_one_track_stay_together_whatever_the_other_rows_are(tmp_path, read, quarantine):
    content = {
        "listener_id": ["a", "b"],
        "mbid": [ONE, f"{ONE} {TWO}"],
        "artist_mbid": [[TWO, THREE], [ONE, TWO]],
    }
    plays = read(parquet_source(tmp_path, content, kind="track"))["plays"]
    assert plays.select("mbid", "artist_mbid").rows() == [(ONE, f"{TWO},{THREE}"), (ONE, ONE), (TWO, TWO)]
    assert not quarantine.warnings


# Blank values


@pytest.mark.parametrize(
    ("names", "mbids", "pairs"),
    [
        ("Can;;Sade", f"{ONE};{TWO};", [("Can", ONE), (None, TWO), ("Sade", None)]),
        ("Can;Neu!;Sade", f"{ONE};;{TWO}", [("Can", ONE), ("Neu!", None), ("Sade", TWO)]),
        ("Can; ;Sade;", f"{ONE}; ;{TWO};", [("Can", ONE), ("Sade", TWO)]),
        ("Can;;Sade;", f"{ONE};{TWO}", [("Can", ONE), ("Sade", TWO)]),
        (";Can", "", [("Can", None)]),
    ],
)
def test_a_blank_beside_a_value_keeps_its_place(names, mbids, pairs, tmp_path, read, quarantine):
    text = f"listener_id,name,mbid\na,{names},{mbids}\n"
    plays = read(csv_source(tmp_path, text, several={"name": ";", "mbid": ";"}))["plays"]
    assert plays.select("name", "mbid").rows() == pairs
    assert not quarantine.rejected
    assert not quarantine.warnings


def test_a_row_of_blanks_alone_is_rejected_once(tmp_path, read, quarantine):
    text = "listener_id,name,mbid\na,;;,;;\nb,Can,\n"
    plays = read(csv_source(tmp_path, text, several={"name": ";", "mbid": ";"}))["plays"]
    assert plays["name"].to_list() == ["Can"]
    assert quarantine.reasons_of("t") == {"no item name": 1}


# Lists of different lengths


def test_a_warning_names_the_list_that_others_are_measured_by(tmp_path, read, quarantine):
    content = {
        "listener_id": ["a"],
        "item_id": pl.Series([[]], dtype=pl.List(pl.String)),
        "name": [["Can", "Sade"]],
        "mbid": [[ONE, TWO, THREE]],
    }
    assert read(parquet_source(tmp_path, content))["plays"]["name"].to_list() == ["Can", "Sade"]
    assert quarantine.warnings == {("t", "mbid with another number of values than name, left out"): 1}

from datetime import UTC, datetime

import polars as pl
import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.parquet import Parquet
from tigertail.ingest.formats.source import ROW_KEY


def source(path, **options):
    return Parquet(format="parquet", path=path, **options)


def test_columns_of_any_type(tmp_path, read):
    moment = datetime(2020, 1, 2)
    pl.DataFrame({"user": [7], "song": [42], "n": [3], "at": [moment]}).write_parquet(tmp_path / "a.parquet")
    columns = {"listener_id": "user", "item_id": "song", "plays": "n", "last_played": "at"}
    expected = ("7", "42", 3.0, moment.replace(tzinfo=UTC))
    for path in (tmp_path, tmp_path / "a.parquet"):
        assert read(source(path, columns=columns))["plays"].select(columns.keys()).rows() == [expected]


def test_a_rejected_row_is_of_its_file_in_its_folder(tmp_path, read, quarantine):
    """Where each day has a folder, the files in these have one name."""
    for day in ("dt=1", "dt=2"):
        (tmp_path / "plays" / day).mkdir(parents=True)
        rows = pl.DataFrame({"listener_id": ["u", None], "name": ["Can", day]})
        rows.write_parquet(tmp_path / "plays" / day / "part-0.parquet")
    whole = source(tmp_path / "plays")
    for one in (whole, *whole.pieces()):
        read(one)
    places = [("dt=1/part-0.parquet", 2), ("dt=2/part-0.parquet", 2)]
    assert [(row.file, row.line) for row in quarantine.rows] == places * 2, "as a whole, and piece by piece"
    read(source(tmp_path / "plays" / "dt=1" / "part-0.parquet"))
    assert quarantine.rows[-1].file == "part-0.parquet"


def test_a_track_of_several_artists_is_one_track(tmp_path, read):
    """Their MBIDs come as a list, or as a text with anything between them; a track counts once."""
    one, two = ("00000000-0000-4000-8000-" + digit * 12 for digit in "12")
    track = {"listener_id": ["u"], "name": ["Under Pressure"], "artist_name": ["Queen & David Bowie"]}
    for place, mbids in enumerate(([one, two], f"{{{one.upper()}}}/{two}")):
        pl.DataFrame(track | {"artist_mbid": [mbids]}).write_parquet(tmp_path / f"{place}.parquet")
        plays = read(source(tmp_path / f"{place}.parquet", kind="track"))["plays"]
        assert plays.select("name", "artist_mbid").rows() == [("Under Pressure", f"{one},{two}")]


ONE, TWO = ("00000000-0000-4000-8000-" + digit * 12 for digit in "12")


def test_fields_of_structs_and_of_lists_of_structs(tmp_path, read):
    frame = pl.DataFrame(
        {
            "user": [{"id": 7, "home": {"country": "PL"}}, {"id": 8, "home": None}],
            "artists": [
                [{"name": "Can", "mbid": ONE}, {"name": "Sade", "mbid": TWO}],
                [None, {"name": "Can"}],
            ],
        }
    )
    columns = {"listener_id": "user.id", "name": "artists.name", "mbid": "artists.mbid"}
    fixed = frame.with_columns(pl.col("artists").list.to_array(2))
    for number, kind in enumerate((frame, fixed)):
        path = tmp_path / f"{number}.parquet"
        kind.write_parquet(path)
        plays = read(source(path, columns=columns))["plays"]
        assert plays.select(columns.keys()).rows() == [
            ("7", "Can", ONE),
            ("7", "Sade", TWO),
            ("8", "Can", None),
        ]
        people = read(
            source(
                path, table="listeners", columns={"listener_id": "user.id", "country": "user.home.country"}
            )
        )["listeners"]
        assert people.select("listener_id", "country").rows() == [("7", "PL"), ("8", None)]


def test_a_column_may_have_a_point_in_its_name(tmp_path, read):
    frame = pl.DataFrame({"user.id": ["a"], "a.b": [{"c.d": "Can", "c": {"d": "Sade"}}]})
    frame.write_parquet(tmp_path / "a.parquet")
    columns = {"listener_id": "user.id", "name": "a.b.c.d"}
    assert read(source(tmp_path, columns=columns))["plays"]["name"].to_list() == ["Can"]


def test_a_field_is_found_beside_a_column_whose_name_is_longer(tmp_path, read):
    pairs = {"a": {"b": {"c.d": "Can"}, "b.c": 1}, "e.f": {"g.h": "ann"}, "e.f.g": 2, "e.f.g.i": 3}
    pl.DataFrame([pairs]).write_parquet(tmp_path / "a.parquet")
    columns = {"listener_id": "e.f.g.h", "name": "a.b.c.d", "plays": "e.f.g.i"}
    plays = read(source(tmp_path, columns=columns))["plays"]
    assert plays.select(columns.keys()).rows() == [("ann", "Can", 3)]


def test_a_struct_says_which_fields_to_name(tmp_path, read):
    pl.DataFrame({"u": ["a"], "artists": [[{"name": "Can", "mbid": ONE}]]}).write_parquet(
        tmp_path / "a.parquet"
    )
    with pytest.raises(DataError, match="column 'artists' is of type List") as error:
        read(source(tmp_path, columns={"listener_id": "u", "name": "artists"}))
    assert error.value.remedy.endswith("in the recipe: 'artists.name', 'artists.mbid'")
    with pytest.raises(DataError, match=r"no column artists\.title") as error:
        read(source(tmp_path, columns={"listener_id": "u", "name": "artists.title"}))
    assert "artists.name" in error.value.remedy


def test_bad_rows_keep_their_number(tmp_path, read, quarantine):
    frame = pl.DataFrame({"listener_id": ["a", None, "c"], "item_id": ["x", "y", "z"], "plays": [1.0, 1, -1]})
    frame.write_parquet(tmp_path / "a.parquet")
    assert read(source(tmp_path))["plays"].height == 1
    assert [(row.line, row.reason) for row in quarantine.rows] == [
        (2, "no listener"),
        (3, "plays is negative"),
    ]
    assert '"item_id":"y"' in quarantine.rows[0].text


def test_damaged_file(tmp_path, read):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(DataError, match="not a readable Parquet file"):
        read(source(tmp_path))


def test_missing_and_empty_folders(tmp_path, read):
    with pytest.raises(DataError, match="no such file"):
        read(source(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="no file matches"):
        read(source(tmp_path))


def test_a_table_in_a_folder_of_its_name_is_read_once(tmp_path, read):
    written_by_spark = tmp_path / "plays.parquet"
    written_by_spark.mkdir()
    rows = {"listener_id": ["a"], "item_id": ["x"]}
    pl.DataFrame(rows).write_parquet(written_by_spark / "part-0.parquet")
    (written_by_spark / "._part-0.parquet").write_bytes(b"of a file manager")
    assert read(source(tmp_path))["plays"].height == 1


def test_counts_of_two_tracks_differ_though_each_file_has_categories_of_its_own(tmp_path, read):
    for track in ("Vitamin C", "Halleluhwah"):
        rows = pl.DataFrame({"listener_id": ["a"], "name": ["Can"], "plays": [5], "track": [track]})
        rows.cast({"track": pl.Enum([track])}).write_parquet(tmp_path / f"{track}.parquet")
    plays = read(source(tmp_path))["plays"]
    assert plays.select("listener_id", "name", "plays").rows() == [("a", "Can", 5)] * 2
    assert plays[ROW_KEY].n_unique() == 2


def test_files_of_a_folder_are_those_that_text_formats_would_read(tmp_path, read):
    for name, listener in {"a.parquet": "a", "B.PARQUET": "b", "c.PQ": "c"}.items():
        rows = pl.DataFrame({"listener_id": [listener], "item_id": ["x"]})
        rows.write_parquet(tmp_path / name)
    assert sorted(read(source(tmp_path))["plays"]["listener_id"]) == ["a", "b"]
    assert read(source(tmp_path, files="*.pq"))["plays"]["listener_id"].to_list() == ["c"]
    assert read(source(tmp_path, files="a**t"))["plays"]["listener_id"].to_list() == ["a"]
    with pytest.raises(DataError, match=r"no file matches '/elsewhere/\*.parquet' in it"):
        read(source(tmp_path, files="/elsewhere/*.parquet"))


@pytest.mark.parametrize("cut", [20, 60, 200])
def test_a_file_damaged_within_is_an_error_of_two_lines(tmp_path, read, cut):
    """Polars panics at some of these."""
    pl.DataFrame({"listener_id": ["a", "b"], "name": ["x", "y"]}).write_parquet(tmp_path / "a.parquet")
    content = bytearray((tmp_path / "a.parquet").read_bytes())
    content[4 : 4 + cut] = bytes(cut)
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(DataError, match="not a readable Parquet file") as error:
        read(source(tmp_path))
    assert len(str(error.value).splitlines()) == 2

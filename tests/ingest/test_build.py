import csv
import json
import os
from pathlib import Path

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError, TigertailError
from tigertail.ingest.build import build
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.report import BuildReport

ROOT = Path(__file__).parents[2]


def make(folder: Path, recipe: str, files: dict[str, str], name: str = "made") -> tuple[Dataset, BuildReport]:
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    (folder / "recipe.toml").write_text(recipe, encoding="utf-8")
    return build(Recipe.load(folder / "recipe.toml"), folder / name)


ONE = '[[source]]\nformat = "csv"\npath = "plays.csv"\n'
TWO = ONE + '[[source]]\nformat = "lastfm-country"\npath = "country.csv"\n'
PLAYS = "listener_id,name,plays\nb,The Cure,2\na,Sade,1\nb,cure,3\nb,Sade,1\n"


def test_plays_are_one_sorted_row_a_listener_and_item(tmp_path: Path) -> None:
    dataset, _ = make(tmp_path, ONE, {"plays.csv": PLAYS})
    assert dataset.plays.rows() == [("a", "sade", 1), ("b", "cure", 5), ("b", "sade", 1)]
    assert dataset.listeners.rows() == [("a", "plays"), ("b", "plays")]
    assert dataset.items.rows() == [("cure", "The Cure", "artist"), ("sade", "Sade", "artist")]
    assert dataset.name == "recipe"
    assert Dataset.open(tmp_path / "made").fingerprint == dataset.fingerprint


def test_what_stands_for_nothing_is_no_item_however_its_mbid_is_written(tmp_path: Path) -> None:
    unknown = "125ec42a-7229-4250-afc5-e057484327fe"
    written = (unknown, f"{{{unknown}}}", f"urn:uuid:{unknown}", f"https://musicbrainz.org/artist/{unknown}")
    rows = "".join(f"a,[unknown],{mbid}\n" for mbid in written)
    dataset, report = make(tmp_path, ONE, {"plays.csv": f"listener_id,name,mbid\na,Kult,\n{rows}"})
    assert dataset.items["name"].to_list() == ["Kult"]
    assert report.sources[0].rejected == {"no item name": 4}


def test_two_sources_meet_in_their_items_and_keep_their_listeners_apart(tmp_path: Path) -> None:
    country = "user,artist,sex,country\na,the cure,f,Germany\na,kult,f,Germany\n"
    dataset, report = make(tmp_path, TWO, {"plays.csv": PLAYS, "country.csv": country})
    assert dataset.listeners.rows() == [
        ("lastfm-country:a", "DE", "lastfm-country"),
        ("plays:a", None, "plays"),
        ("plays:b", None, "plays"),
    ]
    assert dataset.items["name"].to_list() == ["The Cure", "kult", "Sade"]
    assert report.shared == [("lastfm-country", "plays", 1)]


def test_sources_of_one_namespace_share_listeners_and_items(tmp_path: Path) -> None:
    recipe = "".join(
        f'[[source]]\nformat = "csv"\npath = "{table}.csv"\ntable = "{table}"\nnamespace = "shop"\n'
        for table in ("plays", "listeners", "items", "annotations", "mentions")
    )
    files = {
        "plays.csv": "listener_id,item_id,plays\nu1,7,2\nu2,8,1\n",
        "listeners.csv": "listener_id,country,language\nu1,Poland,pl\nu3,,\n",
        "items.csv": "item_id,name,country\n7,Kult,PL\n8,Sade,UK\n9,Nobody,\n",
        "annotations.csv": "item_id,facet,label,annotator\n7,genre,punk,u1\n7,genre,punk,u1\n9,genre,soul,u2\n",
        "mentions.csv": "item_id,document_id,count\n7,d1,2\n7,d1,1\n",
    }
    dataset, _ = make(tmp_path, recipe, files)
    assert dataset.plays.rows() == [("u1", "7", 2), ("u2", "8", 1)]
    assert dataset.listeners.rows() == [
        ("u1", "PL", "pl", "shop"),
        ("u2", None, None, "shop"),
        ("u3", None, None, "shop"),
    ]
    assert dataset.items.select("item_id", "name", "country").rows() == [
        ("7", "Kult", "PL"),
        ("8", "Sade", "GB"),
        ("9", "Nobody", None),
    ]
    tags = dataset.scan("annotations").collect()
    assert tags.rows() == [
        ("7", "genre", "punk", 1, "crowd", "u1"),
        ("9", "genre", "soul", 1, "crowd", "u2"),
    ]
    assert dataset.scan("mentions").collect().rows() == [("7", "d1", 3)]


def test_languages_become_codes_and_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    recipe = (
        ONE + '[[source]]\nformat = "csv"\npath = "listeners.csv"\ntable = "listeners"\nnamespace = "plays"\n'
    )
    text = "listener_id,country,language\na,Polska,polski\nb,Brasil,pt-BR\nc,,Elvish\nd,,\n"
    dataset, report = make(tmp_path, recipe, {"plays.csv": PLAYS, "listeners.csv": text})
    assert dataset.listeners.rows() == [
        ("a", "PL", "pl", "plays"),
        ("b", "BR", "pt", "plays"),
        ("c", None, None, "plays"),
        ("d", None, None, "plays"),
    ]
    (warning,) = report.sources[1].warnings
    assert (warning.what, warning.rows, warning.examples) == ("unknown language, left out", 1, ["Elvish"])


def test_aliases_tie_plays_and_other_tables_to_their_items(tmp_path: Path) -> None:
    recipe = "".join(
        f'[[source]]\nformat = "csv"\npath = "{table}.csv"\ntable = "{table}"\n{more}'
        for table, more in (("plays", ""), ("aliases", ""), ("annotations", 'catalogue = "known"\n'))
    )
    old, new = "1" * 8 + "-1111" * 3 + "-" + "1" * 12, "2" * 8 + "-2222" * 3 + "-" + "2" * 12
    nil = "00000000-0000-0000-0000-000000000000"
    files = {
        "plays.csv": f"listener_id,name,mbid\na,Prince,{old}\nb,TAFKAP,\nc,Kult,{nil}\nd,Hey,{nil}\ne,[unknown],\n",
        "aliases.csv": f"name,mbid,alias\n,{new},{old}\n,{new},Tafkap\n,{new},Love Symbol\nNobody Here,,X\n",
        "annotations.csv": f"name,mbid,label\nlove symbol,,funk\n,{new},soul\n",
    }
    dataset, report = make(tmp_path, recipe, files)
    assert dataset.items.select("item_id", "mbid").rows() == [("hey", None), ("kult", None), ("prince", new)]
    assert dataset.plays.group_by("item_id").len().sort("item_id").rows() == [
        ("hey", 1),
        ("kult", 1),
        ("prince", 2),
    ]
    assert dataset.scan("annotations").collect().select("item_id", "label").rows() == [
        ("prince", "funk"),
        ("prince", "soul"),
    ]
    assert dataset.aliases is not None
    assert dataset.aliases.filter(item_id="prince").drop("item_id").rows() == [
        ("mbid", old, 1),
        ("mbid", new, 0),
        ("name", "Love Symbol", 0),
        ("name", "Prince", 1),
        ("name", "TAFKAP", 1),
        ("name", "Tafkap", 0),
    ]
    assert "no item name" in (dataset.path / "quarantine.csv").read_text("utf-8")
    assert [(one.table, one.matched_rows, one.rows, one.examples) for one in report.matches] == [
        ("aliases", 3, 4, ["Nobody Here"]),
        ("annotations", 2, 2, []),
    ]


def test_documents_bring_mentions_of_the_catalogue_and_no_items(tmp_path: Path) -> None:
    recipe = ONE + (
        '[[source]]\nformat = "documents"\nname = "web"\npath = "pages"\nmarkup = "wikitext"\n'
        '[[source]]\nformat = "csv"\npath = "said.csv"\ntable = "mentions"\n'
    )
    (tmp_path / "pages").mkdir()
    files = {
        "plays.csv": PLAYS,
        "pages/Sade_(band).txt": "[[Sade (band)|Sade]] likes [[The Cure (band)|The Cure]], and [[Kent (band)|Kent]].",
        "said.csv": "name,document_id,count\nSade,elsewhere,2\n",
    }
    dataset, report = make(tmp_path, recipe, files)
    again, _ = make(tmp_path, recipe, files, "again")
    assert dataset.fingerprint == again.fingerprint
    assert dataset.items["item_id"].to_list() == ["cure", "sade"]
    assert dataset.listeners["listener_id"].to_list() == ["plays:a", "plays:b"]
    page = "web:Sade_(band).txt"
    assert dataset.scan("documents").select("document_id", "title", "item_id").collect().rows() == [
        (page, "Sade (band)", "sade")
    ]
    assert dataset.scan("mentions").collect().rows() == [
        ("cure", page, 1, [2], 1),
        ("sade", page, 1, [0], 1),
        ("sade", "elsewhere", 2, None, None),
    ]
    assert [source.read for source in report.sources] == [4, 1, 1]


def test_documents_leave_the_ids_of_the_only_other_source_alone(tmp_path: Path) -> None:
    recipe = ONE + '[[source]]\nformat = "documents"\npath = "page.txt"\n'
    dataset, _ = make(tmp_path, recipe, {"plays.csv": PLAYS, "page.txt": "Sade"})
    assert dataset.listeners["listener_id"].to_list() == ["a", "b"]


def test_one_listener_with_one_item_is_a_dataset(tmp_path: Path) -> None:
    dataset, _ = make(tmp_path, ONE, {"plays.csv": "listener_id,name,plays\na,Sade,1\n"})
    assert dataset.plays.rows() == [("a", "sade", 1)]


def test_repeated_rows_count_once_and_are_reported(tmp_path: Path) -> None:
    text = "listener_id,name,plays\na,Sade,2\na,Sade,2\na,Sade,3\n"
    dataset, report = make(tmp_path, ONE, {"plays.csv": text})
    assert dataset.plays["plays"].to_list() == [5]
    assert report.sources[0].duplicates == 1


TRACKS = pl.DataFrame(
    {
        "title": ["A", "B", "B", "C"],
        "of": [{"artist": "Sade", "album": name} for name in ("one", "one", "one", "two")],
        "times": [3, 3, 3, 3],
    }
)


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_counts_of_tracks_are_all_of_their_artist_whose_rows_alone_are_read(
    tmp_path: Path, kind: str
) -> None:
    recipe = f'''
        [[source]]
        format = "{kind}"
        path = "tracks.{kind}"
        columns = {{ name = "of.artist", plays = "times" }}
        values = {{ listener_id = "me" }}
    '''
    if kind == "csv":
        of = pl.col("of").struct
        flat = {f"of.{name}": of.field(name) for name in ("artist", "album")}
        TRACKS.select("title", "times", **flat).write_csv(tmp_path / "tracks.csv")
    elif kind == "json":
        TRACKS.write_ndjson(tmp_path / "tracks.json")
    else:
        TRACKS.write_parquet(tmp_path / "tracks.parquet")
    dataset, report = make(tmp_path, recipe, {})
    assert dataset.plays.rows() == [("me", "sade", 9)]
    assert report.sources[0].duplicates == 1, "the second row of B repeats the first in every column"
    assert not report.sources[0].warnings


def test_counts_of_one_track_on_two_days_are_no_duplicates_though_the_artist_is_joined(
    tmp_path: Path,
) -> None:
    recipe = (
        ONE
        + """
        columns = { listener_id = "user", name = "join.artist", plays = "plays" }
        join = { path = "artists.csv", on = "track" }
    """
    )
    rows = "user,track,day,plays\na,1,monday,2\na,1,tuesday,2\na,2,monday,2\na,2,monday,2\n"
    artists = "track,artist\n1,Sade\n2,Sade\n"
    dataset, report = make(tmp_path, recipe, {"plays.csv": rows, "artists.csv": artists})
    assert dataset.plays.rows() == [("a", "sade", 6)]
    assert report.sources[0].duplicates == 1


OPEN = ONE + 'catalogue = "open"\n[[source]]\nformat = "lastfm-country"\npath = "country.csv"\n'
COUNTRY = "user,artist,sex,country\na,the cure,f,Germany\n"


def test_listeners_of_an_open_catalogue_have_no_source(tmp_path: Path) -> None:
    dataset, _ = make(tmp_path, OPEN, {"plays.csv": PLAYS, "country.csv": COUNTRY})
    assert dict(dataset.listeners.select("listener_id", "source").rows()) == {
        "lastfm-country:a": "lastfm-country",
        "plays:a": None,
        "plays:b": None,
    }


def test_availability_keeps_only_rows_that_mean_something(tmp_path: Path) -> None:
    recipe = TWO + '[[source]]\nformat = "csv"\npath = "offer.csv"\ntable = "availability"\n'
    offer = "name,source,country\nSade,plays,\nThe Cure,,Poland\nSade,,\nSade,radio,\nSade,plays,Nowhere\n"
    files = {"plays.csv": PLAYS, "country.csv": COUNTRY, "offer.csv": offer}
    dataset, report = make(tmp_path, recipe, files)
    assert dataset.scan("availability").collect().rows() == [("cure", None, "PL"), ("sade", "plays", None)]
    assert report.sources[2].rejected == {
        "no source or country": 1,
        "no such source of plays with a closed catalogue; the recipe has: plays, lastfm-country": 1,
        "unknown country": 1,
    }


def test_ratings_and_times_reach_the_dataset(tmp_path: Path) -> None:
    recipe = ONE + 'rating_scale = [1, 5]\ncolumns = {listener_id = "u", name = "i", rating = "r"}\n'
    dataset, _ = make(tmp_path, recipe, {"plays.csv": "u,i,r\na,x,5\n"})
    assert dataset.plays.to_dicts() == [{"listener_id": "a", "item_id": "x", "plays": 1, "rating": 1}]
    dataset, _ = make(tmp_path, ONE, {"plays.csv": "listener_id,name,last_played\na,x,2020-01-01\n"}, "timed")
    assert dataset.plays["last_played"].dt.year().to_list() == [2020]


def test_rejected_rows_are_written_down(tmp_path: Path) -> None:
    dataset, report = make(tmp_path, ONE, {"plays.csv": PLAYS + 'a,"Slow, Long",-3\n,x,1\n'})
    assert report.sources[0].read == 6
    assert report.sources[0].rejected == {"plays is negative": 1, "no listener": 1}
    with (dataset.path / "quarantine.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        "source": "plays",
        "file": "plays.csv",
        "line": "6",
        "reason": "plays is negative",
        "text": 'a,"Slow, Long",-3',
    }
    written = json.loads((dataset.path / "report.json").read_text(encoding="utf-8"))
    assert written["sources"][0]["rejected"] == report.sources[0].rejected


def test_a_listener_with_two_countries_has_the_more_frequent(tmp_path: Path) -> None:
    recipe = '[[source]]\nformat = "lastfm-country"\npath = "country.csv"\n'
    text = "user,artist,sex,country\na,x,f,Germany\na,y,f,France\na,z,f,France\n"
    dataset, report = make(tmp_path, recipe, {"country.csv": text})
    assert dataset.listeners.rows() == [("a", "FR", "lastfm-country")]
    assert report.conflicting_profiles == 1


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    rows = "".join(f"u{n % 17},artist {n % 31},{n % 7 + 0.1}\n" for n in range(2000))
    files = {"plays.csv": f"listener_id,name,plays\n{rows}"}
    first, _ = make(tmp_path, ONE, files, "one")
    second, _ = make(tmp_path, ONE, files, "two")
    assert first.fingerprint == second.fingerprint


def test_no_usable_play_says_why_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no usable play.*plays is negative \(1 rows\)"):
        make(tmp_path, ONE, {"plays.csv": "listener_id,name,plays\na,x,-1\n"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plays.csv", "recipe.toml"]


TAGS = '[[source]]\nformat = "csv"\npath = "tags.csv"\ntable = "annotations"\ncolumns = '


def test_a_recipe_without_a_source_of_plays_makes_a_dataset_without_plays(tmp_path: Path) -> None:
    recipe = TAGS + '{ item_id = "id", label = "label" }\n'
    dataset, _ = make(tmp_path, recipe, {"tags.csv": "id,label\n7,rock\n8,soul\n"})
    assert dataset.items["item_id"].to_list() == ["7", "8"]
    assert dataset.plays.columns == ["listener_id", "item_id", "plays"]
    assert [rows.height for rows in dataset.batches("plays")] == [0]
    assert dataset.listeners.is_empty()


def test_a_recipe_that_makes_no_item_says_that_it_has_no_plays(tmp_path: Path) -> None:
    recipe = TAGS + '{ name = "name", label = "label" }\n'
    with pytest.raises(
        DataError, match=r"no usable row that makes an item, and none is one of plays \(tags: no"
    ):
        make(tmp_path, recipe, {"tags.csv": "name,label\n,rock\n"})


def test_an_existing_folder_is_left_alone_unless_told(tmp_path: Path) -> None:
    make(tmp_path, ONE, {"plays.csv": PLAYS})
    with pytest.raises(DataError, match="already exists"):
        make(tmp_path, ONE, {"plays.csv": PLAYS})
    dataset, _ = build(Recipe.load(tmp_path / "recipe.toml"), tmp_path / "made", replace=True)
    assert dataset.plays.height == 3


def test_what_is_no_dataset_is_never_replaced(tmp_path: Path) -> None:
    make(tmp_path, ONE, {"plays.csv": PLAYS})
    recipe = Recipe.load(tmp_path / "recipe.toml")
    for target in (tmp_path, tmp_path / "plays.csv"):
        with pytest.raises(DataError, match="exists and is not a dataset"):
            build(recipe, target, replace=True)
    assert (tmp_path / "plays.csv").read_text("utf-8") == PLAYS
    (tmp_path / "empty").mkdir()
    assert build(recipe, tmp_path / "empty", replace=True)[0].plays.height == 3


def test_a_full_disk_is_an_error_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise pl.exceptions.ComputeError("underlying IO error: No space left on device (os error 28)")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(TigertailError, match="the disk is full"):
        make(tmp_path, ONE, {"plays.csv": PLAYS})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plays.csv", "recipe.toml"]


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, BuildReport]:
    if "TIGERTAIL_DATA" not in os.environ:
        pytest.skip("TIGERTAIL_DATA is not set: no real data to build from")
    recipe = Recipe.load(ROOT / "recipes" / "lastfm-union.toml")
    return build(recipe, tmp_path_factory.mktemp("real") / "union")


def test_real_sources_share_their_artists(union: tuple[Dataset, BuildReport]) -> None:
    dataset, report = union
    # "[unknown]" is nobody, and "44" in one source is not taken for "+44" in the other.
    assert report.shared == [("country", "hetrec", 994)]
    assert dataset.manifest["tables"]["listeners"] == 13_500 + 1_702
    assert {"ミドリ", "!!!"} <= set(dataset.items["item_id"])


def test_every_real_country_is_understood(union: tuple[Dataset, BuildReport]) -> None:
    dataset, report = union
    known = dataset.listeners.filter(pl.col("listener_id").str.starts_with("country:"))
    assert known["country"].null_count() == 0
    assert [warned.what for warned in report.sources[0].warnings] == []


def test_real_taggers_are_listeners(union: tuple[Dataset, BuildReport]) -> None:
    dataset, _ = union
    annotators = dataset.scan("annotations").select("annotator").unique().collect().to_series()
    assert annotators.is_in(dataset.listeners["listener_id"].implode()).all()


def test_what_is_kept_out_is_called_by_any_spelling_and_reported_where_nothing_is(tmp_path: Path) -> None:
    mbid, two = (f"{digit * 8}-1111-4111-8111-111111111111" for digit in "12")
    recipe = f'unlisted = ["special-purpose", "Zorbl", "{mbid.upper()}", "zorbel", "Zorbel"]\n' + ONE
    text = (
        f"listener_id,name,mbid,plays\na,Zorble,{two},3\nb,Zorble,{two},3\nb,Zorbl,{two},2\nb,Can,{mbid},1\n"
    )
    dataset, report = make(tmp_path, recipe, {"plays.csv": text + "b,Sade,,1\n"})
    assert dict(dataset.items.select("name", "unlisted").rows()) == {
        "Zorble": True,
        "Can": True,
        "Sade": False,
    }
    assert report.unlisted_unknown == ["zorbel", "Zorbel"]


@pytest.mark.parametrize(
    "source", ['format = "listenbrainz"\npath = "a.jsonl"', 'format = "csv"\npath = "a.csv"']
)
def test_plays_without_a_listener_say_that_the_recipe_may_name_one(source: str, tmp_path: Path) -> None:
    files = {
        "a.jsonl": '{"listened_at": 1600000000, "track_metadata": {"artist_name": "Sade"}}\n',
        "a.csv": "listener_id,name\n,Sade\n",
    }
    with pytest.raises(DataError, match=r"no listener \(1 rows\)") as error:
        make(tmp_path, f"[[source]]\n{source}\n", files)
    assert "is of one listener, write values = { listener_id = 'me' }" in error.value.remedy


def test_profiles_without_a_listener_are_not_said_to_be_of_one(tmp_path: Path) -> None:
    recipe = (
        ONE + '[[source]]\nformat = "csv"\npath = "people.csv"\ntable = "listeners"\nnamespace = "plays"\n'
    )
    files = {"plays.csv": "listener_id,name\na,\n", "people.csv": "listener_id,country\n,PL\nb,PL\n"}
    with pytest.raises(DataError, match=r"no listener \(1 rows\)") as error:
        make(tmp_path, recipe, files)
    assert error.value.remedy == "check the recipe's paths and columns"


def test_a_recipe_keeps_items_out_of_answers(tmp_path: Path) -> None:
    recipe = 'unlisted = ["special-purpose", "the cure"]\n' + ONE
    text = PLAYS + "a,Various Artists,3\n"
    dataset, _ = make(tmp_path, recipe, {"plays.csv": text})
    assert dict(dataset.items.select("name", "unlisted").rows()) == {
        "Sade": False,
        "The Cure": True,
        "Various Artists": True,
    }


def test_columns_of_a_file_may_have_any_name(tmp_path: Path) -> None:
    recipe = ONE + 'columns = { listener_id = "user", name = "#text", plays = "plays" }\n'
    (tmp_path / "plays.csv").write_bytes(
        b"user,#text,plays,#line,#reason\nann,Kult,2,x,y\nbob,Queen,-3,x,y\nbob,Beyonc\xe9,1,x,y\nann,,1,x,y\n"
    )
    dataset, _ = make(tmp_path, recipe, {})
    assert dataset.plays.rows() == [("ann", "kult", 2)]
    with (dataset.path / "quarantine.csv").open(encoding="utf-8", newline="") as file:
        rejected = [(row["line"], row["text"]) for row in csv.DictReader(file)]
    assert rejected == [("3", "bob,Queen,-3,x,y"), ("4", "bob,Beyonc\\xe9,1,x,y"), ("5", "ann,,1,x,y")]


@pytest.mark.parametrize("column", ["#key", "#found", "#0", "#size"])
def test_columns_of_files_that_are_joined_may_have_any_name(column: str, tmp_path: Path) -> None:
    recipe = '[[source]]\nformat = "json"\npath = "plays.json"\njoin = { path = "songs.json", on = "song" }\n'
    recipe += f'columns = {{ listener_id = "{column}", name = "join.artist", plays = "plays" }}\n'
    plays = [
        {column: "ann", "song": song, "plays": plays} for song, plays in ([["1", "2"], [2, 2]], ["3", 9])
    ]
    songs = [{"song": song, "artist": "Kult"} for song in "12"]
    files = {"plays.json": json.dumps(plays), "songs.json": json.dumps(songs)}
    dataset, report = make(tmp_path, recipe, files)
    assert dataset.plays.rows() == [("ann", "kult", 4)]
    assert report.sources[0].rejected == {"no row for it in songs.json": 1}


def test_a_column_is_no_key_of_rows_for_its_name(tmp_path: Path) -> None:
    recipe = ONE + 'columns = { listener_id = "#key", name = "artist", plays = "plays" }\n'
    dataset, _ = make(tmp_path, recipe, {"plays.csv": "#key,artist,plays\nann,Kult,2\n"})
    assert dataset.plays.rows() == [("ann", "kult", 2)]

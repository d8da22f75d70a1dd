from datetime import UTC, datetime

import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.lastfm_1k import Lastfm1K

ARTIST = "f1b1cf71-bd35-4e99-8624-24a6e15f133a"
TRACK = "0a3b1d0e-3a6c-4f0e-8a59-2f0e4a7f8b11"
FILES = {
    "userid-timestamp-artid-artname-traid-traname.tsv": (
        f"user_000001\t2009-05-04T23:08:57Z\t{ARTIST}\tDeep Dish\t{TRACK}\tFlashdance\n"
        f"user_000001\t2009-05-04T13:54:10Z\t{ARTIST}\tDeep Dish\t\tSay Hello\n"
        "user_000002\tsome day\t\t坂本龍一\t\t\n"
    ),
    "userid-profile.tsv": "#id\tgender\tage\tcountry\tregistered\nuser_000001\tm\t\tJapan\tAug 13, 2006\n",
}


def source(path, **options):
    return Lastfm1K(format="lastfm-1k", path=path, **options)


@pytest.mark.parametrize("how", ["folder", "zip", "tar.gz"])
def test_published_layout(how, pack, read):
    tables = read(source(pack(FILES, how)))
    plays = tables["plays"].select("listener_id", "mbid", "name", "plays", "last_played")
    assert plays.rows() == [
        ("user_000001", ARTIST, "Deep Dish", 1.0, datetime(2009, 5, 4, 23, 8, 57, tzinfo=UTC)),
        ("user_000001", ARTIST, "Deep Dish", 1.0, datetime(2009, 5, 4, 13, 54, 10, tzinfo=UTC)),
        ("user_000002", None, "坂本龍一", 1.0, None),
    ]
    assert tables["listeners"].rows() == [("user_000001", "JP")]


def test_a_time_that_cannot_be_read_is_left_out(pack, read, quarantine):
    read(source(pack(FILES, "folder")))
    assert quarantine.warnings == {
        ("lastfm-1k", "time that cannot be read, left out; repeats of such plays are counted"): 1
    }


def test_tracks(pack, read, quarantine):
    plays = read(source(pack(FILES, "folder"), kind="track"))["plays"]
    assert plays.select("mbid", "name", "artist_mbid", "artist_name").rows() == [
        (TRACK, "Flashdance", ARTIST, "Deep Dish"),
        (None, "Say Hello", ARTIST, "Deep Dish"),
    ]
    assert quarantine.reasons_of("lastfm-1k") == {"no item name": 1}


def test_plays_are_events(pack, quarantine):
    batches = list(source(pack(FILES, "folder")).read(quarantine))
    assert [batch.events for batch in batches] == [True, False]


def test_a_folder_with_a_copy_of_the_plays_is_refused(pack, read):
    (name, plays), _ = FILES.items()
    with pytest.raises(DataError, match="it contains 2 files"):
        read(source(pack({name: plays, f"backup/{name}": plays}, "folder")))


def test_other_profile_header_is_named(pack, read):
    with pytest.raises(DataError, match="expected the header #id, gender, age, country, registered"):
        read(source(pack(FILES | {"userid-profile.tsv": "id\tcountry\n1\tx\n"}, "folder")))

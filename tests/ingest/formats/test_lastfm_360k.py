import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.lastfm_360k import Lastfm360K

MBID = "3bd73256-3905-4f3a-97e2-8b341527f805"
PLAYS = (
    f"00000c28\t{MBID}\tbetty blowtorch\t2137\n00000c28\t\tdie Ärzte\t1099\n00001411\t{MBID.upper()}\tx\t1\n"
)
PROFILE = "00000c28\tf\t22\tGermany\tFeb 1, 2007\n00001411\t\t\t\t\n"


def files(**changes):
    published = {"usersha1-artmbid-artname-plays.tsv": PLAYS, "usersha1-profile.tsv": PROFILE}
    return published | changes


def source(path):
    return Lastfm360K(format="lastfm-360k", path=path)


@pytest.mark.parametrize("how", ["folder", "zip", "tar.gz"])
def test_published_layout(how, pack, read):
    tables = read(source(pack(files(), how)))
    assert tables["plays"].rows() == [
        ("00000c28", MBID, "betty blowtorch", 2137.0),
        ("00000c28", None, "die Ärzte", 1099.0),
        ("00001411", MBID, "x", 1.0),
    ]
    assert tables["listeners"].rows() == [("00000c28", "DE"), ("00001411", None)]


@pytest.mark.parametrize("how", ["gz", "tsv"])
def test_plays_alone(how, pack, read):
    assert set(read(source(pack(files(), how)))) == {"plays"}


def test_something_that_is_no_mbid_is_left_out(pack, read, quarantine):
    tables = read(source(pack({"usersha1-artmbid-artname-plays.tsv": "u\tnot-an-id\tSade\t3\n"}, "folder")))
    assert tables["plays"].rows() == [("u", None, "Sade", 3.0)]
    assert quarantine.warnings == {("lastfm-360k", "not a MusicBrainz id, left out"): 1}


def test_a_row_with_nothing_but_a_wrong_mbid_names_no_item(pack, read, quarantine):
    tables = read(source(pack({"usersha1-artmbid-artname-plays.tsv": "u\tnot-an-id\t \t3\n"}, "folder")))
    assert tables["plays"].is_empty()
    assert quarantine.reasons_of("lastfm-360k") == {"no item name": 1}


def test_tenth_of_garbage(pack, read, quarantine):
    lines = [f"user{n}\t\tartist {n % 7}\t{n + 1}" if n % 10 else "\x00\xff garbage" for n in range(1000)]
    tables = read(source(pack({"usersha1-artmbid-artname-plays.tsv": "\n".join(lines)}, "folder")))
    assert tables["plays"].height == 900
    assert quarantine.read["lastfm-360k"] == 1000
    assert quarantine.reasons_of("lastfm-360k") == {"wrong number of fields (expected 4)": 100}


def test_archive_without_the_plays(pack, read):
    with pytest.raises(DataError, match=r"usersha1-artmbid-artname-plays\.tsv"):
        read(source(pack({"other.tsv": "x"}, "zip")))

import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.hetrec_lastfm import HetrecLastfm


def files(**changes):
    published = {
        "artists.dat": "id\tname\turl\tpictureURL\n1\tMALICE MIZER\tu\tp\n2\tSigur Rós\tu\t\n3\t!\tu\tp\n",
        "tags.dat": b"tagID\ttagValue\r\n1\tmetal\r\n2\t" + "español\r\n".encode("latin-1"),
        "user_artists.dat": "userID\tartistID\tweight\r\n2\t1\t13883\r\n2\t3\t7\r\n4\t2\t1\r\n",
        "user_taggedartists.dat": "userID\tartistID\ttagID\tday\tmonth\tyear\r\n"
        "2\t1\t1\t1\t4\t2009\r\n4\t2\t2\t1\t4\t2009\r\n",
        "user_friends.dat": "userID\tfriendID\r\n2\t4\r\n",
    }
    return {name: content for name, content in (published | changes).items() if content is not None}


def source(path):
    return HetrecLastfm(format="hetrec-lastfm", path=path)


@pytest.mark.parametrize("how", ["folder", "zip", "tar.gz", "tar"])
def test_published_layout(how, pack, read):
    tables = read(source(pack(files(), how)))
    assert tables["items"]["name"].to_list() == ["MALICE MIZER", "Sigur Rós", "!"]
    assert tables["plays"].rows() == [
        ("2", "MALICE MIZER", 13883.0),
        ("2", "!", 7.0),
        ("4", "Sigur Rós", 1.0),
    ]
    columns = ["name", "facet", "label", "weight", "source", "annotator"]
    assert tables["annotations"].select(columns).rows() == [
        ("MALICE MIZER", "tag", "metal", 1.0, "crowd", "2"),
        ("Sigur Rós", "tag", "español", 1.0, "crowd", "4"),
    ]


def test_broken_encoding_is_read_as_latin_1_and_counted(pack, read, quarantine):
    read(source(pack(files(), "folder")))
    what = "text that is not utf-8, read as latin-1"
    assert quarantine.warnings == {("hetrec-lastfm", what): 1}
    assert quarantine.examples["hetrec-lastfm", what] == ["2 español"]


def test_bad_rows(pack, read, quarantine):
    plays = (
        "userID\tartistID\tweight\r\n2\t1\t5\r\n2\t2\t-5\r\n2\t3\tNaN\r\n3\t1\t0\r\n3\t2\tmany\r\n"
        "4\t1\t99999999999\r\n4\t77\t5\r\n4\t2\tinf\r\n"
    )
    tables = read(source(pack(files(**{"user_artists.dat": plays}), "folder")))
    assert tables["plays"].rows() == [("2", "MALICE MIZER", 5.0)]
    assert quarantine.reasons_of("hetrec-lastfm") == {
        "plays is above 10,000,000": 2,
        "plays is not a number": 2,
        "artistID without an entry in its file": 1,
        "plays is negative": 1,
        "plays is zero": 1,
    }


def test_artist_with_an_empty_name(pack, read, quarantine):
    artists = "id\tname\turl\tpictureURL\n1\tMALICE MIZER\tu\tp\n2\t\tu\tp\n3\t!\tu\tp\n"
    tables = read(source(pack(files(**{"artists.dat": artists}), "folder")))
    assert tables["plays"]["listener_id"].to_list() == ["2", "2"]
    assert set(quarantine.reasons_of("hetrec-lastfm")) == {"no item name"}


def test_an_id_that_is_there_twice_is_counted(pack, read, quarantine):
    artists = (
        "id\tname\turl\tpictureURL\n1\tMALICE MIZER\tu\tp\n1\tMoi dix Mois\tu\tp\n2\tKult\tu\tp\n3\t!\tu\tp\n"
    )
    tags = "tagID\ttagValue\n1\tmetal\n2\trock\n2\tpolish\n"
    tables = read(source(pack(files(**{"artists.dat": artists, "tags.dat": tags}), "folder")))
    assert tables["items"]["name"].to_list() == ["MALICE MIZER", "Kult", "!"]
    assert tables["plays"]["name"].to_list() == ["MALICE MIZER", "!", "Kult"]
    assert tables["annotations"]["label"].to_list() == ["metal", "rock"]
    assert quarantine.reasons_of("hetrec-lastfm") == {"id of an earlier row": 1, "tagID of an earlier row": 1}
    assert [row.text for row in quarantine.rows] == ["1\tMoi dix Mois\tu\tp", "2\tpolish"]


def test_rows_without_an_id_join_nothing(pack, read, quarantine):
    artists = "id\tname\turl\tpictureURL\n\tMALICE MIZER\tu\tp\n\tMoi dix Mois\tu\tp\n3\t!\tu\tp\n"
    plays = "userID\tartistID\tweight\r\n2\t\t13883\r\n2\t3\t7\r\n"
    tagged = "userID\tartistID\ttagID\tday\tmonth\tyear\r\n2\t3\t1\t1\t4\t2009\r\n"
    changes = {"artists.dat": artists, "user_artists.dat": plays, "user_taggedartists.dat": tagged}
    tables = read(source(pack(files(**changes), "folder")))
    assert tables["items"]["name"].to_list() == tables["plays"]["name"].to_list() == ["!"]
    assert quarantine.reasons_of("hetrec-lastfm") == {"no id": 2, "artistID without an entry in its file": 1}


def test_missing_member_is_named(pack, read):
    with pytest.raises(DataError, match=r"no file 'tags.dat'"):
        read(source(pack(files(**{"tags.dat": None}), "zip")))


def test_other_columns_are_named(pack, read):
    with pytest.raises(DataError, match="expected the header userID, artistID, weight"):
        read(source(pack(files(**{"user_artists.dat": "user\tartist\tplays\n1\t1\t1\n"}), "folder")))

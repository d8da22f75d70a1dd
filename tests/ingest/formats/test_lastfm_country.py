import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.lastfm_country import LastfmCountry

LINES = [
    "user,artist,sex,country",
    "1,radiohead,f,Germany",
    '14,the fall,m,"Korea, Republic of"',
    '14,"crosby, stills & nash",m,"Korea, Republic of"',
]


def source(path):
    return LastfmCountry(format="lastfm-country", path=path)


@pytest.mark.parametrize("how", ["folder", "zip", "tar.gz", "gz", "csv"])
def test_published_layout(how, pack, read):
    tables = read(source(pack({"lastfm.csv": "\n".join(LINES) + "\n"}, how)))
    assert tables["plays"].rows() == [
        ("1", "radiohead", 1.0),
        ("14", "the fall", 1.0),
        ("14", "crosby, stills & nash", 1.0),
    ]
    assert tables["listeners"].rows() == [("1", "DE"), ("14", "KR"), ("14", "KR")]


@pytest.mark.parametrize(("start", "end"), [("\ufeff", "\n"), ("", "\r\n"), ("\ufeff", "\r\n")])
def test_byte_order_mark_and_windows_line_ends(start, end, pack, read):
    tables = read(source(pack({"lastfm.csv": start + end.join(LINES)}, "csv")))
    assert tables["listeners"]["country"].to_list() == ["DE", "KR", "KR"]


def test_unknown_country_is_left_out_and_counted(pack, read, quarantine):
    text = "\n".join([*LINES, "15,sade,f,Atlantis", "16,sade,f,Atlantis", "17,sade,f,"])
    tables = read(source(pack({"a.csv": text}, "csv")))
    assert tables["listeners"]["country"].to_list()[-3:] == [None, None, None]
    assert quarantine.warnings == {("lastfm-country", "unknown country, left out"): 2}
    assert quarantine.examples["lastfm-country", "unknown country, left out"] == ["Atlantis"]


def test_rows_that_cannot_be_used_are_put_aside_with_their_line(pack, read, quarantine):
    garbage = ["18,,f,France", ",sade,f,France", "19,sade", '20,"sade,f,France']
    read(source(pack({"a.csv": "\n".join([*LINES, *garbage])}, "csv")))
    found = {(row.line, row.reason) for row in quarantine.rows}
    assert found >= {
        (5, "no item name"),
        (6, "no listener"),
        (7, "wrong number of fields (expected 4)"),
        (8, "a quote that is not closed on its line"),
    }


def test_text_that_is_not_utf8_is_put_aside(pack, read, quarantine):
    raw = "\n".join(LINES).encode() + "\n15,björk,f,Iceland\n16,sade,f,France\n".encode("latin-1")
    tables = read(source(pack({"a.csv": raw}, "csv")))
    assert tables["plays"].height == 4
    [row] = quarantine.rows
    assert (row.line, row.reason) == (5, "text that is not utf-8")
    assert row.text.startswith("15,bj")


def test_another_layout_is_named(pack, read):
    with pytest.raises(DataError, match="expected the header user, artist, sex, country"):
        read(source(pack({"a.csv": "id;name\n1;x\n"}, "csv")))


def test_empty_file(pack, read):
    with pytest.raises(DataError, match="empty"):
        read(source(pack({"a.csv": ""}, "csv")))


def test_blank_file(pack, read):
    with pytest.raises(DataError, match="empty"):
        read(source(pack({"a.csv": "\n \n"}, "csv")))


def test_missing_file(tmp_path, read):
    with pytest.raises(DataError, match="no such file or folder"):
        read(source(tmp_path / "nowhere"))


def test_folder_without_the_file(pack, read):
    with pytest.raises(DataError, match="columns user, artist, sex, country"):
        read(source(pack({"readme.txt": "hello"}, "folder")))

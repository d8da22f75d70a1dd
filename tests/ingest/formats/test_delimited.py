from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from tigertail.errors import DataError
from tigertail.ingest.formats.delimited import Csv, Tsv


def csv(path, **options):
    return Csv(format="csv", path=path, **options)


def test_columns_with_our_names_need_no_mapping(pack, read):
    path = pack({"plays.csv": "listener_id,item_id,plays,other\na,x,3,?\nb,y,4,?\n"}, "csv")
    plays = read(csv(path))["plays"].select("listener_id", "item_id", "plays")
    assert plays.rows() == [("a", "x", 3.0), ("b", "y", 4.0)]


def test_mapping(pack, read):
    path = pack({"plays.csv": 'who;what;often\na;"x; ""y""";3\n'}, "csv")
    source = csv(path, separator=";", columns={"listener_id": "who", "name": "what", "plays": "often"})
    assert read(source)["plays"].rows() == [("a", 'x; "y"', 3.0)]


def test_without_header_columns_have_numbers(pack, read):
    path = pack({"plays.tsv": '3\ta\tx\n4\tb\t"y\n'}, "tsv")
    columns = {"plays": 1, "listener_id": 2, "name": 3}
    source = Tsv(format="tsv", path=path, header=False, columns=columns)
    assert read(source)["plays"].rows() == [(3.0, "a", "x"), (4.0, "b", '"y')]


def test_without_header_the_first_row_may_be_quoted(pack, read):
    path = pack({"plays.csv": 'a,"x, y"\nb,z\n'}, "csv")
    source = csv(path, header=False, columns={"listener_id": 1, "name": 2})
    assert read(source)["plays"]["name"].to_list() == ["x, y", "z"]


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_empty_file(text, pack, read):
    with pytest.raises(DataError, match="empty"):
        read(csv(pack({"plays.csv": text}, "csv"), header=False, columns={"listener_id": 1, "name": 2}))


def test_encoding(pack, read):
    path = pack({"plays.csv": "listener_id,name\na,Кино\n".encode("cp1251")}, "csv")
    assert read(csv(path, encoding="cp1251"))["plays"]["name"].to_list() == ["Кино"]


def test_ratings_are_scaled(pack, read, quarantine):
    path = pack({"r.csv": "u,i,r\na,x,1\na,y,3\na,z,5\nb,x,6\nb,y,\nb,z,nan\n"}, "csv")
    columns = {"listener_id": "u", "item_id": "i", "rating": "r"}
    plays = read(csv(path, columns=columns, rating_scale=[1, 5]))["plays"]
    assert plays.select("item_id", "rating", "plays").rows() == [("x", 0, 1), ("y", 0.5, 1), ("z", 1, 1)]
    assert sorted(quarantine.reasons_of("published").values()) == [1, 2]


def test_ratings_without_a_scale_are_refused_also_where_their_name_alone_says_what_they_are(pack, read):
    path = pack({"r.csv": "listener_id,name,Rating\na,Can,1\n"}, "csv")
    with pytest.raises(DataError, match="column Rating has ratings, but of which scale") as error:
        read(csv(path))
    assert "rating_scale = [1, 5]" in error.value.remedy
    plays = read(csv(path, columns={"listener_id": "listener_id", "name": "name"}))["plays"]
    assert "rating" not in plays.columns


def test_a_scale_without_ratings_is_refused(pack, read):
    path = pack({"r.csv": "listener_id,item_id,stars\na,x,1\n"}, "csv")
    with pytest.raises(DataError, match="rating_scale is given, and no column is a rating"):
        read(csv(path, rating_scale=[1, 5]))


@pytest.mark.parametrize(
    ("options", "events"),
    [({}, True), ({"events": False}, False), ({"columns": {"listener_id": "u", "name": "i"}}, False)],
)
def test_rows_with_a_time_and_no_count_are_events(options, events, pack, quarantine):
    path = pack({"log.csv": "u,i,t\na,x,2020-01-02\na,x,2020-01-02\n"}, "csv")
    columns = {"listener_id": "u", "name": "i", "last_played": "t"}
    [batch] = csv(path, **({"columns": columns} | options)).read(quarantine)
    assert batch.events is events


def test_times(pack, read):
    moments = [
        "2020-01-02T03:04:05Z",
        "2020-01-02 03:04:05",
        "2020-01-02T03:04:05.000",
        "2020-01-02T05:04:05+02:00",
        "1577934245",
        "1577934245000",
    ]
    rows = "".join(f"a,x,{moment}\n" for moment in moments)
    path = pack({"log.csv": f"listener_id,item_id,last_played\n{rows}"}, "csv")
    when = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert read(csv(path))["plays"]["last_played"].to_list() == [when] * len(moments)


@pytest.mark.parametrize(
    ("table", "text", "row"),
    [
        ("listeners", "listener_id,country,language\na,poland,pl\n", ("a", "PL", "pl")),
        ("items", "item_id,name,country\nx,Kult,Poland\n", ("x", "Kult", "PL")),
        (
            "annotations",
            "name,facet,label,weight\nKult,genre,punk,2\n",
            ("Kult", "genre", "punk", 2, "expert"),
        ),
        ("mentions", "name,document_id,count\nKult,d1,2\n", ("Kult", "d1", 2)),
    ],
)
def test_every_table(table, text, row, pack, read):
    values = {"source": "expert"} if table == "annotations" else {}
    assert read(csv(pack({"t.csv": text}, "csv"), table=table, values=values))[table].rows() == [row]


@pytest.mark.parametrize(
    "options",
    [
        {"columns": {"user": "u"}},
        {"columns": {"rating": "r"}},
        {"values": {"rating": "0.5"}},
        {"rating_scale": [5, 1]},
        {"encoding": "klingon"},
        {"encoding": "utf-16"},
        {"encoding": "hex"},
        {"encoding": "cp500"},
        {"encoding": "punycode"},
        {"encoding": "undefined"},
        {"separator": "\n"},
        {"separator": "\r\n"},
        {"table": "friends"},
        {"separators": ","},
    ],
)
def test_wrong_options_are_refused(options, tmp_path):
    with pytest.raises(ValidationError):
        csv(tmp_path, **options)


@pytest.mark.parametrize(
    ("encoding", "what"),
    [
        ("cp500", "cp500 has line ends of its own"),
        ("utf-16", "utf-16 has line ends of its own"),
        ("undefined", "unknown encoding 'undefined'; one of text is such as"),
        ("punycode", "punycode has line ends of its own"),
        ("idna", "unknown encoding 'idna'"),
    ],
)
def test_a_refused_encoding_has_a_remedy(encoding, what, tmp_path):
    with pytest.raises(ValidationError, match=what):
        csv(tmp_path, encoding=encoding)


def test_missing_columns_are_named(pack, read):
    path = pack({"plays.csv": "who,what\na,x\n"}, "csv")
    with pytest.raises(DataError, match="the file has who, what"):
        read(csv(path, columns={"listener_id": "user", "item_id": "what"}))
    with pytest.raises(DataError, match="no column for listener_id"):
        read(csv(path))


def test_two_columns_of_one_name(pack, read):
    with pytest.raises(DataError, match="two columns have the same name") as refused:
        read(csv(pack({"plays.csv": "a,a\n1,2\n"}, "csv")))
    assert "or, if these are data, write header = false" in refused.value.remedy


def test_utf_16_is_named(pack, read):
    with pytest.raises(DataError, match="UTF-16"):
        read(csv(pack({"plays.csv": "listener_id,item_id\na,x\n".encode("utf-16")}, "csv")))


def test_our_names_in_capitals(pack, read):
    path = pack({"plays.csv": "Listener_ID, Name ,PLAYS,plays\na,x,9,3\n"}, "csv")
    assert read(csv(path))["plays"].select("listener_id", "name", "plays").rows() == [("a", "x", 3.0)]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_is_named(separator, pack, read):
    path = pack({"plays.csv": f"listener_id{separator}name\na{separator}x\n"}, "csv")
    with pytest.raises(DataError, match="or write separator = "):
        read(csv(path))
    assert read(csv(path, separator=separator))["plays"].rows() == [("a", "x", 1.0)]


@pytest.mark.parametrize(
    "columns", [{}, {"listener_id": "user", "name": "artist"}], ids=["our names", "those of the recipe"]
)
def test_a_first_line_that_may_be_data_is_said(columns, pack, read):
    path = pack({"plays.csv": "ann,Can\nbob,Wire\n"}, "csv")
    with pytest.raises(DataError, match="no column") as refused:
        read(csv(path, columns=columns))
    assert "the file has ann, Can; if these are data, write header = false" in refused.value.remedy
    numbered = {"listener_id": 1, "name": 2}
    assert read(csv(path, header=False, columns=numbered))["plays"]["name"].to_list() == ["Can", "Wire"]
    with pytest.raises(DataError, match="no column number 3") as refused:
        read(csv(path, header=False, columns={"listener_id": 3}))
    assert "header" not in refused.value.remedy


def test_a_header_of_which_a_column_is_known_is_no_data(pack, read):
    path = pack({"plays.csv": "user,Can\nann,Wire\n"}, "csv")
    with pytest.raises(DataError, match="no column artist") as refused:
        read(csv(path, columns={"listener_id": "user", "name": "artist"}))
    assert "header" not in refused.value.remedy


def test_a_line_for_excel_before_the_header_is_skipped(pack, read):
    path = pack({"plays.csv": "sep=;\nlistener_id;name\na;x\n"}, "csv")
    assert read(csv(path, separator=";"))["plays"]["name"].to_list() == ["x"]


def test_comments_are_no_rows(tmp_path, read, quarantine):
    """The log of a player: what stands before the rows is no header."""
    log = (
        "#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\nCan\tTago Mago\tL\t1260363110\n# \nSade\tPromise\tS\t1260363210\n"
    )
    (tmp_path / ".scrobbler.log").write_text(log, encoding="utf-8")
    source = Tsv(
        format="tsv",
        path=tmp_path / ".scrobbler.log",
        header=False,
        comment="#",
        columns={"name": 1, "last_played": 4},
        values={"listener_id": "me"},
        where={"3": "L"},
    )
    assert read(source)["plays"]["name"].to_list() == ["Can"]
    assert not quarantine.rejected
    assert list(quarantine.left_out.values()) == [1], "the track that was skipped"


def test_a_comment_in_another_encoding_is_no_row(pack, read, quarantine):
    text = "# café\nlistener_id,item_id\n# café\na,x\n".encode("latin-1")
    assert read(csv(pack({"plays.csv": text}, "csv"), comment="#"))["plays"]["item_id"].to_list() == ["x"]
    assert quarantine.read["published"] == 1
    assert not quarantine.rejected

import io
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tigertail.errors import DataError
from tigertail.io import text_rows
from tigertail.io.archives import Stream
from tigertail.io.quarantine import LINE, Quarantine
from tigertail.io.text_rows import TextFile


def text_file(content: bytes) -> TextFile:
    return TextFile(Stream("a.tsv", io.BytesIO(content), Path("a.tsv")), "s", Quarantine())


@pytest.mark.parametrize("size", [1, 3, 7, 64])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_numbers_hold_across_blocks(size: int, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_rows, "BLOCK_BYTES", size)
    file = text_file(end.join(["a\tb", "", "no tab", "ключ\tяя", "x\ty\tz", "c\td"]).encode())
    rows = pl.concat(file.rows(["k", "v"], separator="\t", quoted=False))
    assert rows.select(LINE, "k", "v").rows() == [(1, "a", "b"), (4, "ключ", "яя"), (6, "c", "d")]
    assert [(row.line, row.text) for row in file.quarantine.rows] == [(3, "no tab"), (5, "x\ty\tz")]
    assert file.quarantine.read["s"] == 5


cell = st.text(alphabet=st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), min_size=1)


@given(st.lists(st.tuples(cell, cell), min_size=1))
def test_quoted_fields_come_back_as_they_were(table: list[tuple[str, str]]) -> None:
    quoted = "\n".join(",".join('"' + field.replace('"', '""') + '"' for field in row) for row in table)
    rows = pl.concat(text_file(quoted.encode()).rows(["k", "v"], separator=",", quoted=True))
    assert rows.select("k", "v").rows() == table


def test_plain_and_quoted_lines_keep_their_order() -> None:
    file = text_file(b'a,1\n"b, c",2\nd,3\n"e"",f",4\n')
    rows = pl.concat(file.rows(["k", "v"], separator=",", quoted=True))
    assert rows["k"].to_list() == ["a", "b, c", "d", 'e",f']


def test_a_quote_that_never_ends_spoils_its_line_only() -> None:
    file = text_file(b'a,1\n"b,2\nc,3\n')
    rows = pl.concat(file.rows(["k", "v"], separator=",", quoted=True))
    assert rows["k"].to_list() == ["a", "c"]


def test_undecodable_lines_keep_their_number() -> None:
    file = text_file(b"a\t1\nb\t2\n" + b"\xff\xfe\t3\n" + "ключ\t4\n".encode())
    rows = pl.concat(file.rows(["k", "v"], separator="\t", quoted=False))
    assert rows[LINE].to_list() == [1, 2, 4]
    assert file.quarantine.rows[0].line == 3


def test_a_file_without_line_ends_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_rows, "BLOCK_BYTES", 100)
    monkeypatch.setattr(text_rows, "_LONGEST_LINE", 1000)
    with pytest.raises(DataError, match="a line is longer than"):
        list(text_file(b"x" * 5000).lines())


@pytest.mark.parametrize("size", [1, 5, 1 << 20])
def test_old_mac_line_ends(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_rows, "BLOCK_BYTES", size)
    names, blocks = text_file(b"k,v\ra,1\rb\rc,3").headed(None, separator=",", quoted=True)
    assert names == ["k", "v"]
    assert pl.concat(blocks).select(LINE, "k", "v").rows() == [(2, "a", "1"), (4, "c", "3")]


def test_an_open_quote_is_the_reason() -> None:
    file = text_file(b'a,1\n"b,2\nc,"3\nd,e "f" g\nh,"i"",j\n7" disc,"k\n"A" Band,l\n"A" Band,"m\n')
    rows = pl.concat(file.rows(["k", "v"], separator=",", quoted=True))
    assert rows.select("k", "v").rows() == [("a", "1"), ("d", 'e "f" g'), ("A Band", "l")]
    assert [(row.line, row.reason) for row in file.quarantine.rows] == [
        (line, "a quote that is not closed on its line") for line in (2, 3, 5, 6, 8)
    ]


@pytest.mark.parametrize("field", ["a\rb", "x" * 140_000])
def test_a_field_that_cannot_be_told_is_the_reason(field: str) -> None:
    file = text_file(f'{field},"c"\nd,"e",f\n'.encode())
    assert not any(map(len, file.rows(["k", "v"], separator=",", quoted=True)))
    first, second = file.quarantine.rows
    assert first.reason.startswith("a field has a carriage return, or more than 131,072")
    assert second.reason == "wrong number of fields (expected 2)"


def test_a_comment_in_any_script_is_no_row_though_it_cannot_be_decoded() -> None:
    file = replace(text_file("※ caf".encode() + b"\xe9\na,b\nc \xe9,d\n"), comment="※")
    rows = pl.concat(file.rows(["k", "v"], separator=",", quoted=True))
    assert rows.select(LINE, "k", "v").rows() == [(2, "a", "b")]
    assert [(row.line, row.text) for row in file.quarantine.rows] == [(3, "c \\xe9,d")]


@pytest.mark.parametrize("quoted", [True, False])
def test_a_separator_of_several_characters(quoted: bool) -> None:
    file = text_file(b'a<SEP>b<SEP>c\n"d<SEP>e"<SEP>f<SEP>g\nh<SEP>i\n')
    rows = pl.concat(file.rows(["x", "y", "z"], separator="<SEP>", quoted=quoted))
    second = [("d<SEP>e", "f", "g")] if quoted else []
    assert rows.select("x", "y", "z").rows() == [("a", "b", "c"), *second]


def test_a_header_in_another_encoding_is_no_data() -> None:
    content = "słuchacz,wykonawca\na,Kult\n".encode("cp1250")
    with pytest.raises(DataError, match="its first line is not utf-8 text") as error:
        text_file(content).headed(None, separator=",", quoted=True)
    assert error.value.line == 1
    with pytest.raises(DataError, match="no line of it is utf-8 text"):
        text_file("żółć\n".encode("cp1250")).numbered(separator=",", quoted=True)


@pytest.mark.parametrize(
    ("header", "problem"), [(["a", "b"], "its first line is 'a,a'"), (None, "same name, 'a'")]
)
def test_a_wrong_header_is_told_by_its_line(header: list[str] | None, problem: str) -> None:
    with pytest.raises(DataError, match=problem) as error:
        text_file(b"\n\na,a\n1,2\n").headed(header, separator=",", quoted=True)
    assert error.value.line == 3
    assert error.value.remedy


def test_a_header_of_several_lines_is_told_and_its_end_no_row() -> None:
    file = text_file(b'listener_id,"name\nof artist",plays\na,Can,1\n')
    with pytest.raises(DataError, match="a quote of the header is not closed on its line") as error:
        file.headed(None, separator=",", quoted=True)
    assert (error.value.line, error.value.remedy) == (1, "write the header on one line of the file")


@pytest.mark.parametrize("field", [b"b\r", b"x" * 140_000])
def test_a_first_line_that_has_no_fields_is_told(field: bytes) -> None:
    content = b"\na," + field + b",c\n1,2,3\n"
    for read in (
        lambda: text_file(content).headed(None, separator=",", quoted=True),
        lambda: text_file(content).numbered(separator=",", quoted=True),
    ):
        with pytest.raises(DataError, match="a field has a carriage return, or more than 131,072") as error:
            read()
        assert error.value.line == 2
        assert error.value.remedy
    names, _ = text_file(content).headed(None, separator=",", quoted=False)
    assert len(names) == 3


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (b"listener_id,name,,", ["listener_id", "name", "3", "4"]),
        (b",0,1,2", ["column 1", "0", "1", "2"]),  # as pandas writes a table whose columns have no names
    ],
)
def test_columns_without_a_name_have_numbers(header: bytes, names: list[str]) -> None:
    found, _ = text_file(header + b"\na,b,,\n").headed(None, separator=",", quoted=True)
    assert found == names


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("a,b\n".encode("utf-16"), "UTF-16"),
        ("a,b\n".encode("utf-16-le"), "UTF-16"),
        ("a,b\n".encode("utf-16-be"), "UTF-16"),
        (b"PAR1\x15\x04\n", "a Parquet file"),
        (b"7z\xbc\xaf\x27\x1c\n", "a 7-Zip archive"),
        (b"PK\x03\x04\x14\x00\n", "a zip archive, or a spreadsheet"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b'[\n {"a": 1}\n]\n', "a JSON file"),
        (b'{"a": 1}\n', "a JSON file"),
        (b'[{"a": 1}, {"a": 2}]', "a JSON file"),
    ],
)
def test_what_is_no_text_table_is_named(content: bytes, what: str) -> None:
    with pytest.raises(DataError, match=what):
        text_file(content).headed(None, separator=",", quoted=True)

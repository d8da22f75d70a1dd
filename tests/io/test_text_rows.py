import io
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
    with pytest.raises(DataError, match="a line is too long"):
        list(text_file(b"x" * 5000).lines())

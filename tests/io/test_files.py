from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from tests.support import damages

from tigertail.errors import ConfigError, DataError
from tigertail.io.files import lacking, read_table, read_text, read_toml


def test_text_without_its_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffКино\n".encode())
    assert read_text(tmp_path / "a.txt") == "Кино\n"


def test_errors_name_the_problem_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file") as missing:
        read_text(tmp_path / "nowhere.txt", remedy="look elsewhere")
    assert missing.value.remedy == "look elsewhere"
    for wrong in (tmp_path, Path("a\0b")):
        with pytest.raises(DataError, match="cannot be read"):
            read_text(wrong)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        read_text(tmp_path / "latin.txt", error=ConfigError)


def test_toml(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text("a = 1\n", encoding="utf-8")
    (tmp_path / "bad.toml").write_text("a = \n", encoding="utf-8")
    assert read_toml(tmp_path / "good.toml", remedy="see the docs") == {"a": 1}
    with pytest.raises(ConfigError, match="not a TOML file") as bad:
        read_toml(tmp_path / "bad.toml", remedy="see the docs")
    assert bad.value.remedy == "see the docs"
    for much in ("1" * 5_000, "[" * 5_000):
        (tmp_path / "bad.toml").write_text(f"a = {much}\n", encoding="utf-8")
        with pytest.raises(ConfigError, match="not a TOML file"):
            read_toml(tmp_path / "bad.toml", remedy="see the docs")
    with pytest.raises(ConfigError, match="no such file"):
        read_toml(tmp_path / "nowhere.toml", remedy="see the docs")


def test_the_suffix_decides_how_a_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n", encoding="utf-8")
    (tmp_path / "a.tsv").write_text("a\tb\n1\tx\n", encoding="utf-8")
    pl.DataFrame({"a": [1], "b": ["x"], "list": [[1]]}).write_parquet(tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.csv").rows() == read_table(tmp_path / "a.tsv").rows() == [("1", "x")]
    (tmp_path / "a.jsonl").write_text('{"a": 1, "b": "x", "list": [1]}\n', encoding="utf-8")
    for typed in (tmp_path / "a.parquet", tmp_path / "a.jsonl"):
        assert read_table(typed).rows() == [(1, "x", [1])]
        assert read_table(typed, as_text=True).rows() == [("1", "x")]


def test_quotes_between_tabs_are_part_of_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text('a\tb\n"Weird Al" Yankovic\t7" single\n', encoding="utf-8")
    assert read_table(tmp_path / "a.tsv").rows() == [('"Weird Al" Yankovic', '7" single')]


def test_a_table_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("a\nSigur Rós\n".encode("latin-1"))
    with pytest.raises(DataError, match="cannot be read") as error:
        read_table(tmp_path / "a.csv")
    assert error.value.remedy == "save it as UTF-8"
    with pytest.raises(DataError, match="no such file") as error:
        read_table(tmp_path / "invalid utf-8.csv", remedy="look elsewhere")
    assert error.value.remedy == "look elsewhere"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a,b\nx,y\n".encode("utf-16"), "not UTF-8 text"),
        ("é,b\nx,y\n".encode("latin-1"), "not UTF-8 text"),
        (b"a,b\rx,y\rz,w\r", "carriage returns alone end its lines"),
    ],
)
def test_a_header_that_cannot_be_read(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(DataError, match=problem):
        read_table(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_table_that_is_missing_or_damaged(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_table(tmp_path / name)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError, match="cannot be read"):
        read_table(tmp_path / name)


def test_wherever_parquet_is_damaged_it_is_read_or_refused(tmp_path: Path) -> None:
    pl.DataFrame({"name": ["Can", "Kino"], "plays": [1.0, 2.0]}).write_parquet(tmp_path / "a.parquet")
    for _ in damages(tmp_path / "a.parquet"):
        with suppress(DataError):
            read_table(tmp_path / "a.parquet")


@pytest.mark.parametrize("text", ["", "{\n", '{"a": 1}\n[2]\n', "a,b\n1,x\n"])
def test_json_lines_that_are_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.jsonl: cannot be read"):
        read_table(tmp_path / "a.jsonl")


def test_a_table_that_lacks_columns_says_which_it_has(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("user;artist\nann;Queen\n", encoding="utf-8")
    error = lacking(["user", "artist"], read_table(tmp_path / "a.csv"), path=tmp_path, remedy="it has both")
    assert error.problem == "lacks the column user, artist; its columns: user;artist"
    assert error.remedy == "put commas between the fields, or tabs into a file .tsv; it has both"
    plain = lacking(["album"], pl.DataFrame({"a;b": [1], "c": [2]}), path=tmp_path, remedy="it has an album")
    assert (plain.problem, plain.remedy) == ("lacks the column album; its columns: a;b, c", "it has an album")

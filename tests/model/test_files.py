from __future__ import annotations

from pathlib import Path

import pytest

from tigertail.errors import DataError, UnknownItemError
from tigertail.model import Model
from tigertail.model.files import read_queries


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "queries.txt"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_files_of_any_editor_are_read(file: Path, model: Model, mark: bytes, end: bytes) -> None:
    lines = ["s1", "", "  Sigur Ros ", "КИНО", "nirvana"]
    file.write_bytes(mark + end.join(line.encode() for line in lines) + end)
    codes, notes = read_queries(file, model)
    assert model.items["item_id"].gather(codes).to_list() == ["s1", "n2", "n1", "n4"]
    assert notes == (
        "2 items have the name 'nirvana'; the one with most listeners is taken. "
        "Ask for another by id: Nirvana (6 listeners): id:s4",
    )


def test_an_unknown_query_is_reported_with_its_line(file: Path, model: Model) -> None:
    file.write_text("s1\n\nn1\nSigur Rosa\n")
    with pytest.raises(UnknownItemError) as error:
        read_queries(file, model)
    assert str(error.value) == (f"{file}, line 4: no item called 'Sigur Rosa'\n  -> did you mean: Sigur Rós?")


def test_a_file_that_cannot_be_used_is_an_error_with_a_remedy(file: Path, model: Model) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_queries(file, model)
    with pytest.raises(DataError, match="cannot be read"):
        read_queries(file.parent, model)
    file.write_text("\n \n")
    with pytest.raises(DataError, match="holds no query"):
        read_queries(file, model)
    file.write_bytes("Sigur Rós".encode("latin-1"))
    with pytest.raises(DataError, match="not UTF-8"):
        read_queries(file, model)

"""Pieces of a source, read one after the other, give what the source gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.ingest.formats.test_listenbrainz_spark import dump, listen, member

from tigertail.ingest.formats import FORMATS, Source
from tigertail.io.quarantine import Quarantine

Pack = Callable[[dict[str, str | bytes], str], Path]

TABLES: dict[str, str | bytes] = {
    "b.csv": "listener_id,name,plays\nu,Ann,1\n,Nobody,1\n",
    "a [1].csv": "listener_id,name,plays\nv,Bob,2\n",
    "of/c.csv": "listener_id,name,plays\nw,Eve,3\n",
    "notes.txt": "no table",
}
DUMP = dump(*(member(listen(user, "Sade", None)) for user in range(4)))
GAP = {name: content for name, content in DUMP.items() if name != "1.parquet"}


def source(path: Path, form: str = "csv", **keys: object) -> Source:
    return FORMATS[form].model_validate({"format": form, "path": path, **keys})


def everything(*sources: Source) -> tuple[list[tuple[str, str, pl.DataFrame]], Quarantine]:
    quarantine = Quarantine()
    batches = [(one, batch) for one in sources for batch in one.read(quarantine)]
    return [(one.label, batch.file, batch.rows) for one, batch in batches], quarantine


def same(whole: Source, pieces: int) -> None:
    found = whole.pieces()
    assert len(found) == pieces
    (rows, counts), (expected, of_whole) = everything(*found), everything(whole)
    assert [row[:2] for row in rows] == [row[:2] for row in expected]
    assert all(one[2].equals(other[2]) for one, other in zip(rows, expected, strict=True))
    assert counts == of_whole
    assert {one.namespace_id for one in found} == {whole.namespace_id}


def test_each_text_table_of_a_folder_is_a_piece(pack: Pack) -> None:
    same(source(pack(TABLES, "folder"), files="*.csv"), 3)


def test_an_archive_is_one_piece(pack: Pack) -> None:
    same(source(pack(TABLES, "zip"), files="*.csv"), 1)


def test_files_of_one_name_are_one_piece(pack: Pack) -> None:
    content = TABLES["b.csv"]
    same(source(pack({"1/plays.csv": content, "2/plays.csv": content}, "folder")), 1)


def test_each_parquet_file_is_a_piece(tmp_path: Path) -> None:
    for day in ("1", "2"):
        (tmp_path / "plays" / day).mkdir(parents=True)
        rows = pl.DataFrame({"listener_id": ["u"], "name": [f"Artist {day}"], "plays": [1]})
        rows.write_parquet(tmp_path / f"plays/{day}/part-0.parquet")
    same(source(tmp_path / "plays", "parquet"), 2)


def test_with_a_file_to_join_it_is_one_piece(pack: Pack) -> None:
    path = pack(
        {"1.csv": "listener_id,id,plays\nu,1,1\n", "2.csv": "listener_id,id,plays\nv,1,1\n"}, "folder"
    )
    (path.parent / "names.csv").write_text("id,name\n1,Ann\n")
    columns = {"listener_id": "listener_id", "plays": "plays", "name": "join.name"}
    whole = source(path, join={"path": path.parent / "names.csv", "on": "id"}, columns=columns)
    same(whole, 1)
    assert whole.paths == [path, path.parent / "names.csv"]


@pytest.mark.parametrize(("how", "pieces"), [("folder", 3), ("tar", 3), ("tar.xz", 1)])
def test_each_member_of_a_dump_is_a_piece_and_a_gap_is_said_once(pack: Pack, how: str, pieces: int) -> None:
    whole = source(pack(GAP, how), "listenbrainz-spark")
    same(whole, pieces)
    assert sum(everything(*whole.pieces())[1].warnings.values()) == 1

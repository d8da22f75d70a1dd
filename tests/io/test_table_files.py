from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tigertail.errors import ConfigError, TigertailError
from tigertail.io.table_files import check_table_file, write_table

TABLE = pl.DataFrame({"item_id": ["kino", "hey"], "score": [0.5, 0.25]})


@pytest.mark.parametrize(
    ("suffix", "read"),
    [
        (".parquet", pl.read_parquet),
        (".csv", pl.read_csv),
        (".jsonl", pl.read_ndjson),
        (".NDJSON", pl.read_ndjson),
    ],
)
def test_the_suffix_names_the_format(
    suffix: str, read: Callable[[Path], pl.DataFrame], tmp_path: Path
) -> None:
    file = tmp_path / f"lists{suffix}"
    write_table(TABLE, file)
    assert read(file).equals(TABLE)


def test_an_unknown_suffix_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no table format '\.xlsx'\n  -> write Parquet \(\.parquet\)"):
        check_table_file(tmp_path / "lists.xlsx")


def test_a_name_that_is_all_suffix_has_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the name has no suffix"):
        check_table_file(tmp_path / ".csv")


def test_standard_output_gets_csv(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write_table(TABLE, Path("-"))
    assert capfdbinary.readouterr().out == b"item_id,score\nkino,0.5\nhey,0.25\n"


def test_a_folder_is_not_replaced_and_that_is_said_before_the_work(tmp_path: Path) -> None:
    folder = tmp_path / "lists.csv"
    folder.mkdir()
    for refuse in (check_table_file, lambda path: write_table(TABLE, path)):
        with pytest.raises(TigertailError, match="cannot be written"):
            refuse(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["lists.csv"]
    assert folder.is_dir()

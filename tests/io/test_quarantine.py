import csv
import os
from pathlib import Path

import polars as pl
import pytest

from tigertail.io import quarantine as module
from tigertail.io.quarantine import LINE, RAW_TEXT, REASON, Quarantine, reasons


def test_rows_are_kept_up_to_a_cap_and_counted_beyond(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_PER_REASON", 2)
    put_aside = Quarantine()
    rows = pl.DataFrame({LINE: [1, 2, 3, 4], RAW_TEXT: ["a", "b,\n", "c", "d" * 900], "n": [0, -1, -1, -1]})
    kept = put_aside.usable_rows("s", "f.csv", rows, reasons((pl.col("n") < 0, "negative")))
    assert kept["n"].to_list() == [0]
    assert put_aside.reasons_of("s") == {"negative": 3}
    put_aside.write(tmp_path)
    with (tmp_path / "quarantine.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["source", "file", "line", "reason", "text"],
            ["s", "f.csv", "2", "negative", "b,\n"],
            ["s", "f.csv", "3", "negative", "c"],
        ]


def test_a_file_whose_name_is_no_utf_8_is_named_too(tmp_path: Path) -> None:
    put_aside = Quarantine()
    put_aside.reject(
        "s", os.fsdecode(b"caf\xe9.csv"), pl.DataFrame({LINE: [2], RAW_TEXT: ["x"], REASON: ["no"]})
    )
    put_aside.write(tmp_path)
    assert (tmp_path / "quarantine.csv").read_text("utf-8").splitlines()[1] == r"s,caf\udce9.csv,2,no,x"


def test_the_first_check_that_holds_gives_the_reason() -> None:
    put_aside = Quarantine()
    rows = pl.DataFrame({LINE: [1], RAW_TEXT: ["x"], "n": [-1]})
    put_aside.usable_rows("s", "f", rows, reasons((pl.col("n") < 0, "first"), (pl.col("n") < 1, "second")))
    assert put_aside.reasons_of("s") == {"first": 1}


def test_warnings_keep_a_few_examples() -> None:
    noted = Quarantine()
    noted.warn("s", "odd", 3, ["a", "b"])
    noted.warn("s", "odd", 9, ["b", "c", "d", "e", "f", "g"])
    assert noted.warnings["s", "odd"] == 12
    assert noted.examples["s", "odd"] == ["a", "b", "c", "d", "e"]
    noted.warn("s", "odd twice", 2, ["a", "a"])
    assert noted.examples["s", "odd twice"] == ["a"]


def test_what_another_one_has_is_added_and_the_cap_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_PER_REASON", 2)
    frame = pl.DataFrame({LINE: [1, 2], RAW_TEXT: ["a", "b"], REASON: ["no", "no"]})
    first, second = Quarantine(), Quarantine()
    first.reject("s", "f", frame.head(1))
    second.reject("s", "f", frame)
    second.read["s"] = 7
    second.warn("s", "odd", 3, ["x"])
    first.add(second)
    assert first.read["s"] == 7
    assert first.rejected["s", "no"] == 3
    assert [row.line for row in first.rows] == [1, 1]
    assert first.warnings["s", "odd"] == 3
    assert first.examples["s", "odd"] == ["x"]

"""Objects in JSON files; what becomes of them is in tests/ingest/formats/test_json_tables.py."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from tigertail.io import json_rows
from tigertail.io.archives import Stream
from tigertail.io.json_rows import JsonFile
from tigertail.io.quarantine import RAW_TEXT, Quarantine


def objects(text: str, quarantine: Quarantine) -> list[dict[str, object]]:
    file = JsonFile(Stream("a.json", io.BytesIO(text.encode()), Path("a.json")), "s", quarantine)
    return [json.loads(row) for row in pl.concat(file.objects())[RAW_TEXT]]


@pytest.mark.parametrize("size", [1, 2, 5, 1 << 20])
def test_a_number_that_a_block_cuts_is_one_value(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rows, "PIECE", size)
    quarantine = Quarantine()
    assert objects('[12345, {"a": 1}, 67]', quarantine) == [{"a": 1}]
    assert [row.text for row in quarantine.rows] == ["12345", "67"]
    assert quarantine.read["s"] == 3


def test_objects_by_their_ids_are_no_columns() -> None:
    by_id = {"7": {"name": "Can", "plays": 1}, "8": {"name": "Sade", "plays": 2}}
    by_name = {"can": {"plays": 1}, "sade": {"plays": 2}}
    assert objects(json.dumps(by_id), Quarantine()) == list(by_id.values())
    assert objects(json.dumps(by_name), Quarantine()) == list(by_name.values())


@pytest.mark.parametrize(
    "columns", [{"a": [1, 2], "b": ["x", "y"]}, {"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}]
)
def test_a_table_may_be_written_column_by_column(columns: dict[str, object]) -> None:
    assert objects(json.dumps(columns), Quarantine()) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]

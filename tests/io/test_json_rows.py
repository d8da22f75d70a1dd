"""Objects in JSON files; what becomes of them is in tests/ingest/formats/test_json_tables.py."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from tigertail.io import json_rows
from tigertail.io.archives import Stream
from tigertail.io.json_rows import JsonFile, clean_text
from tigertail.io.quarantine import RAW_TEXT, Quarantine


def objects(text: str, quarantine: Quarantine, encoding: str = "utf-8") -> list[dict[str, object]]:
    file = JsonFile(Stream("a.json", io.BytesIO(text.encode(encoding)), Path("a.json")), "s", quarantine)
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


def test_the_columns_of_a_table_are_joined_by_the_numbers_of_their_rows() -> None:
    columns = {"a": {"0": 1, "1": 2}, "b": {"1": "y", "0": "x"}}
    assert objects(json.dumps(columns), Quarantine()) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    by_id = {"a": {"0": 1, "1": 2}, "b": {"1": "y", "2": "z"}}
    assert objects(json.dumps(by_id), Quarantine()) == list(by_id.values()), "their rows are not the same"


def test_a_broken_object_costs_no_other() -> None:
    whole = [{"name": "Can", "label": {"name": "Spoon"}}, {"name": "Sade"}, {"name": "Kult"}]
    first, second, third = (json.dumps(one, indent=2) for one in whole)
    broken = first.replace('"Can",', '"Can')
    quarantine = Quarantine()
    assert objects("\n".join((first, broken, second, third)), quarantine) == whole
    assert [(row.line, row.reason) for row in quarantine.rows] == [(2, "not an object in JSON")]
    assert quarantine.read["s"] == 4


def test_what_is_no_object_in_the_list_of_a_document_is_not_lost() -> None:
    document = {"user": "ann", "plays": [{"name": "Can"}, "Sade", {"name": "Kult"}]}
    first, second, third = objects(json.dumps(document), Quarantine())
    assert [first["name"], second, third["name"]] == ["Can", "Sade", "Kult"]


@pytest.mark.parametrize(
    "layout", ["[{}, {}]", '{{"plays": [{}, {}]}}', "{}\n{}"], ids=["array", "document", "lines"]
)
def test_an_object_in_another_encoding_is_rejected_and_no_other(layout: str) -> None:
    quarantine = Quarantine()
    text = layout.format('{"name": "Björk"}', '{"name": "Can"}')
    assert objects(text, quarantine, "latin-1") == [{"name": "Can"}]
    assert [(row.line, row.reason) for row in quarantine.rows] == [(1, "text that is not utf-8")]
    assert quarantine.read["s"] == 2


@pytest.mark.parametrize(
    "layout", ["[{}, {}]", '{{"plays": [{}, {}]}}', "{}\n{}"], ids=["array", "document", "lines"]
)
def test_half_of_a_surrogate_pair_is_no_other_encoding(layout: str) -> None:
    quarantine = Quarantine()
    text = layout.format(r'{"name": "K\ud800lt"}', '{"name": "Björk"}')
    (kept,) = objects(text, quarantine, "latin-1")
    assert clean_text(str(kept["name"])) == "K?lt"
    assert [(row.line, row.reason) for row in quarantine.rows] == [(2, "text that is not utf-8")]


def test_a_sign_of_unicode_that_stands_for_a_damaged_one_is_read() -> None:
    rows = [{"name": "Bj\ufffdrk"}, {"name": "Can"}]
    text = json.dumps(rows, ensure_ascii=False)
    assert objects(text, Quarantine()) == objects(f'{{"plays": {text}}}', Quarantine()) == rows

"""The name of an export may say whose it is."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tigertail.ingest.formats.export import with_file
from tigertail.ingest.formats.listenbrainz import ListenBrainz
from tigertail.io.quarantine import Quarantine


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("ann.json", "ann"),
        ("exports/ann.JSON", "ann"),
        ("ann.txt.gz", "ann"),
        ("john.smith.json", "john.smith"),
        ("john.smith", "john.smith"),
        (".hidden.json", ".hidden"),
        (".json", ".json"),
    ],
)
def test_the_suffixes_of_its_format_alone_are_left_out_of_a_name(file: str, name: str) -> None:
    assert with_file("{file}", file) == name
    assert with_file("me-{file}", file) == f"me-{name}"


def test_two_files_with_dots_in_their_names_are_two_listeners(tmp_path: Path) -> None:
    listen = {"listened_at": 1600000000, "track_metadata": {"artist_name": "Sade"}}
    for name in ("john.smith.jsonl", "john.doe.jsonl"):
        (tmp_path / name).write_text(json.dumps(listen), encoding="utf-8")
    source = ListenBrainz(format="listenbrainz", path=tmp_path, values={"listener_id": "{file}"})
    rows = pl.concat(batch.rows for batch in source.read(Quarantine()))
    assert rows["listener_id"].to_list() == ["john.doe", "john.smith"]

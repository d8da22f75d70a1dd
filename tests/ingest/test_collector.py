"""Cleaned rows go where their table needs them, and references find their items at the end."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tigertail import columns as c
from tigertail.ingest.accumulator import REF
from tigertail.ingest.collector import RowCollector
from tigertail.ingest.formats import Batch, Source
from tigertail.ingest.formats.delimited import Csv
from tigertail.io.quarantine import Quarantine


def rows(**columns: list[str]) -> pl.DataFrame:
    return pl.DataFrame(columns)


def source(name: str) -> Source:
    return Csv(format="csv", path=Path(f"{name}.csv"), name=name, columns={})


def collected() -> tuple[RowCollector, list[pl.DataFrame]]:
    plays: list[pl.DataFrame] = []
    return RowCollector(Quarantine(), lambda source, batch, found: plays.append(found)), plays


def test_plays_and_tags_of_one_spelling_are_about_one_item() -> None:
    collector, plays = collected()
    played, tags = rows(listener_id=["ana"], name=["Kult"]), rows(name=["KULT"], label=["rock"])
    collector.add(source("log"), Batch(c.PLAYS_TABLE, "log.csv", played), played)
    collector.add(source("tags"), Batch(c.ANNOTATIONS_TABLE, "tags.csv", tags, known_only=True), tags)
    found = collector.find_items([], ["log"])
    assert found is not None
    assert found.items[c.NAME].to_list() == ["Kult"]
    assert plays[0].join(found.item_of, on=REF)[c.ITEM_ID].to_list() == found.items[c.ITEM_ID].to_list()
    assert found.item_of[c.ITEM_ID].n_unique() == 1


def test_without_plays_or_a_catalogue_there_are_no_items() -> None:
    collector, _ = collected()
    people = rows(listener_id=["ana"])
    collector.add(source("people"), Batch(c.LISTENERS_TABLE, "people.csv", people), people)
    assert collector.find_items([], ["people"]) is None


def test_plays_that_were_all_rejected_name_no_items() -> None:
    collector, _ = collected()
    played = rows(listener_id=["ana"], name=["Kult"]).clear()
    collector.add(source("log"), Batch(c.PLAYS_TABLE, "log.csv", played), played)
    assert collector.find_items([], ["log"]) is None


@pytest.mark.parametrize("table", [c.PLAYS_TABLE, c.ANNOTATIONS_TABLE, c.ALIASES_TABLE])
def test_references_that_come_again_are_not_held_again(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten batches name the same two artists; room is for four references."""
    monkeypatch.setattr("tigertail.ingest.collector._MAX_REFERENCES", 4)
    collector, _ = collected()
    named = rows(listener_id=["ana"] * 2, name=["Kult", "Sade"], label=["rock", "soul"], alias=["K", "S"])
    for _batch in range(10):
        batch = Batch(table, "log.csv", named, known_only=table == c.ANNOTATIONS_TABLE)
        collector.add(source("log"), batch, named)
    held = (collector._refs, collector._known_only_refs, collector._alias_refs)
    assert sum(frame.height for one in held for frame in one._frames) <= 4

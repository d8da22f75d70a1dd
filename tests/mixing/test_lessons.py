"""Lessons: of each query, what those who have it play besides."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tigertail.data.dataset import Dataset
from tigertail.data.held_out import ProtocolConfig, hold_out
from tigertail.mixing import lessons_of


def test_hits_count_who_plays_both(tmp_path: Path) -> None:
    rows = [(f"u{listener:02}", item, 1.0) for listener in range(20) for item in "abc"[: 2 + listener % 2]]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    trial = hold_out(
        Dataset.write(tmp_path / "abc", {"plays": plays}, name="abc"), ProtocolConfig(held_out=0.5)
    )
    lessons = lessons_of(trial)
    code = {item: place for place, item in enumerate(trial.interactions.item_ids)}
    counted = {
        (int(query), int(item)): hits
        for row, query in enumerate(lessons.queries)
        for item, hits in zip(*lessons.hits.row(row), strict=True)
    }
    held = trial.relevant
    with_c = int((held.indices == code["c"]).sum())
    assert counted[code["a"], code["b"]] == held.rows
    assert counted[code["a"], code["c"]] == counted[code["c"], code["a"]] == with_c
    assert (code["a"], code["a"]) not in counted

"""Lessons: of each query, what those who have it play besides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.mixing import TrainingQueries, training_set
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import ProtocolConfig, hold_out


def test_hits_count_who_plays_both(tmp_path: Path) -> None:
    rows = [(f"u{listener:02}", item, 1.0) for listener in range(20) for item in "abc"[: 2 + listener % 2]]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    trial = hold_out(
        Dataset.write(tmp_path / "abc", {"plays": plays}, name="abc"), ProtocolConfig(held_out=0.5)
    )
    training = training_set(trial)
    code = {item: place for place, item in enumerate(trial.interactions.items.ids)}
    counted = {
        (int(query), int(item)): hits
        for row, query in enumerate(training.queries)
        for item, hits in zip(*training.hits.row(row), strict=True)
    }
    held = trial.relevant
    with_c = int((held.indices == code["c"]).sum())
    assert counted[code["a"], code["b"]] == held.shape[0]
    assert counted[code["a"], code["c"]] == counted[code["c"], code["a"]] == with_c
    assert (code["a"], code["a"]) not in counted


def test_curated_lists_are_joined_as_a_share_of_all_hits() -> None:
    hits = CSR.from_coo([0, 0, 1], [1, 2, 0], [3.0, 1.0, 4.0], (2, 4))
    training = TrainingQueries(np.array([0, 2], np.int32), hits, np.ones(4, np.int64), np.zeros(4, np.int8))
    right = CSR.from_coo([0, 3], [1, 2], [1.0, 1.0], (4, 4))
    joined = training.joined(right, 0.5)
    assert joined.queries.tolist() == [0, 2, 3]
    assert [joined.hits.row(row)[1].tolist() for row in range(3)] == [[3 + 4, 1], [4], [4]]
    assert joined.hits.data.sum() == pytest.approx(2 * hits.data.sum())


def test_strata_count_by_their_hits_or_alike() -> None:
    hits = CSR.from_coo([0, 1], [1, 0], [90.0, 10.0], (2, 2))
    strata = np.array([0, 2], np.int8)  # the first is asked nine times as often
    training = TrainingQueries(np.array([0, 1], np.int32), hits, np.array([100, 1]), strata)
    assert training.weights(0, 0).tolist() == [90, 10]
    assert training.weights(1, 0).tolist() == [50, 50]
    between = training.weights(0.5, 0)
    assert 50 < between[0] < 90
    assert between.sum() == pytest.approx(100)
    assert training.weights(0, 1)[0] > training.weights(0, 0)[0], "its hit is on the item with one listener"


def test_no_lists_or_no_share_change_nothing() -> None:
    hits = CSR.from_coo([0], [1], [3.0], (1, 2))
    training = TrainingQueries(np.array([0], np.int32), hits, np.ones(2, np.int64), np.zeros(2, np.int8))
    assert training.joined(CSR.from_coo([], [], [], (2, 2)), 0.5) is training
    assert training.joined(CSR.from_coo([0], [1], [1.0], (2, 2)), 0.0) is training


def test_little_of_something_stays_little() -> None:
    """One word of feedback among many hits counts as many hits as a word is worth at most, not half of all."""
    hits = CSR.from_coo([0], [1], [1000.0], (1, 3))
    training = TrainingQueries(np.array([0], np.int32), hits, np.ones(3, np.int64), np.zeros(3, np.int8))
    word = CSR.from_coo([0], [2], [1.0], (3, 3))
    assert training.joined(word, 0.5).hits.data.tolist() == [1000, 1000]
    assert training.joined(word, 0.5, most=10).hits.data.tolist() == [1000, 10]

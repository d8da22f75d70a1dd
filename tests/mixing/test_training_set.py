"""What a mixture learns from: of each query, what those who have it play besides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.mixing import TrainingQueries, listed_queries, training_set
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
    coefficients = {
        (int(query), int(item)): hits
        for row, query in enumerate(training.queries)
        for item, hits in zip(*training.hits.row(row), strict=True)
    }
    held = trial.relevant
    with_c = int((held.indices == code["c"]).sum())
    assert coefficients[code["a"], code["b"]] == held.shape[0]
    assert coefficients[code["a"], code["c"]] == coefficients[code["c"], code["a"]] == with_c
    assert (code["a"], code["a"]) not in coefficients


def test_who_chooses_from_different_catalogues_is_kept_apart(tmp_path: Path) -> None:
    """Listeners of the small source could not play c; those of the large one could."""
    plays, profiles = [], []
    for listener in range(24):
        source = "large" if listener % 2 else "small"
        profiles.append((f"u{listener:02}", source))
        plays += [(f"u{listener:02}", item, 1.0) for item in ("abc" if source == "large" else "ab")]
    tables = {
        "plays": pl.DataFrame(plays, ["listener_id", "item_id", "plays"], orient="row"),
        "listeners": pl.DataFrame(profiles, ["listener_id", "source"], orient="row"),
    }
    trial = hold_out(Dataset.write(tmp_path / "two", tables, name="two"), ProtocolConfig(held_out=0.5))
    training = training_set(trial)
    ids = trial.interactions.items.ids
    asked = [str(ids[int(query)]) for query in training.queries]
    offered = ["".join(sorted(ids.filter(training.offered[one]))) for one in training.catalogue]
    assert set(zip(asked, offered, strict=True)) == {("a", "ab"), ("b", "ab"), *((q, "abc") for q in "abc")}


def test_what_only_those_held_out_play_is_not_there_to_be_chosen(tmp_path: Path) -> None:
    """Every listener plays a star, and a song that nobody else plays."""
    rows = [(f"u{listener:02}", item, 1.0) for listener in range(20) for item in ("star", f"song {listener}")]
    plays = pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row")
    trial = hold_out(
        Dataset.write(tmp_path / "own", {"plays": plays}, name="own"), ProtocolConfig(held_out=0.5)
    )
    training = training_set(trial)
    ids = trial.interactions.items.ids
    offered = set(ids.filter(training.offered[0]))
    assert offered == {
        "star",
        *(song for song in ids if song != "star" and training.listeners[ids == song] == 1),
    }
    assert len(offered) == 11
    assert len(training.queries) == 11, "but such a song is a query"


def test_a_short_list_counts_less_than_a_long_one() -> None:
    right = CSR.from_coo([0, 0, *[3] * 20], [1, 2, *range(4, 24)], [3.0, 1.0, *[2.0] * 20], (30, 30))
    lists = listed_queries(right, np.ones(30, np.int64), np.zeros(30, np.int8), np.ones(30))
    assert lists.queries.tolist() == [0, 3]
    assert [lists.hits.row(row)[1].sum() for row in (0, 1)] == pytest.approx([2, 10])
    assert lists.hits.row(0)[1].tolist() == pytest.approx([1.5, 0.5]), "by their grades"


def test_feedback_is_joined_as_a_share_of_all_hits() -> None:
    hits = CSR.from_coo([0, 0, 1], [1, 2, 0], [3.0, 1.0, 4.0], (2, 4))
    training = TrainingQueries.of_everything(
        np.array([0, 2], np.int32), hits, np.ones(4, np.int64), np.zeros(4, np.int8), np.ones(4)
    )
    right = CSR.from_coo([0, 3], [1, 2], [1.0, 1.0], (4, 4))
    joined = training.with_feedback(right, 0.5)
    assert joined.queries.tolist() == [0, 2, 0, 3]
    assert [joined.hits.row(row)[1].tolist() for row in range(4)] == [[3, 1], [4], [4], [4]]
    assert joined.offered[joined.catalogue].all()
    assert joined.hits.data.sum() == pytest.approx(2 * hits.data.sum())


def test_strata_count_by_their_hits_or_alike() -> None:
    hits = CSR.from_coo([0, 1], [1, 0], [90.0, 10.0], (2, 2))
    strata = np.array([0, 2], np.int8)  # the first is asked nine times as often
    training = TrainingQueries.of_everything(
        np.array([0, 1], np.int32), hits, np.array([100, 1]), strata, np.array([100.0, 1])
    )
    assert training.hit_weights(0, 0).tolist() == [90, 10]
    assert training.hit_weights(1, 0).tolist() == [50, 50]
    between = training.hit_weights(0.5, 0)
    assert 50 < between[0] < 90
    assert between.sum() == pytest.approx(100)
    assert training.hit_weights(0, 1)[0] > training.hit_weights(0, 0)[0], (
        "its hit is on the item with one listener"
    )


def test_no_feedback_or_no_share_changes_nothing() -> None:
    hits = CSR.from_coo([0], [1], [3.0], (1, 2))
    training = TrainingQueries.of_everything(
        np.array([0], np.int32), hits, np.ones(2, np.int64), np.zeros(2, np.int8), np.ones(2)
    )
    assert training.with_feedback(CSR.from_coo([], [], [], (2, 2)), 0.5) is training
    assert training.with_feedback(CSR.from_coo([0], [1], [1.0], (2, 2)), 0.0) is training
    assert training.with_feedback(CSR.from_coo([0], [1], [0.0], (2, 2)), 0.5) is training, "no grade above 0"


def test_little_of_something_stays_little() -> None:
    """One word of feedback among many hits counts as many hits as a word is worth at most, not half of all."""
    hits = CSR.from_coo([0], [1], [1000.0], (1, 3))
    training = TrainingQueries.of_everything(
        np.array([0], np.int32), hits, np.ones(3, np.int64), np.zeros(3, np.int8), np.ones(3)
    )
    word = CSR.from_coo([0], [2], [1.0], (3, 3))
    assert training.with_feedback(word, 0.5).hits.data.tolist() == [1000, 1000]
    assert training.with_feedback(word, 0.5, hits_per_grade=10).hits.data.tolist() == [1000, 10]

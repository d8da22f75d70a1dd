"""Systems are judged by what a truth says, with nobody held out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import ConfigError
from tigertail.evaluation.ground_truth.evaluation import (
    GRADED_METRICS,
    evaluate_against,
    full_split,
    graded_metrics,
)
from tigertail.evaluation.systems.own import OwnSignal
from tigertail.evaluation.systems.system import System
from tigertail.ground_truth.curated_lists import read_curated
from tigertail.ground_truth.ground_truth import GroundTruth, grade_matrix
from tigertail.ground_truth.simulated import read_true
from tigertail.model import ModelConfig
from tigertail.signals.contract import Signal
from tigertail.simulation import WorldConfig, simulate
from tigertail.sparse import CSR
from tigertail.splitting.hold_out import Split

NORTH = ["n1", "n2", "n3", "n4"]
SOUTH = ["s1", "s2", "s3", "s4"]


def curated(folder: Path, *lines: str) -> Path:
    file = folder / "lists.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def every_pair(*scenes: list[str]) -> list[str]:
    return [f"{a},{b}" for scene in scenes for a in scene for b in scene if a != b]


def test_lists_of_the_scenes_themselves_are_recalled_whole(scenes: Dataset, tmp_path: Path) -> None:
    """Whoever hears one artist of a scene hears the others: every learned list must hold them first."""
    truth = read_curated(curated(tmp_path, "query,similar", *every_pair(NORTH, SOUTH)), scenes)
    report = evaluate_against(scenes, truth, k=3)
    overall = {row.system: row for row in report.rows if row.group == "overall"}
    for system in ("item-item cosine", "base, cosine"):
        row = overall[system]
        assert (row.metrics["Recall"].mean, row.metrics["nDCG"].mean) == pytest.approx((1.0, 1.0))
        assert row.metrics["Recall"].low == pytest.approx(1.0)
    assert overall["popularity"].metrics["Recall"].mean < 1
    assert overall["popularity"].differences is not None
    assert overall["popularity"].differences["nDCG"].high < 0
    assert overall[report.reference].differences is None
    groups = [row for row in report.rows if row.group != "overall" and row.system == report.reference]
    assert sum(row.queries for row in groups) == report.scored == report.queries == 8


def test_an_item_nobody_plays_is_a_cold_query(scenes: Dataset, tmp_path: Path) -> None:
    report = evaluate_against(scenes, read_curated(curated(tmp_path, "query,similar", "x9,n1"), scenes))
    assert {row.group for row in report.rows} == {"overall", "cold"}
    assert report.rows[-1].metrics["nDCG"].mean == 0


def test_systems_see_every_listener(scenes: Dataset, tmp_path: Path) -> None:
    truth = read_curated(curated(tmp_path, "query,similar", "n1,n2"), scenes)
    split = full_split(scenes, truth, k=5)
    assert split.interactions.plays.nnz == len(scenes.plays)
    assert len(split.profiles) == 0


def test_grades_order_the_best_list() -> None:
    grades = CSR.from_coo([0, 0, 0], [0, 1, 2], [3, 2, 1], shape=(1, 5))
    best, worst = np.array([[0, 1, 2]], np.int32), np.array([[2, 1, 0]], np.int32)
    assert graded_metrics(best, grades)[0] == pytest.approx([1, 1])
    ideal = 3 + 2 / np.log2(3) + 1 / 2
    assert graded_metrics(worst, grades)[0] == pytest.approx([(1 + 2 / np.log2(3) + 3 / 2) / ideal, 1])
    assert graded_metrics(np.array([[4, 3, -1]], np.int32), grades)[0] == pytest.approx([0, 0])


def test_a_list_shorter_than_the_truth_can_still_be_perfect() -> None:
    grades = CSR.from_coo([0, 0, 0], [0, 1, 2], [1, 2, 3], shape=(1, 3))
    assert graded_metrics(np.array([[2]], np.int32), grades)[0] == pytest.approx([1, 1])


def test_a_query_without_a_truth_has_no_value() -> None:
    grades = CSR.from_coo([0], [1], [1], shape=(2, 3))
    values = graded_metrics(np.array([[1], [1]], np.int32), grades)
    assert values.shape == (2, len(GRADED_METRICS))
    assert np.isnan(values[1]).all()


def test_many_queries_are_sampled(scenes: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tigertail.evaluation.ground_truth.evaluation.MAX_QUERIES", 3)
    truth = read_curated(curated(tmp_path, "query,similar", *every_pair(NORTH)), scenes)
    asked = [tuple(full_split(scenes, truth, k=5, seed=seed).query_items) for seed in (0, 0, 1, 2, 3)]
    assert asked[0] == asked[1]
    assert len(set(asked)) > 1
    assert all(len(queries) == 3 for queries in asked)


class Oracle:
    """Knows the truth."""

    def __init__(self, truth: GroundTruth, interactions: Interactions) -> None:
        self._grades = grade_matrix(truth, interactions)

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.ones(self._grades.shape[1], np.bool_)

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        scores = np.zeros((len(queries), self._grades.shape[1]), np.float32)
        for row, query in enumerate(queries):
            items, grades = self._grades.row(query)
            scores[row, items] = grades
        return scores


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = WorldConfig(listeners=150, artists=120, countries=3, artists_per_listener=12)
    return simulate(tmp_path_factory.mktemp("simulated") / "world", config)


def test_who_knows_the_true_affinity_agrees_with_it_wholly(world: Dataset) -> None:
    truth = read_true(world)

    def fit(split: Split) -> Signal:
        return Oracle(truth, split.interactions)

    report = evaluate_against(world, truth, [System("oracle", fit)])
    assert report.simulated
    assert report.graded
    for row in report.rows:
        assert (row.metrics["nDCG"].mean, row.metrics["Recall"].mean) == pytest.approx((1.0, 1.0))


def test_curators_are_resampled_with_all_their_queries(scenes: Dataset) -> None:
    """One curator's three queries are answered, the other's is not: a resample may have any mean from 0 to 1."""
    rows = [("ann", a, b, 1.0) for a, b in (("n1", "n2"), ("n2", "n1"), ("n3", "n1"))]
    columns = ["curator", "target_item_id", "item_id", "score"]
    pairs = pl.DataFrame([*rows, ("bob", "n1", "s1", 1.0)], columns, orient="row")
    answered = pairs.filter(pl.col("curator") == "ann")

    def fit(split: Split) -> Signal:
        return Oracle(GroundTruth("answered", answered, False, 3), split.interactions)

    report = evaluate_against(scenes, GroundTruth("shows", pairs, False, 4), [System("oracle", fit)], k=1)
    overall = report.rows[0]
    assert (overall.queries, report.queries) == (4, 4)
    recall = overall.metrics["Recall"]
    assert (recall.mean, recall.low, recall.high) == (0.75, 0, 1)


def test_default_systems_are_judged_where_none_are_given(scenes: Dataset, tmp_path: Path) -> None:
    truth = read_curated(curated(tmp_path, "query,similar", "n1,n2"), scenes)
    names = {row.system for row in evaluate_against(scenes, truth).rows}
    assert f"base, beta {ModelConfig().base.beta:g}" in names


def test_two_systems_of_one_name_are_refused(scenes: Dataset, tmp_path: Path) -> None:
    truth = read_curated(curated(tmp_path, "query,similar", "n1,n2"), scenes)
    mine = System("mine", OwnSignal(signal="listening").fit)
    with pytest.raises(ConfigError, match="two systems have the name 'mine'"):
        evaluate_against(scenes, truth, [mine, mine])


def test_a_path_is_no_truth_and_a_name_no_system(scenes: Dataset, tmp_path: Path) -> None:
    path = curated(tmp_path, "query,similar", "n1,n2")
    with pytest.raises(ConfigError, match="truth is of type str") as raised:
        evaluate_against(scenes, str(path))  # type: ignore[arg-type]
    assert "read_curated(path, dataset)" in raised.value.remedy
    with pytest.raises(ConfigError, match="a system is of type str"):
        evaluate_against(scenes, read_curated(path, scenes), ["popularity"])  # type: ignore[list-item]


@pytest.mark.parametrize(("option", "value"), [("k", 0), ("k", "ten"), ("seed", -1)])
def test_a_length_or_seed_that_cannot_be_is_named(
    scenes: Dataset, tmp_path: Path, option: str, value: Any
) -> None:
    truth = read_curated(curated(tmp_path, "query,similar", "n1,n2"), scenes)
    with pytest.raises(ConfigError, match=f"^{option}: Input should be") as raised:
        evaluate_against(scenes, truth, **{option: value})
    assert raised.value.remedy == "give k from 1, and a seed from 0"


def test_a_lens_has_no_listener_to_look_from(scenes: Dataset, tmp_path: Path) -> None:
    truth = read_curated(curated(tmp_path, "query,similar", *every_pair(NORTH)), scenes)
    at_home = System("from home", OwnSignal(signal="listening").fit, lens=True)
    with pytest.raises(ConfigError, match="every system has a lens") as error:
        evaluate_against(scenes, truth, [at_home])
    assert error.value.remedy

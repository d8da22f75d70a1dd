"""A metric that orders systems as the truth does has tau 1; the reverse order has tau -1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import kendalltau

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, DataError
from tigertail.evaluation.ground_truth.metric_validity import (
    FRONTIER,
    MetricValidity,
    kendall,
    validate_metrics,
)
from tigertail.evaluation.systems.system import System
from tigertail.signals.contract import Signal
from tigertail.simulation.truth import FILE
from tigertail.splitting.hold_out import Split

Likes = Callable[[str, str], bool]

values = st.lists(st.integers(0, 5), min_size=5, max_size=5)


@given(values, values)
def test_kendall_is_that_of_scipy(x: list[int], y: list[int]) -> None:
    ours = kendall(np.array([x], float), np.array([y], float))[0]
    assert ours == pytest.approx(kendalltau(x, y).statistic, nan_ok=True)


class Fixed:
    """Recommends some items after each, in an order that no popularity exponent turns round."""

    def __init__(self, ids: list[str], likes: Likes) -> None:
        self._scores = np.full((len(ids), len(ids)), -np.inf, np.float32)
        for row, query in enumerate(ids):
            for column, item in enumerate(ids):
                if likes(query, item):
                    self._scores[row, column] = 1e-4**column

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.ones(len(self._scores), np.bool_)

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        return self._scores[queries]


def system(name: str, likes: Likes) -> System:
    def fit(split: Split) -> Signal:
        return Fixed(split.interactions.items.ids.to_list(), likes)

    return System(name, fit)


PERFECT = system("perfect", lambda query, item: query[0] == item[0])
HALF = system("half", lambda query, item: query[0] == item[0] and item[1] in "12")
WRONG = system("wrong", lambda query, item: query[0] != item[0])


def known_truth(scenes: Dataset, path: Path, likes: Likes) -> Dataset:
    """Return the two scenes with a truth of their own."""
    ids = sorted(set(scenes.plays["item_id"]))
    rows = [(a, b, 1.0, 1) for a in ids for b in ids if a != b and likes(a, b)]
    truth = pl.DataFrame(rows, ["target_item_id", "item_id", "score", "rank"], orient="row")
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {"plays": scenes.plays, "items": scenes.items}
    return Dataset.write(
        path, tables, name="known", simulated=True, extra=lambda folder: truth.write_parquet(folder / FILE)
    )


def taus(validity: MetricValidity) -> dict[tuple[str, str], float]:
    return {(row.compared, row.metric): row.tau.mean for row in validity.rows if row.group == "overall"}


def regret(validity: MetricValidity) -> float:
    return next(row for row in validity.rows if (row.group, row.metric) == ("overall", "nDCG")).regret.mean


def test_listeners_who_are_right_order_systems_as_the_truth_does(scenes: Dataset, tmp_path: Path) -> None:
    world = known_truth(scenes, tmp_path / "world", lambda a, b: a[0] == b[0])
    found = validate_metrics(world, [WRONG, PERFECT, HALF])
    assert found.systems == ["wrong", "perfect", "half"]
    for row in found.rows:
        if row.group == "overall" and row.metric in ("nDCG", "Recall", FRONTIER):
            assert row.points == 3  # lists that no exponent changes count once
            assert row.tau.mean == pytest.approx(1.0)
            assert row.regret.mean == pytest.approx(0.0)


def test_listeners_who_are_wrong_order_them_the_other_way(scenes: Dataset, tmp_path: Path) -> None:
    world = known_truth(scenes, tmp_path / "world", lambda a, b: a[0] != b[0])
    found = validate_metrics(world, [PERFECT, WRONG])
    assert taus(found)["lists", "nDCG"] == taus(found)["systems", FRONTIER] == -1.0
    assert regret(found) == pytest.approx(1.0)


def test_of_lists_that_listeners_do_not_tell_apart_any_may_be_chosen(scenes: Dataset, tmp_path: Path) -> None:
    """No listener plays both scenes, so the metric is 0 for either system, the right one and the empty one."""
    world = known_truth(scenes, tmp_path / "world", lambda a, b: a[0] != b[0])
    empty = system("empty", lambda query, item: False)
    for systems in ([WRONG, empty], [empty, WRONG]):
        assert regret(validate_metrics(world, systems)) == pytest.approx(0.5)


def test_listeners_and_truth_judge_the_same_queries(scenes: Dataset, tmp_path: Path) -> None:
    """The truth knows the south alone: what listeners say of the north does not count."""
    world = known_truth(scenes, tmp_path / "world", lambda a, b: a[0] == b[0] == "s")
    north = system("north", lambda query, item: query[0] == item[0] == "n")
    south = system("south", lambda query, item: query[0] == item[0] == "s")
    found = validate_metrics(world, [north, south])
    assert taus(found)["lists", "nDCG"] == 1.0
    assert regret(found) == 0.0


def test_systems_with_a_lens_are_left_out(scenes: Dataset, tmp_path: Path) -> None:
    world = known_truth(scenes, tmp_path / "world", lambda a, b: a[0] == b[0])
    lens = replace(HALF, lens=True)
    assert validate_metrics(world, [PERFECT, lens, WRONG]).systems == ["perfect", "wrong"]
    with pytest.raises(ConfigError, match="every system has a lens"):
        validate_metrics(world, [lens])


def test_one_system_has_no_order_and_that_can_be_written(scenes: Dataset, tmp_path: Path) -> None:
    world = known_truth(scenes, tmp_path / "world", lambda a, b: a[0] == b[0])
    rows = validate_metrics(world, [PERFECT]).to_dict()["rows"]
    assert {row["tau"]["mean"] for row in rows if row["compared"] == "systems"} == {None}


def test_intervals_hold_their_numbers_and_strata_are_there(scenes: Dataset, tmp_path: Path) -> None:
    world = known_truth(scenes, tmp_path / "world", lambda a, b: a[0] == b[0])
    rows = validate_metrics(world).rows
    assert {"overall", "head", "mid", "tail"} >= {row.group for row in rows} > {"overall"}
    for row in rows:
        if not np.isnan(row.tau.low):
            assert -1 <= row.tau.low <= row.tau.high <= 1


def test_the_same_seed_gives_the_same_numbers(scenes: Dataset, tmp_path: Path) -> None:
    world = known_truth(scenes, tmp_path / "world", lambda a, b: a[0] == b[0])
    assert validate_metrics(world).to_dict() == validate_metrics(world).to_dict()


def test_real_data_have_no_truth(scenes: Dataset) -> None:
    with pytest.raises(DataError, match="not known"):
        validate_metrics(scenes)

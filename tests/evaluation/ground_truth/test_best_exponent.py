"""True nDCG of a system: as it is, and at its best popularity exponent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import (
    GroundTruth,
    ProtocolConfig,
    Split,
    System,
    at_best_exponent,
    cache_fits,
    hold_out,
)
from tigertail.signals.contract import Signal


class Popular:
    """Affinity is the number of listeners to some power; items without any are unknown."""

    def __init__(self, split: Split, power: float) -> None:
        self._scores = np.maximum(split.popularity, 1).astype(np.float32) ** np.float32(power)
        self.known = split.popularity > 0

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        scores = np.where(self.known, self._scores, np.float32(-np.inf)).astype(np.float32)
        return np.where(self.known[queries][:, None], scores, np.float32(-np.inf)).astype(np.float32)


@pytest.fixture
def few(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """All twenty listeners play the star, half of them the other, two the rare one; nobody plays the last."""
    heard = {"star": range(20), "other": range(0, 20, 2), "rare": (0, 1)}
    rows = [(f"u{listener:02}", item, 1.0) for item, who in heard.items() for listener in who]
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": pl.DataFrame(rows, ["listener_id", "item_id", "plays"], orient="row"),
        "items": pl.DataFrame({"item_id": [*heard, "new"], "name": [*heard, "new"], "kind": "artist"}),
    }
    return Dataset.write(tmp_path_factory.mktemp("few") / "dataset", tables, name="few")


def rare_is_best(*queries: str) -> GroundTruth:
    pairs = pl.DataFrame({"target_item_id": queries, "item_id": "rare", "score": 1.0})
    return GroundTruth("test", pairs, False, len(pairs), {}, len(queries))


def system(power: float) -> System:
    return System(f"power {power:g}", lambda split: Popular(split, power))


def test_the_best_exponent_removes_popularity(few: Dataset) -> None:
    split = hold_out(few, ProtocolConfig(held_out=0.1))
    counts, [popular, rare] = at_best_exponent(split, rare_is_best("star"), [system(0.3), system(-1)])
    assert counts == {"head": 1}
    assert popular.as_is["head"] == pytest.approx(1 / np.log2(3))
    assert popular.beta_change == 0.6
    assert popular.best["head"] == rare.as_is["head"] == 1


class Constant(Popular):
    """No affinity is above 0, so that a popularity exponent changes no list."""

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        return -np.abs(super().affinity(queries))


def test_where_no_exponent_is_better_none_is_named(few: Dataset) -> None:
    split = hold_out(few, ProtocolConfig(held_out=0.1))
    _, [found] = at_best_exponent(
        split, rare_is_best("star"), [System("s", lambda split: Constant(split, 1))]
    )
    assert found.beta_change == 0
    assert found.best == found.as_is


@pytest.mark.filterwarnings("error")
def test_a_truth_about_other_items_scores_nothing(few: Dataset) -> None:
    split = hold_out(few, ProtocolConfig(held_out=0.1))
    counts, [found] = at_best_exponent(split, rare_is_best("nobody"), [system(1)])
    assert (counts, found.as_is, found.beta_change) == ({}, {}, 0)


def test_each_stratum_is_a_mean_of_its_queries(few: Dataset) -> None:
    split = hold_out(few, ProtocolConfig(held_out=0.1))
    counts, [found] = at_best_exponent(split, rare_is_best("star", "new"), [system(-1)])
    assert counts == {"head": 1, "cold": 1}
    assert found.as_is == {"head": 1.0, "cold": 0.0}


def test_systems_with_a_lens_are_left_out(few: Dataset) -> None:
    split = hold_out(few, ProtocolConfig(held_out=0.1))
    assert at_best_exponent(split, rare_is_best("star"), [replace(system(1), lens=True)])[1] == []


def test_a_split_is_fitted_once(few: Dataset) -> None:
    fits: list[int] = []

    def fit(split: Split) -> Signal:
        fits.append(split.config.seed)
        return Popular(split, 1)

    once: Callable[[Split], Signal] = cache_fits(System("counted", fit)).fit
    signals = [once(hold_out(few, ProtocolConfig(held_out=0.1, seed=seed))) for seed in (0, 0, 1)]
    assert fits == [0, 1]
    assert signals[0] is signals[1]

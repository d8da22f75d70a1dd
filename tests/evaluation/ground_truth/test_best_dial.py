"""What a system reaches by a truth: as it is, and with the dial at its best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import GroundTruth, ProtocolConfig, Split, System, fitted_once, hold_out, reach
from tigertail.signals.contract import Signal


class Popular:
    """Affinity is the number of listeners to some power; nothing is known of items without any."""

    def __init__(self, trial: Split, power: float) -> None:
        self._scores = np.maximum(trial.popularity, 1).astype(np.float32) ** np.float32(power)
        self.known = trial.popularity > 0

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
    return System(f"power {power:g}", lambda trial: Popular(trial, power))


def test_the_dial_takes_fame_out(few: Dataset) -> None:
    trial = hold_out(few, ProtocolConfig(held_out=0.1))
    counts, [famous, fameless] = reach(trial, rare_is_best("star"), [system(0.3), system(-1)])
    assert counts == {"head": 1}
    assert famous.own["head"] == pytest.approx(1 / np.log2(3))
    assert famous.gamma == -0.6
    assert famous.best["head"] == fameless.own["head"] == 1


def test_each_stratum_is_a_mean_of_its_queries(few: Dataset) -> None:
    trial = hold_out(few, ProtocolConfig(held_out=0.1))
    counts, [found] = reach(trial, rare_is_best("star", "new"), [system(-1)])
    assert counts == {"head": 1, "cold": 1}
    assert found.own == {"head": 1.0, "cold": 0.0}


def test_a_truth_stands_nowhere(few: Dataset) -> None:
    trial = hold_out(few, ProtocolConfig(held_out=0.1))
    assert reach(trial, rare_is_best("star"), [replace(system(1), lens=True)])[1] == []


def test_what_was_learned_from_a_split_is_remembered(few: Dataset) -> None:
    fits: list[int] = []

    def fit(trial: Split) -> Signal:
        fits.append(trial.config.seed)
        return Popular(trial, 1)

    once: Callable[[Split], Signal] = fitted_once(System("counted", fit)).fit
    signals = [once(hold_out(few, ProtocolConfig(held_out=0.1, seed=seed))) for seed in (0, 0, 1)]
    assert fits == [0, 1]
    assert signals[0] is signals[1]

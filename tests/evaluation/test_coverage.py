"""Does a 95 % interval hold the truth 95 % of the time? `make test-slow` prints how often it does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tigertail.evaluation import ProtocolConfig, hold_out
from tigertail.evaluation.baselines.popularity import Popularity
from tigertail.evaluation.metrics.ranking import METRICS, score_lists
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.signals.co_listening import CoListeningConfig, fit_co_listening
from tigertail.signals.contract import Signal
from tigertail.simulation import WorldConfig, simulate

REPETITIONS = 1000  # 200 would leave the share itself uncertain by 3 %
LISTENERS = 200  # judged in each repetition


@pytest.mark.slow
def test_intervals_of_a_difference_cover_the_truth(tmp_path: Path) -> None:
    """Nine in ten of 20,000 listeners are the population; each repetition judges 200 of them."""
    world = simulate(tmp_path / "world", WorldConfig(listeners=20_000, artists=2_000))
    split = hold_out(world, ProtocolConfig(held_out=0.9, queries=5))

    def judged(signal: Signal) -> np.ndarray:
        lists = ranked_lists(signal, split)[0]
        return score_lists(lists, split.relevant, split.query_listeners, split.query_items, split.popularity)

    ours = judged(fit_co_listening(split.interactions.plays, CoListeningConfig()))
    differences = ours - judged(Popularity(split.popularity))
    rng = np.random.default_rng(0)
    for metric in ("nDCG", "IPS-nDCG"):
        values = differences[:, METRICS.index(metric)]
        truth = np.nanmean(values)
        covered = 0
        for repetition in range(REPETITIONS):
            drawn = rng.choice(split.relevant.shape[0], LISTENERS, replace=False)
            member = np.isin(split.query_listeners, drawn)
            listener = np.unique(split.query_listeners[member], return_inverse=True)[1].astype(np.int32)
            interval = ClusterBootstrap(listener, seed=repetition).estimate(values[member])
            covered += interval.low <= truth <= interval.high
        print(f"{metric}: {covered} of {REPETITIONS} intervals hold the true difference {truth:.4f}")
        assert 0.92 <= covered / REPETITIONS <= 0.98

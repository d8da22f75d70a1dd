"""What local models are worth in simulated worlds, where the true affinity is known.

Bounds are far from what is found: the exact figures are benchmarks/local_worlds.py's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import Split, baselines, read_true
from tigertail.evaluation.ground_truth.evaluation import full_split, graded_metrics
from tigertail.evaluation.scoring import ranked_lists
from tigertail.evaluation.statistics.intervals import ClusterBootstrap, Estimate
from tigertail.evaluation.systems.own import ListeningSignal
from tigertail.model.config import BaseConfig
from tigertail.signals.contract import Signal
from tigertail.signals.listening import GroupedCoListening
from tigertail.simulation import WorldConfig, simulate
from tigertail.simulation.world import listener_shares, make_world

BASE = BaseConfig(factors=16)
FLAT = WorldConfig(listeners=2000, artists=600, artists_per_listener=25, local_structure=0.0, seed=1)
# More scenes than the base model has factors.
SCENES = WorldConfig(listeners=2500, artists=800, artists_per_listener=30, scenes_per_country=15, seed=1)
SMALL = 0.05  # share of the listeners below which a country is small


def split_in(config: WorldConfig, folder: Path) -> Split:
    dataset: Dataset = simulate(folder / "world", config)
    return full_split(dataset, read_true(dataset), k=20)


def agreement(signal: Signal, split: Split) -> NDArray[np.float64]:
    """Return the nDCG@20 of each query's list against the true affinities."""
    return graded_metrics(ranked_lists(signal, split)[0], split.relevant)[:, 0]


def difference(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Estimate:
    return ClusterBootstrap(np.arange(len(ours), dtype=np.int32)).estimate(ours - theirs)


def local_artists_of_small_countries(config: WorldConfig, split: Split) -> NDArray[np.bool_]:
    """Return which queries are artists somebody plays, little known abroad, of a small country."""
    first = np.random.SeedSequence(config.seed).spawn(1)[0]  # the stream that simulate() makes the world from
    world = make_world(config, np.random.default_rng(first))
    ids = split.interactions.items.ids.gather(split.query_items)
    asked = ids.str.extract(r"(\d+)$").cast(int).to_numpy() - 1
    small = listener_shares(config)[world.home[asked]] < SMALL
    return np.asarray(world.local[asked] & small & (split.popularity[split.query_items] > 0))


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Split:
    return split_in(FLAT, tmp_path_factory.mktemp("flat"))


@pytest.mark.parametrize("groups", ["country", "learned"])
def test_where_countries_are_alike_groups_cost_next_to_nothing(flat: Split, groups: str) -> None:
    world = agreement(ListeningSignal(groups="none", base=BASE).fit(flat), flat)
    local = ListeningSignal.model_validate({"groups": groups, "base": BASE}).fit(flat)
    assert isinstance(local, GroupedCoListening)
    assert len(local.keys) > 3
    lost = difference(agreement(local, flat), world)
    assert lost.low > -0.01 * world.mean()


def test_where_vectors_are_held_groups_cost_nothing(flat: Split) -> None:
    world = ListeningSignal(groups="none", base=BASE).fit(flat)
    held = ListeningSignal(shrinkage=1e9, base=BASE).fit(flat)
    assert isinstance(held, GroupedCoListening)
    assert len(held.keys) > 3
    lists = (ranked_lists(signal, flat)[0] for signal in (world, held))
    assert np.mean(np.equal(*lists)) > 0.99, "but for rounding"


def test_local_artists_of_small_countries_gain_on_the_base_model(tmp_path: Path) -> None:
    split = split_in(SCENES, tmp_path)
    member = local_artists_of_small_countries(SCENES, split)
    assert member.sum() > 100
    base = agreement(baselines.ALS(**dict(BASE)).fit(split), split)[member]
    local = agreement(ListeningSignal(base=BASE).fit(split), split)[member]
    gained = difference(local, base)
    assert gained.low > 0.05 * base.mean()

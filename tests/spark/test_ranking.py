"""An evaluation whose lists are ranked by tasks has the figures of one machine, and ranks nothing twice."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.spark.here import ClusterHere
from tests.support import SMALL_MODEL, tiny_world

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, System, evaluate, scoring
from tigertail.evaluation.metrics.locality import UNKNOWN
from tigertail.evaluation.scoring import Ranking, RankingBlock
from tigertail.evaluation.systems.own import OwnSignal
from tigertail.spark.ranking import DistributedRanker

PROTOCOL = ProtocolConfig(held_out=0.3, k=10)
SYSTEMS = [
    System("listening, lens", OwnSignal(signal="listening", model=SMALL_MODEL).fit, lens=True),
    System("mixture", OwnSignal(signal="mixture", model=SMALL_MODEL).fit),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_world(tmp_path_factory.mktemp("ranking"))


def test_figures_are_those_of_one_machine(
    world: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BLOCK", 40)
    cluster = ClusterHere()
    found = evaluate(world, SYSTEMS, PROTOCOL, rank=DistributedRanker(cluster, tmp_path))
    assert found.to_dict() == evaluate(world, SYSTEMS, PROTOCOL).to_dict()
    assert cluster.made == ["lists"] * len(SYSTEMS)
    blocks = sorted(len(list(folder.iterdir())) for folder in tmp_path.glob("*/lists"))
    assert blocks == [3, 7]  # the lens has several countries


def test_what_changed_is_ranked_again(world: Dataset, tmp_path: Path) -> None:
    def made(protocol: ProtocolConfig = PROTOCOL) -> list[str]:
        cluster = ClusterHere()
        evaluate(world, SYSTEMS[:1], protocol, rank=DistributedRanker(cluster, tmp_path))
        return cluster.made

    assert made() == ["lists"]
    assert made() == []
    assert made(PROTOCOL.model_copy(update={"k": 11})) == ["lists"]


class Counted:
    """A signal that counts, where it is read, those that are held already."""

    read: ClassVar[list[weakref.ref[Counted]]] = []
    held: ClassVar[list[int]] = []

    def __init__(self, name: str) -> None:
        self.name = name

    def affinity(self, queries: NDArray[np.int32]) -> NDArray[np.float32]:
        return np.eye(2, dtype=np.float32)[queries]

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.held.append(sum(signal() is not None for signal in self.read))
        self.read.append(weakref.ref(self))


def test_a_worker_holds_the_signal_of_one_system(tmp_path: Path) -> None:
    block = RankingBlock(np.array([0, 1], np.int32), np.zeros(2, np.int32), UNKNOWN)
    ranking = Ranking(np.ones((1, 2), np.bool_), np.array([2, 1]), (0.0,), 1, [block])
    rank = DistributedRanker(ClusterHere(), tmp_path)
    for name in "ab":
        assert [lists.tolist() for lists in rank(Counted(name), ranking)] == [[[[1], [0]]]]
    assert Counted.held == [0, 0]

"""An evaluation whose lists are ranked by tasks has the figures of one machine, and ranks nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.spark.here import ClusterHere
from tests.support import SMALL_MODEL, tiny_world

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, System, evaluate, scoring
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

"""Choice sets and candidates from tasks are those of one machine, to the last bit, and are not found twice."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.spark.here import ClusterHere
from tests.support import SMALL_MODEL, tiny_world

from tigertail.mixing import Mixture, choice_sets, pool, retrieve
from tigertail.mixing.choice_sets import ChoicePlan, find_here
from tigertail.mixing.retrieve import ChosenBlock, Retrieval, choose_block, choose_here, with_candidates
from tigertail.model import fit
from tigertail.model.registry import MIXTURE
from tigertail.spark import mixing
from tigertail.spark.mixing import DistributedChoiceSets, DistributedChooser

CANDIDATES = 20
QUERIES = np.arange(0, 110, 3, dtype=np.int32)


@pytest.fixture(scope="module")
def mixture(tmp_path_factory: pytest.TempPathFactory) -> Mixture:
    """Signals from plays, labels and radio shows, mixed, without candidates."""
    world = tiny_world(tmp_path_factory.mktemp("mixing"))
    found = fit(world, SMALL_MODEL).signals[MIXTURE]
    assert isinstance(found, Mixture)
    return with_candidates(found, 0)


@pytest.fixture(params=[True, False], ids=["every item", "pools"])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the queries in several blocks, and look at every item or at pools."""
    monkeypatch.setattr(retrieve, "QUERIES", 50)
    monkeypatch.setattr(choice_sets, "BLOCK_BYTES", 4 * 120 * 10)
    monkeypatch.setattr(choice_sets, "_POOLS", 10)
    if not request.param:
        for module in (pool, retrieve, choice_sets):
            monkeypatch.setattr(module, "SCAN_ALL", 0)
        monkeypatch.setattr(pool, "ALL_IN_POOL", 0)


def plan_of(mixture: Mixture, *, seed: int = 0) -> ChoicePlan:
    return ChoicePlan.of(QUERIES, mixture.listeners, answers=8, negatives=5, seed=seed)


def retrieval_of(mixture: Mixture, max_candidates: int = CANDIDATES) -> Retrieval:
    found = Retrieval.of(mixture, max_candidates)
    assert found is not None
    return found


def bits(blocks: Iterable[Iterable[NDArray[Any]]]) -> list[list[tuple[str, tuple[int, ...], bytes]]]:
    return [[(array.dtype.str, array.shape, array.tobytes()) for array in block] for block in blocks]


@pytest.mark.usefixtures("_blocks")
def test_choice_sets_are_those_of_one_machine(mixture: Mixture, tmp_path: Path) -> None:
    plan = plan_of(mixture)
    found = bits(DistributedChoiceSets(ClusterHere(), tmp_path)(mixture.parts, plan))
    assert len(found) == 4
    assert found == bits(find_here(mixture.parts, plan))


@pytest.mark.usefixtures("_blocks")
def test_candidates_are_those_of_one_machine(mixture: Mixture, tmp_path: Path) -> None:
    retrieval = retrieval_of(mixture)
    found = bits(DistributedChooser(ClusterHere(), tmp_path)(retrieval))
    assert len(found) == 3
    assert found == bits(choose_here(retrieval))


def test_a_worker_holds_the_signals_of_one_stage(
    mixture: Mixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[weakref.ref[Mixture]] = []

    def choose(mixture: Mixture, *rest: Any) -> ChosenBlock:
        asked.append(weakref.ref(mixture))
        return choose_block(mixture, *rest)

    monkeypatch.setattr(mixing, "choose_block", choose)
    list(DistributedChooser(ClusterHere(), tmp_path)(retrieval_of(mixture)))
    assert asked[0]() is not None
    list(DistributedChoiceSets(ClusterHere(), tmp_path)(mixture.parts, plan_of(mixture)))
    gc.collect()
    assert asked[0]() is None


def test_what_changed_is_found_again(mixture: Mixture, tmp_path: Path) -> None:
    def made(*, seed: int = 0, max_candidates: int = CANDIDATES, of: Mixture = mixture) -> list[str]:
        cluster = ClusterHere()
        list(DistributedChoiceSets(cluster, tmp_path)(of.parts, plan_of(of, seed=seed)))
        list(DistributedChooser(cluster, tmp_path)(retrieval_of(of, max_candidates)))
        return cluster.made

    assert made() == ["choice-sets", "candidates"]
    assert made() == []
    assert made(seed=1) == ["choice-sets"]
    assert made(max_candidates=10) == ["candidates"]
    assert made(of=mixture.disable(["annotation"])) == ["choice-sets", "candidates"]


def test_a_driver_that_died_begins_with_the_stage_that_was_not_whole(
    mixture: Mixture, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        list(DistributedChooser(ClusterHere(fail_at="candidates"), tmp_path)(retrieval_of(mixture)))
    written = [path.stat().st_mtime_ns for path in tmp_path.glob("*/signals.json")]
    again = ClusterHere()
    found = bits(DistributedChooser(again, tmp_path)(retrieval_of(mixture)))
    assert again.made == ["candidates"]
    assert found == bits(choose_here(retrieval_of(mixture)))
    assert written == [path.stat().st_mtime_ns for path in tmp_path.glob("*/signals.json")]

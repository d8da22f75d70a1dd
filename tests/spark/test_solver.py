"""Factors by blocks are those of one machine, to the last bit, whatever the blocks and whatever happened."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.spark.here import SHOPS, ClusterHere, confidences
from tests.support import als_config

from tigertail.errors import DataError
from tigertail.factorization import Factors, Observable, fit_als
from tigertail.spark import solver, tasks
from tigertail.spark.solver import DistributedALS

CONFIG = als_config(factors=12, iterations=2)


def equal(one: Factors, other: Factors) -> bool:
    return (one.listeners.tobytes(), one.items.tobytes()) == (
        other.listeners.tobytes(),
        other.items.tobytes(),
    )


@pytest.mark.parametrize("pairs", [None, SHOPS], ids=["all pairs", "catalogues"])
@pytest.mark.parametrize(
    ("storage", "blocks", "partitions"), [("float16", (3, 2), 2), ("float32", (1, 2), 3)]
)
def test_the_number_of_blocks_changes_no_bit(
    pairs: Observable | None, storage: str, blocks: tuple[int, int], partitions: int, tmp_path: Path
) -> None:
    config = CONFIG.model_copy(update={"storage": storage})
    matrix = confidences(pairs)
    fit = DistributedALS(ClusterHere(partitions), tmp_path, blocks, message_bytes=4096)
    sweeps: list[int] = []
    found = fit(matrix, config, seed=5, observable=pairs, after_sweep=sweeps.append)
    assert equal(found, fit_als(matrix, config, seed=5, observable=pairs))
    assert sweeps == [1, 2]


@pytest.mark.parametrize("stage", ["links-items", "half-0", "half-3"])
def test_a_fit_that_stopped_goes_on_after_the_last_stage_that_was_written(stage: str, tmp_path: Path) -> None:
    matrix, stopping, again = confidences(), ClusterHere(fail_at=stage), ClusterHere()
    with pytest.raises(KeyboardInterrupt):
        DistributedALS(stopping, tmp_path, (3, 2))(matrix, CONFIG)
    found = DistributedALS(again, tmp_path, (3, 2))(matrix, CONFIG)
    assert equal(found, fit_als(matrix, CONFIG))
    assert again.written[0] == stage
    assert not set(stopping.written) & set(again.written)


def test_a_fit_that_is_done_is_read_and_more_sweeps_go_on_from_it(tmp_path: Path) -> None:
    matrix, first, again, more = confidences(), ClusterHere(), ClusterHere(), ClusterHere()
    found = DistributedALS(first, tmp_path, (3, 2))(matrix, CONFIG)
    assert equal(found, DistributedALS(again, tmp_path, (3, 2))(matrix, CONFIG))
    assert again.written == []
    longer = CONFIG.model_copy(update={"iterations": 3})
    assert equal(DistributedALS(more, tmp_path, (3, 2))(matrix, longer), fit_als(matrix, longer))
    assert more.written == ["half-4", "half-5"]


@pytest.mark.parametrize("change", ["setting", "data", "blocks"])
def test_a_changed_setting_begins_anew(change: str, tmp_path: Path) -> None:
    matrix, again = confidences(), ClusterHere()
    DistributedALS(ClusterHere(), tmp_path, (3, 2))(matrix, CONFIG)
    config = CONFIG.model_copy(update={"reg": 0.1}) if change == "setting" else CONFIG
    if change == "data":
        matrix = matrix.with_data(matrix.data * 2)
    blocks = (1, 2) if change == "blocks" else (3, 2)
    found = DistributedALS(again, tmp_path, blocks)(matrix, config)
    assert again.written[-1] == "half-3"
    assert "half-0" in again.written
    assert equal(found, fit_als(matrix, config))


def test_old_half_sweeps_are_removed(tmp_path: Path) -> None:
    DistributedALS(ClusterHere(), tmp_path, (2, 2))(confidences(), CONFIG)
    (fit,) = tmp_path.iterdir()
    halves = sorted(path.name for path in fit.glob("half-*") if path.is_dir())
    assert halves == ["half-0", "half-1", "half-2", "half-3"]


def test_a_lost_message_fails_the_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    send = tasks.send_rows

    def all_but_the_first(batches: tasks.Batches, plan: tasks.HalfSweep) -> tasks.Batches:
        sent = send(batches, plan)
        next(sent, None)
        yield from sent

    monkeypatch.setattr(solver, "send_rows", all_but_the_first)
    with pytest.raises(DataError, match="block 0 did not get all vectors"):
        DistributedALS(ClusterHere(), tmp_path, (2, 2))(confidences(), CONFIG)


def test_a_worker_with_other_kernels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "kernel_stamp", lambda: "another release")
    with pytest.raises(DataError, match="not another release\n  -> give all machines one environment"):
        DistributedALS(ClusterHere(), tmp_path, (2, 2))(confidences(), CONFIG)

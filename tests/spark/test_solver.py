"""Factors by blocks are those of one machine, to the last bit, whatever the blocks and whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.spark.here import SHOPS, ClusterHere, confidences
from tests.support import als_config

from tigertail.errors import DataError
from tigertail.factorization import Factors, Observable, fit_als
from tigertail.factorization.units import UNIT
from tigertail.spark import solver, stages, tasks
from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.records import Record, Sent
from tigertail.spark.solver import DistributedALS
from tigertail.sparse import CSR

CONFIG = als_config(factors=12, iterations=2)


def equal(one: Factors, other: Factors) -> bool:
    return (one.listeners.tobytes(), one.items.tobytes()) == (
        other.listeners.tobytes(),
        other.items.tobytes(),
    )


@pytest.mark.parametrize("pairs", [None, SHOPS], ids=["all pairs", "catalogues"])
@pytest.mark.parametrize(("storage", "blocks"), [("float16", (3, 2)), ("float32", (1, 2))])
def test_the_number_of_blocks_changes_no_bit(
    pairs: Observable | None, storage: str, blocks: tuple[int, int], tmp_path: Path
) -> None:
    config = CONFIG.model_copy(update={"storage": storage})
    matrix = confidences(pairs)
    fit = DistributedALS(ClusterHere(), tmp_path, blocks)
    sweeps: list[int] = []
    found = fit(matrix, config, seed=5, observable=pairs, after_sweep=sweeps.append)
    assert equal(found, fit_als(matrix, config, seed=5, observable=pairs))
    assert sweeps == [1, 2]


def test_a_block_of_items_that_nobody_plays_gets_the_vector_zero(tmp_path: Path) -> None:
    matrix = confidences(SHOPS)
    first = matrix.indices < UNIT  # of the two units of items the first alone is played
    rows, columns, values = (part[first] for part in (matrix.entry_rows(), matrix.indices, matrix.data))
    matrix = CSR.from_coo(rows, columns, values, matrix.shape)
    found = DistributedALS(ClusterHere(), tmp_path, (1, 2))(matrix, CONFIG, observable=SHOPS)
    assert equal(found, fit_als(matrix, CONFIG, observable=SHOPS))
    assert not found.items[UNIT:].any()


@pytest.mark.parametrize("stage", ["links-items", "start-items", "sent-2", "half-0", "half-3"])
def test_a_fit_that_stopped_goes_on_after_the_last_stage_that_was_made(stage: str, tmp_path: Path) -> None:
    matrix, stopping, again = confidences(), ClusterHere(fail_at=stage), ClusterHere()
    with pytest.raises(KeyboardInterrupt):
        DistributedALS(stopping, tmp_path, (3, 2))(matrix, CONFIG)
    found = DistributedALS(again, tmp_path, (3, 2))(matrix, CONFIG)
    assert equal(found, fit_als(matrix, CONFIG))
    assert again.made[0] == stage
    assert not set(stopping.made) & set(again.made)


def test_a_fit_that_is_done_is_read_and_more_sweeps_go_on_from_it(tmp_path: Path) -> None:
    matrix, first, again, more = confidences(), ClusterHere(), ClusterHere(), ClusterHere()
    found = DistributedALS(first, tmp_path, (3, 2))(matrix, CONFIG)
    assert equal(found, DistributedALS(again, tmp_path, (3, 2))(matrix, CONFIG))
    assert again.made == []
    longer = CONFIG.model_copy(update={"iterations": 3})
    assert equal(DistributedALS(more, tmp_path, (3, 2))(matrix, longer), fit_als(matrix, longer))
    assert more.made == ["sent-4", "half-4", "sent-5", "half-5"]


@pytest.mark.parametrize("change", ["setting", "data", "blocks"])
def test_a_changed_setting_begins_anew(change: str, tmp_path: Path) -> None:
    matrix, again = confidences(), ClusterHere()
    DistributedALS(ClusterHere(), tmp_path, (3, 2))(matrix, CONFIG)
    config = CONFIG.model_copy(update={"reg": 0.1}) if change == "setting" else CONFIG
    if change == "data":
        matrix = matrix.with_data(matrix.data * 2)
    blocks = (1, 2) if change == "blocks" else (3, 2)
    found = DistributedALS(again, tmp_path, blocks)(matrix, config)
    assert again.made[-1] == "half-3"
    assert "half-0" in again.made
    assert equal(found, fit_als(matrix, config))


def test_what_no_half_sweep_starts_from_is_removed(tmp_path: Path) -> None:
    DistributedALS(ClusterHere(), tmp_path, (2, 2))(confidences(), CONFIG)
    (fit,) = tmp_path.iterdir()
    stages = {path.name.partition("-")[0] for path in fit.iterdir() if path.is_dir()}
    assert stages == {"entries", "links", "asks", "half"}
    assert sorted(path.name for path in fit.glob("half-*") if path.is_dir()) == ["half-2", "half-3"]


def test_the_driver_holds_the_sums_of_two_half_sweeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    factors = solver._Fit.factors

    def counted(fit: solver._Fit) -> Factors:
        held.append(len(fit.sums))
        return factors(fit)

    monkeypatch.setattr(solver._Fit, "factors", counted)
    DistributedALS(ClusterHere(), tmp_path)(confidences(), CONFIG.model_copy(update={"iterations": 4}))
    assert held[0] <= 2


def test_a_matrix_of_scipy_and_a_seed_of_numpy_are_those_of_one_machine(tmp_path: Path) -> None:
    matrix, seed = confidences().to_scipy(), np.int64(3)
    found = DistributedALS(ClusterHere(), tmp_path)(matrix, CONFIG, seed=seed)  # type: ignore[arg-type]
    assert equal(found, fit_als(matrix, CONFIG, seed=3))


def nothing_for_the_first(block: int, kept: Checkpoints, plan: tasks.HalfSweep) -> Iterator[Record]:
    first, *others = tasks.send_rows(block, kept, plan)
    assert isinstance(first, Sent)
    yield replace(first, vectors=first.vectors[:0])
    yield from others


def test_a_lost_message_fails_the_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "send_rows", nothing_for_the_first)
    with pytest.raises(DataError, match="block 0 did not get all vectors"):
        DistributedALS(ClusterHere(), tmp_path, (2, 2))(confidences(), CONFIG)


def test_a_worker_with_other_kernels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "process_stamp", lambda: "another release")
    with pytest.raises(DataError, match="not another release\n  -> give all machines one environment"):
        DistributedALS(ClusterHere(), tmp_path, (2, 2))(confidences(), CONFIG)

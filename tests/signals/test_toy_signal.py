"""One entry in the registry is all it takes to add a signal."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import tigertail
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, default_systems, evaluate
from tigertail.model import ModelConfig, save
from tigertail.model.registry import SIGNALS, FitContext, SignalSpec
from tigertail.model.weights import weights_table
from tigertail.signals.evidence import Evidence
from tigertail.signals.neighbour_lists import NeighbourLists
from tigertail.simulation import WorldConfig, simulate
from tigertail.sparse import CSR

CONFIG = ModelConfig(base={"factors": 8, "iterations": 2}, listening={"min_group_size": 20})


class NextCode(NeighbourLists):
    """Links every item to the item of the next code."""

    EVIDENCE: ClassVar[Evidence] = Evidence.of("next_in_catalogue", text="next in the catalogue")


def fit_next_code(context: FitContext, config: None) -> NextCode:
    items = len(context.interactions.items)
    codes = np.arange(items - 1)
    return NextCode(CSR.from_coo(codes, codes + 1, np.ones(items - 1), (items, items)))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    spec = SignalSpec(NextCode, fit_next_code, None, "the item of the next code")
    monkeypatch.setitem(SIGNALS, "next", spec)
    config = WorldConfig(listeners=150, artists=80, countries=2, artists_per_listener=12)
    return simulate(tmp_path / "world", config)


def test_a_registered_signal_is_fitted_mixed_kept_explained_and_added_to(
    world: Dataset, tmp_path: Path
) -> None:
    model = tigertail.fit(world, config=CONFIG)
    assert isinstance(model.signals["next"], NextCode)
    assert "next" in weights_table(model).columns
    save(model, tmp_path / "model")
    again = tigertail.load(tmp_path / "model")
    ids = again.items["item_id"]
    [answer] = again.similar(ids[3], signal="next", why=True).to_dicts()
    assert answer["item_id"] == ids[4]
    [reason] = answer["why"]
    assert (reason["signal"], reason["evidence"]) == ("next", "next in the catalogue")
    carriers = again.similar(ids[3], 1, why=True)["why"][0].to_list()
    assert "next" in {carrier["signal"] for carrier in carriers}


def test_a_registered_signal_is_a_row_of_the_report(world: Dataset) -> None:
    systems = [system for system in default_systems(CONFIG, world) if system.name in ("popularity", "next")]
    report = evaluate(world, systems, ProtocolConfig(held_out=0.2))
    assert {row.system for row in report.rows} == {"popularity", "next"}

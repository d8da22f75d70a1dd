"""Our local models as a system of the report."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.data.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, evaluate, hold_out
from tigertail.evaluation.ours import LocalModels
from tigertail.evaluation.systems import System
from tigertail.model.config import BaseConfig, ModelConfig
from tigertail.model.fit import fit_base, fit_local

LOCAL = LocalModels(fewest=5, base=BaseConfig(factors=8))


@pytest.mark.parametrize("seed", [0, 3])
def test_it_is_the_models_own_signal(countries: Dataset, seed: int) -> None:
    trial = hold_out(countries, ProtocolConfig())
    found = LOCAL.model_copy(update={"seed": seed}).fit(trial)
    config = ModelConfig.model_validate({"seed": seed, "base": {"factors": 8}, "local": {"fewest": 5}})
    factors = fit_base(trial.interactions, config)
    signal = fit_local(trial.train, trial.interactions, factors, config)
    asked = np.arange(len(trial.popularity), dtype=np.int32)
    assert found.affinity(asked).tobytes() == signal.affinity(asked).tobytes()
    assert found.keys == signal.keys


def test_held_out_listeners_are_in_no_group(countries: Dataset) -> None:
    trial = hold_out(countries, ProtocolConfig(held_out=0.5))
    found = LOCAL.fit(trial)
    assert found.starts[-1] == trial.interactions.plays.rows == 45 - len(trial.held)


def test_systems_with_and_without_the_lens_stand_in_one_report(countries: Dataset) -> None:
    systems = [System("world", LOCAL.model_copy(update={"groups": "none"}).fit), System("local", LOCAL.fit)]
    report = evaluate(
        countries, [*systems, System("near", LOCAL.fit, lens=True)], ProtocolConfig(k=3, held_out=0.5)
    )
    found = {row.system: row.metrics["nDCG"].mean for row in report.group("overall")}
    assert list(found) == ["world", "local", "near"]
    assert found["near"] != found["local"], "the lens makes other lists"

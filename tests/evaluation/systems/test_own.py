"""Our local models as a system of the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, Split, evaluate, hold_out
from tigertail.evaluation.systems.own import ListeningSignal, OwnSignal
from tigertail.evaluation.systems.system import System
from tigertail.model import ModelConfig, fit
from tigertail.model.config import BaseConfig
from tigertail.signals.co_listening import CoListening
from tigertail.signals.factors import FactorAffinity
from tigertail.signals.listening import GroupedCoListening

LOCAL = ListeningSignal(min_group_size=5, base=BaseConfig(factors=8))


def fitted(split: Split, **settings: Any) -> GroupedCoListening:
    signal = LOCAL.model_copy(update=settings).fit(split)
    assert isinstance(signal, GroupedCoListening)
    return signal


@pytest.mark.parametrize("seed", [0, 3])
def test_it_is_the_models_own_signal(countries: Dataset, seed: int) -> None:
    split = hold_out(countries, ProtocolConfig())
    config = ModelConfig.model_validate(
        {"seed": seed, "base": {"factors": 8}, "listening": {"min_group_size": 5}}
    )
    signal = fit(split.train, config).signals["listening"]
    found = fitted(split, seed=seed)
    asked = np.arange(len(split.popularity), dtype=np.int32)
    assert found.affinity(asked).tobytes() == signal.affinity(asked).tobytes()
    assert found.keys == ("151", "BR", "PL")


def test_held_out_listeners_are_in_no_group(countries: Dataset) -> None:
    split = hold_out(countries, ProtocolConfig(held_out=0.5))
    assert fitted(split).starts[-1] == split.interactions.plays.shape[0] == 45 - len(split.profiles)


def test_groups_may_be_learned_or_none(countries: Dataset) -> None:
    split = hold_out(countries, ProtocolConfig())
    assert fitted(split, groups="none").keys == ()
    assert set(fitted(split, groups="learned", clusters=2).keys) == {"cluster-1", "cluster-2"}


def test_systems_with_and_without_the_lens_stand_in_one_report(countries: Dataset) -> None:
    systems = [System("world", LOCAL.model_copy(update={"groups": "none"}).fit), System("local", LOCAL.fit)]
    report = evaluate(
        countries, [*systems, System("near", LOCAL.fit, lens=True)], ProtocolConfig(k=3, held_out=0.5)
    )
    found = {row.system: row.metrics["nDCG"].mean for row in report.group("overall")}
    assert list(found) == ["world", "local", "near"]
    assert found["near"] != found["local"], "the lens makes other lists"


@pytest.mark.parametrize(("name", "kind"), [("factors", FactorAffinity), ("co-listening", CoListening)])
def test_any_one_signal_is_a_system(countries: Dataset, name: str, kind: type) -> None:
    split = hold_out(countries, ProtocolConfig())
    assert isinstance(OwnSignal(signal=name).fit(split), kind)
    assert OwnSignal(signal=name).label == name


def test_a_signal_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="no signal 'smell'; it is one of listening, factors"):
        OwnSignal(signal="smell")

"""A mixture learns from listeners of whom the signals that teach it have seen nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tigertail
from tigertail.data.dataset import Dataset
from tigertail.data.held_out import ProtocolConfig, hold_out
from tigertail.data.interactions import Interactions
from tigertail.data.simulated import WorldConfig, simulate
from tigertail.evaluation.ours import OwnSignal
from tigertail.mixing import Mixture
from tigertail.model import ModelConfig
from tigertail.model.families import Ingredients, fit_signals
from tigertail.model.mixed import fit_blind, fit_mixture, mixed_names
from tigertail.signals.annotation import Annotation
from tigertail.signals.local import Listening

CONFIG = ModelConfig.model_validate({"base": {"factors": 8, "iterations": 2}, "local": {"fewest": 20}})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    small = WorldConfig(listeners=200, artists=120, countries=3, artists_per_listener=15)
    return simulate(tmp_path_factory.mktemp("mixed") / "world", small)


def ingredients(dataset: Dataset, config: ModelConfig = CONFIG) -> Ingredients:
    return Ingredients(dataset, Interactions.of(dataset), config)


def test_signals_that_teach_have_no_trace_of_those_held_out(world: Dataset) -> None:
    blind = fit_blind(ingredients(world), ["listening", "annotation"])
    assert blind is not None
    listening, annotation = blind.signals["listening"], blind.signals["annotation"]
    assert isinstance(listening, Listening)
    assert isinstance(annotation, Annotation)
    held = set(blind.trial.held["listener_id"])
    everyone = set(world.plays["listener_id"])
    assert len(held) == round(0.2 * len(everyone))
    assert listening.heard.rows == len(everyone) - len(held)
    others = world.scan("annotations").filter(~pl.col("annotator").is_in(list(held))).collect()
    assert int(annotation.people.max()) <= others["annotator"].n_unique()
    left = blind.trial.train.scan("annotations").collect()
    assert not set(left["annotator"]) & held


def test_what_is_learned_hangs_on_the_blind_signals_alone(world: Dataset) -> None:
    given = ingredients(world)
    mixture = fit_mixture(given, fit_signals(given))
    blind = fit_blind(given, mixed_names(world, CONFIG.mixture))
    assert mixture is not None
    assert blind is not None
    train = Ingredients(blind.trial.train, blind.trial.interactions, CONFIG)
    seeing = fit_signals(train)
    for name, signal in blind.signals.items():
        queries = np.flatnonzero(signal.known)[:20].astype(np.int32)
        assert signal.affinity(queries).tobytes() == seeing[name].affinity(queries).tobytes()
    assert mixture.learned.most == int(blind.trial.popularity[np.unique(blind.trial.query_items)].max())


def test_at_most_so_many_listeners_are_held_out(world: Dataset) -> None:
    few = ModelConfig.model_validate(CONFIG.model_dump() | {"mixture": {"most": 12}})
    blind = fit_blind(ingredients(world, few), ["listening"])
    assert blind is not None
    assert len(blind.trial.held) == 12


def test_a_trial_is_answered_by_the_mixture_that_a_fit_makes(world: Dataset) -> None:
    trial = hold_out(world, ProtocolConfig(seed=3))
    judged = OwnSignal(signal="mixture", model=CONFIG).fit(trial)
    fitted = tigertail.fit(trial.train, config=CONFIG).signals["mixture"]
    assert isinstance(judged, Mixture)
    assert isinstance(fitted, Mixture)
    queries = trial.query_items[:20]
    assert judged.affinity(queries).tobytes() == fitted.affinity(queries).tobytes()


def test_too_few_listeners_teach_nothing(tmp_path: Path) -> None:
    plays = pl.DataFrame({"listener_id": list("aabbcc"), "item_id": list("xyxyyz"), "plays": 1.0})
    few = Dataset.write(tmp_path / "few", {"plays": plays}, name="few")
    assert fit_blind(ingredients(few), ["listening"]) is None
    assert fit_mixture(ingredients(few), {}) is None

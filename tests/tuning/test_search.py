"""The search climbs, goes on where it was stopped, and never sees the listeners an evaluation reports on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, DataError
from tigertail.evaluation import ProtocolConfig, Split, hold_out
from tigertail.model import ModelConfig
from tigertail.signals.contract import Signal
from tigertail.tuning import FRONTIER, PLAIN, STUDIES, Budget, Tuning, objective, search, tune
from tigertail.tuning.objective import Scores
from tigertail.tuning.search_space import BASE, CO_LISTENING, MIXTURE
from tigertail.tuning.trial_store import TRIALS

NAMES = [study.name for study in STUDIES]


@dataclass
class Asked:
    """What was fitted, in place of fitting it; few factors, no shrinkage and little weight of the prior are best."""

    configs: list[tuple[str, ModelConfig]] = field(default_factory=list)
    stop_at: int | None = None

    def fit(self, study: str) -> Callable[[ModelConfig, Split], Signal]:
        def asked(config: ModelConfig, split: Split) -> Signal:
            if len(self.configs) == self.stop_at:
                raise KeyboardInterrupt
            self.configs.append((study, config))
            worth = {
                BASE: 1 / config.base.factors,
                CO_LISTENING: 1 / config.co_listening.shrinkage,
                MIXTURE: 1 / config.mixture.prior_precision,
                PLAIN: 1 / config.base.factors,
            }
            return cast(Signal, worth[study])

        return asked


def score(signal: Any, split: Split) -> Scores:
    return {FRONTIER: signal, "nDCG": 0.0, "IPS-nDCG": 0.0}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    asked = Asked()
    studies = tuple(replace(study, fitter=lambda n=study.name: asked.fit(n)) for study in STUDIES)
    monkeypatch.setattr(search, "STUDIES", studies)
    monkeypatch.setattr(objective, "score", score)
    return asked


def outline(found: Tuning) -> dict[str, list[tuple[ModelConfig, float]]]:
    return {name: [(r.config, r.value) for r in results] for name, results in found.results.items()}


def test_every_study_has_its_budget_and_begins_with_its_start(
    world: Dataset, tmp_path: Path, asked: Asked
) -> None:
    found = tune([world], tmp_path, Budget(trials=4))
    assert [name for name, _ in asked.configs] == [name for name in NAMES for _ in range(4)]
    for name in NAMES:
        assert [result.number for result in found.results[name]] == [0, 1, 2, 3]
        assert found.results[name][0].value == 1.0
    starts = {study.name: study.start for study in STUDIES}
    for name in (BASE, PLAIN):
        assert found.results[name][0].config == starts[name]


def test_each_study_of_the_model_starts_from_the_best_of_the_one_before(
    world: Dataset, tmp_path: Path, asked: Asked
) -> None:
    found = tune([world], tmp_path, Budget(trials=6))
    base, listening, model = found.best(BASE), found.best(CO_LISTENING), found.model()
    assert base is not None
    assert listening is not None
    assert model is not None
    assert found.results[CO_LISTENING][0].config == base
    assert found.results[MIXTURE][0].config == listening
    assert (model.base, model.confidence, model.co_listening) == (
        base.base,
        base.confidence,
        listening.co_listening,
    )
    assert model.mixture != ModelConfig().mixture
    assert model.base != ModelConfig().base


def test_a_time_gives_every_study_a_trial_at_least(world: Dataset, tmp_path: Path, asked: Asked) -> None:
    found = tune([world], tmp_path, Budget(seconds=1e-9))
    assert [len(found.results[name]) for name in NAMES] == [1] * len(NAMES)


def test_stopped_and_resumed_it_tries_what_it_would_have_tried(
    world: Dataset, tmp_path: Path, asked: Asked
) -> None:
    whole = tune([world], tmp_path / "whole", Budget(trials=14))  # the sampler learns from the tenth on
    everything = list(asked.configs)
    asked.configs.clear()
    for stop in (0, 3, 12, 20):
        asked.stop_at = stop
        stopped = tune([world], tmp_path / "parts", Budget(trials=14))
        assert stopped.interrupted
        assert len(asked.configs) == stop == sum(map(len, stopped.results.values()))
        assert (stopped.model() is None) == (stop == 0)
    asked.stop_at = None
    resumed = tune([world], tmp_path / "parts", Budget(trials=14))
    assert asked.configs == everything
    assert outline(resumed) == outline(whole)
    assert not resumed.interrupted


def test_a_longer_search_begins_with_the_shorter_one_and_a_finished_one_tries_nothing(
    world: Dataset, tmp_path: Path, asked: Asked
) -> None:
    short = tune([world], tmp_path, Budget(trials=3))
    asked.configs.clear()
    again = tune([world], tmp_path, Budget(trials=3))
    assert asked.configs == []
    assert again == short
    longer = tune([world], tmp_path, Budget(trials=5))
    assert longer.results[BASE][:3] == short.results[BASE]
    assert len([name for name, _ in asked.configs if name == BASE]) == 2


@pytest.mark.parametrize("new_trials", [1, 7])
def test_a_longer_search_that_is_stopped_keeps_what_the_shorter_one_found(
    world: Dataset, tmp_path: Path, asked: Asked, new_trials: int
) -> None:
    """It is stopped in the first study, or in the second, which began again from a better start."""
    short = tune([world], tmp_path, Budget(trials=3))
    asked.stop_at = len(asked.configs) + new_trials
    stopped = tune([world], tmp_path, Budget(trials=8))
    assert stopped.interrupted
    assert stopped.model() == short.model()
    assert {name: len(found) for name, found in stopped.results.items()} == {
        BASE: 3 + min(new_trials, 5),
        CO_LISTENING: 3,
        MIXTURE: 3,
        PLAIN: 3,
    }


def test_the_seed_decides_what_is_tried(world: Dataset, tmp_path: Path, asked: Asked) -> None:
    one, two = (tune([world], tmp_path / str(seed), Budget(trials=2), seed=seed) for seed in (0, 1))
    assert one.results[BASE][0].config == two.results[BASE][0].config
    assert one.results[BASE][1].config != two.results[BASE][1].config


@pytest.mark.parametrize(("cause", "interrupted"), [(KeyboardInterrupt(), True), (ValueError(), False)])
def test_ctrl_c_inside_compiled_code_is_one_too(
    world: Dataset,
    tmp_path: Path,
    asked: Asked,
    monkeypatch: pytest.MonkeyPatch,
    cause: BaseException,
    interrupted: bool,
) -> None:
    def dies(signal: Signal, split: Split) -> Scores:
        try:
            raise SystemError("inner dispatcher") from cause
        except SystemError as error:
            raise SystemError("outer dispatcher") from error

    monkeypatch.setattr(objective, "score", dies)
    if interrupted:
        assert tune([world], tmp_path, Budget(trials=1)).interrupted
    else:
        with pytest.raises(SystemError):
            tune([world], tmp_path, Budget(trials=1))


def test_people_can_read_every_trial(world: Dataset, tmp_path: Path, asked: Asked) -> None:
    found = tune([world], tmp_path, Budget(trials=2), seed=5)
    lines = [json.loads(line) for line in (tmp_path / TRIALS).read_text().splitlines()]
    assert [(line["study"], line["number"]) for line in lines] == [(n, i) for n in NAMES for i in range(2)]
    for line, (_, config) in zip(lines, asked.configs, strict=True):
        assert ModelConfig.model_validate(line["config"]) == config
        assert set(line["scores"]) == {world.fingerprint}
        assert line["seconds"] > 0
    assert lines[1]["value"] == found.results[BASE][1].value
    assert lines[0]["scores"][world.fingerprint][FRONTIER] == 1 / 128


def test_the_search_climbs(world: Dataset, tmp_path: Path, asked: Asked) -> None:
    found = tune([world], tmp_path, Budget(trials=40))
    best = found.model()
    assert best is not None
    assert best.base.factors <= 20  # the best there are is 16
    assert best.co_listening.shrinkage < 0.4  # the best there is is 0.2
    assert best.mixture.prior_precision < 3  # the best there is is 1
    for name in NAMES:
        values = [result.value for result in found.ranked(name)]
        assert values == sorted(values, reverse=True)


def test_several_datasets_count_alike(
    world: Dataset, scenes: Dataset, tmp_path: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One dataset likes few factors, the other has frontiers a thousand times as large and does not care."""

    def by_dataset(signal: Any, split: Split) -> Scores:
        return {FRONTIER: 1000.0} if split.train.name == scenes.name else {FRONTIER: signal}

    monkeypatch.setattr(objective, "score", by_dataset)
    default, second, _ = tune([world, scenes], tmp_path, Budget(trials=3)).results[BASE]
    assert default.value == 1.0
    assert set(second.scores) == {world.fingerprint, scenes.fingerprint}
    assert second.value == pytest.approx((128 / second.config.base.factors + 1) / 2)


def test_a_dataset_given_twice_is_refused(world: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="twice"):
        tune([world, world], tmp_path)


def test_a_search_without_data_or_with_a_negative_seed_is_refused(world: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no dataset"):
        tune([], tmp_path)
    with pytest.raises(ConfigError, match="negative"):
        tune([world], tmp_path, seed=-1)


def test_the_listeners_of_an_evaluation_leave_too_few(tmp_path: Path) -> None:
    plays = [(f"l{listener:02}", item, 1.0) for listener in range(11) for item in "ab"]
    tables = {"plays": pl.DataFrame(plays, ["listener_id", "item_id", "plays"], orient="row")}
    with pytest.raises(DataError, match="without those that an evaluation holds out, only 9 listeners have"):
        search.inner_split(Dataset.write(tmp_path / "eleven", tables, name="eleven"), 0)


def test_too_few_listeners_are_refused(scenes: Dataset, tmp_path: Path) -> None:
    few: dict[str, pl.DataFrame | pl.LazyFrame] = {"plays": scenes.plays.head(12), "items": scenes.items}
    with pytest.raises(DataError, match="listeners have both"):
        tune([Dataset.write(tmp_path / "few", few, name="few")], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("seed", [0, 7])
def test_listeners_that_an_evaluation_holds_out_are_never_seen(
    world: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Neither in what is fitted, the mixture's own held-out listeners included, nor in what is asked."""
    secret = set(hold_out(world, ProtocolConfig(seed=seed)).profiles["listener_id"])
    scored: list[Split] = []
    learned: list[Split] = []
    score, fit_held_out = objective.score, objective.fit_held_out

    def watched_score(signal: Signal, split: Split) -> Scores:
        scored.append(split)
        return score(signal, split)

    def watched_fit(*arguments: Any) -> Any:
        held_out = fit_held_out(*arguments)
        assert held_out is not None
        learned.append(held_out.split)
        return held_out

    monkeypatch.setattr(objective, "score", watched_score)
    monkeypatch.setattr(objective, "fit_held_out", watched_fit)
    tune([world], tmp_path, Budget(trials=2), seed=seed)
    assert (len(scored), len(learned)) == (2 * len(STUDIES), 1)
    assert secret
    for split in (*scored, *learned):
        known = set(split.train.plays["listener_id"]) | set(split.train.listeners["listener_id"])
        known |= set(split.interactions.listeners.ids) | set(split.profiles["listener_id"])
        assert not secret & known
        assert not set(split.profiles["listener_id"]) & set(split.train.plays["listener_id"])
    asked = set(scored[0].profiles["listener_id"])
    assert not asked & (set(learned[0].profiles["listener_id"]) | set(learned[0].train.plays["listener_id"]))

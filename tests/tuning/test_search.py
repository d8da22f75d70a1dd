"""The search finds a peak, does nothing twice, and never sees whom an evaluation reports on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, DataError
from tigertail.evaluation import ProtocolConfig, Split, hold_out
from tigertail.model import ModelConfig
from tigertail.simulation import WorldConfig, simulate
from tigertail.tuning import BASE, CO_LISTENING, FAMILIES, FRONTIER, PLAIN, Budget, Family, inner_trial, tune
from tigertail.tuning import search as room
from tigertail.tuning.space import Point
from tigertail.tuning.trail import TRIALS, Scores

NAMES = [family.name for family in FAMILIES]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = WorldConfig(listeners=150, artists=120, countries=3, artists_per_listener=12)
    return simulate(tmp_path_factory.mktemp("tuning") / "world", config)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ModelConfig]]:
    """What is fitted, in place of fitting it: few factors and no shrinkage are best."""
    seen: list[tuple[str, ModelConfig]] = []

    def score(family: Family, config: ModelConfig, trial: Split) -> Scores:
        seen.append((family.name, config))
        size = 1 / config.base.factors if family.name != CO_LISTENING else 1 / config.co_listening.shrinkage
        return {FRONTIER: size, "nDCG": 0.0, "IPS-nDCG": 0.0}

    monkeypatch.setattr(room, "score", score)
    return seen


def test_every_family_has_its_budget_and_begins_with_its_default(
    world: Dataset, tmp_path: Path, asked: list[tuple[str, ModelConfig]]
) -> None:
    found = tune([world], tmp_path, Budget(trials=4))
    assert [name for name, _ in asked] == [name for name in NAMES for _ in range(4)]
    for family in FAMILIES:
        first = found.outcomes[family.name][0]
        assert (first.number, first.score) == (0, 1.0)
    assert found.outcomes[BASE][0].config == ModelConfig()
    assert found.fresh == 12


def test_a_longer_search_goes_on_with_the_shorter_one(
    world: Dataset, tmp_path: Path, asked: list[tuple[str, ModelConfig]]
) -> None:
    whole = tune([world], tmp_path / "whole", Budget(trials=14))
    del asked[:]
    tune([world], tmp_path / "parts", Budget(trials=9))
    parts = tune([world], tmp_path / "parts", Budget(trials=14))
    for family in (BASE, PLAIN):  # the best base gives co-listening its confidence
        assert parts.outcomes[family] == whole.outcomes[family]
        mine = [config.model_dump_json() for name, config in asked if name == family]
        assert len(mine) == len(set(mine)) == 14


def test_killed_after_three_trials_it_goes_on_where_it_was(
    world: Dataset, tmp_path: Path, asked: list[tuple[str, ModelConfig]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tune([world], tmp_path / "whole", Budget(trials=5))
    everything = list(asked)
    del asked[:]
    working = room.score

    def dies(family: Family, config: ModelConfig, trial: Split) -> Scores:
        if len(asked) == 3:
            raise KeyboardInterrupt
        return working(family, config, trial)

    monkeypatch.setattr(room, "score", dies)
    stopped = tune([world], tmp_path / "killed", Budget(trials=5))
    assert stopped.interrupted
    assert (stopped.fresh, len(stopped.outcomes[BASE])) == (3, 3)
    assert stopped.model() is not None
    monkeypatch.setattr(room, "score", working)
    resumed = tune([world], tmp_path / "killed", Budget(trials=5))
    assert asked == everything
    assert resumed.outcomes == whole.outcomes
    assert not resumed.interrupted
    again = tune([world], tmp_path / "killed", Budget(trials=5))
    assert (again.fresh, again.outcomes) == (0, whole.outcomes)


@pytest.mark.parametrize(("cause", "interrupted"), [(KeyboardInterrupt(), True), (ValueError(), False)])
def test_ctrl_c_inside_compiled_code_is_one_too(
    world: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cause: BaseException,
    interrupted: bool,
) -> None:
    def dies(family: Family, config: ModelConfig, trial: Split) -> Scores:
        try:
            raise SystemError("inner dispatcher") from cause
        except SystemError as error:
            raise SystemError("outer dispatcher") from error

    monkeypatch.setattr(room, "score", dies)
    if interrupted:
        assert tune([world], tmp_path, Budget(trials=1)).interrupted
    else:
        with pytest.raises(SystemError):
            tune([world], tmp_path, Budget(trials=1))


def test_every_trial_says_what_it_was(
    world: Dataset, tmp_path: Path, asked: list[tuple[str, ModelConfig]]
) -> None:
    tune([world], tmp_path, Budget(trials=2), seed=5)
    header, *trials = map(json.loads, (tmp_path / TRIALS).read_text().splitlines())
    assert header["datasets"] == {world.fingerprint: world.name}
    assert [trial["family"] for trial in trials] == [name for name in NAMES for _ in range(2)]
    for trial, (_, config) in zip(trials, asked, strict=True):
        assert ModelConfig.model_validate(trial["config"]) == config
        assert (trial["seed"], trial["fingerprint"]) == (5, world.fingerprint)
        assert set(trial["scores"]) >= {FRONTIER}
        assert trial["seconds"] >= 0


def test_the_search_climbs(world: Dataset, tmp_path: Path, asked: list[tuple[str, ModelConfig]]) -> None:
    found = tune([world], tmp_path, Budget(trials=40))
    best = found.model()
    assert best is not None
    assert best.base.factors <= 20  # the best there are is 16
    assert best.co_listening.shrinkage < 0.4  # the best there is is 0.2
    for family in NAMES:
        scores = [outcome.score for outcome in found.ranked(family)]
        assert scores == sorted(scores, reverse=True)


def test_co_listening_has_the_confidence_of_the_best_base(
    world: Dataset, tmp_path: Path, asked: list[tuple[str, ModelConfig]]
) -> None:
    found = tune([world], tmp_path, Budget(trials=9))
    model, base = found.model(), found.best(BASE)
    assert model is not None
    assert base is not None
    assert (model.base, model.confidence) == (base.base, base.confidence)
    assert {outcome.config.confidence for outcome in found.outcomes[CO_LISTENING]} == {base.confidence}


def test_several_datasets_weigh_alike(
    world: Dataset, scenes: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One dataset likes few factors, the other has frontiers a thousand times as large and does not care."""

    def score(family: Family, config: ModelConfig, trial: Split) -> Scores:
        if trial.train.name == scenes.name:
            return {FRONTIER: 1000.0}
        return {FRONTIER: 1 / config.base.factors}

    monkeypatch.setattr(room, "score", score)
    found = tune([world, scenes], tmp_path, Budget(trials=3))
    default, second = found.outcomes[BASE][0], found.outcomes[BASE][1]
    assert default.score == 1.0
    assert [len(outcome.scores) for outcome in found.outcomes[BASE]] == [2, 2, 2]
    assert second.score == pytest.approx((128 / second.config.base.factors + 1) / 2)


def test_a_dataset_given_twice_is_refused(world: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="twice"):
        tune([world, world], tmp_path)


def test_too_few_listeners_are_refused(scenes: Dataset, tmp_path: Path) -> None:
    few: dict[str, pl.DataFrame | pl.LazyFrame] = {"plays": scenes.plays.head(12), "items": scenes.items}
    with pytest.raises(DataError, match="listeners have both"):
        tune([Dataset.write(tmp_path / "few", few, name="few")], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("seed", [0, 7])
def test_nobody_whom_an_evaluation_holds_out_is_ever_seen(
    world: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Neither in what is fitted nor among those who are asked."""
    secret = set(hold_out(world, ProtocolConfig(seed=seed)).held["listener_id"])
    seen: list[Split] = []
    working = room.score

    def watched(family: Family, config: ModelConfig, trial: Split) -> Scores:
        seen.append(trial)
        return working(family, config, trial)

    monkeypatch.setattr(room, "score", watched)
    found = tune([world], tmp_path, Budget(trials=2), seed=seed)
    assert len(seen) == found.fresh == 6
    for trial in seen:
        known = set(trial.train.plays["listener_id"]) | set(trial.train.listeners["listener_id"])
        known |= set(trial.interactions.listener_ids) | set(trial.held["listener_id"])
        assert secret
        assert not secret & known
        assert not set(trial.held["listener_id"]) & set(trial.train.plays["listener_id"])


def test_scores_are_those_of_an_evaluation(world: Dataset) -> None:
    from tigertail.evaluation.scoring import score_system
    from tigertail.evaluation.statistics.intervals import ClusterBootstrap
    from tigertail.evaluation.systems.system import System

    trial = inner_trial(world, 0)
    family = FAMILIES[1]
    scores = room.score(family, family.default, trial)
    judged = score_system(System("item-item", family.baseline(family.default).fit), trial)
    size, _ = ClusterBootstrap(trial.query_listeners).hypervolume(judged.sweep)
    assert scores[FRONTIER] == pytest.approx(size.mean)
    assert scores["nDCG"] == pytest.approx(np.nanmean(judged.values[:, 0]))


def test_proposals_lie_in_the_cube_and_spread() -> None:
    family = FAMILIES[0]
    corner: list[tuple[Point, float]] = [(np.zeros(len(family.dimensions)), 1.0)]
    points = np.stack([room.propose(family, number, corner, 0) for number in range(1, 60)])
    assert points.min() >= 0
    assert points.max() <= 1
    assert len(np.unique(points, axis=0)) == len(points)
    again = np.stack([room.propose(family, number, corner, 0) for number in range(1, 60)])
    assert np.array_equal(points, again)
    assert not np.array_equal(points[0], room.propose(family, 1, corner, 1))
    early, late = points[room.SPREAD + 1], points[-2]  # steps around the best, which is the corner
    assert np.abs(late).max() < np.abs(early).max()

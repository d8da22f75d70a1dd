"""The objective is the frontier that an evaluation would report."""

from __future__ import annotations

import numpy as np
import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.evaluation.scoring import ranked_lists, score_system
from tigertail.evaluation.statistics.intervals import ClusterBootstrap
from tigertail.evaluation.systems.own import OwnSignal
from tigertail.evaluation.systems.system import System
from tigertail.model import ModelConfig
from tigertail.model.registry import MIXTURE
from tigertail.splitting.hold_out import Split
from tigertail.tuning import objective
from tigertail.tuning.objective import FRONTIER, MixtureFitter, fit_base, fit_co_listening, relative, score
from tigertail.tuning.search import inner_split


@pytest.fixture(scope="module")
def split(world: Dataset) -> Split:
    return inner_split(world, 0)


def test_scores_are_those_of_an_evaluation(split: Split) -> None:
    signal = fit_co_listening(ModelConfig(), split)
    scores = score(signal, split)
    judged = score_system(System("item-item", lambda split: signal), split)
    size, _ = ClusterBootstrap(split.query_listeners).frontier_area(judged.sweep)
    assert scores[FRONTIER] == pytest.approx(size.mean)
    assert scores["nDCG"] == pytest.approx(np.nanmean(judged.values[:, 0]))


def test_the_base_and_co_listening_are_fitted_with_their_settings(split: Split) -> None:
    config = ModelConfig.model_validate({"base": {"factors": 9}, "co_listening": {"shrinkage": 70.0}})
    assert getattr(fit_base(config, split), "vectors").shape[1] == 9  # noqa: B009
    queries = split.query_items[:3]
    default, shrunk = (fit_co_listening(each, split).affinity(queries) for each in (ModelConfig(), config))
    finite = np.isfinite(default) & (default > 0)
    assert finite.any()
    assert (shrunk[finite] < default[finite]).all()


def test_the_mixture_is_that_of_fit_though_its_signals_are_fitted_once(
    split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    configs = [ModelConfig.model_validate({"mixture": table}) for table in ({}, {"prior_precision": 1.0})]
    expected = [
        ranked_lists(OwnSignal(signal=MIXTURE, model=config).fit(split), split, (0.0, 0.4))
        for config in configs
    ]
    fitted: list[Split] = []
    working = objective.fit_held_out

    def counted(*arguments: object) -> object:
        fitted.append(split)
        return working(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(objective, "fit_held_out", counted)
    fit = MixtureFitter()
    for config, lists in zip(configs, expected, strict=True):
        assert np.array_equal(ranked_lists(fit(config, split), split, (0.0, 0.4)), lists)
    assert len(fitted) == 1
    assert not np.array_equal(expected[0], expected[1])


def test_datasets_count_alike_whatever_the_size_of_their_frontiers() -> None:
    default = {"a": {FRONTIER: 0.001}, "b": {FRONTIER: 1000.0}}
    assert relative(default, default) == 1
    assert relative({"a": {FRONTIER: 0.002}, "b": {FRONTIER: 1000.0}}, default) == pytest.approx(1.5)
    assert relative({"a": {FRONTIER: 0.0}}, {"a": {FRONTIER: 0.0}}) == 0


def test_a_dataset_where_the_default_finds_nothing_does_not_decide() -> None:
    default = {"a": {FRONTIER: 0.0}, "b": {FRONTIER: 0.1}}
    assert relative(default, default) == 1
    assert relative({"a": {FRONTIER: 1e-4}, "b": {FRONTIER: 0.05}}, default) == pytest.approx(0.5)
    assert relative({"a": {FRONTIER: 1e-4}}, {"a": {FRONTIER: 0.0}}) == 1e-4

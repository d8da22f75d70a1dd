"""Every study searches settings that a configuration has, around where it starts, and leaves the others alone."""

from __future__ import annotations

from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from tigertail.model import ModelConfig
from tigertail.tuning.search_space import CO_LISTENING, MIXTURE, PLAIN, STUDIES, StudySpec

STUDY = {study.name: study for study in STUDIES}
every_study = pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)


def ends(study: StudySpec, last: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, distribution in study.search_space.items():
        if isinstance(distribution, CategoricalDistribution):
            found[name] = distribution.choices[-1 if last else 0]
        else:
            assert isinstance(distribution, FloatDistribution | IntDistribution)
            found[name] = distribution.high if last else distribution.low
    return found


@every_study
@pytest.mark.parametrize("last", [False, True])
def test_the_ends_of_each_range_are_valid_settings(study: StudySpec, last: bool) -> None:
    params = ends(study, last)
    start = study.start or ModelConfig()
    config = study.config(start, params)
    assert study.params(config) == params
    assert study.config(config, study.params(start)) == start


@every_study
def test_a_study_starts_within_its_ranges(study: StudySpec) -> None:
    for name, value in study.params(study.start or ModelConfig()).items():
        assert study.search_space[name]._contains(study.search_space[name].to_internal_repr(value)), name


@every_study
def test_only_the_tables_of_a_study_change(study: StudySpec) -> None:
    start = study.start or ModelConfig()
    before, after = start.model_dump(), study.config(start, ends(study, True)).model_dump()
    assert {t for t in before if before[t] != after[t]} == {n.split(".")[0] for n in study.search_space}


@every_study
def test_popularity_exponents_are_for_people_to_choose(study: StudySpec) -> None:
    assert not [name for name in study.search_space if name.endswith(("beta", "popularity_exponent"))]


def test_plain_als_stays_plain() -> None:
    config = STUDY[PLAIN].config(STUDY[PLAIN].start or ModelConfig(), ends(STUDY[PLAIN], True))
    assert (config.base.nu, config.base.beta) == (0, 1)


def test_the_mixture_keeps_the_settings_that_its_signals_are_fitted_with() -> None:
    before, after = ModelConfig(), STUDY[MIXTURE].config(ModelConfig(), ends(STUDY[MIXTURE], True))
    kept = ("signals", "held_out", "max_listeners")
    assert [getattr(after.mixture, key) for key in kept] == [getattr(before.mixture, key) for key in kept]
    assert after.mixture != before.mixture


def test_settings_have_three_digits() -> None:
    config = STUDY[CO_LISTENING].config(ModelConfig(), {"co_listening.shrinkage": 18.5873})
    assert config.co_listening.shrinkage == 18.6


def test_optuna_draws_what_a_configuration_takes() -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for spec in STUDIES:
        for _ in range(20):
            spec.config(ModelConfig(), study.ask(dict(spec.search_space)).params)

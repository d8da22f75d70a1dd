"""Finished trials are on disk, and are never mixed with those of another search."""

from __future__ import annotations

from pathlib import Path

import optuna
import polars as pl
import pytest
from optuna.trial import TrialState

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.model import ModelConfig
from tigertail.tuning.search_space import CO_LISTENING, STUDIES
from tigertail.tuning.trial_store import JOURNAL, TRIALS, TrialResult, TrialStore

SPEC = next(spec for spec in STUDIES if spec.name == CO_LISTENING)
START = ModelConfig()
OTHER = ModelConfig.model_validate({"base": {"factors": 9}})


def outcome(number: int, config: ModelConfig, value: float) -> TrialResult:
    scores = {"f": {"frontier": value}}
    return TrialResult(number=number, config=config, value=value, scores=scores, seconds=0.5)


def finish(store: TrialStore, value: float) -> TrialResult:
    study = store.study(SPEC, START)
    trial = study.ask(dict(SPEC.search_space))
    config = SPEC.config(START, trial.params)
    result = outcome(len(store.results(study)), config, value)
    store.add(study, trial, result)
    return result


@pytest.fixture
def folder(scenes: Dataset, tmp_path: Path) -> Path:
    """A folder with one trial."""
    with TrialStore.open(tmp_path / "new" / "out", [scenes], 0) as store:
        finish(store, 1.0)
    return tmp_path / "new" / "out"


def test_the_first_trial_is_where_the_study_starts(scenes: Dataset, folder: Path) -> None:
    with TrialStore.open(folder, [scenes], 0) as store:
        (first,) = store.results(store.study(SPEC, START))
        assert first == outcome(0, START, 1.0)
        second = finish(store, 2.0)
        assert second.config.co_listening.shrinkage != START.co_listening.shrinkage
    with TrialStore.open(folder, [scenes], 0) as store:
        assert store.results(store.study(SPEC, START)) == [first, second]


def test_a_study_with_another_start_or_search_space_is_another(scenes: Dataset, folder: Path) -> None:
    wider = type(SPEC)(SPEC.name, STUDIES[0].search_space, SPEC.fitter)
    with TrialStore.open(folder, [scenes], 0) as store:
        assert store.results(store.study(SPEC, OTHER)) == []
        assert store.results(store.study(wider, START)) == []


def test_the_fullest_study_is_that_of_most_trials_whatever_its_start(scenes: Dataset, folder: Path) -> None:
    wider = type(SPEC)(SPEC.name, STUDIES[0].search_space, SPEC.fitter)
    with TrialStore.open(folder, [scenes], 0) as store:
        study = store.study(SPEC, OTHER)
        for number in range(2):
            store.add(study, study.ask(dict(SPEC.search_space)), outcome(number, OTHER, 1.0))
        assert store.fullest(SPEC) == [outcome(number, OTHER, 1.0) for number in range(2)]
        assert store.fullest(wider) == []


def test_a_trial_that_was_stopped_is_not_a_result(scenes: Dataset, folder: Path) -> None:
    with TrialStore.open(folder, [scenes], 0) as store:
        store.study(SPEC, START).ask(dict(SPEC.search_space))
    with TrialStore.open(folder, [scenes], 0) as store:
        study = store.study(SPEC, START)
        assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.FAIL]
        assert len(store.results(study)) == 1


def test_where_the_first_trial_was_stopped_it_comes_first_again(scenes: Dataset, tmp_path: Path) -> None:
    with TrialStore.open(tmp_path, [scenes], 0) as store:
        store.study(SPEC, START).ask(dict(SPEC.search_space))
        assert finish(store, 1.0).config == START


def test_a_line_torn_by_a_kill_is_cut_off(scenes: Dataset, folder: Path) -> None:
    journal = folder / JOURNAL
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"op_code":4,"wor')
    with TrialStore.open(folder, [scenes], 0) as store:
        text = journal.read_bytes()
        assert text.startswith(whole)
        assert b'"wor{' not in text
        finish(store, 2.0)
    with TrialStore.open(folder, [scenes], 0) as store:
        assert len(store.results(store.study(SPEC, START))) == 2


def test_a_lock_that_a_killed_process_left_is_removed(scenes: Dataset, folder: Path) -> None:
    (folder / f"{JOURNAL}.lock").symlink_to("nowhere")  # as Optuna's, whose target is relative
    with TrialStore.open(folder, [scenes], 0) as store:
        finish(store, 2.0)
    assert [file.name for file in folder.iterdir()] == [JOURNAL]


@pytest.mark.parametrize("damage", ["nonsense\n{}\n", '{"something": "else"}\n'])
def test_a_damaged_journal_is_named(scenes: Dataset, folder: Path, damage: str) -> None:
    with (folder / JOURNAL).open("a") as file:
        file.write(damage)
    with (
        pytest.raises(ConfigError, match=rf"{JOURNAL}: damaged"),
        TrialStore.open(folder, [scenes], 0),
    ):
        pass


def test_other_data_or_another_seed_is_refused(scenes: Dataset, folder: Path, tmp_path: Path) -> None:
    fewer: dict[str, pl.DataFrame | pl.LazyFrame] = {"plays": scenes.plays.head(40), "items": scenes.items}
    other = Dataset.write(tmp_path / "other", fewer, name="other")
    for datasets, seed, problem in (
        ([other], 0, "other datasets: .*scenes"),
        ([scenes, other], 0, "other datasets: .*scenes"),
        ([scenes], 1, "other seed: 0"),
    ):
        with (
            pytest.raises(ConfigError, match=problem) as refused,
            TrialStore.open(folder, datasets, seed),
        ):
            pass
        assert "--out" in refused.value.remedy


def test_trials_without_a_journal_are_not_overwritten(scenes: Dataset, tmp_path: Path) -> None:
    (tmp_path / TRIALS).write_text("of an earlier version\n")
    for _ in range(2):
        with pytest.raises(ConfigError, match=f"has no {JOURNAL}"), TrialStore.open(tmp_path, [scenes], 0):
            pass
    assert (tmp_path / TRIALS).read_text() == "of an earlier version\n"


def test_two_searches_do_not_share_a_folder(scenes: Dataset, folder: Path) -> None:
    with (
        TrialStore.open(folder, [scenes], 0),
        pytest.raises(ConfigError, match="another process"),
        TrialStore.open(folder, [scenes], 0),
    ):
        pass
    with TrialStore.open(folder, [scenes], 0) as store:
        assert len(store.results(store.study(SPEC, START))) == 1


def test_a_place_that_cannot_be_written_is_refused(scenes: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConfigError, match="cannot be written"),
        TrialStore.open(tmp_path / "file", [scenes], 0),
    ):
        pass


def test_optuna_prints_only_warnings(scenes: Dataset, tmp_path: Path) -> None:
    optuna.logging.set_verbosity(optuna.logging.INFO)
    with TrialStore.open(tmp_path, [scenes], 0):
        assert optuna.logging.get_verbosity() == optuna.logging.WARNING

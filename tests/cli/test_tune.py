"""tigertail tune: tables, files that fit accepts, and what happens after Ctrl-C."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import tigertail
from tigertail.cli import app
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, TigertailError
from tigertail.evaluation import Split
from tigertail.model import ModelConfig
from tigertail.signals.contract import Signal
from tigertail.simulation import WorldConfig, simulate
from tigertail.tuning import STUDIES, objective
from tigertail.tuning.objective import Scores
from tigertail.tuning.trial_store import TRIALS


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = WorldConfig(listeners=150, artists=120, countries=3, artists_per_listener=12)
    return simulate(tmp_path_factory.mktemp("tune") / "world", config)


def test_the_best_is_written_so_that_fit_takes_it(world: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("tune", world.path, "--out", out, "--budget", "3")
    assert result.exit_code == 0
    for study in STUDIES:
        assert f"{study.name}: the best of 3 trials" in result.stdout
    for setting in ("transform", "shrinkage", "prior_precision", "negatives"):
        assert setting in result.stdout
    assert "SIMULATED" in result.stdout
    best = (out / "best.toml").read_text()
    assert world.fingerprint[:12] in best
    assert f"tigertail tune {world.path} --budget 3 --seed 0 --out {out}" in best
    assert "[mixture]" in best
    assert f"# The best plain ALS found on {world.name}" in (out / "plain.toml").read_text()
    plain = ModelConfig.read(out / "plain.toml").base
    assert (plain.nu, plain.beta) == (0, 1)
    assert run("fit", world.path, tmp_path / "model", "--config", out / "best.toml").exit_code == 0


def test_help_names_the_studies() -> None:
    text = " ".join(run("tune", "--help").stdout.split())
    assert f"({', '.join(study.name for study in STUDIES)})" in text


def test_a_rerun_repeats_no_trial(world: Dataset, tmp_path: Path) -> None:
    first = run("tune", world.path, "--out", tmp_path / "out", "--budget", "2")
    trials = (tmp_path / "out" / TRIALS).read_bytes()
    second = run("tune", world.path, "--out", tmp_path / "out", "--budget", "2")
    assert (tmp_path / "out" / TRIALS).read_bytes() == trials  # the times that the trials took included
    assert first.stdout == second.stdout


def test_several_datasets_each_have_a_column(world: Dataset, scenes: Dataset, tmp_path: Path) -> None:
    text = run("tune", world.path, scenes.path, "--out", tmp_path / "out", "--budget", "1").stdout
    assert "scenes" in text
    assert "simulated world" in text


def test_ctrl_c_keeps_the_finished_trials(
    world: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = 0

    def stopped(signal: Signal, split: Split) -> Scores:
        nonlocal done
        done += 1
        if done > 2:
            raise KeyboardInterrupt
        return {"frontier": done, "nDCG": 0.5, "IPS-nDCG": 0.25}

    monkeypatch.setattr(objective, "score", stopped)
    result = run("tune", world.path, "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert "run the same command to go on" in result.stdout
    assert "base: the best of 2 trials" in result.stdout
    assert len((tmp_path / "out" / TRIALS).read_text().splitlines()) == 2
    assert ModelConfig.read(tmp_path / "out" / "best.toml") != ModelConfig()
    assert not (tmp_path / "out" / "plain.toml").exists()


def test_stopped_before_the_first_trial_it_writes_no_configuration(
    world: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(signal: Signal, split: Split) -> Scores:
        raise KeyboardInterrupt

    monkeypatch.setattr(objective, "score", stopped)
    result = run("tune", world.path, "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert "figures" not in result.stdout
    assert not list((tmp_path / "out").glob("*.toml"))


@pytest.mark.parametrize("missing", ["optuna", "tomli_w"])
def test_without_the_extra_the_remedy_is_named(
    world: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    class NotInstalled:
        @staticmethod
        def find_spec(name: str, *others: object) -> None:
            if name == missing:
                raise ModuleNotFoundError(f"No module named '{name}'", name=name)

    for name in list(sys.modules):
        if name == missing or name.startswith(("tigertail.tuning", f"{missing}.")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NotInstalled, *sys.meta_path])
    monkeypatch.delattr(tigertail, "tuning")
    with pytest.raises(ConfigError, match=f"needs {missing}") as refused:
        run("tune", world.path, "--out", tmp_path / "out")
    assert refused.value.remedy == "pip install 'tigertail[tune]'"
    assert not (tmp_path / "out").exists()


def test_mistakes_come_with_a_remedy(world: Dataset, scenes: Dataset, tmp_path: Path) -> None:
    run("tune", world.path, "--out", tmp_path / "out", "--budget", "1")
    for arguments, problem in (
        (["tune", scenes.path, "--out", tmp_path / "out", "--budget", "1"], "other datasets"),
        (["tune", world.path, "--out", tmp_path / "out", "--seed", "1"], "other seed"),
        (["tune", world.path, "--out", tmp_path / "new", "--budget", "much"], "not a budget"),
        (["tune", tmp_path / "none", "--out", tmp_path / "new"], "no such dataset"),
    ):
        with pytest.raises(TigertailError, match=problem) as refused:
            run(*arguments)
        assert refused.value.remedy

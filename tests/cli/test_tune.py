"""tigertail tune: tables, files that fit accepts, and what happens after Ctrl-C."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import run_cli, tiny_world

from tigertail.dataset.dataset import Dataset
from tigertail.errors import TigertailError
from tigertail.evaluation import Split
from tigertail.model import ModelConfig
from tigertail.tuning import FAMILIES, Family
from tigertail.tuning import search as room
from tigertail.tuning.trail import TRIALS, Scores


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_world(tmp_path_factory.mktemp("tune"))


def test_the_best_is_written_so_that_fit_takes_it(world: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run_cli("tune", world.path, "--out", out, "--budget", "3")
    assert result.exit_code == 0
    for family in FAMILIES:
        assert f"{family.name}: the best of 3 trials" in result.stdout
    assert "SIMULATED" in result.stdout
    best = (out / "best.toml").read_text()
    assert world.fingerprint[:12] in best
    assert f"tigertail tune {world.path} --budget 3 --seed 0" in best
    plain = ModelConfig.read(out / "plain.toml").base
    assert (plain.nu, plain.beta) == (0, 1)
    assert run_cli("fit", world.path, tmp_path / "model", "--config", out / "best.toml").exit_code == 0


def test_a_rerun_does_nothing_twice(world: Dataset, tmp_path: Path) -> None:
    first = run_cli("tune", world.path, "--out", tmp_path / "out", "--budget", "2")
    trials = (tmp_path / "out" / TRIALS).read_bytes()
    second = run_cli("tune", world.path, "--out", tmp_path / "out", "--budget", "2")
    assert (tmp_path / "out" / TRIALS).read_bytes() == trials
    assert first.stdout == second.stdout


def test_several_datasets_each_have_a_column(world: Dataset, scenes: Dataset, tmp_path: Path) -> None:
    text = run_cli("tune", world.path, scenes.path, "--out", tmp_path / "out", "--budget", "1").stdout
    assert "scenes" in text
    assert "simulated world" in text


def test_ctrl_c_keeps_what_is_done(world: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = 0

    def stopped(family: Family, config: ModelConfig, trial: Split) -> Scores:
        nonlocal done
        done += 1
        if done > 2:
            raise KeyboardInterrupt
        return {"frontier": done, "nDCG": 0.5, "IPS-nDCG": 0.25}

    monkeypatch.setattr(room, "score", stopped)
    result = run_cli("tune", world.path, "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert "run the same command to go on" in result.stdout
    assert "base: the best of 2 trials" in result.stdout
    assert len((tmp_path / "out" / TRIALS).read_text().splitlines()) == 3
    assert ModelConfig.read(tmp_path / "out" / "best.toml") != ModelConfig()
    assert not (tmp_path / "out" / "plain.toml").exists()


def test_stopped_before_the_first_trial_it_writes_no_configuration(
    world: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(family: Family, config: ModelConfig, trial: Split) -> Scores:
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "score", stopped)
    assert run_cli("tune", world.path, "--out", tmp_path / "out").exit_code == 130
    assert [file.name for file in (tmp_path / "out").iterdir()] == [TRIALS]


def test_mistakes_come_with_a_remedy(world: Dataset, scenes: Dataset, tmp_path: Path) -> None:
    run_cli("tune", world.path, "--out", tmp_path / "out", "--budget", "1")
    for arguments, problem in (
        (["tune", scenes.path, "--out", tmp_path / "out", "--budget", "1"], "other datasets"),
        (["tune", world.path, "--out", tmp_path / "out", "--seed", "1"], "another seed"),
        (["tune", world.path, "--out", tmp_path / "new", "--budget", "much"], "no budget"),
        (["tune", tmp_path / "none", "--out", tmp_path / "new"], "no such dataset"),
    ):
        with pytest.raises(TigertailError, match=problem) as refused:
            run_cli(*arguments)
        assert refused.value.remedy

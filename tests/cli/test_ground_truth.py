"""tigertail evaluate --truth: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tigertail.cli import app
from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, TigertailError
from tigertail.simulation import WorldConfig, simulate


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    file = tmp_path / "lists.csv"
    file.write_text("query,similar\nКино,n2\nn3,The Cure\nn3,Unheard Of\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("world") / "world"
    simulate(path, WorldConfig(listeners=150, artists=120, countries=3, artists_per_listener=12))
    return path


def test_prints_what_could_be_used_and_how_systems_agree(scenes: Dataset, lists: Path) -> None:
    text = run(scenes.path, "--truth", lists).stdout
    assert "1 of 2 queries and 1 of 3 pairs can be used" in text
    assert "similar: not in the dataset" in text
    assert "Such as: Unheard Of." in text
    for words in ("nDCG@20", "Recall@20", "item-item cosine", "95 % intervals over queries"):
        assert words in text
    assert "SIMULATED" not in text
    assert "Kendall" not in text


def test_the_true_affinity_says_which_metrics_to_believe(world: Path, tmp_path: Path) -> None:
    text = run(world, "--truth", "true", "--report", tmp_path / "report").stdout
    for words in ("SIMULATED", "graded", "Kendall tau-b", "regret", "frontier"):
        assert words in text
    assert set(json.loads((tmp_path / "report" / "truth.json").read_text())) == {"agreement", "concordance"}


def test_json_holds_the_agreement(scenes: Dataset, lists: Path) -> None:
    agreement = json.loads(run(scenes.path, "--truth", lists, "--json").stdout)["agreement"]
    assert (agreement["read"], agreement["pairs"]) == (3, 1)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--truth-format", "xml"], "unknown layout 'xml'"),
        (["--truth", "true", "--truth-format", "sas"], "is no file"),
        (["--truth", "lists.csv", "--seeds", "2"], "several splits"),
        (["--truth", "lists.csv"], "no such file"),
        (["--truth", "true"], "not known"),
    ],
)
def test_what_makes_no_sense_is_refused(scenes: Dataset, options: list[str], problem: str) -> None:
    with pytest.raises(TigertailError, match=problem) as refused:
        run(scenes.path, *options)
    assert refused.value.remedy


def test_sas_needs_no_path_but_the_environment(scenes: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIGERTAIL_DATA", raising=False)
    with pytest.raises(TigertailError, match="no folder of the SAS data set") as refused:
        run(scenes.path, "--truth-format", "sas")
    assert not isinstance(refused.value, ConfigError)

"""tigertail evaluate --ground-truth: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support import run_cli, tiny_world

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError, TigertailError


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    file = tmp_path / "lists.csv"
    file.write_text("query,similar\nКино,n2\nn3,The Cure\nn3,Unheard Of\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_world(tmp_path_factory.mktemp("world")).path


def test_prints_the_usable_pairs_and_the_scores(scenes: Dataset, lists: Path) -> None:
    text = run_cli("evaluate", scenes.path, "--ground-truth", lists).stdout
    assert "1 of 2 queries and 1 of 3 pairs can be used" in text
    assert "similar: not in the dataset" in text
    assert "For example: Unheard Of." in text
    for words in ("nDCG@20", "Recall@20", "item-item cosine", "95 % intervals over queries"):
        assert words in text
    assert "SIMULATED" not in text
    assert "Kendall" not in text


def test_control_characters_of_lists_are_shown_and_not_sent(scenes: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "lists.csv"
    file.write_text("query,similar\nКино,n2\nn3,\x1b[31mred\n", encoding="utf-8")
    text = run_cli("evaluate", scenes.path, "--ground-truth", file).stdout
    assert r"For example: \x1b[31mred." in text
    assert "\x1b" not in text


def test_the_true_affinity_gives_the_validity_of_metrics(world: Path, tmp_path: Path) -> None:
    text = run_cli("evaluate", world, "--ground-truth", "simulated", "--report", tmp_path / "report").stdout
    for words in ("SIMULATED", "graded", "Kendall tau-b", "regret", "frontier"):
        assert words in text
    assert set(json.loads((tmp_path / "report" / "ground_truth.json").read_text())) == {
        "ground_truth",
        "metric_validity",
    }


def test_json_has_the_scores(scenes: Dataset, lists: Path) -> None:
    scores = json.loads(run_cli("evaluate", scenes.path, "--ground-truth", lists, "--json").stdout)[
        "ground_truth"
    ]
    assert (scores["read"], scores["pairs"]) == (3, 1)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--ground-truth-format", "xml"], "unknown layout 'xml' of lists"),
        (["--ground-truth", "simulated", "--ground-truth-format", "sas"], "is not a file"),
        (["--ground-truth", "lists.csv", "--seeds", "2"], "several splits"),
        (["--ground-truth", "lists.csv", "--held-out", "0.5"], "--held-out: no listener is held out"),
        (["--ground-truth", "lists.csv", "--exposure", "ignored"], "--exposure: no listener is held out"),
        (["--ground-truth", "lists.csv"], "no such file"),
        (["--ground-truth", "simulated"], "not known"),
    ],
)
def test_what_makes_no_sense_is_refused(scenes: Dataset, options: list[str], problem: str) -> None:
    with pytest.raises(TigertailError, match=problem) as refused:
        run_cli("evaluate", scenes.path, *options)
    assert refused.value.remedy


def test_sas_needs_no_path_but_the_environment(scenes: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIGERTAIL_DATA", raising=False)
    with pytest.raises(TigertailError, match="no folder of the SAS data set is given") as refused:
        run_cli("evaluate", scenes.path, "--ground-truth-format", "sas")
    assert not isinstance(refused.value, ConfigError)

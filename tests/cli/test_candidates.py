"""tigertail candidates: those that a fit would have chosen, without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import complaint
from tests.support import run_cli

from tigertail.dataset.dataset import Dataset
from tigertail.mixing import Mixture
from tigertail.model import Model, load
from tigertail.storage import checksums


def fitted(scenes: Dataset, settings: Path, folder: Path, candidates: int) -> Path:
    config = folder / f"{candidates}.toml"
    config.write_text(settings.read_text("utf-8") + f"[retrieval]\ncandidates = {candidates}\n", "utf-8")
    model = folder / f"of_{candidates}"
    assert run_cli("fit", scenes.path, model, "--config", config).exit_code == 0
    return model


def files_of(model: Path) -> dict[str, str]:
    version = load(model).version
    assert version is not None
    return {name: one for name, one in checksums(model / version).items() if name != "manifest.json"}


def candidates_of(model: Model) -> object:
    mixture = model.signals["mixture"]
    assert isinstance(mixture, Mixture)
    return mixture.candidates


def test_they_are_those_of_a_fit(scenes: Dataset, settings: Path, tmp_path: Path) -> None:
    model, wanted = (fitted(scenes, settings, tmp_path, count) for count in (0, 3))
    assert candidates_of(load(model)) is None
    result = run_cli("candidates", model, "--kept", 3)
    assert result.stdout == f"{model}: 3 candidates of each item, at most.\n"
    assert files_of(model) == files_of(wanted)
    assert load(model).config == load(wanted).config


def test_they_can_be_left_out(scenes: Dataset, settings: Path, tmp_path: Path) -> None:
    model = fitted(scenes, settings, tmp_path, 3)
    assert run_cli("candidates", model, "--kept", 0).stdout == f"{model}: no candidates.\n"
    assert candidates_of(load(model)) is None


def test_there_are_no_more_than_other_items(scenes: Dataset, settings: Path, tmp_path: Path) -> None:
    model = fitted(scenes, settings, tmp_path, 0)
    result = run_cli("candidates", model, "--kept", 99_999)
    assert result.stdout == f"{model}: {len(load(model).items) - 1} candidates of each item, at most.\n"


def test_what_cannot_be_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for gib, problem in (("0", "greater than 0"), ("inf", "less than"), ("1e300", "less than")):
        said, remedy = complaint(monkeypatch, capsys, "candidates", folder, "--gib", gib)
        assert said.startswith(f"tigertail: gib: Input should be {problem}")
        assert "give another gib" in remedy

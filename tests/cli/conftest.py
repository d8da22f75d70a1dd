"""Models to ask from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import Result

from tigertail.cli import main
from tigertail.model import Model, save


@pytest.fixture(scope="session")
def folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "model"
    save(model, path)
    return path


@pytest.fixture(scope="session")
def local(local_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "local"
    save(local_model, path)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "model.toml"
    file.write_text("[base]\nfactors = 8\n")
    return file


def complaint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> list[str]:
    """Return what the command says on standard error when it fails as it should: two lines, exit code 1."""
    monkeypatch.setattr(sys, "argv", ["tigertail", *(str(argument) for argument in arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    seen = capsys.readouterr()
    lines = seen.err.splitlines()
    assert (ended.value.code, seen.out, len(lines)) == (1, "", 2)
    assert lines[0].startswith("tigertail: ")
    assert lines[1].startswith("  -> ")
    return lines


def items(result: Result) -> list[str]:
    """Return the ids of the answers that a command printed as JSON."""
    assert result.exit_code == 0
    return [answer["item_id"] for answer in json.loads(result.stdout)]

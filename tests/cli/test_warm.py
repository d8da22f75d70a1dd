"""tigertail warm."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from tigertail.cli import app


def test_it_says_how_many_kernels_were_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    work = [("fitting a model", 1), ("similar artists", 0)]
    monkeypatch.setattr("tigertail.warm.warm", lambda: iter(work))
    result = CliRunner().invoke(app, ["warm"])
    assert result.exit_code == 0, result.output
    assert "fitting a model, kernels compiled: 1." in result.stdout
    assert "Kernels compiled in all: 1, besides those that other processes compiled." in result.stdout
    assert "one signal asked alone need is compiled when it is first used." in result.stdout
